// The schema of what decides who may serve a request: classes of data, demands on origins, limits on dependence, evidence for fallbacks.
import { z } from 'zod';
import { choice, country, countryOrUnknown, entries, line, routeName } from './fields.ts';

/** Names of data classes travel in headers and records. */
const className = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, {
  error: 'must be 1 to 32 lower-case letters, digits and hyphens, starting with a letter',
});

function listRule<Schema extends z.ZodType>(value: Schema, what: string) {
  return z
    .strictObject({
      allow: z.array(value).min(1).max(250).optional().describe(`${what} must be one of these.`),
      deny: z.array(value).min(1).max(250).optional().describe(`${what} must not be one of these.`),
    })
    .refine((rule) => rule.allow !== undefined || rule.deny !== undefined, { error: 'must have `allow` or `deny`' });
}

const name = line(200);

const demands = {
  vendorCompany: listRule(name, 'The vendor').optional().describe('Company that sells the service.'),
  vendorCountry: listRule(country, 'The vendor’s home country').optional().describe('Home country of that company.'),
  weightsLineage: listRule(name, 'The lineage').optional().describe('Base model that the weights descend from.'),
  weightsCountry: listRule(country, 'The country of the weights').optional().describe('Country of whoever trained the base model.'),
  hostingCountry: listRule(country, 'The hosting country').optional().describe('Country of the machines that run the model.'),
  subprocessorCompany: listRule(name, 'Every sub-processor').optional().describe('Other companies that see the data.'),
  subprocessorCountry: listRule(country, 'Every sub-processor’s home country').optional().describe('Home countries of those companies.'),
  notSubjectTo: z
    .array(country)
    .min(1)
    .max(250)
    .optional()
    .describe('Countries whose law must not bind the vendor: neither its home country nor one in `subjectTo`.'),
  maxRetentionDays: z
    .number()
    .min(0)
    .max(36_500)
    .optional()
    .describe('The provider keeps prompts and answers no longer than this; 0: not at all.'),
};

const UNKNOWN_FAILS = 'What a deployment leaves unknown satisfies no demand, neither `allow` nor `deny`.';

export const constraintsSchema = z
  .strictObject({
    ...demands,
    anyOf: z.array(z.strictObject(demands)).min(2).max(20).optional().describe('Alternatives: at least one of them must hold as a whole.'),
  })
  .describe(`What is demanded of a deployment’s origins; everything given must hold. ${UNKNOWN_FAILS}`);

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

export type ConstraintsFile = z.output<typeof constraintsSchema>;
export type DataClassesFile = z.output<typeof dataClassesSchema>;
export type ConcentrationFile = z.output<typeof concentrationSchema>;
export type RouteFile = z.output<typeof routeSchema>;
