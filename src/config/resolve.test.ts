import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import test from 'node:test';
import { FULL, FULL_AROUND, loadGood, MINIMAL, TEST_SIGNING_KEY } from './test-files.ts';

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
    credential: undefined,
    authentication: 'none',
    headers: {},
    origins: {
      vendor: { company: 'One', country: 'JP' },
      weights: { lineage: 'unknown', country: 'unknown' },
      hosting: { country: 'unknown' },
      subprocessors: [],
    },
    price: undefined,
    contextLength: undefined,
    programs: [],
    timeouts: { connectSeconds: 5, firstByteSeconds: 60, idleSeconds: 60 },
    maxConnections: 128,
    streamUsage: true,
  };
  assert.deepEqual(rest, {
    operator: { name: 'Example', homeCountry: 'JP', sector: undefined },
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
    routes: [{ name: 'r', description: undefined, candidates: [deployment], maxAttempts: 3 }],
    limits: { maxBodyBytes: 32_000_000, maxConcurrentRequests: 1024, maxConcurrentPerKey: 256, maxBufferedBytes: 256_000_000 },
    source: resolve('/etc/sekisho/sekisho.config.yaml'),
  });
});

test('a file with every key is taken over, with secrets resolved and values of the provider inherited', () => {
  const { config, warnings } = loadGood(JSON.stringify(FULL), FULL_AROUND);
  assert.deepEqual(warnings, []);
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
  assert.deepEqual(a.programs, ['cyber']);
  assert.equal(b.baseUrl, 'http://10.1.2.3:8080/api');
  assert.equal(b.credential, 'key-of-deployment-b');
  assert.equal(b.authentication, 'x-api-key');
  assert.deepEqual(b.headers, { 'x-region': 'west', 'x-trace-token': 'secret-trace-token' });
  assert.deepEqual(b.timeouts, { connectSeconds: 1, firstByteSeconds: 2, idleSeconds: 30 });
  assert.deepEqual(b.origins.vendor, { company: 'One', country: 'US' });
  assert.deepEqual(
    config.routes.map((route) => [route.name, route.candidates.map((candidate) => candidate.id), route.maxAttempts]),
    [
      ['vendor/Model-1', ['one/b'], 3],
      ['work', ['one/a', 'one/b'], 2],
    ],
  );
  assert.equal(config.routes[1]?.candidates[0], a, 'routes and the list of deployments share the objects');
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
