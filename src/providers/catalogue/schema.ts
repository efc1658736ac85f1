// The shape of the catalogue: what is publicly known of models, as data with a date and a source for each claim. The shipped file and an
// operator's own file have the same shape. Judges nothing: whether a country or a retention is acceptable is for routing to say.
import { z } from 'zod';

function line(maxCharacters: number) {
  return z
    .string()
    .min(1)
    .max(maxCharacters)
    .refine((text) => !/\p{Cc}/u.test(text), { error: 'must be a single line without control characters' });
}

const country = z
  .string()
  .regex(/^(?:[A-Z]{2}|unknown)$/, { error: 'must be an ISO 3166-1 alpha-2 country code such as `JP`, or `unknown`' })
  .describe('ISO 3166-1 alpha-2 country code, or `unknown`.');

const day = z.iso.date().describe('A day, as YYYY-MM-DD.');

const source = z
  .strictObject({
    url: z
      .url({ protocol: /^https$/ })
      .max(500)
      .optional(),
    asOf: day.describe('The day on which it said so.'),
    says: line(400)
      .optional()
      .describe('Which claim it is the source of, where it is not all of them; where there is no document, on what the claim rests.'),
  })
  .refine(({ url, says }) => url !== undefined || says !== undefined, { error: 'needs `url`, or `says` where there is no document' })
  .describe('Where a claim comes from.');

const company = z.strictObject({
  company: line(200),
  country,
  subjectTo: z.array(country).max(50).optional().describe('Further countries whose law binds the company.'),
});

const perMillion = z.number().min(0).max(1_000_000_000);

const price = z
  .strictObject({
    currency: z.string().regex(/^[A-Z]{3}$/),
    inputPerMillionTokens: perMillion,
    outputPerMillionTokens: perMillion,
    cachedInputPerMillionTokens: perMillion.optional(),
    source,
  })
  .describe('List price. Yours may differ: the configuration wins.');

const access = z
  .strictObject({
    vendorProgram: line(200).describe('What the vendor calls its program.'),
    program: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._:-]{0,63}$/)
      .optional()
      .describe('The value that a request names, such as `daybreak_blue`. Left out where requests name none.'),
    approval: line(500).describe('Who may use it.'),
  })
  .describe('Trusted-access program of the vendor under which the model is used for cyber defence.');

const WIRES = ['openai-chat', 'openai-responses', 'openai-embeddings', 'anthropic-messages', 'nec-cotomi'] as const;

export const CATALOGUE_ID = /^[a-z0-9][a-z0-9._-]{0,63}\/[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

export const entrySchema = z
  .strictObject({
    id: z.string().regex(CATALOGUE_ID, { error: 'must look like `vendor/model`' }),
    kind: z
      .enum(['model', 'alias', 'service', 'family'])
      .describe(
        '`model` at a vendor; `alias`: the vendor chooses the model; `service`: all models of a vendor; `family`: weights that anyone may run.',
      ),
    name: line(200),
    models: z.array(line(256)).max(20).optional().describe('Names under which the vendor knows it.'),
    vendor: company.optional().describe('Who sells it. Left out for weights that anyone may run.'),
    weights: z.strictObject({
      lineage: line(200).describe('Base model that the weights descend from, or `unknown`.'),
      country: country.describe('Country of whoever trained the base model.'),
    }),
    hosting: z
      .strictObject({ country })
      .optional()
      .describe('Where it runs, where that cannot be chosen. Left out: unknown, or your choice.'),
    subprocessors: z
      .array(z.strictObject({ company: line(200), country }))
      .max(50)
      .optional()
      .describe('Other companies that see the data. `[]`: none. Left out: unknown.'),
    access: access.optional(),
    wires: z.array(z.enum(WIRES)).min(1).max(WIRES.length).optional().describe('Wire formats, the one that loses least first.'),
    retentionDays: z
      .number()
      .min(0)
      .max(36_500)
      .optional()
      .describe('Days for which the vendor keeps prompts and answers without a special agreement. Left out: unknown.'),
    price: price.optional(),
    contextLength: z.int().min(1).max(1_000_000_000).optional().describe('Tokens.'),
    retires: day.optional().describe('The day on which the vendor ends it.'),
    quirks: z
      .array(z.strictObject({ id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/), note: line(500) }))
      .max(20)
      .default([])
      .describe('What surprises those who know the wire format.'),
    sources: z.array(source).min(1).max(20),
  })
  .describe('What is known of one model, service or family.');

export const catalogueSchema = z
  .strictObject({
    $schema: z.string().max(500).optional(),
    format: z.literal(1).describe('Version of this file format.'),
    released: day.describe('Version of the data: the day it was put together.'),
    entries: z
      .array(entrySchema)
      .max(2000)
      .superRefine((entries, context) => {
        const seen = new Set<string>();
        for (const [index, { id }] of entries.entries()) {
          if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `\`${id}\` is there twice` });
          seen.add(id);
        }
      }),
  })
  .describe('Catalogue of models. An entry of your own replaces the shipped one of the same id as a whole.');

export type CatalogueEntry = z.output<typeof entrySchema>;
export type CatalogueFile = z.output<typeof catalogueSchema>;

/** JSON Schema draft 2020-12 as it is published in schema/sekisho.catalogue.schema.json, with a newline at the end. */
export function renderCatalogueSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(catalogueSchema, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify({ $schema, title: 'catalogue.json', ...rest }, null, 2)}\n`;
}
