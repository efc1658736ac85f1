import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { externalUrlProblem } from './detector.ts';
import { json, NEVER, outcome, setUp, SPAN, spans, type Answer } from './external-testing.ts';

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
