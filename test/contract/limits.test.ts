// What the started checkpoint takes on and what it refuses: sizes, encodings, malformed bodies, crowds, slow and hostile clients, end
// users, revoked keys. Whatever is refused is refused in the client's own format, is on record, and never reaches a provider.
import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { after, afterEach, before, describe, it, type TestContext } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { startSimulator, type Simulator } from '#simulator';
import { eventually } from '#test/contract';
import { open, send, sendRaw, type Answered, type Exchange } from '#test/http-client';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

const MAX_BODY = 100_000;
const PER_KEY = 4;
const PER_WORKER = 6;
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

let simulator: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;
let otherKey: string;

before(async () => {
  simulator = await startSimulator({ name: 'jp', label: 'JP' });
  checkpoint = await startCheckpoint({
    workers: 1,
    yaml: `providers:
${providerYaml('jp', { url: simulator.url, country: 'JP', extra: 'endUserField: none' })}
routes:
  any: { candidates: [jp/d], maxAttempts: 1 }
limits: { maxBody: ${MAX_BODY}, maxConcurrentRequests: ${PER_WORKER}, maxConcurrentPerKey: ${PER_KEY}, maxBuffered: ${2.5 * MAX_BODY} }
`,
  });
  [key, otherKey] = await Promise.all([checkpoint.createKey(), checkpoint.createKey({ owner: 'another' })]);
});

after(() => simulator.close());
afterEach(() => simulator.setFault(null));

function post(path: string, body: Buffer | string, headers: Record<string, string | number> = {}): Promise<Answered> {
  return send(checkpoint.port, {
    path,
    body,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
  });
}

function chat(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({ model: 'any', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }], ...fields });
}

interface ErrorBody {
  readonly type?: string;
  readonly request_id?: string;
  readonly error: { readonly type: string; readonly code?: string; readonly message: string };
}

/** The error in the shape of the path's own format, and on record under `rule`. */
async function assertRefused(
  answered: Answered,
  expected: { path: string; status: number; rule: string; code: string; type: string; recorded?: boolean },
): Promise<void> {
  assert.equal(answered.status, expected.status, answered.text);
  assert.equal(answered.headers['x-sekisho-rule'], expected.rule);
  const body = JSON.parse(answered.text) as ErrorBody;
  if (expected.path.startsWith(MESSAGES)) {
    assert.deepEqual([body.type, body.error.type, body.request_id], ['error', expected.type, answered.id]);
  } else assert.equal(body.error.code, expected.code);
  assert.ok(body.error.message.includes(answered.id));
  if (expected.recorded === false) return;
  const [record] = await checkpoint.recordsOf(answered.id);
  assert.deepEqual([record!['type'], record!['rule']], ['refusal', expected.rule]);
}

/** Runs `work` and makes sure that no provider heard of it. */
async function unheard<T>(work: () => Promise<T>): Promise<T> {
  const { received } = simulator.stats;
  const result = await work();
  assert.equal(simulator.stats.received, received, 'a provider received something');
  return result;
}

describe('size', () => {
  const tooLarge = { status: 413, rule: 'body-too-large', code: 'request_too_large', type: 'request_too_large' };
  const ofSize = (bytes: number) => chat({ x: 'a'.repeat(bytes - Buffer.byteLength(chat({ x: '' }))) });

  it('a body of exactly the limit passes', async () => {
    assert.equal((await post(CHAT, ofSize(MAX_BODY))).status, 200);
    assert.equal(simulator.requests.at(-1)!.body.length, MAX_BODY + 'sim-jp'.length - 'any'.length);
  });

  for (const path of [CHAT, MESSAGES])
    it(`one byte more does not, whether its length is declared or not (${path})`, async () => {
      const body = ofSize(MAX_BODY + 1);
      await unheard(async () => {
        await assertRefused(await post(path, body), { path, ...tooLarge });
        const chunked = await send(checkpoint.port, { path, body, headers: { authorization: `Bearer ${key}` } });
        await assertRefused(chunked, { path, ...tooLarge });
      });
    });

  it('a declared length far over the limit is refused before the body is sent', async () => {
    const { request, answer } = open(checkpoint.port, {
      path: CHAT,
      headers: { authorization: `Bearer ${key}`, 'content-length': 1_000_000_000 },
    });
    request.flushHeaders();
    assert.equal((await answer).status, 413);
    request.destroy();
  });

  it('headers over 16 KiB are refused', async () => {
    const answer = await unheard(() => send(checkpoint.port, { path: CHAT, headers: { 'x-large': 'a'.repeat(20_000) }, body: chat() }));
    assert.deepEqual([answer.status, answer.headers['x-sekisho-rule']], [431, 'http-malformed']);
    assert.match(String(answer.headers['x-request-id']), /^req_/);
    assert.ok(answer.text.includes('16 kB'), answer.text);
  });
});

describe('content encodings', () => {
  const encoders = { gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };
  for (const [encoding, encode] of Object.entries(encoders))
    it(`${encoding} is undone, and the provider receives plain JSON`, async () => {
      const body = chat({ x: encoding.repeat(2_000) });
      const answer = await post(CHAT, encode(Buffer.from(body)), { 'content-encoding': encoding });
      assert.equal(answer.status, 200, answer.text);
      const received = simulator.requests.at(-1)!;
      assert.equal(received.body.toString(), body.replace('"any"', '"sim-jp"'));
      assert.equal(received.headers['content-encoding'], undefined);
    });

  for (const encoding of ['gzip', 'br', 'zstd', 'deflate'] as const)
    it(`${encoding}: a body that would grow over the limit is given up at the limit`, async () => {
      const bomb = encoders[encoding](Buffer.alloc(16 << 20));
      assert.ok(bomb.length < MAX_BODY, `${bomb.length} bytes`);
      for (const path of [CHAT, MESSAGES]) {
        const answer = await unheard(() => post(path, bomb, { 'content-encoding': encoding }));
        await assertRefused(answer, {
          path,
          status: 413,
          rule: 'body-too-large',
          code: 'request_too_large',
          type: 'request_too_large',
        });
      }
    });

  it('an encoding that is not understood, or several, get 415; one that is not what it says gets 400', async () => {
    const cases: readonly [encoding: string, status: number, code: string][] = [
      ['compress', 415, 'unsupported_encoding'],
      ['gzip, br', 415, 'unsupported_encoding'],
      ['gzip', 400, 'invalid_encoding'],
      ['br', 400, 'invalid_encoding'],
      ['zstd', 400, 'invalid_encoding'],
    ];
    for (const [encoding, status, code] of cases) {
      const answer = await unheard(() => post(CHAT, chat(), { 'content-encoding': encoding }));
      await assertRefused(answer, { path: CHAT, status, rule: 'body-unreadable', code, type: 'invalid_request_error' });
    }
    const cut = gzipSync(chat()).subarray(0, -9);
    assert.equal((await post(CHAT, cut, { 'content-encoding': 'gzip' })).status, 400);
  });
});

describe('bodies that two parsers could read differently, or none can', () => {
  const rest = '"messages":[]';
  const bodies: Readonly<Record<string, string | Buffer>> = {
    empty: '',
    'no JSON': 'hello',
    'an array': '[{"model":"any"}]',
    'a string': '"any"',
    'cut off': chat().slice(0, -1),
    'more behind it': `${chat()}{}`,
    'a byte order mark': `\ufeff${chat()}`,
    'a trailing comma': '{"model":"any",}',
    'single quotes': "{'model':'any'}",
    'a repeated model': `{"model":"any",${rest},"model":"other"}`,
    'a repeated model in escapes': `{"model":"any",${rest},"\\u006dodel":"other"}`,
    'a look-alike of model': `{"model":"any",${rest},"MODEL":"other"}`,
    'a look-alike of stream': `{"model":"any",${rest},"stream":false,"\u017ftream":true}`,
    'a repeated user': `{"model":"any",${rest},"user":"a","user":"b"}`,
    'no model': `{${rest}}`,
    'a model that is no name': `{"model":{"id":"any"},${rest}}`,
    'an empty model': `{"model":"",${rest}}`,
    'a model longer than any name': `{"model":"${'a'.repeat(300)}",${rest}}`,
    'a stream that is no truth value': `{"model":"any",${rest},"stream":"true"}`,
  };
  const refused: string[] = [];
  for (const [name, body] of Object.entries(bodies))
    it(name, async () => {
      const answer = await unheard(() => post(CHAT, body));
      const malformed = { status: 400, rule: 'body-malformed', code: 'invalid_body', type: '' };
      await assertRefused(answer, { path: CHAT, recorded: false, ...malformed });
      refused.push(answer.id);
    });

  it('are all on record', async () => {
    assert.equal(refused.length, Object.keys(bodies).length);
    for (const id of refused) assert.equal((await checkpoint.recordsOf(id))[0]!['rule'], 'body-malformed');
  });

  it('in Anthropic’s format: a repeated model, repeated metadata', async () => {
    for (const members of ['"model":"any","model":"other"', '"model":"any","metadata":{},"metadata":{"user_id":"x"}']) {
      const answer = await unheard(() => post(MESSAGES, `{${members},"max_tokens":5,${rest}}`));
      await assertRefused(answer, { path: MESSAGES, status: 400, rule: 'body-malformed', code: '', type: 'invalid_request_error' });
    }
  });

  it('bytes that are no UTF-8 in the model name no route', async () => {
    const answer = await unheard(() => post(CHAT, Buffer.from(`{"model":"any\xff",${rest}}`, 'latin1')));
    await assertRefused(answer, { path: CHAT, status: 404, rule: 'unknown-route', code: 'model_not_found', type: '' });
  });

  it('nesting as deep as the limit allows harms nothing', async () => {
    const depth = 45_000;
    const nested = `{"x":${'['.repeat(depth)}${']'.repeat(depth)},"model":"any",${rest}}`;
    assert.ok((await post(CHAT, nested)).status < 500);
    assert.equal((await post(CHAT, nested.slice(0, depth))).status, 400);
    assert.equal((await post(CHAT, chat())).status, 200);
  });
});

describe('crowds', () => {
  const held: Exchange[] = [];
  afterEach(async () => {
    for (const { request } of held.splice(0)) request.destroy();
    simulator.setFault(null);
    await eventually('everything is let go', async () => (await post(CHAT, chat())).status === 200);
  });

  /** Requests that stay in progress at the provider. */
  async function hold(count: number, withKey: string): Promise<void> {
    const { openRequests } = simulator.stats;
    for (let made = 0; made < count; made++) {
      const body = chat();
      const headers = { authorization: `Bearer ${withKey}`, 'content-length': Buffer.byteLength(body) };
      const exchange = open(checkpoint.port, { path: CHAT, headers });
      exchange.request.end(body);
      held.push(exchange);
    }
    await eventually('all of them are at the provider', () => simulator.stats.openRequests === openRequests + count);
  }

  it('of one key get 429, of all keys 503, each with Retry-After; the rest of the checkpoint goes on', async () => {
    simulator.setFault({ kind: 'hang', at: 'before-headers' });
    await hold(PER_KEY, key);
    for (const path of [CHAT, MESSAGES]) {
      const answer = await unheard(() => post(path, chat()));
      assert.ok(Number(answer.headers['retry-after']) >= 1);
      const code = 'too_many_concurrent_requests';
      await assertRefused(answer, { path, status: 429, rule: 'busy', code, type: 'rate_limit_error' });
    }
    await hold(PER_WORKER - PER_KEY, otherKey);
    for (const path of [CHAT, MESSAGES]) {
      const answer = await unheard(() => post(path, chat(), { authorization: `Bearer ${otherKey}` }));
      assert.ok(Number(answer.headers['retry-after']) >= 1);
      await assertRefused(answer, { path, status: 503, rule: 'busy', code: 'overloaded', type: 'overloaded_error' });
    }
    const models = await send(checkpoint.port, { method: 'GET', path: '/v1/models', headers: { 'x-api-key': key } });
    assert.deepEqual([models.status, (await send(checkpoint.port, { method: 'GET', path: '/healthz' })).status], [200, 200]);
  });

  it('of bodies that could fill the memory get 503 while others are being read', async () => {
    const large = 0.9 * MAX_BODY;
    for (let made = 0; made < 2; made++) {
      const headers = { authorization: `Bearer ${key}`, 'content-length': large };
      const exchange = open(checkpoint.port, { path: CHAT, headers });
      exchange.request.write('{');
      held.push(exchange);
    }
    // Malformed: 400 as long as there is room for it.
    const garbage = 'x'.repeat(large);
    await eventually('there is no room', async () => (await unheard(() => post(CHAT, garbage))).status !== 400);
    const declared = () => post(CHAT, garbage);
    const chunked = () => send(checkpoint.port, { path: CHAT, body: garbage, headers: { authorization: `Bearer ${key}` } });
    const compressed = () => post(CHAT, gzipSync(garbage), { 'content-encoding': 'gzip' });
    for (const third of [declared, chunked, compressed]) {
      const answer = await unheard(third);
      assert.ok(Number(answer.headers['retry-after']) >= 1, answer.text);
      await assertRefused(answer, { path: CHAT, status: 503, rule: 'busy', code: 'overloaded', type: '' });
    }
    assert.equal((await post(CHAT, chat())).status, 200, 'a small body still fits');
  });
});

describe('slow clients', () => {
  it('a body in small pieces is forwarded when it is whole, and not before', async () => {
    const body = Buffer.from(chat({ x: '関所'.repeat(20) }));
    const { request, answer } = open(checkpoint.port, { path: CHAT, headers: { authorization: `Bearer ${key}` } });
    await unheard(async () => {
      for (let at = 0; at < body.length - 20; at += 20) {
        request.write(body.subarray(at, at + 20));
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    });
    request.end(body.subarray(Math.floor((body.length - 1) / 20) * 20));
    const { status, text } = await answer;
    assert.equal(status, 200, text);
    assert.equal(simulator.requests.at(-1)!.body.toString(), body.toString().replace('"any"', '"sim-jp"'));
  });

  it('a client that leaves in the middle of its body leaves a record and nothing else', async () => {
    const aborted = async () => (await checkpoint.entries()).filter((entry) => entry['rule'] === 'body-unreadable').length;
    const before = await aborted();
    await unheard(async () => {
      const { request } = open(checkpoint.port, { path: CHAT, headers: { authorization: `Bearer ${key}`, 'content-length': 5_000 } });
      request.write('{"model":"any",');
      await new Promise((resolve) => setTimeout(resolve, 50));
      request.destroy();
      await eventually('it is on record', async () => (await aborted()) > before);
    });
  });
});

describe('methods and paths', () => {
  const bearer = () => ({ authorization: `Bearer ${key}` });

  it('a known path with another method gets 405 and Allow', async () => {
    const cases: readonly [method: string, path: string, allow: string][] = [
      ['GET', CHAT, 'POST'],
      ['PUT', MESSAGES, 'POST'],
      ['DELETE', '/v1/responses', 'POST'],
      ['POST', '/v1/models', 'GET'],
      ['PATCH', '/v1/models/any', 'GET'],
      ['OPTIONS', CHAT, 'POST'],
      ['POST', '/healthz', 'GET'],
    ];
    for (const [method, path, allow] of cases) {
      const answer = await unheard(() => send(checkpoint.port, { method, path, headers: bearer() }));
      assert.equal(answer.headers.allow, allow, `${method} ${path}`);
      const type = 'invalid_request_error';
      await assertRefused(answer, { path, status: 405, rule: 'method-not-allowed', code: 'method_not_allowed', type, recorded: false });
    }
  });

  it('anything that is not exactly a path of the API gets 404', async () => {
    const paths = [
      '/',
      '/v1',
      '/v1/chat/completions/',
      '/v1/Chat/completions',
      '//v1/chat/completions',
      '/v1/chat%2fcompletions',
      '/v1/../v1/chat/completions',
      '/v1/chat/./completions',
      '/v1/completions',
      '/v1/messages/batches',
      '/v1/responses/resp_1',
      'http://127.0.0.1/v1/chat/completions',
    ];
    for (const path of paths) {
      const answer = await unheard(() => send(checkpoint.port, { path, headers: bearer(), body: chat() }));
      const type = 'not_found_error';
      await assertRefused(answer, { path, status: 404, rule: 'unknown-path', code: 'unknown_path', type, recorded: false });
    }
    assert.equal((await post(`${CHAT}?beta=true`, chat())).status, 200, 'a query changes nothing');
    assert.equal(simulator.requests.at(-1)!.query, '', 'and stays here');
  });

  it('requests that could be read as two are refused', async () => {
    const head = `POST ${CHAT} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n`;
    const smuggled = `GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    const attempts = {
      'length and chunks': `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      'two lengths': `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{"a":1}${smuggled}`,
      'a length that is none': `${head}Content-Length: +5\r\n\r\n{"a":1}`,
      'another transfer encoding': `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      'a line feed in a name': `${head}X-A: b\nContent-Length : 5\r\n\r\n{"a":1}`,
      'no HTTP at all': 'hello\r\n\r\n',
      'no host': `POST ${CHAT} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`,
    };
    for (const [name, bytes] of Object.entries(attempts)) {
      const text = await unheard(() => sendRaw(checkpoint.port, bytes));
      assert.match(text, /^HTTP\/1\.1 400 /, name);
      assert.equal(text.match(/HTTP\/1\.1 /g)?.length, 1, `${name}: one answer and the end`);
    }
  });

  it('CONNECT and upgrades lead nowhere', async () => {
    const connected = await unheard(() => sendRaw(checkpoint.port, 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n'));
    assert.doesNotMatch(connected, /^HTTP\/1\.1 2/);
    const upgrade = 'GET /v1/chat/completions HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n';
    assert.match(await unheard(() => sendRaw(checkpoint.port, upgrade)), /^HTTP\/1\.1 405 /);
  });
});

describe('end users', () => {
  const header = 'x-sekisho-end-user';
  async function recorded(id: string): Promise<LedgerRecord> {
    return (await checkpoint.recordsOf(id))[0]!;
  }

  it('named in a header, or in the body in each format’s own way, are on record', async () => {
    const latin1 = Buffer.from('関守').toString('latin1');
    const cases: readonly [path: string, body: string, headers: Record<string, string>, endUser: string | null][] = [
      [CHAT, chat(), {}, null],
      [CHAT, chat(), { [header]: 'alice@example.jp' }, 'alice@example.jp'],
      [CHAT, chat(), { [header]: latin1 }, '関守'],
      [CHAT, chat({ user: 'bob' }), {}, 'bob'],
      [CHAT, chat({ user: 'bob', safety_identifier: 'carol' }), {}, 'carol'],
      [CHAT, chat({ user: 'bob' }), { [header]: 'alice' }, 'alice'],
      ['/v1/responses', JSON.stringify({ model: 'any', input: 'x', safety_identifier: '利用者' }), {}, '利用者'],
      ['/v1/embeddings', JSON.stringify({ model: 'any', input: 'x', user: 'dave' }), {}, 'dave'],
      [MESSAGES, chat({ metadata: { user_id: 'erin' } }), {}, 'erin'],
      [MESSAGES, chat({ metadata: {} }), {}, null],
    ];
    const answers: Answered[] = [];
    for (const [path, body, headers] of cases) {
      const answer = await post(path, body, headers);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(simulator.requests.at(-1)!.headers[header], undefined, 'the header stays here');
      answers.push(answer);
    }
    for (const [index, [path, body, , endUser]] of cases.entries())
      assert.equal((await recorded(answers[index]!.id))['endUser'], endUser, `${path} ${body}`);
  });

  it('whose name cannot be recorded exactly are refused', async () => {
    const cases: readonly [path: string, body: string, headers: Record<string, string>][] = [
      [CHAT, chat({ user: 'a'.repeat(257) }), {}],
      [CHAT, chat({ user: 'a\u0000b' }), {}],
      [CHAT, chat({ user: 'a\u202eb' }), {}],
      [CHAT, chat({ user: 42 }), {}],
      [CHAT, chat({ user: ['a'] }), {}],
      [CHAT, chat(), { [header]: 'a'.repeat(257) }],
      [CHAT, chat(), { [header]: '\u00ff\u00fe' }],
      [MESSAGES, chat({ metadata: { user_id: { id: 1 } } }), {}],
    ];
    const answers: Answered[] = [];
    for (const [path, body, headers] of cases) answers.push(await unheard(() => post(path, body, headers)));
    const refusal = { status: 400, rule: 'end-user-malformed', code: 'invalid_end_user', type: 'invalid_request_error' };
    for (const [index, [path]] of cases.entries()) await assertRefused(answers[index]!, { path, ...refusal });
    for (const { id } of answers) assert.equal((await recorded(id))['endUser'], null);
  });
});

describe('a revoked key', () => {
  const RUN_AFTER_MS = 1_600;

  it('is refused within a second on every worker', { timeout: 30_000 }, async (context: TestContext) => {
    const busy = await startCheckpoint({
      workers: 2,
      yaml: `providers:
${providerYaml('jp', { url: simulator.url, country: 'JP' })}
routes:
  any: { candidates: [jp/d] }
`,
    });
    const doomed = await busy.createKey();
    const answers: { status: number; id: string; sentAt: number; answeredAt: number }[] = [];
    const agents = Array.from({ length: 8 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    const run = new AbortController();
    const loops = agents.map(async (agent) => {
      while (!run.signal.aborted) {
        const sentAt = performance.now();
        const { status, id } = await hammer(busy.port, doomed, agent);
        answers.push({ status, id, sentAt, answeredAt: performance.now() });
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const revokedAt = performance.now();
    await busy.revokeKey(doomed);
    const committedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, RUN_AFTER_MS));
    run.abort();
    await Promise.all(loops);
    for (const agent of agents) agent.destroy();

    const accepted = answers.filter((answer) => answer.status === 200);
    const refused = answers.filter((answer) => answer.status === 401);
    assert.equal(accepted.length + refused.length, answers.length, 'nothing but 200 and 401');
    assert.ok(accepted.length > 20 && refused.length > 20, `${accepted.length} accepted, ${refused.length} refused`);
    const workers = await workersOf(busy, new Set(answers.map((answer) => answer.id)));
    const names = [...new Set(workers.values())].sort();
    assert.deepEqual(names, ['w1', 'w2'], 'both workers were asked');
    for (const name of names) {
      const mine = accepted.filter((answer) => workers.get(answer.id) === name);
      // From before the revocation began to after the answer arrived: longer than what it measures.
      const lastMs = Math.max(...mine.map((answer) => answer.answeredAt)) - revokedAt;
      context.diagnostic(
        `${name}: last accepted request answered ${lastMs.toFixed(0)} ms after the revocation began (committed after ${(committedAt - revokedAt).toFixed(0)} ms), of ${mine.length} accepted`,
      );
      assert.ok(lastMs < 1_000, `${name} accepted a revoked key ${lastMs} ms later`);
    }
    const lastAccepted = Math.max(...accepted.map((answer) => answer.answeredAt));
    assert.ok(
      refused.some((answer) => answer.sentAt > lastAccepted + 500),
      'and it stays refused',
    );
  });
});

function hammer(port: number, key: string, agent: Agent): Promise<{ status: number; id: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const request = httpRequest({ host: '127.0.0.1', port, path: CHAT, method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode ?? 0, id: String(response.headers['x-request-id']) }));
    });
    request.once('error', reject);
    request.end(chat());
  });
}

/** Which worker handled which request, as the log says; lines leave in blocks. */
async function workersOf(checkpoint: StartedCheckpoint, ids: ReadonlySet<string>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await eventually('the log names every request', () => {
    for (const line of checkpoint.logs) if (typeof line['request'] === 'string') found.set(line['request'], line['worker'] as string);
    return [...ids].every((id) => found.has(id));
  });
  return found;
}
