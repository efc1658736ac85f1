// What a client sees and what the ledger says when a provider misbehaves in every way we know. Driven over raw sockets, so that not even
// an SDK's patience stands between the test and the bytes.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startSimulator, type Fault, type Simulator, type SseForm } from '#simulator';
import { rawPost, type RawExchange } from '#test/raw-exchange';
import { providerYaml, refusalOf, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

const TIMEOUTS = 'timeouts: { connectSeconds: 1, firstByteSeconds: 1, idleSeconds: 1 }';

let first: Simulator;
let second: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  first = await startSimulator({ name: 'first', label: 'US', behaviour: { chunks: 20 } });
  second = await startSimulator({ name: 'second', label: 'JP', behaviour: { chunks: 20 } });
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('first', { url: first.url, country: 'US', extra: TIMEOUTS })}
${providerYaml('second', { url: second.url, country: 'JP', extra: TIMEOUTS })}
routes:
  both: { candidates: [first/d, second/d], maxAttempts: 2 }
  alone: { candidates: [first/d], maxAttempts: 1 }
`,
  });
  key = await checkpoint.createKey();
});

after(async () => {
  await first.close();
  await second.close();
});

beforeEach(async () => {
  // A healthy answer closes the breaker again, so that one test's faults do not decide the next one's route.
  first.setFault(null);
  second.setFault(null);
  for (let tries = 0; ; tries++) {
    if ((await send('alone', { stream: false })).status === 200) break;
    assert.ok(tries < 80, 'the deployment did not come back');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  first.clearRequests();
  second.clearRequests();
});

interface Seen {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly id: string;
  readonly ending: 'open' | 'orderly' | 'error';
  readonly complete: boolean;
}

const PATHS = { chat: '/v1/chat/completions', responses: '/v1/responses', messages: '/v1/messages' };

async function send(model: string, options: { stream: boolean; api?: keyof typeof PATHS }): Promise<Seen> {
  const api = options.api ?? 'chat';
  const question = api === 'responses' ? { input: 'hello' } : { messages: [{ role: 'user', content: 'hello' }], max_tokens: 100 };
  const exchange = rawPost(checkpoint.port, PATHS[api], { model, stream: options.stream, ...question }, { authorization: `Bearer ${key}` });
  await exchange.until((so_far: RawExchange) => so_far.complete());
  exchange.socket.destroy();
  const head = exchange.head();
  return {
    status: head?.status ?? 0,
    headers: head?.headers ?? {},
    id: head?.headers['x-request-id'] ?? '',
    text: exchange.body().toString(),
    ending: exchange.ending(),
    complete: exchange.complete(),
  };
}

async function outcomeOf(seen: Seen): Promise<LedgerRecord & { decisions: LedgerRecord[] }> {
  const records = await checkpoint.recordsOf(seen.id);
  const outcome = records.find((record) => record['type'] === 'outcome');
  assert.ok(outcome, `no outcome among ${JSON.stringify(records)}`);
  return { ...outcome, decisions: records.filter((record) => record['type'] === 'decision') };
}

function deploymentsOf(decisions: readonly LedgerRecord[]): unknown[] {
  return decisions.map((decision) => (decision['deployment'] as { id: string }).id);
}

describe('a fault before anything reached the client moves the request to the next deployment', () => {
  const faults: readonly [name: string, fault: Fault, reason: string, status: number | null, streamOnly?: boolean][] = [
    ['429', { kind: 'status', status: 429, retryAfterSeconds: 1 }, 'status', 429],
    ['500', { kind: 'status', status: 500 }, 'status', 500],
    ['503', { kind: 'status', status: 503 }, 'status', 503],
    ['529', { kind: 'status', status: 529 }, 'status', 529],
    ['a hang before headers', { kind: 'hang', at: 'before-headers' }, 'first-byte-timeout', null],
    ['a hang after headers', { kind: 'hang', at: 'after-headers' }, 'first-byte-timeout', 200],
    ['a connection cut before headers', { kind: 'cut', at: 'before-headers' }, 'connection-broken', null],
    ['a connection reset after headers', { kind: 'cut', at: 'after-headers', reset: true }, 'connection-broken', 200],
    ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/', status: 307 }, 'redirect', 307],
    ['an error as the first event of a stream', { kind: 'stream-error', afterChunks: 0, code: 'server_error' }, 'stream-error', 200, true],
  ];
  for (const [name, fault, reason, status, streamOnly] of faults)
    for (const stream of streamOnly === true ? [true] : [false, true])
      it(`${name} (${stream ? 'stream' : 'JSON'})`, async () => {
        first.setFault(fault);
        const seen = await send('both', { stream });
        assert.equal(seen.status, 200, seen.text);
        assert.equal(seen.headers['x-sekisho-deployment'], 'second/d');
        assert.ok(seen.text.includes('JP'), seen.text);
        const outcome = await outcomeOf(seen);
        assert.deepEqual(deploymentsOf(outcome.decisions), ['first/d', 'second/d']);
        assert.deepEqual([outcome['ended'], outcome['deployment'], outcome['status']], ['complete', 'second/d', 200]);
        const failures = outcome['failures'] as { deployment: string; reason: string; status: number | null }[];
        assert.deepEqual(
          failures.map((failure) => [failure.deployment, failure.reason, failure.status]),
          [['first/d', reason, status]],
        );
      });

  it('a port that nobody listens on', async () => {
    const port = first.port;
    await first.close();
    try {
      const seen = await send('both', { stream: false });
      assert.equal(seen.status, 200);
      const failures = (await outcomeOf(seen))['failures'] as { reason: string }[];
      assert.ok(['connect-failed', 'connection-broken'].includes(failures[0]!.reason), JSON.stringify(failures));
    } finally {
      first = await startSimulator({ name: 'first', label: 'US', port, behaviour: { chunks: 20 } });
    }
  });
});

describe('when every attempt failed', () => {
  it('the client gets the last provider’s own error', async () => {
    first.setFault({ kind: 'status', status: 500, message: 'simulated trouble' });
    const seen = await send('alone', { stream: false });
    assert.equal(seen.status, 500);
    assert.ok(seen.text.includes('simulated trouble'), seen.text);
    const outcome = await outcomeOf(seen);
    assert.deepEqual([outcome['ended'], outcome['refusal'], outcome['deployment']], ['refused', 'upstream-failed', null]);
  });

  it('the client gets ours, with each attempt named, when there is none', async () => {
    first.setFault({ kind: 'hang', at: 'before-headers' });
    second.setFault({ kind: 'cut', at: 'before-headers' });
    const seen = await send('both', { stream: true });
    assert.equal(seen.status, 502);
    assert.ok(seen.text.includes('first/d') && seen.text.includes('second/d'), seen.text);
    assert.equal(seen.headers['x-sekisho-rule'], 'upstream-failed');
  });

  it('a time-out is told as 504', async () => {
    first.setFault({ kind: 'hang', at: 'before-headers' });
    assert.equal((await send('alone', { stream: false })).status, 504);
  });
});

describe('an answer is never moved', () => {
  it('a 4xx comes back as it is', async () => {
    first.setFault({ kind: 'status', status: 422, message: 'not like this' });
    const seen = await send('both', { stream: false });
    assert.equal(seen.status, 422);
    assert.ok(seen.text.includes('not like this'));
    assert.deepEqual(deploymentsOf((await outcomeOf(seen)).decisions), ['first/d']);
    assert.equal(second.requests.length, 0);
  });

  it('a policy refusal comes back as it is, even with a status that would move', async () => {
    first.setFault({ kind: 'status', status: 503, code: 'cyber_policy' });
    const seen = await send('both', { stream: false });
    assert.equal(seen.status, 503);
    const outcome = await outcomeOf(seen);
    assert.deepEqual([outcome['ended'], refusalOf(outcome), outcome.decisions.length], ['complete', 'cyber-policy: cyber_policy', 1]);
    assert.equal(second.requests.length, 0);
  });

  it('a policy refusal as the first event of a stream stays where it is', async () => {
    first.setFault({ kind: 'stream-error', afterChunks: 0, code: 'cyber_policy' });
    const seen = await send('both', { stream: true });
    assert.equal(seen.status, 200);
    assert.ok(seen.text.includes('cyber_policy'));
    assert.equal(refusalOf(await outcomeOf(seen)), 'cyber-policy: cyber_policy');
    assert.equal(second.requests.length, 0);
  });
});

describe('a stream that breaks after its first event', () => {
  const apis = ['chat', 'responses', 'messages'] as const;
  for (const api of apis)
    it(`ends with an error event in the client’s format when it is cut after K chunks (${api})`, async () => {
      first.setFault({ kind: 'cut', at: 'after-chunks', chunks: 5, reset: true });
      const seen = await send('both', { stream: true, api });
      assert.equal(seen.status, 200);
      assert.equal(seen.complete, true, 'our own framing ends in order');
      const last = seen.text.trimEnd().split('\n\n').at(-1)!;
      assert.match(last, /^event: error\ndata: /);
      const payload = JSON.parse(last.slice(last.indexOf('data: ') + 6)) as { type: string; error: { message: string; type: string } };
      assert.equal(payload.type, 'error');
      assert.ok(payload.error.message.includes(seen.id));
      const outcome = await outcomeOf(seen);
      assert.deepEqual([outcome['ended'], outcome['error'], outcome.decisions.length], ['interrupted', 'connection-broken', 1]);
      assert.equal(second.requests.length, 0, 'nothing is sent twice once the client has seen something');
    });

  it('ends with an error event when the provider falls silent', async () => {
    first.setFault({ kind: 'hang', at: 'after-chunks', chunks: 5 });
    const seen = await send('both', { stream: true });
    assert.match(seen.text, /event: error\ndata: \{.*silent/);
    assert.deepEqual([(await outcomeOf(seen))['ended'], (await outcomeOf(seen))['error']], ['interrupted', 'idle-timeout']);
  });

  it('passes on the provider’s own error event after K chunks and records it', async () => {
    first.setFault({ kind: 'stream-error', afterChunks: 5, code: 'server_error' });
    const seen = await send('both', { stream: true });
    assert.ok(seen.text.includes('server_error'));
    assert.equal((await outcomeOf(seen))['error'], 'server_error');
  });
});

describe('unusual streams', () => {
  const wellFormed: readonly SseForm[] = ['crlf', 'cr', 'bom', 'comments', 'multi-line-data', 'split-utf8', 'one-write', 'byte-by-byte'];
  for (const form of wellFormed)
    it(`${form}: every byte arrives and the outcome is known`, async () => {
      first.setBehaviour({ chunks: form === 'byte-by-byte' ? 3 : 20 });
      first.setFault({ kind: 'sse-form', form });
      const seen = await send('both', { stream: true, api: 'responses' });
      assert.equal(seen.status, 200);
      const outcome = await outcomeOf(seen);
      assert.deepEqual([outcome['ended'], outcome['finish'], outcome['effectiveModel']], ['complete', 'completed', 'sim-first']);
      assert.equal((outcome['usage'] as { outputTokens: number }).outputTokens > 0, true);
      assert.equal(outcome['answerBytes'], Buffer.byteLength(seen.text));
    });

  for (const form of ['bad-json', 'missing-blank-line', 'half-event'] as const)
    it(`${form}: passes through as it is and ends`, async () => {
      first.setFault({ kind: 'sse-form', form });
      const seen = await send('alone', { stream: true });
      assert.equal(seen.status, 200);
      assert.equal(seen.complete, true);
      assert.equal((await outcomeOf(seen))['answerBytes'], Buffer.byteLength(seen.text));
    });

  it('no-terminator: recorded as unfinished', async () => {
    first.setFault({ kind: 'sse-form', form: 'no-terminator' });
    assert.equal((await outcomeOf(await send('alone', { stream: true })))['ended'], 'unfinished');
  });

  it('a slow drip arrives whole', async () => {
    first.setFault({ kind: 'drip', bytes: 200, everyMs: 20 });
    const seen = await send('alone', { stream: true });
    assert.ok(seen.text.endsWith('data: [DONE]\n\n'), seen.text.slice(-200));
    assert.equal((await outcomeOf(seen))['ended'], 'complete');
  });
});

describe('unusual answers', () => {
  it('a body larger than what is held passes through whole', async () => {
    first.setFault({ kind: 'huge-body', bytes: 5 << 20 });
    const seen = await send('alone', { stream: false });
    assert.equal(seen.status, 200);
    assert.ok(seen.text.length > 5 << 20);
    assert.doesNotThrow(() => JSON.parse(seen.text));
  });

  it('a body shorter than it declares fails over while it is still held', async () => {
    first.setFault({ kind: 'content-length', delta: 10 });
    const seen = await send('both', { stream: false });
    assert.deepEqual([seen.status, seen.headers['x-sekisho-deployment']], [200, 'second/d']);
  });

  it('a compressed answer that nobody asked for reaches the client as it is', async () => {
    first.setFault({ kind: 'gzip' });
    const seen = await send('alone', { stream: false });
    assert.deepEqual([seen.status, seen.headers['content-encoding']], [200, 'gzip']);
    assert.equal((await outcomeOf(seen))['ended'], 'complete');
  });

  it('a wrong content type passes through', async () => {
    first.setFault({ kind: 'wrong-content-type', contentType: 'text/plain' });
    const seen = await send('alone', { stream: false });
    assert.deepEqual([seen.status, seen.headers['content-type']], [200, 'text/plain']);
  });
});

describe('the circuit breaker', () => {
  it('leaves a failing deployment alone, says so, and comes back', async () => {
    first.setFault({ kind: 'status', status: 500 });
    for (let count = 0; count < 5; count++) await send('alone', { stream: false });
    const asked = first.stats.received;
    const refused = await send('alone', { stream: false });
    assert.deepEqual([refused.status, refused.headers['x-sekisho-rule']], [503, 'deployments-resting']);
    assert.ok(Number(refused.headers['retry-after']) >= 1);
    assert.equal(first.stats.received, asked, 'nothing was sent');
    assert.equal((await checkpoint.recordsOf(refused.id))[0]!['rule'], 'deployments-resting');
  });
});
