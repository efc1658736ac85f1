// The schema of demands on where a deployment comes from: who sells it, where it runs, whose weights it has.
import { z } from 'zod';
import { country, line } from './fields.ts';

/** Names of data classes travel in headers and records. */
export const className = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, {
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

export type ConstraintsFile = z.output<typeof constraintsSchema>;
