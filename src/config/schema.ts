// The schema of sekisho.config.yaml: one source for the types, the messages and the JSON Schema that editors read.
// Says what one field may be. What fields mean together (inheritance, routes naming deployments, secrets that exist) is resolve.ts.
import { z } from 'zod';
import { WIRES, type Wire } from '#routing';
import {
  baseUrl,
  byteSize,
  choice,
  country,
  countryOrUnknown,
  endUserHeaderName,
  headers,
  idName,
  line,
  listen,
  notOneOf,
  routeName,
  secretReference,
} from './fields.ts';
import { SECTORS } from './sectors.ts';

const sectorIds = SECTORS.sectors.map((sector) => sector.id);

export const operatorSchema = z
  .strictObject({
    name: line(200).describe('The organisation that runs this gateway and answers for it. Appears in ledger records and exports.'),
    homeCountry: country.describe('Country whose jurisdiction counts as domestic: ISO 3166-1 alpha-2, such as `JP`.'),
    sector: z
      .enum(sectorIds, { error: (issue) => notOneOf(sectorIds, issue.input) })
      .optional()
      .describe(
        `Critical infrastructure sector of the operator (list of ${SECTORS.version}): ` +
          SECTORS.sectors.map((sector) => `\`${sector.id}\` ${sector.ja}`).join(', ') +
          '. Leave it out when none applies.',
      ),
  })
  .describe('Who runs this gateway. One deployment serves one operator.');

export const serverSchema = z
  .strictObject({
    listen: listen
      .default('127.0.0.1:8787')
      .describe('Address and port for clients, `host:port`. The server speaks plain HTTP: put TLS in front before it leaves the machine.'),
    workers: z
      .union([z.literal('auto'), z.int().min(1).max(256)], { error: 'must be `auto` or a whole number from 1 to 256' })
      .default('auto')
      .describe('Processes that share the port. `auto`: one per usable core.'),
    shutdownDeadlineSeconds: z
      .number()
      .min(0)
      .max(3600)
      .default(30)
      .describe('How long a graceful shutdown waits for running streams before it cuts them.'),
    metrics: choice(['key', 'open'])
      .default('key')
      .describe('`key`: /metrics needs a key with the operator or auditor role. `open`: anyone who reaches the port may read it.'),
    dataDirectory: line(4096)
      .default('./.sekisho')
      .describe(
        'Holds the embedded database, the ledger and generated secrets: back it up and keep it private. Relative to this file.',
      ),
    logLevel: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
      .default('info')
      .describe('Least severe log lines to write. No level writes prompts, answers or secrets.'),
  })
  .describe('How the gateway itself runs.');

export const databaseSchema = z
  .union([z.literal('embedded'), z.strictObject({ url: secretReference.describe('Reference to a `postgres://…` URL.') })], {
    error: 'must be `embedded`, or a mapping with `url: env:NAME` or `url: file:/path`',
  })
  .describe(
    'Where principals and keys live. `embedded`: a PostgreSQL that the gateway starts under the data directory. Otherwise `url` with a ' +
      'reference to the URL of your own PostgreSQL (the URL holds a password, so it does not belong in this file).',
  );

export const identitySchema = z
  .strictObject({
    pepper: secretReference
      .optional()
      .describe(
        'Reference to the secret (32 characters or more) under which API keys are hashed. Left out: generated once under the data ' +
          'directory. Changing it invalidates every key.',
      ),
    endUserHeader: endUserHeaderName
      .default('x-sekisho-end-user')
      .describe('Request header in which a service names the person behind a request.'),
    maxStaleSeconds: z
      .number()
      .min(1)
      .max(300)
      .default(5)
      .describe(
        'How old a worker’s copy of keys and revocations may grow while the database is out of reach; after that, requests are refused. ' +
          'Longer survives longer database outages, and lets a revoked key live as long.',
      ),
  })
  .describe('How callers are known.');

export const ledgerSchema = z
  .strictObject({
    origin: z
      .string()
      .max(200)
      .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?:\/[A-Za-z0-9._~-]+)*$/, {
        error: 'must be a URL without scheme and port, such as `example.jp/sekisho`',
      })
      .meta({ examples: ['example.jp/sekisho'] })
      .describe(
        'Name of this log for all time, as a URL without scheme under a domain of yours (C2SP tlog-checkpoint). It is part of every signed ' +
          'checkpoint: never use one name for two logs, and never change it.',
      ),
    signingKey: secretReference
      .optional()
      .describe('Reference to the Ed25519 key that signs checkpoints, PKCS#8 PEM. Left out: generated once under the data directory.'),
    checkpointIntervalMs: z
      .int()
      .min(50)
      .max(1000)
      .default(500)
      .describe('How often a checkpoint is signed while there is traffic, in milliseconds. Never more than a second.'),
  })
  .describe('The tamper-evident record of every decision.');

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

const authentication = choice(['bearer', 'x-api-key', 'none']).describe(
  'How the credential is sent: `bearer` (Authorization: Bearer), `x-api-key`, or `none`. Default: `x-api-key` for a deployment that ' +
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
      '`openai-embeddings` (/embeddings), `anthropic-messages` (/messages). A request is forwarded only in a format listed here.',
  );

const origins = z
  .strictObject({
    vendor: z
      .strictObject({
        company: company.describe('Company you have the contract with.'),
        country: countryOrUnknown.describe('Home country of that company.'),
      })
      .optional()
      .describe('Who sells the service. Default: company and country of the provider.'),
    weights: z
      .strictObject({
        lineage: line(200).default('unknown').describe('Base model that the weights descend from; for a fine-tune, the model it was tuned from.'),
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
      .default([])
      .describe('Other companies that see the data: router, cloud, abuse monitoring.'),
  })
  .describe(
    'The four origins, each judged separately: a domestic host may run foreign weights. Whatever you do not know is `unknown`, and is ' +
      'never counted as domestic.',
  );

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

export const deploymentSchema = z
  .strictObject({
    model: line(256).describe('Model name that the provider knows.'),
    wire,
    baseUrl: baseUrl.optional().describe('Base URL of this deployment, up to and including the version segment. Default: the provider’s.'),
    credential: credential.optional(),
    authentication: authentication.optional(),
    headers: fixedHeaders.optional(),
    allowPlainHttp: allowPlainHttp.optional(),
    origins: origins.prefault({}),
    price: price.optional(),
    contextLength: z.int().min(1).max(100_000_000).optional().describe('Tokens of input and output together. Left out: not checked.'),
    programs: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,63}$/, { error: 'must be lower-case letters, digits and any of . _ : -' }))
      .max(32)
      .default([])
      .describe('Trusted-access programs of the provider that this deployment’s account is admitted to.'),
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
  baseUrl: baseUrl.optional().describe('Base URL, up to and including the version segment, such as `https://api.example.com/v1`.'),
  credential: credential.optional(),
  authentication: authentication.optional(),
  headers: fixedHeaders.optional(),
  allowPlainHttp: allowPlainHttp.optional(),
  timeouts: timeouts.optional(),
};

/** A provider without its deployments. */
export const providerBaseSchema = z.strictObject(providerShape);

const providerSchema = z
  .strictObject({
    ...providerShape,
    deployments: entries(idName, deploymentSchema, 500).describe(
      'Models of this provider by a name of your choice; routes call them `provider/name`. Values of the provider are their defaults.',
    ),
  })
  .describe('A company, or a server of your own, that runs models.');

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
  })
  .describe('A name that clients use as `model`, and the deployments that may serve it.');

export const limitsSchema = z
  .strictObject({
    maxBody: byteSize(1024, 1_073_741_824)
      .default('32MB')
      .describe('Largest request body: `32MB` (powers of 1000), `32MiB` (powers of 1024) or bytes. Larger ones get 413.'),
    maxConcurrentRequests: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(1024)
      .describe('Requests in progress per worker; more get 503 with Retry-After.'),
    maxConcurrentPerKey: z.int().min(1).max(1_000_000).default(256).describe('Requests in progress per API key and worker; more get 429.'),
    maxBuffered: byteSize(1024, 1_099_511_627_776)
      .default('256MB')
      .describe('Request bytes that a worker holds in memory over all requests; no smaller than `maxBody`.'),
  })
  .describe('What one worker takes on before it refuses.');

export const fileSchema = z
  .strictObject({
    operator: operatorSchema,
    server: serverSchema.prefault({}),
    database: databaseSchema.default('embedded'),
    identity: identitySchema.prefault({}),
    ledger: ledgerSchema,
    providers: entries(idName, providerSchema, 200).describe('Companies and servers that run models, by a name of your choice.'),
    routes: entries(routeName, routeSchema, 2000).describe('Names that clients use as `model`.'),
    limits: limitsSchema.prefault({}),
  })
  .describe('Configuration of the Sekisho gateway.');

export type OperatorFile = z.output<typeof operatorSchema>;
export type ServerFile = z.output<typeof serverSchema>;
export type DatabaseFile = z.output<typeof databaseSchema>;
export type IdentityFile = z.output<typeof identitySchema>;
export type LedgerFile = z.output<typeof ledgerSchema>;
export type LimitsFile = z.output<typeof limitsSchema>;
export type ProviderFile = z.output<typeof providerBaseSchema>;
export type DeploymentFile = z.output<typeof deploymentSchema>;
export type RouteFile = z.output<typeof routeSchema>;

/** A mapping with at least one and at most `max` entries. */
function entries<Key extends z.ZodType<string, string>, Value extends z.ZodType>(key: Key, value: Value, max: number) {
  return z
    .record(key, value)
    .refine((record) => Object.keys(record).length > 0, { error: 'must have at least one entry' })
    .refine((record) => Object.keys(record).length <= max, { error: `must have at most ${max} entries` })
    .meta({ minProperties: 1, maxProperties: max });
}
