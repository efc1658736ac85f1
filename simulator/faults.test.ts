// Each fault as the bytes on the wire, seen by a raw client.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { parseFault, startSimulator, type Fault, type Simulator } from './index.ts';
import { rawPost, type RawExchange } from '#test/raw-exchange';

const CHAT = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
const PATHS = {
  chat: ['/v1/chat/completions', CHAT, {}],
  responses: ['/v1/responses', { model: 'm', input: 'hi' }, {}],
  messages: ['/v1/messages', { ...CHAT, max_tokens: 1000 }, { 'anthropic-version': '2023-06-01' }],
} as const;
type Format = keyof typeof PATHS;
const FORMATS: readonly Format[] = ['chat', 'responses', 'messages'];

let simulator: Simulator;
const opened: RawExchange[] = [];
before(async () => {
  simulator = await startSimulator({ name: 'us', label: 'US' });
});
afterEach(() => {
  for (const exchange of opened.splice(0)) exchange.socket.destroy();
  simulator.setFault(null);
});
after(() => simulator.close());

function send(format: Format, stream: boolean, fault: Fault | null): RawExchange {
  simulator.setFault(fault);
  const [path, body, headers] = PATHS[format];
  const exchange = rawPost(simulator.port, path, { ...body, stream }, headers);
  opened.push(exchange);
  return exchange;
}

async function whole(format: Format, stream: boolean, fault: Fault | null): Promise<RawExchange> {
  const exchange = await send(format, stream, fault).until((one) => one.complete());
  assert.ok(exchange.complete(), 'the answer is complete');
  return exchange;
}

/** The payloads of a stream in the usual framing. */
function payloads(text: string): string[] {
  return text.split('\n\n').flatMap((block) =>
    block
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => line.slice(6)),
  );
}

const usual = async (format: Format) => (await whole(format, true, null)).body().toString();

describe('status faults', () => {
  for (const format of FORMATS) {
    test(`${format}: 429 with Retry-After, 500, 503 and 529 in the format's error shape`, async () => {
      for (const status of [429, 500, 503, 529]) {
        const answer = await whole(format, true, { kind: 'status', status, ...(status === 429 ? { retryAfterSeconds: 7 } : {}) });
        assert.equal(answer.head()!.status, status);
        assert.equal(answer.head()!.headers['retry-after'], status === 429 ? '7' : undefined);
        const body = JSON.parse(answer.body().toString()) as { type?: string; error: Record<string, unknown> };
        assert.equal(typeof body.error.message, 'string');
        assert.equal(body.type, format === 'messages' ? 'error' : undefined);
        assert.equal('code' in body.error, format !== 'messages');
      }
    });
  }

  test('are served the given number of times, on the given path only', async () => {
    simulator.setFault({ kind: 'status', status: 500 }, { times: 2, path: '/v1/chat/completions' });
    const statuses: number[] = [];
    for (const path of ['/v1/embeddings', '/v1/chat/completions', '/v1/chat/completions', '/v1/chat/completions']) {
      const exchange = rawPost(simulator.port, path, { ...CHAT, input: 'x' });
      opened.push(exchange);
      statuses.push((await exchange.until((one) => one.complete())).head()!.status);
    }
    assert.deepEqual(statuses, [200, 500, 500, 200]);
  });
});

describe('hang and cut', () => {
  test('hang before headers sends nothing, and ends when the client leaves', async () => {
    const exchange = send('chat', true, { kind: 'hang', at: 'before-headers' });
    await sleep(60);
    assert.equal(exchange.pieces.length, 0);
    assert.equal(exchange.ending(), 'open');
    const aborted = simulator.stats.aborted;
    exchange.socket.destroy();
    await eventually(() => simulator.stats.aborted === aborted + 1 && simulator.stats.openRequests === 0);
  });

  test('hang after headers sends the head alone', async () => {
    for (const stream of [true, false]) {
      const exchange = await send('chat', stream, { kind: 'hang', at: 'after-headers' }).until((one) => one.head() !== undefined);
      await sleep(40);
      assert.equal(exchange.head()!.status, 200);
      assert.equal(exchange.body().length, 0);
      assert.equal(exchange.ending(), 'open');
    }
  });

  test('hang after chunks sends as many events and stays open', async () => {
    const exchange = await send('messages', true, { kind: 'hang', at: 'after-chunks', chunks: 2 }).until(
      (one) => payloads(one.body().toString()).length === 2,
    );
    await sleep(40);
    assert.equal(payloads(exchange.body().toString()).length, 2);
    assert.equal(exchange.ending(), 'open');
  });

  test('cut before headers ends the connection without a byte', async () => {
    const exchange = await send('chat', true, { kind: 'cut', at: 'before-headers' }).until(() => false);
    assert.equal(exchange.pieces.length, 0);
  });

  test('cut after headers ends it after the head', async () => {
    const exchange = await send('chat', true, { kind: 'cut', at: 'after-headers' }).until(() => false);
    assert.equal(exchange.head()!.status, 200);
    assert.equal(exchange.complete(), false);
    assert.equal(exchange.body().length, 0);
  });

  for (const format of FORMATS) {
    test(`${format}: cut after three events delivers exactly these and no end`, async () => {
      const text = await usual(format);
      const cuts = simulator.stats.cut;
      const exchange = await send(format, true, { kind: 'cut', at: 'after-chunks', chunks: 3 }).until(() => false);
      assert.equal(exchange.complete(), false);
      assert.deepEqual(payloads(exchange.body().toString()), payloads(text).slice(0, 3));
      assert.equal(exchange.ending(), 'orderly');
      await eventually(() => simulator.stats.cut === cuts + 1);
    });
  }

  test('a reset is an error for the client', async () => {
    const exchange = await send('chat', true, { kind: 'cut', at: 'after-chunks', chunks: 1, reset: true }).until(
      (one) => one.socket.destroyed,
    );
    assert.equal(exchange.ending(), 'error');
  });

  test('a JSON body is cut inside', async () => {
    const exchange = await send('chat', false, { kind: 'cut', at: 'after-chunks', chunks: 2 }).until(() => false);
    assert.equal(exchange.complete(), false);
    assert.ok(exchange.body().length > 0);
    assert.throws(() => JSON.parse(exchange.body().toString()));
  });
});

describe('forms of an event stream', () => {
  const form = async (name: Extract<Fault, { kind: 'sse-form' }>['form'], format: Format = 'chat') =>
    whole(format, true, { kind: 'sse-form', form: name });

  test('bad-json breaks the second event and no other', async () => {
    const bodies = payloads((await form('bad-json')).body().toString()).slice(0, -1);
    const broken = bodies.map((data) => {
      try {
        JSON.parse(data);
        return false;
      } catch {
        return true;
      }
    });
    assert.deepEqual(
      broken,
      broken.map((_, index) => index === 1),
    );
  });

  test('missing-blank-line runs two events together', async () => {
    const text = (await form('missing-blank-line')).body().toString();
    assert.equal(text.split('\n\n').length, (await usual('chat')).split('\n\n').length - 1);
  });

  test('crlf and cr use their line ends alone', async () => {
    for (const format of FORMATS) {
      const plain = await usual(format);
      assert.equal(
        (await form('crlf', format))
          .body()
          .toString()
          .replaceAll('\r\n', '\n')
          .replace(/req_sim_us_\d+/g, ''),
        plain.replace(/req_sim_us_\d+/g, ''),
      );
      const cr = (await form('cr', format)).body().toString();
      assert.ok(!cr.includes('\n'));
      assert.equal(cr.replaceAll('\r', '\n'), plain);
    }
  });

  test('bom begins with the byte order mark, once', async () => {
    const bytes = (await form('bom')).body();
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    assert.equal(bytes.subarray(3).toString(), await usual('chat'));
  });

  test('comments adds comments, ids and pings, and keeps the events', async () => {
    const text = (await form('comments', 'messages')).body().toString();
    assert.match(text, /^: keep-alive$/m);
    assert.match(text, /^id: 0$/m);
    assert.match(text, /^event: ping$/m);
    const kept = payloads(text).filter((data) => data !== '{"type":"ping"}');
    assert.deepEqual(
      kept,
      payloads(await usual('messages')).filter((data) => data !== '{"type":"ping"}'),
    );
  });

  test('multi-line-data spreads one JSON value over several data lines', async () => {
    const text = (await form('multi-line-data', 'responses')).body().toString();
    const joined = text
      .split('\n\n')
      .filter(Boolean)
      .map((block) => payloads(block).join('\n'));
    assert.ok(joined[0]!.includes('\n'));
    assert.deepEqual(
      joined.map((data): unknown => JSON.parse(data)),
      payloads(await usual('responses')).map((data): unknown => JSON.parse(data)),
    );
  });

  test('split-utf8 writes the halves of a character apart', async () => {
    const exchange = await form('split-utf8');
    assert.equal(exchange.body().toString(), await usual('chat'));
    const torn = exchange.pieces.some((piece) => piece.toString('utf8').includes('�'));
    assert.ok(torn, 'some piece ends inside a character');
  });

  test('one-write and byte-by-byte carry the same bytes', async () => {
    const plain = await usual('chat');
    assert.equal((await form('one-write')).body().toString(), plain);
    const drops = await form('byte-by-byte');
    assert.equal(drops.body().toString(), plain);
    assert.ok(drops.pieces.length > 100);
  });

  test('no-terminator and half-event end orderly without the last event', async () => {
    const plain = payloads(await usual('messages'));
    assert.deepEqual(payloads((await form('no-terminator', 'messages')).body().toString()), plain.slice(0, -1));
    const half = (await form('half-event', 'messages')).body().toString();
    assert.ok(!half.endsWith('\n\n'));
    assert.equal(half.includes('event: message_stop'), true);
  });
});

describe('error events inside a stream', () => {
  for (const format of FORMATS) {
    for (const afterChunks of [0, 2]) {
      test(`${format}: after ${afterChunks} events, then the stream ends`, async () => {
        const exchange = await whole(format, true, { kind: 'stream-error', afterChunks, code: 'made_up', message: 'Made up.' });
        assert.equal(exchange.head()!.status, 200);
        const events = payloads(exchange.body().toString());
        assert.equal(events.length, afterChunks + (format === 'responses' ? 2 : 1));
        const { error } = JSON.parse(events[afterChunks]!) as {
          error: { message: string; code?: string; details?: { error_code: string } };
        };
        assert.equal(error.message, 'Made up.');
        assert.equal(format === 'messages' ? error.details?.error_code : error.code, 'made_up');
        if (format !== 'chat') assert.match(exchange.body().toString(), /^event: error$/m);
        if (format === 'responses') assert.match(events.at(-1)!, /^{"type":"response.failed".*"status":"failed"/);
      });
    }
  }
});

describe('other faults', () => {
  test('drip sends small pieces with pauses', async () => {
    const started = performance.now();
    const exchange = await whole('chat', false, { kind: 'drip', bytes: 100, everyMs: 10 });
    const pieces = Math.ceil(exchange.body().length / 100);
    assert.ok(performance.now() - started >= pieces * 8, 'takes its time');
    assert.ok(exchange.pieces.length >= pieces - 1);
    JSON.parse(exchange.body().toString());
  });

  test('redirect points elsewhere', async () => {
    const exchange = await whole('chat', false, { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/x' });
    assert.equal(exchange.head()!.status, 307);
    assert.equal(exchange.head()!.headers.location, 'http://127.0.0.1:9/x');
  });

  test('huge-body is valid and as large as asked', async () => {
    for (const stream of [false, true]) {
      const exchange = await whole('chat', stream, { kind: 'huge-body', bytes: 300_000 });
      assert.ok(exchange.body().length > 300_000);
      const text = exchange.body().toString();
      const parsed = JSON.parse(stream ? payloads(text)[0]! : text) as { x_padding: string; model: string };
      assert.equal(parsed.x_padding.length, 300_000);
      assert.equal(parsed.model, 'm');
    }
  });

  test('wrong-content-type keeps the body', async () => {
    for (const stream of [false, true]) {
      const exchange = await whole('chat', stream, { kind: 'wrong-content-type', contentType: 'text/html' });
      assert.equal(exchange.head()!.headers['content-type'], 'text/html');
      assert.ok(exchange.body().includes('x_simulated'));
    }
  });

  test('content-length declares more or fewer bytes than are sent', async () => {
    for (const delta of [50, -50]) {
      for (const stream of [false, true]) {
        const exchange = await send('chat', stream, { kind: 'content-length', delta }).until(() => false);
        assert.equal(Number(exchange.head()!.headers['content-length']), exchange.body().length + delta);
        assert.equal(exchange.ending(), 'orderly');
      }
    }
  });

  test('gzip is sent unasked and decodes to the usual answer', async () => {
    const plain = await usual('chat');
    const exchange = await whole('chat', true, { kind: 'gzip' });
    assert.equal(exchange.head()!.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(exchange.body()).toString(), plain);
  });
});

test('a fault is read from JSON or refused with a reason', () => {
  assert.deepEqual(parseFault({ kind: 'status', status: 429, times: 2 }), {
    ok: true,
    value: { fault: { kind: 'status', status: 429 }, scope: { times: 2 } },
  });
  for (const bad of [
    null,
    {},
    { kind: 'nap' },
    { kind: 'status', status: 200 },
    { kind: 'sse-form', form: 'x' },
    { kind: 'cut', at: 'x' },
    { kind: 'gzip', times: 0 },
    { kind: 'redirect', location: 'x' },
  ]) {
    const parsed = parseFault(bad);
    assert.equal(parsed.ok, false);
    assert.ok(!parsed.ok && parsed.error.length > 10);
  }
});

async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 200, 'it does not become true');
    await sleep(10);
  }
}
