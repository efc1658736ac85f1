import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import test from 'node:test';
import { FULL, FULL_AROUND, loadGood, MINIMAL, problemLines, TEST_SIGNING_KEY } from './test-files.ts';

test('the shortest file gets every default', () => {
  const { config, warnings } = loadGood(MINIMAL);
  assert.deepEqual(warnings, []);
  const { version, ...rest } = config;
  assert.match(version, /^sha256:/);
  const deployment = {
    id: 'one/a',
    provider: 'one',
    model: 'm',
    wires: ['openai-chat'],
    baseUrl: 'https://one.example/v1',
    query: undefined,
    credential: undefined,
    authentication: 'none',
    headers: {},
    origins: {
      vendor: { company: 'One', country: 'JP', subjectTo: [] },
      weights: { lineage: 'unknown', country: 'unknown' },
      hosting: { country: 'unknown' },
      subprocessors: undefined,
    },
    retentionDays: undefined,
    price: undefined,
    contextLength: undefined,
    defaultMaxOutputTokens: 8192,
    accessProgram: undefined,
    endUserField: 'vendor',
    timeouts: { connectSeconds: 5, firstByteSeconds: 60, idleSeconds: 60 },
    maxConnections: 128,
    streamUsage: true,
  };
  assert.deepEqual(rest, {
    operator: { name: 'Example', homeCountry: 'JP', sector: undefined, incidentContact: undefined },
    server: {
      host: '127.0.0.1',
      port: 8787,
      workers: 4,
      shutdownDeadlineSeconds: 30,
      metricsAccess: 'key',
      dataDirectory: resolve('/etc/sekisho/.sekisho'),
      logLevel: 'info',
    },
    database: { url: undefined },
    identity: { pepper: undefined, endUserHeader: 'x-sekisho-end-user', maxStaleSeconds: 5 },
    ledger: { origin: 'example.jp/log', signingKey: undefined, checkpointIntervalMs: 500 },
    deployments: [deployment],
    dataClasses: [],
    concentration: [],
    inspection: {
      minConfidence: 0.5,
      off: [],
      signals: true,
      internalDomains: [],
      dictionaries: [],
      dictionaryHashes: {},
      levels: { types: {}, labels: {}, bulkFrom: 10, countMasked: false, classes: {} },
      neverRestored: ['api-key', 'private-key', 'jwt', 'connection-string', 'credential'],
      nonText: { public: 'allow', internal: 'allow', confidential: 'refuse', restricted: 'refuse' },
      // Hosting is unknown, so nothing says that it is at home.
      policies: { r: { 'one/a': { mask: ['all'], refuse: [], allow: ['public-domain'] } } },
      external: undefined,
      vault: { lifetimeDays: 30 },
      maxTextBytes: 8_000_000,
      memoryBytes: 256_000_000,
    },
    routes: [
      {
        name: 'r',
        description: undefined,
        candidates: [deployment],
        maxAttempts: 3,
        dataClass: undefined,
        constraints: {},
        translation: 'strict',
        qualification: undefined,
        concentration: [],
        criticality: 1,
        resumption: false,
        isGoverned: false,
        capability: undefined,
      },
    ],
    access: {
      publicUrl: undefined,
      enforce: 'programs',
      tools: 'remove',
      holds: { waitSeconds: 60, validMinutes: 15, keepDays: 30 },
      policies: [],
      replaceDefaultPolicies: false,
      misuse: { review: 10, restricted: 25, suspended: 50 },
      judge: undefined,
      oidc: [],
      webhooks: { openai: undefined },
    },
    canaries: [],
    localModels: [],
    limits: { maxBodyBytes: 32_000_000, maxConcurrentRequests: 1024, maxConcurrentPerKey: 256, maxBufferedBytes: 256_000_000 },
    source: resolve('/etc/sekisho/sekisho.config.yaml'),
  });
});

test('a file with every key is taken over, with secrets resolved and values of the provider inherited', () => {
  const { config, warnings } = loadGood(JSON.stringify(FULL), FULL_AROUND);
  assert.deepEqual(
    warnings.map(({ path }) => path),
    ['routes.work.candidates[1]'],
  );
  assert.deepEqual(config.server, {
    host: '::1',
    port: 9000,
    workers: 3,
    shutdownDeadlineSeconds: 12.5,
    metricsAccess: 'open',
    dataDirectory: resolve('/etc/sekisho/data'),
    logLevel: 'warn',
  });
  assert.equal(config.database.url, FULL_AROUND.env.DATABASE_URL);
  assert.deepEqual(config.identity, { pepper: FULL_AROUND.env.PEPPER, endUserHeader: 'x-end-user', maxStaleSeconds: 7 });
  assert.equal(config.ledger.signingKey, TEST_SIGNING_KEY.trimEnd());
  assert.deepEqual(config.limits, {
    maxBodyBytes: 2_097_152,
    maxConcurrentRequests: 10,
    maxConcurrentPerKey: 5,
    maxBufferedBytes: 4_000_000,
  });
  const [a, b] = config.deployments;
  assert.ok(a !== undefined && b !== undefined);
  assert.equal(a.baseUrl, 'https://one.example/v1');
  assert.equal(a.credential, 'key-of-provider-one');
  assert.deepEqual(a.headers, { 'x-region': 'east', 'x-trace-token': 'secret-trace-token' });
  assert.deepEqual(a.timeouts, { connectSeconds: 1, firstByteSeconds: 2, idleSeconds: 3 });
  assert.deepEqual(a.origins, FULL.providers.one.deployments.a.origins);
  assert.deepEqual(a.price, FULL.providers.one.deployments.a.price);
  assert.equal(a.accessProgram, 'daybreak_blue');
  assert.equal(a.query, 'api-version=1');
  assert.equal(a.retentionDays, 30);
  assert.equal(a.endUserField, 'none');
  assert.equal(a.defaultMaxOutputTokens, 100);
  assert.deepEqual(config.dataClasses, [
    { name: 'internal', description: undefined, constraints: {} },
    { name: 'restricted', description: 'Never abroad.', constraints: FULL.dataClasses.restricted.constraints },
  ]);
  assert.deepEqual(config.concentration, [{ ...FULL.concentration[0], only: ['US'] }]);
  const { allowPlainHttp: _, ...external } = FULL.inspection.external;
  assert.deepEqual(config.inspection, {
    minConfidence: 0.6,
    off: ['iban'],
    signals: false,
    internalDomains: ['corp.example.co.jp'],
    dictionaries: [resolve('/etc/sekisho/terms.csv')],
    dictionaryHashes: { [resolve('/etc/sekisho/terms.csv')]: createHash('sha256').update('term\nPX-4711\n').digest('hex') },
    levels: { ...FULL.inspection.levels, classes: { internal: 'internal', confidential: 'internal', restricted: 'restricted' } },
    neverRestored: ['private-key'],
    nonText: { public: 'allow', internal: 'refuse', confidential: 'refuse', restricted: 'refuse' },
    policies: {
      'vendor/Model-1': { 'one/b': { mask: ['identity'], refuse: ['secret'], allow: ['phone'] } },
      work: {
        'one/a': { mask: ['all'], refuse: ['my-number'], allow: ['label:plant'] },
        'one/b': { mask: [], refuse: [], allow: [] },
      },
    },
    external: { ...external, token: FULL_AROUND.env.DETECTOR_TOKEN },
    vault: { lifetimeDays: 90 },
    maxTextBytes: 4_194_304,
    memoryBytes: 33_554_432,
  });
  assert.deepEqual(config.canaries, [{ deployment: 'one/a', route: 'work', everyMinutes: 15 }]);
  const work = config.routes.find((route) => route.name === 'work')!;
  assert.deepEqual(work.qualification, {
    bar: 0.9,
    maxAgeDays: 7,
    degraded: 'allow',
    cases: resolve('/etc/sekisho/cases.yaml'),
    judge: 'vendor/Model-1',
  });
  assert.deepEqual(
    [work.dataClass, work.translation, work.criticality, work.resumption, work.constraints, work.concentration.length],
    ['restricted', 'lenient', 5, true, { maxRetentionDays: 30 }, 1],
  );
  assert.equal(b.baseUrl, 'http://10.1.2.3:8080/api');
  assert.equal(b.credential, 'key-of-deployment-b');
  assert.equal(b.authentication, 'x-api-key');
  assert.deepEqual(b.headers, { 'x-region': 'west', 'x-trace-token': 'secret-trace-token' });
  assert.deepEqual(b.timeouts, { connectSeconds: 1, firstByteSeconds: 2, idleSeconds: 30 });
  assert.deepEqual(b.origins.vendor, { company: 'One', country: 'US', subjectTo: ['GB'] });
  assert.deepEqual(
    config.routes.map((route) => [route.name, route.candidates.map((candidate) => candidate.id), route.maxAttempts]),
    [
      ['vendor/Model-1', ['one/b'], 3],
      ['work', ['one/a', 'one/b'], 2],
    ],
  );
  assert.equal(config.routes[1]?.candidates[0], a, 'routes and the list of deployments share the objects');
});

test('a local model has its files beside the configuration, an address that refuses until it runs, and no say in how it is reached', () => {
  const local = MINIMAL.replace(
    'model: m, wire: openai-chat',
    'model: m, wire: openai-chat, llama: { file: ./m.gguf, package: lib, parallel: 2 }',
  );
  const { config } = loadGood(local);
  assert.deepEqual(config.localModels, [
    {
      deployment: 'one/a',
      file: resolve('/etc/sekisho/m.gguf'),
      contextTokens: 8192,
      maxOutputTokens: 2048,
      parallel: 2,
      maxQueued: 16,
      threads: undefined,
      gpu: true,
      package: resolve('/etc/sekisho/lib'),
    },
  ]);
  assert.equal(config.deployments[0]?.baseUrl, 'http://127.0.0.1:1/v1');
  const wrong = local.replace('wire: openai-chat', 'wire: openai-responses, query: a=b');
  assert.deepEqual(
    problemLines(wrong).map((line) => line.replace(/^[\d:]+ /, '').split(';')[0]),
    [
      'providers.one.deployments.a.wire: must be `openai-chat` beside `llama`',
      'providers.one.deployments.a.query: has no meaning beside `llama`: the checkpoint starts the model itself and knows how to reach it',
    ],
  );
});

test('a deployment takes from the catalogue what it leaves out, and nothing else', () => {
  const { config } = loadGood(
    MINIMAL.replace('model: m, wire: openai-chat', 'model: m, wire: openai-responses, catalogue: openai/gpt-6-sol'),
  );
  const [deployment] = config.deployments;
  assert.equal(deployment?.accessProgram, 'daybreak_blue');
  assert.equal(deployment.origins.weights.country, 'US');
  assert.deepEqual(deployment.origins.vendor, { company: 'One', country: 'JP', subjectTo: [] });
  const own = MINIMAL.replace(
    'model: m, wire: openai-chat',
    'model: m, wire: openai-responses, catalogue: openai/gpt-6-sol, accessProgram: standard, origins: { weights: { lineage: own, country: JP } }',
  );
  assert.deepEqual(
    [loadGood(own).config.deployments[0]?.accessProgram, loadGood(own).config.deployments[0]?.origins.weights],
    ['standard', { lineage: 'own', country: 'JP' }],
  );
  assert.match(problemLines(own.replace('gpt-6-sol', 'gpt-6-sool'))[0]!, /did you mean `openai\/gpt-6-sol`/);
});

test('what a vendor does with data is not taken for what another vendor of the same model does', () => {
  const text = MINIMAL.replace('model: m, wire: openai-chat', 'model: m, wire: openai-chat, catalogue: sakura/gpt-oss-120b');
  const other = loadGood(text);
  assert.equal(other.config.deployments[0]?.origins.hosting.country, 'unknown');
  assert.match(other.warnings[0]!.reason, /entry of another vendor/);
  const own = loadGood(text.replace('company: One', 'company: sakura INTERNET'));
  assert.deepEqual([own.config.deployments[0]?.origins.hosting.country, own.warnings], ['JP', []]);
  const kept = (company: string) =>
    loadGood(MINIMAL.replace('company: One', `company: ${company}`).replace('model: m,', 'model: m, catalogue: openai/gpt-6-sol,')).config
      .deployments[0]?.retentionDays;
  assert.deepEqual([kept('OpenAI'), kept('Reseller')], [30, undefined]);
});

/** The deployment of MINIMAL with other members, and with members added to the provider. */
function deploymentOf(members: string, provider = '') {
  const text = MINIMAL.replace('model: m, wire: openai-chat', members).replace('    baseUrl:', `${provider}    baseUrl:`);
  const [deployment] = loadGood(text, { env: { KEY: 'k', OTHER: 'o' } }).config.deployments;
  assert.ok(deployment !== undefined);
  return deployment;
}

const CHOICES: readonly (readonly [string, string, string, string, string | undefined])[] = [
  ['no credential', 'model: m, wire: openai-chat', '', 'none', undefined],
  ['a credential', 'model: m, wire: openai-chat, credential: env:KEY', '', 'bearer', 'k'],
  ['a credential for anthropic-messages alone', 'model: m, wire: [anthropic-messages], credential: env:KEY', '', 'x-api-key', 'k'],
  ['a credential for two formats', 'model: m, wire: [anthropic-messages, openai-chat], credential: env:KEY', '', 'bearer', 'k'],
  ['an inherited credential', 'model: m, wire: openai-chat', '    credential: env:KEY\n', 'bearer', 'k'],
  [
    'its own credential over the inherited one',
    'model: m, wire: openai-chat, credential: env:OTHER',
    '    credential: env:KEY\n',
    'bearer',
    'o',
  ],
  ['an inherited way', 'model: m, wire: openai-chat', '    credential: env:KEY\n    authentication: x-api-key\n', 'x-api-key', 'k'],
  [
    'no authentication in spite of an inherited credential',
    'model: m, wire: openai-chat, authentication: none',
    '    credential: env:KEY\n',
    'none',
    undefined,
  ],
];

for (const [title, members, provider, authentication, credential] of CHOICES) {
  test(`authentication with ${title} is ${authentication}`, () => {
    const deployment = deploymentOf(members, provider);
    assert.equal(deployment.authentication, authentication);
    assert.equal(deployment.credential, credential);
  });
}

test('names that objects have by nature are ordinary names', () => {
  const text = MINIMAL.replaceAll('one', 'constructor').replace(' a: {', ' tostring: {').replace('constructor/a', 'constructor/tostring');
  assert.equal(loadGood(text).config.deployments[0]?.id, 'constructor/tostring');
});

test('a variable that objects have by nature is not set', () => {
  const text = MINIMAL.replace('baseUrl:', 'credential: env:__PROTO__\n    baseUrl:');
  assert.throws(() => loadGood(text), /the environment variable __PROTO__ is not set/);
});

for (const [size, bytes] of [
  ['2048', 2048],
  ['10kB', 10_000],
  ['10 KB', 10_000],
  ['10KiB', 10_240],
  ['3MB', 3_000_000],
  ['3MiB', 3_145_728],
  ['1GB', 1_000_000_000],
  ['1GiB', 1_073_741_824],
  ['4096B', 4096],
] as const) {
  test(`a body of ${size} is ${bytes} bytes`, () => {
    const { limits } = loadGood(`${MINIMAL}limits: { maxBody: ${size}, maxBuffered: 2GB }\n`).config;
    assert.equal(limits.maxBodyBytes, bytes);
  });
}

for (const [listen, host, port] of [
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['0.0.0.0:65535', '0.0.0.0', 65_535],
  ['"[::]:8787"', '::', 8787],
  ['gateway.example:80', 'gateway.example', 80],
] as const) {
  test(`listen ${listen} is host ${host}, port ${port}`, () => {
    const { server } = loadGood(`${MINIMAL}server: { listen: ${listen} }\n`).config;
    assert.deepEqual([server.host, server.port], [host, port]);
  });
}

test('a candidate that its route rules out is a warning, and so is a route that nobody can serve', () => {
  const route = (more: string) =>
    loadGood(MINIMAL.replace('candidates: [one/a]', `candidates: [one/a]${more}`)).warnings.map(({ path, reason }) => [path, reason]);
  assert.deepEqual(route(', constraints: { vendorCountry: { allow: [JP] } }'), []);
  assert.deepEqual(route(', constraints: { vendorCountry: { allow: [DE] } }'), [
    ['routes.r', 'can serve nobody: none of its candidates meets its own demands'],
    ['routes.r.candidates[0]', 'can never serve this route: the vendor’s country must be DE'],
  ]);
  const ofClass = MINIMAL.replace('candidates: [one/a]', 'candidates: [one/a], dataClass: secret');
  const { warnings } = loadGood(`${ofClass}\ndataClasses:\n  secret: { constraints: { hostingCountry: { allow: [JP] } } }\n`);
  assert.match(warnings.at(-1)!.reason, /^can never serve this route: the hosting country must be JP$/);
});

test('no warning about a demand repeats what may be a secret', () => {
  const secret = 'a1b2c3d4e5f6a7b8c9d0';
  const { warnings } = loadGood(
    MINIMAL.replace('candidates: [one/a]', `candidates: [one/a], constraints: { vendorCompany: { allow: [${secret}] } }`),
  );
  assert.match(warnings.at(-1)!.reason, /^can never serve this route: /);
  assert.ok(!JSON.stringify(warnings).includes(secret));
});

test('the judge has a route of its own that exists and needs no grant', () => {
  const judged = (route: string, enforce = 'programs') =>
    problemLines(`${MINIMAL}\naccess: { enforce: ${enforce}, judge: { route: ${route} } }\n`).map((line) => line.replace(/^[\d:]+ /, ''));
  assert.deepEqual(judged('rr'), ['access.judge.route: unknown route `rr`; did you mean `r`?']);
  assert.match(judged('r', 'all')[0]!, /^access\.judge\.route: is a route that needs a grant/);
  const { config } = loadGood(`${MINIMAL}\naccess: { judge: { route: r } }\n`);
  assert.deepEqual(config.access.judge, { route: 'r', maxConcurrent: 2, timeoutSeconds: 60, maxPerMinute: 30 });
});
