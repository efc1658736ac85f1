// Who may use which route: walks the table of routes with every kind of credential. A route that has no expectation here fails the test
// and shows up in test/golden/unguarded-routes.txt, which stays empty.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { ROUTES } from '#http';
import { startSimulator, type Simulator } from '#simulator';
import { eventually } from '#test/contract';
import { assertGolden } from '#test/golden';
import { send, type Answered } from '#test/http-client';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const GOLDEN = fileURLToPath(new URL('../golden/unguarded-routes.txt', import.meta.url));

/** Everyone, or the holders of one of these roles. */
type Allowed = 'everyone' | readonly Role[];
type Role = 'caller' | 'operator' | 'auditor';
const ROLES: readonly Role[] = ['caller', 'operator', 'auditor'];

interface Expectation {
  readonly allowed: Allowed;
  readonly path: string;
  readonly body?: object;
  /** Which shape errors have; default openai. */
  readonly dialect?: 'anthropic';
}

const MESSAGES = [{ role: 'user', content: 'hello' }];
const EXPECTATIONS: Readonly<Record<string, readonly Expectation[]>> = {
  'POST /v1/chat/completions': [{ allowed: ['caller'], path: '/v1/chat/completions', body: { messages: MESSAGES } }],
  'POST /v1/responses': [{ allowed: ['caller'], path: '/v1/responses', body: { input: 'hello' } }],
  'POST /v1/embeddings': [{ allowed: ['caller'], path: '/v1/embeddings', body: { input: 'hello' } }],
  'POST /v1/messages': [{ allowed: ['caller'], path: '/v1/messages', body: { messages: MESSAGES, max_tokens: 9 }, dialect: 'anthropic' }],
  'POST /v1/messages/count_tokens': [
    { allowed: ['caller'], path: '/v1/messages/count_tokens', body: { messages: MESSAGES }, dialect: 'anthropic' },
  ],
  'GET /v1/models': [{ allowed: ['caller'], path: '/v1/models' }],
  'GET /v1/models/*': [{ allowed: ['caller'], path: '/v1/models/any' }],
  'GET /healthz': [{ allowed: 'everyone', path: '/healthz' }],
  'GET /readyz': [{ allowed: 'everyone', path: '/readyz' }],
  'GET /metrics': [{ allowed: ['operator', 'auditor'], path: '/metrics' }],
  'GET /ledger/*': [
    { allowed: 'everyone', path: '/ledger/checkpoint' },
    { allowed: 'everyone', path: '/ledger/tile/0/000' },
    { allowed: ['auditor'], path: '/ledger/tile/entries/000' },
  ],
};

const NOBODY = ['missing', 'malformed', 'unknown', 'wrong secret', 'revoked', 'expired', 'disabled'] as const;
type Credential = (typeof NOBODY)[number] | Role;
/** The `code` of an error in OpenAI's shape. */
const CODES: Readonly<Record<(typeof NOBODY)[number], string>> = {
  missing: 'missing_api_key',
  malformed: 'invalid_api_key',
  unknown: 'invalid_api_key',
  'wrong secret': 'invalid_api_key',
  revoked: 'revoked_api_key',
  expired: 'expired_api_key',
  disabled: 'disabled_owner',
};

const routeNames = ROUTES.map((route) => `${route.method} ${route.path}`);

let simulator: Simulator;
let checkpoint: StartedCheckpoint;
let keys: Readonly<Record<Exclude<Credential, 'missing'>, string>>;
/** Requests of the data plane that were turned away without a known caller, by reason. */
const turnedAway = new Map<string, number>();

before(async () => {
  simulator = await startSimulator({ name: 'jp', label: 'JP' });
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('jp', { url: simulator.url, country: 'JP' })}
routes:
  any: { candidates: [jp/d] }
`,
  });
  const expiresAtMs = Date.now() + 2_000;
  const [caller, operator, auditor, revoked, expired, disabled] = await Promise.all([
    ...ROLES.map((role) => checkpoint.createKey({ roles: [role], owner: `the ${role}` })),
    checkpoint.createKey({ roles: [...ROLES], owner: 'revoked' }),
    checkpoint.createKey({ roles: [...ROLES], owner: 'expired', expiresAtMs }),
    checkpoint.createKey({ roles: [...ROLES], owner: 'disabled' }),
  ]);
  keys = {
    malformed: 'sk-not-from-here',
    unknown: caller.slice(0, 3) + '0'.repeat(16) + caller.slice(19),
    'wrong secret': `${caller.slice(0, 20)}${randomBytes(32).toString('base64url')}`,
    revoked: revoked!,
    expired: expired!,
    disabled: disabled!,
    caller,
    operator,
    auditor,
  };
  const models = (key: string) => send(checkpoint.port, { method: 'GET', path: '/v1/models', headers: { 'x-api-key': key } });
  for (const key of [keys.revoked, keys.disabled]) assert.equal((await models(key)).status, 200, 'it was good before');
  await checkpoint.revokeKey(keys.revoked);
  await checkpoint.disableOwner('disabled');
  for (const key of [keys.revoked, keys.expired, keys.disabled])
    await eventually('it is refused', async () => (await models(key)).status === 401);
  await fillTile();
});

after(() => simulator.close());

/** Enough records for a first full tile, whose path is known. */
async function fillTile(): Promise<void> {
  const { path, body } = EXPECTATIONS['POST /v1/embeddings']![0]!;
  const ask = () => request('POST', path, { authorization: `Bearer ${keys.caller}` }, body);
  for (let made = 0; made < 150; made += 15) {
    const answers = await Promise.all(Array.from({ length: 15 }, ask));
    assert.ok(answers.every((answer) => answer.status === 200));
  }
  await eventually('the tile is there', async () => (await request('GET', '/ledger/tile/0/000', {})).status === 200);
}

function request(method: string, path: string, headers: Record<string, string>, body?: object): Promise<Answered> {
  const text = body === undefined ? undefined : JSON.stringify({ model: 'any', ...body });
  const length: Record<string, string> = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
  return send(checkpoint.port, { method, path, headers: { ...headers, ...length }, ...(text === undefined ? {} : { body: text }) });
}

function headersOf(credential: Credential, name: 'authorization' | 'x-api-key'): Record<string, string> {
  if (credential === 'missing') return {};
  const key = keys[credential];
  return name === 'authorization' ? { authorization: `Bearer ${key}` } : { 'x-api-key': key };
}

function isNobody(credential: Credential): credential is (typeof NOBODY)[number] {
  return !(ROLES as readonly string[]).includes(credential);
}

function assertAnswer(answered: Answered, { allowed, dialect }: Expectation, credential: Credential): void {
  if (allowed === 'everyone' || (!isNobody(credential) && allowed.includes(credential))) {
    assert.equal(answered.status, 200, answered.text);
    return;
  }
  const status = isNobody(credential) ? 401 : 403;
  assert.equal(answered.status, status, answered.text);
  assert.equal(answered.headers['x-sekisho-rule'], status === 401 ? 'identity' : 'role');
  assert.equal(answered.headers['www-authenticate'] !== undefined, status === 401);
  const body = JSON.parse(answered.text) as { type: string; error: { type: string; code?: string } };
  assert.equal(body.error.type, status === 401 ? 'authentication_error' : 'permission_error');
  if (dialect === undefined) assert.equal(body.error.code, isNobody(credential) ? CODES[credential] : 'role_missing');
  else assert.equal(body.type, 'error');
}

describe('every route', () => {
  it('says here who may use it', () => {
    const missing = routeNames.filter((name) => (EXPECTATIONS[name] ?? []).length === 0);
    assertGolden(GOLDEN, missing, 'test/contract/authorization.test.ts');
    assert.deepEqual(missing, [], 'the golden file stays empty: write the expectation instead of recording the gap');
    assert.deepEqual(
      Object.keys(EXPECTATIONS).filter((name) => !routeNames.includes(name)),
      [],
      'expectations for routes that are gone',
    );
    assert.equal(new Set(routeNames).size, routeNames.length);
  });

  for (const [name, expectations] of Object.entries(EXPECTATIONS))
    for (const expectation of expectations)
      for (const credential of [...NOBODY, ...ROLES])
        it(`${name}: ${expectation.path} with ${isNobody(credential) ? `a key that is ${credential}` : `the role ${credential}`}`, async () => {
          const method = name.split(' ')[0]!;
          for (const header of ['authorization', 'x-api-key'] as const) {
            const { received } = simulator.stats;
            const answered = await request(method, expectation.path, headersOf(credential, header), expectation.body);
            assertAnswer(answered, expectation, credential);
            const isSent = answered.status === 200 && expectation.body !== undefined;
            assert.equal(simulator.stats.received, received + (isSent ? 1 : 0), 'a provider hears of what is allowed and of nothing else');
            if (!isNobody(credential) || expectation.body === undefined) continue;
            const reason = credential === 'wrong secret' ? 'unknown' : credential;
            turnedAway.set(reason, (turnedAway.get(reason) ?? 0) + 1);
          }
        });

  it('counts in the ledger whom it does not know, and records those it knows', async () => {
    const counted = async () => {
      const sums = new Map<string, number>();
      for (const entry of await checkpoint.entries()) {
        if (entry['type'] !== 'turned-away') continue;
        for (const [reason, count] of Object.entries(entry['counts'] as Record<string, number>))
          sums.set(reason, (sums.get(reason) ?? 0) + count);
      }
      return sums;
    };
    const inOrder = (sums: ReadonlyMap<string, number>) => JSON.stringify([...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    assert.equal(turnedAway.size, NOBODY.length - 1);
    await eventually('the counts agree', async () => inOrder(await counted()) === inOrder(turnedAway));
    const wrongRole = (await checkpoint.entries()).filter((entry) => entry['type'] === 'refusal' && entry['rule'] === 'role');
    const dataPlane = ROUTES.filter((route) => route.guard === 'checkpoint').length;
    assert.equal(wrongRole.length, dataPlane * 2 * 2, 'operator and auditor, in two headers');
    assert.deepEqual([...new Set(wrongRole.map((entry) => (entry['caller'] as { name: string }).name))].sort(), [
      'the auditor',
      'the operator',
    ]);
  });
});

describe('a credential', () => {
  const { path, body } = EXPECTATIONS['POST /v1/chat/completions']![0]!;

  it('is read from Authorization: Bearer and x-api-key, and from nowhere else', async () => {
    const good = keys.caller;
    const cases: readonly [name: string, path: string, headers: Record<string, string>, status: number][] = [
      ['bearer in any case', path, { authorization: `bEaReR ${good}` }, 200],
      ['spaces around it', path, { authorization: `Bearer   ${good}  ` }, 200],
      ['no scheme', path, { authorization: good }, 401],
      ['another scheme', path, { authorization: `Basic ${Buffer.from(`:${good}`).toString('base64')}` }, 401],
      ['another scheme, and x-api-key', path, { authorization: 'Basic Og==', 'x-api-key': good }, 200],
      ['a bad bearer, and x-api-key', path, { authorization: 'Bearer sk-bad', 'x-api-key': good }, 401],
      ['twice', path, { 'x-api-key': `${good}, ${good}` }, 401],
      ['in the query', `${path}?api_key=${good}&key=${good}`, {}, 401],
      ['in a cookie', path, { cookie: `api_key=${good}` }, 401],
      ['in another header', path, { 'api-key': good, 'x-goog-api-key': good, 'proxy-authorization': `Bearer ${good}` }, 401],
      ['with other letters', path, { 'x-api-key': good.toUpperCase() }, 401],
      ['with something behind it', path, { 'x-api-key': `${good}0` }, 401],
      ['cut', path, { 'x-api-key': good.slice(0, -1) }, 401],
      ['its id alone', path, { 'x-api-key': good.slice(3, 19) }, 401],
    ];
    for (const [name, where, headers, status] of cases) assert.equal((await request('POST', where, headers, body)).status, status, name);
  });
});

describe('the ledger over HTTP', () => {
  const secret = '/ledger/tile/entries/000';

  it('says how long each resource may be kept', async () => {
    const auditor = { 'x-api-key': keys.auditor };
    const control = async (path: string) => (await request('GET', path, auditor)).headers['cache-control'];
    assert.equal(await control('/ledger/checkpoint'), 'no-cache');
    assert.match((await control('/ledger/tile/0/000'))!, /immutable/);
    assert.equal(await control(secret), 'private, no-store');
  });

  it('gives out entries under no other spelling of their path', async () => {
    const spellings = [
      '/ledger/tile%2fentries%2f000',
      '/ledger/tile/entries%2F000',
      '/ledger/tile/%65ntries/000',
      '/ledger/tile/Entries/000',
      '/LEDGER/tile/entries/000',
      '/Ledger/tile/entries/000',
      '//ledger/tile/entries/000',
      '/ledger//tile/entries/000',
      '/ledger/tile//entries/000',
      '/ledger/./tile/entries/000',
      '/ledger/%2e/tile/entries/000',
      '/ledger/tile/0/../entries/000',
      '/ledger/tile/0/%2e%2e/entries/000',
      '/ledger/tile/0/..%2fentries/000',
      '/ledger/../ledger/tile/entries/000',
      '/ledger/tile/entries/000/',
      '/ledger/tile/entries/000.',
      '/ledger/tile/entries/000%20',
      '/ledger/tile/entries/000%00',
      '/ledger/tile/entries/000;a',
      '/ledger/tile/entries/0',
      '/ledger/tile/entries/x000/000',
      '/ledger/tile/entries/000.p/0',
      '/ledger/tile/entries/000.p/256',
      '/ledger/tile/entries/000.p/01',
      '/ledger/tile\\entries\\000',
      '/ledger/tile/entries\\000',
      'http://127.0.0.1/ledger/tile/entries/000',
    ];
    for (const path of spellings)
      for (const credential of ['missing', 'caller', 'operator', 'auditor'] as const) {
        const answered = await request('GET', path, headersOf(credential, 'x-api-key'));
        const isKnown = answered.status === 401 || answered.status === 403;
        assert.ok(answered.status === 404 || (isKnown && credential !== 'auditor'), `${path} with ${credential}: ${answered.status}`);
        assert.ok(!answered.text.includes('"type":"decision"'));
      }
    for (const path of [`${secret}?`, `${secret}?a=1`, `${secret}?/ledger/checkpoint`]) {
      assert.equal((await request('GET', path, {})).status, 401, path);
      assert.equal((await request('GET', path, { 'x-api-key': keys.auditor })).status, 200, path);
    }
  });

  it('gives out nothing that is not of the layout', async () => {
    const paths = [
      '/ledger',
      '/ledger/',
      '/ledger/checkpoint/',
      '/ledger/checkpoint%00',
      '/ledger/Checkpoint',
      '/ledger/tile',
      '/ledger/tile/',
      '/ledger/tile/00/000',
      '/ledger/tile/64/000',
      '/ledger/tile/-1/000',
      '/ledger/../database-url',
      '/ledger/../../pepper',
      '/ledger/..%2f..%2f..%2fpepper',
      '/ledger/%2e%2e/%2e%2e/pepper',
      '/ledger/..\\..\\pepper',
      '/ledger/tile/../../../pepper',
      '/ledger//etc/passwd',
      '/ledger/etc/passwd',
      '/ledger/tile/0/000/../../../../../../../../etc/passwd',
    ];
    for (const path of paths)
      for (const credential of ['missing', 'auditor'] as const) {
        const answered = await request('GET', path, headersOf(credential, 'x-api-key'));
        assert.equal(answered.status, 404, path);
        assert.equal(answered.headers['x-sekisho-rule'], 'unknown-path');
      }
  });

  it('serves of all files in its directory only the checkpoint and the tiles', async () => {
    const files = (await readdir(checkpoint.ledgerDirectory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(checkpoint.ledgerDirectory.length + 1));
    const others = files.filter((file) => file !== 'checkpoint' && !file.startsWith('tile/'));
    assert.ok(
      others.some((file) => file.startsWith('journal/')),
      files.join(', '),
    );
    for (const file of others) {
      const answered = await request('GET', `/ledger/${file}`, { 'x-api-key': keys.auditor });
      assert.equal(answered.status, 404, file);
    }
  });
});

describe('server.metrics: open', () => {
  it('is the one setting that makes a guarded route public', async () => {
    const config = await readFile(checkpoint.configPath, 'utf8');
    await writeFile(checkpoint.configPath, config.replace('logLevel: debug', 'logLevel: debug\n  metrics: open'));
    checkpoint.process.kill('SIGHUP');
    await eventually('anyone may read them', async () => (await request('GET', '/metrics', {})).status === 200);
    assert.equal((await request('GET', '/v1/models', {})).status, 401);
    assert.equal((await request('GET', '/ledger/tile/entries/000', {})).status, 401);
  });
});
