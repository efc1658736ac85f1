// The schema of sekisho.config.yaml: one source for the types, the messages and the JSON Schema that editors read.
// Says what one field may be. What fields mean together (inheritance, routes naming deployments, secrets that exist) is resolve.ts.
import { z } from 'zod';
import { byteSize, choice, country, endUserHeaderName, entries, idName, line, listen, notOneOf, secretReference } from './fields.ts';
import { accessSchema } from './schema-access.ts';
import { inspectionSchema } from './schema-inspection.ts';
import { providerSchema } from './schema-providers.ts';
import { concentrationSchema, dataClassesSchema, routesSchema } from './schema-routing.ts';
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
    incidentContact: line(200).optional().describe('Whom a vendor or authority reaches about an incident, such as `soc@example.jp`.'),
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
      .describe('Holds the embedded database, the ledger and generated secrets: back it up and keep it private. Relative to this file.'),
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
    dataClasses: dataClassesSchema.default({}),
    concentration: concentrationSchema.default([]).describe('Limits on the traffic of all routes together.'),
    catalogue: line(4096)
      .optional()
      .describe(
        'File with catalogue entries of your own (YAML or JSON), relative to this file; they replace the shipped ones of the same id.',
      ),
    inspection: inspectionSchema.prefault({}),
    access: accessSchema.prefault({}),
    routes: routesSchema,
    limits: limitsSchema.prefault({}),
  })
  .describe('Configuration of the Sekisho gateway.');

export type OperatorFile = z.output<typeof operatorSchema>;
export type ServerFile = z.output<typeof serverSchema>;
export type DatabaseFile = z.output<typeof databaseSchema>;
export type IdentityFile = z.output<typeof identitySchema>;
export type LedgerFile = z.output<typeof ledgerSchema>;
export type LimitsFile = z.output<typeof limitsSchema>;
