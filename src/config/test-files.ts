// For tests: configuration files in memory, and one that uses every part of the schema.
import { generateKeyPairSync } from 'node:crypto';
import { resolve } from 'node:path';
import type { Variables } from './environment.ts';
import type { ReadFile } from './files.ts';
import { type LoadedConfig, loadConfig } from './load.ts';
import { type ConfigProblem, formatProblems } from './problems.ts';

export interface MemoryFile {
  readonly text: string | Uint8Array;
  readonly mode?: number;
}

/** Reads from `files` by absolute path; what is not there does not exist. */
export function memoryFiles(files: Readonly<Record<string, MemoryFile>>): ReadFile {
  return (path) => {
    const file = files[path];
    if (file === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return { bytes: Buffer.from(file.text), mode: file.mode ?? 0o600 };
  };
}

export interface Around {
  readonly env?: Variables;
  readonly files?: Readonly<Record<string, MemoryFile>>;
}

/** `loadConfig` of a text as /etc/sekisho/sekisho.config.yaml on a machine with 4 cores. */
export function loadText(text: string | Uint8Array, around: Around = {}): ReturnType<typeof loadConfig> {
  const path = resolve('/etc/sekisho/sekisho.config.yaml');
  return loadConfig(path, {
    env: around.env ?? {},
    readFile: memoryFiles({ [path]: { text }, ...around.files }),
    usableCores: 4,
  });
}

/** The problems of a text that must have some, as lines of text that start with line:column. */
export function problemLines(text: string | Uint8Array, around: Around = {}): string[] {
  const loaded = loadText(text, around);
  return loaded.ok ? [] : textLines(loaded.error);
}

export function textLines(problems: readonly ConfigProblem[]): string[] {
  if (problems.length === 0) return [];
  return formatProblems(problems, 'f')
    .split('\n')
    .map((line) => line.replace(/^f:(?=\d)/, ''));
}

/** The configuration of a text that must be good. */
export function loadGood(text: string, around: Around = {}): LoadedConfig {
  const loaded = loadText(text, around);
  if (!loaded.ok) throw new Error(formatProblems(loaded.error, 'unexpected'));
  return loaded.value;
}

/** The shortest good file. */
export const MINIMAL = `operator: { name: Example, homeCountry: JP }
ledger: { origin: example.jp/log }
providers:
  one:
    company: One
    country: JP
    baseUrl: https://one.example/v1
    deployments:
      a: { model: m, wire: openai-chat }
routes:
  r: { candidates: [one/a] }
`;

/** PKCS#8 PEM, new in every run. */
export const TEST_SIGNING_KEY: string = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

/** Variables and files that FULL refers to. */
export const FULL_AROUND = {
  env: {
    DATABASE_URL: 'postgres://sekisho:db-password@db.internal:5432/sekisho',
    PEPPER: 'pepper-pepper-pepper-pepper-pepper-pepper',
    ONE_KEY: 'key-of-provider-one',
    B_KEY: 'key-of-deployment-b',
    TRACE: 'secret-trace-token',
    DETECTOR_TOKEN: 'token-of-the-detector',
    OIDC_SECRET: 'secret-at-the-identity-provider',
    WEBHOOK_SECRET: 'secret-of-the-webhooks',
  },
  files: {
    [resolve('/etc/sekisho/ledger.pem')]: { text: TEST_SIGNING_KEY },
    [resolve('/etc/sekisho/own-catalogue.yaml')]: { text: 'format: 1\nreleased: 2026-11-02\nentries: []\n' },
    [resolve('/etc/sekisho/terms.csv')]: { text: 'term\nPX-4711\n' },
    [resolve('/etc/sekisho/own.cedar')]: { text: 'permit (principal, action, resource);\n' },
  },
} as const;

/** A good file that gives every key of the schema a value other than its default. */
export const FULL = {
  operator: { name: 'Example', homeCountry: 'JP', sector: 'electric-power', incidentContact: 'soc@example.jp' },
  server: {
    listen: '[::1]:9000',
    workers: 3,
    shutdownDeadlineSeconds: 12.5,
    metrics: 'open',
    dataDirectory: 'data',
    logLevel: 'warn',
  },
  database: { url: 'env:DATABASE_URL' },
  identity: { pepper: 'env:PEPPER', endUserHeader: 'X-End-User', maxStaleSeconds: 7 },
  ledger: { origin: 'example.jp/log', signingKey: 'file:ledger.pem', checkpointIntervalMs: 250 },
  providers: {
    one: {
      company: 'One',
      country: 'US',
      subjectTo: ['GB'],
      baseUrl: 'https://one.example/v1/',
      credential: 'env:ONE_KEY',
      authentication: 'bearer',
      headers: { 'X-Region': 'east', 'X-Trace-Token': 'env:TRACE' },
      allowPlainHttp: true,
      timeouts: { connectSeconds: 1, firstByteSeconds: 2, idleSeconds: 3 },
      deployments: {
        a: {
          model: 'model-a',
          wire: 'openai-chat',
          query: 'api-version=1',
          catalogue: 'openai/gpt-6-sol',
          origins: {
            vendor: { company: 'Reseller', country: 'JP', subjectTo: ['US'] },
            weights: { lineage: 'base', country: 'CN' },
            hosting: { country: 'JP' },
            subprocessors: [{ company: 'Cloud', country: 'US' }],
          },
          price: { currency: 'JPY', inputPerMillionTokens: 10, outputPerMillionTokens: 20, cachedInputPerMillionTokens: 1 },
          retentionDays: 30,
          contextLength: 1000,
          defaultMaxOutputTokens: 100,
          accessProgram: 'daybreak_blue',
          canary: { everyMinutes: 15 },
          endUserField: 'none',
          maxConnections: 9,
          streamUsage: false,
        },
        b: {
          model: 'model-b',
          wire: ['anthropic-messages', 'openai-responses'],
          baseUrl: 'http://10.1.2.3:8080/api',
          credential: 'env:B_KEY',
          authentication: 'x-api-key',
          headers: { 'x-region': 'west' },
          allowPlainHttp: false,
          timeouts: { idleSeconds: 30 },
        },
      },
    },
  },
  dataClasses: {
    internal: {},
    restricted: {
      description: 'Never abroad.',
      constraints: {
        vendorCompany: { deny: ['Elsewhere'] },
        vendorCountry: { allow: ['JP'] },
        weightsLineage: { deny: ['other'] },
        weightsCountry: { deny: ['KP'] },
        hostingCountry: { allow: ['JP'] },
        subprocessorCompany: { deny: ['Elsewhere'] },
        subprocessorCountry: { allow: ['JP', 'US'] },
        notSubjectTo: ['RU'],
        anyOf: [{ hostingCountry: { allow: ['JP'] } }, { maxRetentionDays: 0 }],
      },
    },
  },
  concentration: [{ by: 'vendor-country', limit: 0.6, window: '30-days', weight: 'criticality', action: 'enforce', only: ['US'] }],
  inspection: {
    minConfidence: 0.6,
    off: ['iban'],
    signals: false,
    internalDomains: ['corp.example.co.jp'],
    dictionaries: ['terms.csv'],
    levels: {
      types: { email: 'confidential' },
      labels: { plant: 'restricted' },
      bulkFrom: 20,
      countMasked: true,
      classes: { confidential: 'internal' },
    },
    masking: [{ towards: { vendorCountry: { allow: ['US'] } }, mask: ['identity'], refuse: ['secret'], allow: ['phone'] }],
    neverRestore: ['private-key'],
    nonText: { internal: 'refuse' },
    external: {
      url: 'https://detector.example/detect',
      format: 'token-classification',
      timeoutMs: 300,
      maxConcurrent: 4,
      minConfidence: 0.7,
      types: { PER: 'person-name' },
      allowPlainHttp: true,
      token: 'env:DETECTOR_TOKEN',
      onFailure: 'pass',
    },
    vault: { lifetimeDays: 90 },
    maxText: '4MiB',
    memory: '32MiB',
  },
  access: {
    publicUrl: 'https://sekisho.example.jp',
    enforce: 'programs',
    tools: 'refuse',
    holds: { waitSeconds: 30, validMinutes: 5, keepDays: 7 },
    policies: ['own.cedar'],
    replaceDefaultPolicies: true,
    misuse: { review: 5, restricted: 15, suspended: 30 },
    judge: { route: 'vendor/Model-1', maxConcurrent: 3, timeoutSeconds: 20, maxPerMinute: 12 },
    oidc: {
      corp: {
        issuer: 'https://login.example.jp',
        clientId: 'sekisho',
        clientSecret: 'env:OIDC_SECRET',
        scopes: ['openid'],
        nameClaim: 'upn',
        acr: { high: 'sso-mfa' },
        amr: { hwk: 'passkey' },
      },
    },
    webhooks: { openai: 'env:WEBHOOK_SECRET' },
  },
  catalogue: 'own-catalogue.yaml',
  routes: {
    work: {
      description: 'Work',
      candidates: ['one/a', 'one/b'],
      maxAttempts: 2,
      dataClass: 'restricted',
      constraints: { maxRetentionDays: 30 },
      translation: 'lenient',
      qualification: { cases: 'cases.yaml', bar: 0.9, maxAgeDays: 7, degraded: 'allow', judge: 'vendor/Model-1' },
      concentration: [{ by: 'company', limit: 0.7, window: 'hour', weight: 'tokens', action: 'warn' }],
      masking: [{ towards: { hostingCountry: { allow: ['JP'] } }, mask: ['all'], refuse: ['my-number'], allow: ['label:plant'] }],
      criticality: 5,
      resumption: true,
      access: { grant: 'required', capability: 'malware-analysis' },
    },
    'vendor/Model-1': { candidates: ['one/b'] },
  },
  limits: { maxBody: '2MiB', maxConcurrentRequests: 10, maxConcurrentPerKey: 5, maxBuffered: 4_000_000 },
} as const;
