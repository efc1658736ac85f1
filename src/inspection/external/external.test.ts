import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { systemClock, type Clock } from '#kernel';
import { createExternalDetector, externalUrlProblem, type ExternalDetectorOptions } from './detector.ts';

const NEVER = new AbortController().signal;

type Answer = (
  response: ServerResponse,
  body: { texts: { id: string; text: string }[]; inputs?: string[] },
  request: IncomingMessage,
) => void;

/** A detector whose server answers as told, and how often it was asked. */
async function setUp(answer: Answer, change: Partial<ExternalDetectorOptions> = {}, clock: Clock = systemClock) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(response, JSON.parse(Buffer.concat(chunks).toString()) as Parameters<Answer>[1], request));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const options: ExternalDetectorOptions = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/detect`,
    timeoutMs: 2000,
    maxTextBytes: 10_000,
    maxConcurrent: 2,
    headers: { authorization: 'Bearer of-the-detector' },
    format: 'spans',
    types: { PERSON: 'person-name', ORG: 'ignore', PER: 'person-name' },
    minConfidence: 0.5,
    ...change,
  };
  const detector = createExternalDetector(options, { clock });
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  after(async () => {
    stop();
    await detector.close();
  });
  return { detector, asked, stop };
}

const json = (response: ServerResponse, value: unknown): void => {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
};
const spans = (...all: readonly unknown[]) => ({ results: [{ id: '0', spans: all }] });
const SPAN = { start: 0, end: 1, type: 'PERSON', confidence: 0.9 };

/** What comes of one call with one text. */
async function outcome(answer: Answer, change: Partial<ExternalDetectorOptions> = {}, text = 'Mia'): Promise<string> {
  const { detector } = await setUp(answer, change);
  const result = await detector.detect([text], NEVER);
  return result.ok ? JSON.stringify(result.value) : `${result.error.kind}: ${result.error.detail}`;
}

describe('what an external detector finds', () => {
  it('comes in UTF-16 offsets, per text, with our types and the rule', async () => {
    const { detector, asked } = await setUp((response, { texts }) => {
      assert.deepEqual(texts, [
        { id: '0', text: '𠮷野 🙂 Mia' },
        { id: '1', text: 'nobody' },
        { id: '2', text: 'Mia at ACME' },
      ]);
      json(response, {
        results: [
          {
            id: '2',
            spans: [
              { ...SPAN, end: 3 },
              { ...SPAN, start: 7, end: 11, type: 'ORG' },
              { ...SPAN, type: 'Odd Label!' },
              { ...SPAN, confidence: 0.4 },
            ],
          },
          { id: '1', spans: [] },
          {
            id: '0',
            spans: [
              { ...SPAN, end: 2 },
              { ...SPAN, start: 5, end: 8, confidence: 1 },
            ],
          },
        ],
      });
    });
    const result = await detector.detect(['𠮷野 🙂 Mia', 'nobody', 'Mia at ACME'], NEVER);
    const found = { type: 'person-name', confidence: 0.9, rule: 'external.person' };
    assert.deepEqual(result, {
      ok: true,
      value: [
        [
          { ...found, start: 0, end: 3 },
          { ...found, start: 7, end: 10, confidence: 1 },
        ],
        [],
        [
          { ...found, start: 0, end: 3 },
          { type: 'other', start: 0, end: 1, confidence: 0.9, rule: 'external.odd-label-' },
        ],
      ],
    });
    assert.equal(asked[0]?.method, 'POST');
    assert.equal(asked[0]?.url, '/detect');
    assert.equal(asked[0]?.headers.authorization, 'Bearer of-the-detector');
  });

  it('comes from token classification, grouped or token by token', async () => {
    const { detector } = await setUp(
      (response, { inputs }) => {
        assert.deepEqual(inputs, ['🙂 Mia Wong', 'Ann']);
        json(response, [
          [
            { entity: 'B-PER', score: 0.6, start: 2, end: 4, word: 'Mi' },
            { entity: 'I-PER', score: 0.9, start: 4, end: 5, word: '##a' },
            { entity: 'I-PER', score: 0.7, start: 6, end: 10, word: 'Wong' },
            { entity: 'O', score: 0.7, start: null, end: null },
          ],
          [{ entity_group: 'PER', score: 0.8, start: 0, end: 3, word: 'Ann' }],
        ]);
      },
      { format: 'token-classification' },
    );
    const found = { type: 'person-name', rule: 'external.per' };
    assert.deepEqual(await detector.detect(['🙂 Mia Wong', 'Ann'], NEVER), {
      ok: true,
      value: [[{ ...found, start: 3, end: 11, confidence: 0.9 }], [{ ...found, start: 0, end: 3, confidence: 0.8 }]],
    });
  });

  it('may come without the outer list for one text', async () => {
    const token = { entity_group: 'PER', score: 0.8, start: 0, end: 3 };
    const change = { format: 'token-classification' } as const;
    const expected = '[[{"type":"person-name","start":0,"end":3,"confidence":0.8,"rule":"external.per"}]]';
    assert.equal(await outcome((response) => json(response, [token]), change), expected);
    assert.equal(await outcome((response) => json(response, [[token]]), change), expected);
    assert.equal(await outcome((response) => json(response, []), change), '[[]]');
  });

  it('asks nobody about no text', async () => {
    const { detector, asked } = await setUp((response) => json(response, {}));
    assert.deepEqual(await detector.detect([], NEVER), { ok: true, value: [] });
    assert.equal(asked.length, 0);
  });
});

describe('an answer that is none', () => {
  for (const [what, answer] of [
    ['no object', []],
    ['null', 'null'],
    ['broken JSON', '{"results": ['],
    ['deep JSON', '['.repeat(200_000)],
    ['no results', {}],
    ['a missing result', { results: [] }],
    [
      'an unknown id',
      {
        results: [
          { id: '0', spans: [] },
          { id: '1', spans: [] },
        ],
      },
    ],
    ['a number as id', { results: [{ id: 0, spans: [] }] }],
    [
      'the same id twice',
      {
        results: [
          { id: '0', spans: [] },
          { id: '0', spans: [] },
        ],
      },
    ],
    ['no spans', { results: [{ id: '0' }] }],
    ['a span behind the text', spans({ ...SPAN, end: 4 })],
    ['a span before the text', spans({ ...SPAN, start: -1 })],
    ['an empty span', spans({ ...SPAN, end: 0 })],
    ['a fraction', spans({ ...SPAN, end: 1.5 })],
    ['an infinite offset', '{"results":[{"id":"0","spans":[{"start":0,"end":1e999,"type":"PERSON","confidence":1}]}]}'],
    ['an offset as text', spans({ ...SPAN, end: '1' })],
    ['a confidence above 1', spans({ ...SPAN, confidence: 1.1 })],
    ['no confidence', spans({ start: 0, end: 1, type: 'PERSON' })],
    ['no type', spans({ ...SPAN, type: '' })],
    ['a span behind the text, of little confidence', spans({ ...SPAN, end: 4, confidence: 0 })],
    ['too many spans', spans(...Array.from({ length: 20_001 }, () => SPAN))],
  ] as const)
    it(`is malformed: ${what}`, async () => assert.match(await outcome((response) => json(response, answer)), /^malformed: /));

  it('counts the offsets of a text in code points', async () => {
    // Three UTF-16 units, two code points.
    assert.match(await outcome((response) => json(response, spans({ ...SPAN, end: 3 })), {}, '🙂a'), /^malformed: /);
    assert.match(await outcome((response) => json(response, spans({ ...SPAN, end: 2 })), {}, '🙂a'), /"start":0,"end":3/);
  });

  for (const [what, answer] of [
    ['lists for other texts', [[], []]],
    ['no list', {}],
    ['a token without offsets', [[{ entity_group: 'PER', score: 1, start: null, end: null }]]],
    ['a token that is no object', [['PER']]],
  ] as const)
    it(`of token classification is malformed: ${what}`, async () =>
      assert.match(await outcome((response) => json(response, answer), { format: 'token-classification' }), /^malformed: /));

  it('is malformed without the media type of JSON, or not in UTF-8', async () => {
    assert.equal(await outcome((response) => response.end('{}')), 'malformed: the answer is not application/json');
    const broken: Answer = (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(Buffer.from([0x22, 0xff, 0x22]));
    };
    assert.equal(await outcome(broken), 'malformed: the answer cannot be read as JSON');
  });

  it('is cut off where it is too large, announced or not', async () => {
    let sent = 0;
    const endless: Answer = (response) => {
      response.setHeader('content-type', 'application/json');
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    };
    assert.equal(await outcome(endless), 'malformed: the answer has more than 1048576 bytes');
    assert.ok(sent < 32 * 2 ** 20);
    const announced: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2_000_000 }).write('{');
    };
    assert.equal(await outcome(announced), 'malformed: the answer has more than 1048576 bytes');
  });

  it('is a status other than 200; redirects are not followed', async () => {
    for (const status of [204, 302, 401, 500, 503])
      assert.equal(await outcome((response) => void response.writeHead(status, { location: '/detect' }).end()), `status: status ${status}`);
  });
});

describe('a detector that does not answer', () => {
  it('runs out of time before, at and within its answer', async () => {
    const silent: Answer = () => {};
    const slow: Answer = (response) => {
      response.setHeader('content-type', 'application/json');
      response.write('{');
    };
    for (const answer of [silent, slow]) {
      const started = performance.now();
      assert.equal(await outcome(answer, { timeoutMs: 100 }), 'timeout: no answer within 100 ms');
      assert.ok(performance.now() - started < 1500);
    }
  });

  it('is unreachable when nobody listens or the connection breaks', async () => {
    const { detector, stop } = await setUp(() => {});
    stop();
    const refused = await detector.detect(['a'], NEVER);
    assert.ok(!refused.ok && refused.error.kind === 'unreachable', JSON.stringify(refused));
    assert.match(await outcome((response) => response.destroy()), /^unreachable: /);
    const half: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{');
      setTimeout(() => response.destroy(), 20);
    };
    assert.match(await outcome(half), /^unreachable: /);
  });

  it('is asked once more when a connection breaks, and not a third time', async () => {
    let times = 0;
    const { detector, asked } = await setUp((response) => (++times === 1 ? response.destroy() : json(response, spans(SPAN))));
    assert.equal((await detector.detect(['a'], NEVER)).ok, true);
    assert.equal(asked.length, 2);
  });

  it('leaves who waits for a turn busy when the time is over, and others at once when too many wait', async () => {
    const { detector } = await setUp(() => {}, { maxConcurrent: 1, timeoutMs: 200 });
    const kinds = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const started = performance.now();
        const result = await detector.detect(['a'], NEVER);
        return `${result.ok ? 'ok' : result.error.kind} ${performance.now() - started < 100 ? 'at once' : 'later'}`;
      }),
    );
    assert.deepEqual(kinds, ['timeout later', ...Array<string>(16).fill('busy later'), ...Array<string>(3).fill('busy at once')]);
    const next = await detector.detect(['a'], NEVER);
    assert.ok(!next.ok && next.error.kind === 'timeout', 'waiting opens no breaker');
  });

  it('is given up when the caller is, waiting or asked, and that says nothing about it', async () => {
    const { detector } = await setUp(() => {}, { maxConcurrent: 1 });
    for (let times = 0; times < 6; times++) {
      const caller = new AbortController();
      const calls = [detector.detect(['a'], caller.signal), detector.detect(['a'], caller.signal)];
      setTimeout(() => caller.abort(), 10);
      for (const result of await Promise.all(calls)) assert.ok(!result.ok && result.error.kind === 'aborted', JSON.stringify(result));
    }
    const already = await detector.detect(['a'], AbortSignal.abort());
    assert.ok(!already.ok && already.error.kind === 'aborted');
  });

  it('costs nothing after some failures, and is tried by one caller after a rest', async () => {
    let now = 0;
    let isDead = true;
    const pending: ServerResponse[] = [];
    const answer: Answer = (response) => (isDead ? response.writeHead(500).end() : pending.push(response));
    const { detector, asked } = await setUp(answer, {}, { now: () => now, monotonic: () => now });
    const kind = async () => {
      const result = await detector.detect(['a'], NEVER);
      return result.ok ? 'ok' : result.error.kind;
    };
    for (let times = 0; times < 5; times++) assert.equal(await kind(), 'status');
    assert.equal(await kind(), 'unreachable');
    assert.equal(asked.length, 5);
    now += 1000;
    assert.equal(await kind(), 'status', 'one tries');
    now += 1999;
    assert.equal(await kind(), 'unreachable', 'the rest doubles');
    now += 1;
    isDead = false;
    const probe = kind();
    while (pending.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(await kind(), 'unreachable', 'only one tries');
    json(pending[0]!, spans(SPAN));
    assert.equal(await probe, 'ok');
    const next = [kind(), kind()];
    while (pending.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const response of pending.slice(1)) json(response, spans(SPAN));
    assert.deepEqual(await Promise.all(next), ['ok', 'ok']);
  });
});

describe('what is never sent', () => {
  it('more text than allowed', async () => {
    const { detector, asked } = await setUp((response) => json(response, spans()), { maxTextBytes: 6 });
    const result = await detector.detect(['工場', 'a'], NEVER);
    assert.ok(!result.ok && result.error.kind === 'too-large');
    assert.equal(asked.length, 0);
    assert.equal((await detector.detect(['工場'], NEVER)).ok, true);
  });

  it('anything once it is closed', async () => {
    const { detector, asked } = await setUp((response) => json(response, spans()));
    assert.equal((await detector.detect(['a'], NEVER)).ok, true);
    await detector.close();
    const result = await detector.detect(['a'], NEVER);
    assert.ok(!result.ok && result.error.kind === 'unreachable');
    assert.equal(asked.length, 1);
  });

  it('to a URL that is not http, or holds credentials', () => {
    for (const url of ['http://127.0.0.1:8080/x', 'https://filter.internal/v1?model=a', 'http://[::1]/'])
      assert.equal(externalUrlProblem(url), undefined);
    for (const url of ['', '/detect', 'file:///etc/passwd', 'ftp://a/', 'http://user@a/', 'http://:pw@a/', 'http://a/#b'])
      assert.notEqual(externalUrlProblem(url), undefined, url);
  });
});
