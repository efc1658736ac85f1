// The schema of what decides who may serve a request: classes of data, demands on origins, limits on dependence, evidence for fallbacks.
import { z } from 'zod';
import { choice, countryOrUnknown, entries, line, routeName } from './fields.ts';
import { routeAccessSchema } from './schema-access.ts';
import { className, constraintsSchema } from './schema-constraints.ts';
import { maskingSchema } from './schema-masking.ts';

export const dataClassesSchema = z
  .record(
    className,
    z
      .strictObject({
        description: line(500).optional().describe('What belongs in this class.'),
        constraints: constraintsSchema.prefault({}),
      })
      .describe('A class of data and what it demands of whoever gets to see such data.'),
  )
  .refine((record) => Object.keys(record).length <= 50, { error: 'must have at most 50 entries' })
  .describe(
    'Classes of data. A route names the class its data has at least; a caller may add one with the header `x-sekisho-data-class`, which ' +
      'adds demands and never removes any.',
  );

const name = line(200);

const concentrationLimit = z
  .strictObject({
    by: choice(['company', 'vendor-country', 'lineage', 'hosting-country']).describe(
      'What is counted: vendor companies, their home countries, lineages of weights, or hosting countries.',
    ),
    limit: z.number().min(0.001).max(1).describe('Largest share that any one of them may have, 0 to 1.'),
    window: choice(['hour', 'day', '30-days']).default('day').describe('Over which time shares are counted, rolling.'),
    weight: choice(['requests', 'tokens', 'criticality'])
      .default('requests')
      .describe('What is counted: requests, tokens, or requests weighted by their route’s `criticality`.'),
    action: choice(['steer', 'warn', 'enforce'])
      .default('steer')
      .describe(
        '`steer`: prefer deployments that keep the share under the limit. `warn`: change nothing, record the breach. `enforce`: refuse ' +
          'what would go over the limit.',
      ),
    only: z
      .array(z.union([countryOrUnknown, name]))
      .min(1)
      .max(100)
      .optional()
      .describe('Only these companies, countries or lineages are limited. Left out: each.'),
  })
  .describe('A limit on how much of the work may depend on one company, country or lineage.');

export const concentrationSchema = z.array(concentrationLimit).max(20);

const qualification = z
  .strictObject({
    cases: line(4096).describe('File with the evaluation cases (YAML or JSONL), relative to this file: see `sekisho qualify --help`.'),
    bar: z.number().min(0).max(1).default(0.8).describe('Least score, 0 to 1, that makes a deployment a fallback for this route.'),
    maxAgeDays: z.number().min(0.01).max(3650).default(30).describe('Evidence older than this no longer counts.'),
    degraded: choice(['refuse', 'allow'])
      .default('refuse')
      .describe(
        'When only deployments without good evidence are left: `refuse`, or `allow`, and then say so in the header `x-sekisho-degraded` ' +
          'and in the ledger.',
      ),
    judge: routeName.optional().describe('Route whose answers judge the cases that need a judge.'),
  })
  .describe(
    'Evidence that fallbacks work. The first candidate that the route’s own demands allow needs none; every other one must have reached ' +
      'the bar in `sekisho qualify`. Left out: no evidence is asked for.',
  );

export const routeSchema = z
  .strictObject({
    description: line(500).optional().describe('What the route is for; shown to clients that list models.'),
    candidates: z
      .array(z.string().max(129))
      .min(1)
      .max(50)
      .describe('Deployments that may serve the route, as `provider/name`, in order of preference.'),
    maxAttempts: z
      .int()
      .min(1)
      .max(10)
      .default(3)
      .describe('Attempts for one request over all candidates, the first included. A refusal by a provider is never tried elsewhere.'),
    dataClass: className.optional().describe('The class that all data on this route has at least, from `dataClasses`.'),
    constraints: constraintsSchema.prefault({}),
    access: routeAccessSchema.prefault({}),
    masking: maskingSchema.optional().describe('What is masked on this route towards whom, instead of `inspection.masking`.'),
    translation: choice(['off', 'strict', 'lenient'])
      .default('strict')
      .describe(
        'For a deployment that does not speak the client’s format. `strict`: translate, and refuse with the field’s name what cannot be ' +
          'translated. `lenient`: drop that field and record it. `off`: such a deployment does not serve the request.',
      ),
    qualification: qualification.optional(),
    concentration: concentrationSchema.default([]).describe('Limits on the traffic of this route alone.'),
    criticality: z
      .number()
      .min(0.001)
      .max(1000)
      .default(1)
      .describe('How much a request of this route counts where shares are weighted by criticality.'),
    resumption: z
      .boolean()
      .default(false)
      .describe(
        'Continue a stream that breaks off on the next qualified deployment, with the text so far. The seam is marked in the stream and in ' +
          'the ledger; never inside a tool call.',
      ),
  })
  .describe('A name that clients use as `model`, and the deployments that may serve it.');

export const routesSchema = entries(routeName, routeSchema, 2000).describe('Names that clients use as `model`.');

export type DataClassesFile = z.output<typeof dataClassesSchema>;
export type ConcentrationFile = z.output<typeof concentrationSchema>;
export type RouteFile = z.output<typeof routeSchema>;
