// The schema of `providers` in sekisho.config.yaml: companies, their deployments, and where each deployment comes from.
import { z } from 'zod';
import { WIRES, type Wire } from '#routing';
import { baseUrl, choice, country, countryOrUnknown, entries, headers, idName, line, notOneOf, secretReference } from './fields.ts';

const seconds = (max: number) => z.number().min(0.05).max(max);

const timeouts = z
  .strictObject({
    connectSeconds: seconds(300).optional().describe('Until the connection, with TLS, stands. Default 5.'),
    firstByteSeconds: seconds(3600).optional().describe('From the request being sent to the first body byte. Default 60.'),
    idleSeconds: seconds(3600).optional().describe('Between two pieces of the body. Default 60.'),
  })
  .describe('When to give up on an attempt. Each is looked up in the deployment, then the provider, then the defaults.');

const credential = secretReference.describe(
  'Reference to the API key: `env:NAME` or `file:/path` (relative to this file). Left out for a server that wants none.',
);

const authentication = choice(['bearer', 'x-api-key', 'api-key', 'none']).describe(
  'How the credential is sent: `bearer` (Authorization: Bearer), `x-api-key`, `api-key` (Azure), or `none`. Default: `x-api-key` for a deployment that ' +
    'speaks only anthropic-messages, `bearer` otherwise, `none` without a credential.',
);

const allowPlainHttp = z
  .boolean()
  .describe('Accept an http:// base URL outside this machine and private networks. Prompts and the credential then cross in clear.');

const fixedHeaders = headers.describe(
  'Fixed headers for every request, over those of the provider. A secret value is a reference; a header that sounds like a secret takes nothing else.',
);

const company = line(200);

const wireName = z.enum(WIRES as readonly [Wire, ...Wire[]], { error: (issue) => notOneOf(WIRES, issue.input) });

const wire = z
  .union([wireName, z.array(wireName).min(1).max(WIRES.length)], {
    error: (issue) => (typeof issue.input === 'string' ? notOneOf(WIRES, issue.input) : 'must be a wire format or a list of them'),
  })
  .describe(
    'Wire format, or list of formats, that the server speaks: `openai-chat` (/chat/completions), `openai-responses` (/responses), ' +
      '`openai-embeddings` (/embeddings), `anthropic-messages` (/messages), `nec-cotomi` (/chat, NEC’s own). Requests in other formats are ' +
      'translated to one listed here, as the route’s `translation` says.',
  );

const subjectTo = z
  .array(country)
  .max(50)
  .default([])
  .describe('Further countries whose law binds the company, such as that of its parent.');

const origins = z
  .strictObject({
    vendor: z
      .strictObject({
        company: company.describe('Company you have the contract with.'),
        country: countryOrUnknown.describe('Home country of that company.'),
        subjectTo,
      })
      .optional()
      .describe('Who sells the service. Default: company and country of the provider.'),
    weights: z
      .strictObject({
        lineage: line(200)
          .default('unknown')
          .describe('Base model that the weights descend from; for a fine-tune, the model it was tuned from.'),
        country: countryOrUnknown.default('unknown').describe('Country of whoever trained the base model.'),
      })
      .prefault({})
      .describe('Where the weights come from. Left out: unknown.'),
    hosting: z
      .strictObject({ country: countryOrUnknown.default('unknown').describe('Country of the machines that run the model.') })
      .prefault({})
      .describe('Where the model runs. Left out: unknown.'),
    subprocessors: z
      .array(
        z.strictObject({
          company: company.describe('Company that also handles the data.'),
          country: countryOrUnknown.describe('Home country of that company.'),
        }),
      )
      .max(100)
      .optional()
      .describe('Other companies that see the data: router, cloud, abuse monitoring. `[]`: there are none. Left out: unknown.'),
  })
  .describe(
    'The four origins, each judged separately: a domestic host may run foreign weights. Whatever you do not know is `unknown`, and is ' +
      'never counted as domestic.',
  );

const programName = z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,63}$/, { error: 'must be lower-case letters, digits and any of . _ : -' });

const query = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9._~-]+=[A-Za-z0-9._~%-]*(?:&[A-Za-z0-9._~-]+=[A-Za-z0-9._~%-]*)*$/, {
    error: 'must be `name=value` pairs joined by `&`, such as `api-version=2025-04-01-preview`',
  })
  .describe('Query that every request carries, as Azure wants it: `api-version=…`. Never a place for a key.');

const currencies = new Set(Intl.supportedValuesOf('currency'));
const perMillion = z.number().min(0).max(1_000_000_000);

const price = z
  .strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 currency code, such as `JPY`', abort: true })
      .refine((code) => currencies.has(code), { error: 'must be an ISO 4217 currency code, such as `JPY`' })
      .describe('ISO 4217 code, such as `JPY`.'),
    inputPerMillionTokens: perMillion.describe('Price of a million input tokens.'),
    outputPerMillionTokens: perMillion.describe('Price of a million output tokens.'),
    cachedInputPerMillionTokens: perMillion.optional().describe('Price of a million input tokens that the provider had cached.'),
  })
  .describe('Price list of the contract, for cost accounting and routing. Left out: cost is reported as unknown.');

const llama = z
  .strictObject({
    file: line(4096).describe('GGUF file, relative to this file; of a split model the first part.'),
    contextTokens: z.int().min(256).max(10_000_000).default(8192).describe('Prompt and answer of one request together.'),
    maxOutputTokens: z.int().min(1).max(10_000_000).default(2048).describe('Longest answer.'),
    parallel: z.int().min(1).max(64).default(1).describe('Requests answered at once; each takes memory for `contextTokens`.'),
    maxQueued: z.int().min(0).max(10_000).default(16).describe('Requests that wait; one more is answered with 503.'),
    threads: z.int().min(1).max(1024).optional().describe('Left out: as many as the library finds sensible.'),
    gpu: z.boolean().default(true).describe('Use a graphics card when there is one.'),
    package: line(4096).optional().describe('Folder from which `node-llama-cpp` is looked for. Left out: where Sekisho is installed.'),
  })
  .describe(
    'Run this GGUF file here, with `node-llama-cpp` (an optional package: `npm install node-llama-cpp`). The deployment then has no base URL ' +
      'and no credential of its own, and speaks `openai-chat`.',
  );

export const deploymentSchema = z
  .strictObject({
    model: line(256).describe('Model name that the provider knows.'),
    wire,
    baseUrl: baseUrl.optional().describe('Base URL of this deployment, up to and including the version segment. Default: the provider’s.'),
    credential: credential.optional(),
    authentication: authentication.optional(),
    headers: fixedHeaders.optional(),
    allowPlainHttp: allowPlainHttp.optional(),
    llama: llama.optional(),
    query: query.optional(),
    catalogue: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._:-]*$/, {
        error: 'must be the id of a catalogue entry, such as `openai/gpt-6-sol`',
      })
      .max(200)
      .optional()
      .describe(
        'Entry of the catalogue that fills what is left out here: weights, sub-processors, retention, access program, price. `sekisho catalogue` lists them.',
      ),
    origins: origins.prefault({}),
    retentionDays: z
      .number()
      .min(0)
      .max(36_500)
      .optional()
      .describe('Days for which the provider keeps prompts and answers under your contract; 0: none are kept. Left out: unknown.'),
    price: price.optional(),
    contextLength: z.int().min(1).max(100_000_000).optional().describe('Tokens of input and output together. Left out: not checked.'),
    defaultMaxOutputTokens: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(8192)
      .describe(
        'Asked for when the deployment’s format demands a number (anthropic-messages) and the client, speaking another format, gave none.',
      ),
    accessProgram: programName
      .optional()
      .describe(
        'Trusted-access program of the vendor that every request to this deployment names (`access_programs.cyber`), such as ' +
          '`daybreak_blue`. Left out: that of the catalogue entry, if any.',
      ),
    canary: z
      .strictObject({
        everyMinutes: z.number().min(1).max(10_080).default(60).describe('How often.'),
      })
      .optional()
      .describe(
        'Ask the deployment for a few words at intervals, and raise an alert when its program or model no longer answers as it should.',
      ),
    endUserField: choice(['vendor', 'none'])
      .default('vendor')
      .describe(
        'Tell the provider on whose behalf a request comes, under a pseudonym, in the field that its format has for it ' +
          '(`safety_identifier`, `metadata.user_id`): the vendor can then act against one person and not against all of you. `none` for ' +
          'servers that refuse the field.',
      ),
    timeouts: timeouts.optional(),
    maxConnections: z.int().min(1).max(10_000).default(128).describe('Connections that each worker keeps to this deployment.'),
    streamUsage: z
      .boolean()
      .default(true)
      .describe('Ask for token usage at the end of chat streams (`stream_options.include_usage`). Off for servers that refuse the field.'),
  })
  .describe('One model at one place.');

const providerShape = {
  company: company.describe('Company you have the contract with; for your own server, your own organisation.'),
  country: countryOrUnknown.describe('Home country of that company, whose law it follows.'),
  subjectTo,
  baseUrl: baseUrl.optional().describe('Base URL, up to and including the version segment, such as `https://api.example.com/v1`.'),
  credential: credential.optional(),
  authentication: authentication.optional(),
  headers: fixedHeaders.optional(),
  allowPlainHttp: allowPlainHttp.optional(),
  timeouts: timeouts.optional(),
};

/** A provider without its deployments. */
export const providerBaseSchema = z.strictObject(providerShape);

export const providerSchema = z
  .strictObject({
    ...providerShape,
    deployments: entries(idName, deploymentSchema, 500).describe(
      'Models of this provider by a name of your choice; routes call them `provider/name`. Values of the provider are their defaults.',
    ),
  })
  .describe('A company, or a server of your own, that runs models.');

export type ProviderFile = z.output<typeof providerBaseSchema>;
export type DeploymentFile = z.output<typeof deploymentSchema>;
