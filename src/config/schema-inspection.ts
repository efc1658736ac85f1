// The schema of what requests are searched for, and what is done about it towards whom.
import { z } from 'zod';
import { DATA_LEVELS, SENSITIVE_TYPES } from '#inspection';
import { byteSize, choice, line, notOneOf, secretReference } from './fields.ts';
import { className } from './schema-constraints.ts';
import { maskingSchema, typeNames } from './schema-masking.ts';

const typeName = z.enum(SENSITIVE_TYPES, { error: (issue) => notOneOf(SENSITIVE_TYPES, issue.input) });
const label = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'must be a label of your dictionaries: lower-case letters, digits and hyphens' });

const level = choice(DATA_LEVELS);

const external = z
  .strictObject({
    url: line(2048).describe('Where it answers, `http://` or `https://`, under the rules of `baseUrl`: it gets all texts unmasked.'),
    allowPlainHttp: z.boolean().default(false).describe('Accepts plain `http://` to hosts outside this machine and private networks.'),
    format: choice(['spans', 'token-classification'])
      .default('spans')
      .describe('`spans`: `{"results":[{"id","spans":[…]}]}`. `token-classification`: as Hugging Face servers answer.'),
    timeoutMs: z.int().min(1).max(60_000).default(500).describe('For everything, waiting included.'),
    maxConcurrent: z.int().min(1).max(1000).default(8).describe('Calls at a time and worker.'),
    minConfidence: z.number().min(0).max(1).default(0.5).describe('Findings that are less sure are left out.'),
    types: z
      .record(
        z.string().min(1).max(100),
        z.enum([...SENSITIVE_TYPES, 'ignore'], { error: (issue) => notOneOf(SENSITIVE_TYPES, issue.input) }),
      )
      .default({})
      .describe('Its names of types and ours, or `ignore`. What is not listed counts as `other`.'),
    token: secretReference.optional().describe('Reference to a token that is sent as `Authorization: Bearer …`.'),
    onFailure: choice(['refuse', 'pass'])
      .default('refuse')
      .describe('When it does not answer in time: `refuse` the request, or let it `pass` on what was found without it, and record that.'),
  })
  .describe('A detector of your own that is asked over HTTP, such as a privacy-filter model.');

const settings = z.strictObject({
  minConfidence: z.number().min(0).max(1).default(0.5).describe('Findings that are less sure are left out.'),
  off: z.array(typeName).max(100).default([]).describe('Types that are not looked for.'),
  signals: z
    .boolean()
    .default(true)
    .describe('Also record what a request hides, encodes, asks a model to do and is about: signals for decisions, which refuse nothing.'),
  internalDomains: z
    .array(
      z.string().regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
        error: 'must be a domain in lower case',
      }),
    )
    .max(10_000)
    .default([])
    .describe('Your own domains: hosts under them count as `internal-host`.'),
  dictionaries: z
    .array(line(4096))
    .max(100)
    .default([])
    .describe('CSV files with terms of your own, relative to this file: docs/how-to/write-a-dictionary.md.'),
  levels: z
    .strictObject({
      types: z.partialRecord(typeName, level).default({}).describe('Level of data in which a type occurs, where it is not the usual one.'),
      labels: z.record(label, level).default({}).describe('Level of data in which a dictionary term of this label occurs.'),
      bulkFrom: z
        .int()
        .min(2)
        .max(1000)
        .default(10)
        .describe('From so many different values of a kind of personal data on, the level is one higher.'),
      countMasked: z
        .boolean()
        .default(false)
        .describe(
          'Values that are masked towards a deployment still count for the class of the data it gets: with `true`, a My Number makes a ' +
            'request restricted even where it leaves as a placeholder.',
        ),
      classes: z
        .partialRecord(level, className)
        .default({})
        .describe('Your class of data for a level, from `dataClasses`. Left out: the class of the same name, where there is one.'),
    })
    .prefault({})
    .describe('From what is found to a class of data. Findings, markings and the caller can raise it; nothing lowers it.'),
  masking: maskingSchema
    .default([{ towards: 'abroad', mask: ['all'], refuse: [], allow: ['public-domain'] }])
    .describe('What is masked towards whom; a route may have rules of its own.'),
  neverRestore: typeNames
    .default(['secret'])
    .describe('Types and groups: what stays masked in answers: a client that sends a secret does not get it back from a model.'),
  nonText: z
    .partialRecord(level, choice(['allow', 'refuse', 'extract']))
    .default({})
    .describe(
      'Images, recordings and documents in a request whose data has this level, towards deployments for which something is masked: they ' +
        'cannot be masked. `extract`: the text of a PDF takes its place and is masked; what else is no text is refused. Left out: `allow` ' +
        'for public and internal, `refuse` above.',
    ),
  external: external.optional(),
  vault: z
    .strictObject({
      lifetimeDays: z
        .int()
        .min(1)
        .max(400)
        .default(30)
        .describe('How long a conversation can go on by `previous_response_id` or `conversation` instead of its history.'),
    })
    .prefault({})
    .describe('The encrypted memory, in the database, of what was masked in conversations whose history the provider keeps.'),
  maxText: byteSize(1024, 1_073_741_824).default('8MB').describe('Largest request body that is inspected; larger ones are refused.'),
  memory: byteSize(1_048_576, 1_099_511_627_776)
    .default('256MB')
    .describe(
      'Bytes that a worker spends on remembering inspected messages, so that the history of a conversation is not inspected again: about 15 ' +
        'times the bytes of the conversations.',
    ),
});

export const inspectionSchema = z
  .union([z.literal('off'), settings], { error: 'must be `off` or a mapping' })
  .describe('What requests are searched for before anything leaves, and what is masked towards whom. `off`: nothing is looked at.');

export type ExternalFile = z.output<typeof external>;
export type InspectionFile = z.output<typeof inspectionSchema>;
