import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chatCompletions } from '#providers';
import { EventFilter } from './event-filter.ts';

function filter(dropUsage = true): EventFilter {
  return new EventFilter(chatCompletions.format.createStreamObserver({ dropUsage }));
}

/** Feeds a stream in chunks of the given sizes; text that passed, or the error. */
function passed(events: EventFilter, text: string, sizes: readonly number[] = [text.length || 1]): string {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    const passing = events.push(bytes.subarray(at, at + size));
    if (passing === 'transient-error') return passing;
    pieces.push(...passing);
    at += size;
  }
  const rest = events.finish();
  return rest === 'transient-error' ? rest : Buffer.concat([...pieces, ...rest]).toString();
}

const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
const STREAM =
  ': waiting\n\ndata: {"model":"m","choices":[{"delta":{"content":"é漢"}}]}\n\ndata: {"choices":[{"finish_reason":"stop"}]}\n\n';

describe('EventFilter', () => {
  it('passes the same bytes and sees the same things, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }), fc.boolean(), (sizes, dropUsage) => {
        const events = filter(dropUsage);
        const text = passed(events, `${STREAM}${USAGE}data: [DONE]\n\n`, sizes);
        assert.equal(text, `${STREAM}${dropUsage ? '' : USAGE}data: [DONE]\n\n`);
        assert.deepEqual(events.observer.observation, { effectiveModel: 'm', finish: 'stop', usage: { inputTokens: 1, outputTokens: 2 } });
        assert.equal(events.observer.ended, true);
      }),
    );
  });

  it('holds comments back until an event with data arrives', () => {
    const events = filter();
    assert.deepEqual(events.push(Buffer.from(': one\n\n: two\n\n')), []);
    assert.equal(events.hasBegun, false);
    assert.equal(Buffer.concat(events.push(Buffer.from('data: {}\n\n')) as Buffer[]).toString(), ': one\n\n: two\n\ndata: {}\n\n');
    assert.equal(events.hasBegun, true);
  });

  it('lets a flood of comments begin the answer rather than hold it for ever', () => {
    const events = filter();
    const comment = Buffer.from(`: ${'x'.repeat(1000)}\n\n`);
    let pushed = 0;
    while (!events.hasBegun && pushed < 100) {
      events.push(comment);
      pushed++;
    }
    assert.ok(pushed > 60 && pushed < 70, `${pushed} comments of 1 kB were held`);
  });

  it('tells a transient error in the first event, and passes one that comes later or is a refusal', () => {
    const overloaded = 'data: {"error":{"type":"overloaded_error"}}\n\n';
    assert.equal(passed(filter(), overloaded), 'transient-error');
    assert.equal(passed(filter(), `: waiting\n\n${overloaded}`), 'transient-error');
    assert.equal(passed(filter(), `data: {}\n\n${overloaded}`), `data: {}\n\n${overloaded}`);
    const refusal = 'data: {"error":{"code":"cyber_policy"}}\n\n';
    const events = filter();
    assert.equal(passed(events, refusal), refusal);
    assert.deepEqual(events.observer.observation.refusal, { kind: 'cyber-policy', code: 'cyber_policy' });
  });

  it('has not begun when a stream ends without any event', () => {
    const events = filter();
    assert.equal(passed(events, ''), '');
    assert.equal(events.hasBegun, false);
  });
});
