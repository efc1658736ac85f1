import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EventCutter, eventData, keptPieces, splitEvents } from './sse.ts';

function cut(chunks: readonly Buffer[], limitBytes = 1 << 20): { blocks: Buffer[]; tail: Buffer } {
  const cutter = new EventCutter(limitBytes);
  const blocks = chunks.map((chunk) => cutter.push(chunk)).filter((block) => block.length > 0);
  return { blocks, tail: cutter.finish() };
}

function chunked(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

const LINE_ENDS = fc.constantFrom('\n', '\r\n', '\r');

/** A stream in one spelling of line ends, as its events. */
const STREAM = LINE_ENDS.chain((end) =>
  fc
    .array(
      fc.array(fc.constantFrom('data: {"a":"é漢😀"}', 'data:x', ': ping', 'event: message', 'id: 1', 'data'), {
        minLength: 1,
        maxLength: 3,
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((events) => events.map((lines) => Buffer.from(lines.join(end) + end + end))),
);

describe('EventCutter', () => {
  it('gives back every byte in order and cuts only between events, whatever the chunks', () => {
    fc.assert(
      fc.property(STREAM, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (events, sizes) => {
        const whole = Buffer.concat(events);
        const { blocks, tail } = cut(chunked(whole, sizes));
        assert.deepEqual(Buffer.concat([...blocks, tail]), whole);
        const ends = new Set<number>();
        let at = 0;
        for (const event of events) ends.add((at += event.length));
        at = 0;
        for (const block of blocks) assert.ok(ends.has((at += block.length)), `cut at ${at} of ${JSON.stringify(whole.toString())}`);
      }),
      { numRuns: 500 },
    );
  });

  it('passes an aligned chunk on without copying it', () => {
    const chunk = Buffer.from('data: 1\n\ndata: 2\n\n');
    assert.equal(new EventCutter(100).push(chunk), chunk);
  });

  it('lets an endless event go once it is over the limit', () => {
    const cutter = new EventCutter(10);
    assert.equal(cutter.push(Buffer.from('data: 12')).length, 0);
    assert.equal(cutter.push(Buffer.from('34567')).toString(), 'data: 1234567');
    assert.equal(cutter.finish().length, 0);
  });

  it('keeps an unfinished last event for finish', () => {
    const { blocks, tail } = cut([Buffer.from('data: 1\n\ndata: 2\n')]);
    assert.deepEqual([blocks.map(String), tail.toString()], [['data: 1\n\n'], 'data: 2\n']);
  });
});

describe('splitEvents', () => {
  it('undoes concatenation', () => {
    fc.assert(fc.property(STREAM, (events) => assert.deepEqual([...splitEvents(Buffer.concat(events))], events)));
  });
});

describe('eventData', () => {
  it('joins data lines and takes off one leading space only', () => {
    assert.equal(eventData(Buffer.from('event: x\ndata:  a\r\ndata:b\ndata\n\n')), ' a\nb\n');
  });

  it('finds no data in comments, pings and look-alike fields', () => {
    for (const text of [': ping\n\n', 'event: ping\n\n', 'database: x\n\n']) assert.equal(eventData(Buffer.from(text)), undefined);
  });
});

describe('the cost of cutting', () => {
  it('grows with the bytes and not with their square when an event arrives byte by byte', () => {
    const cutter = new EventCutter(1 << 20);
    let searched = 0;
    const counted = (text: string): Buffer => {
      const bytes = Buffer.from(text);
      const read = bytes.toString.bind(bytes);
      bytes.toString = (...given) => {
        searched += bytes.length;
        return read(...given);
      };
      return bytes;
    };
    for (let at = 0; at < 10_000; at++) cutter.push(counted('x'));
    assert.ok(searched <= 10_000, `${searched} bytes were searched for 10000`);
    assert.equal(cutter.push(Buffer.from('\n\n')).length, 10_002);
  });
});

describe('keptPieces', () => {
  const EVENTS = LINE_ENDS.chain((end) =>
    fc
      .array(fc.constantFrom('data: plain', 'data: mark keep', 'data: mark drop', ': comment', 'data: markmark drop'), { maxLength: 8 })
      .map((events) => events.map((event) => event + end + end)),
  );

  it('shows the observer every interesting event once and leaves out exactly what it drops', () => {
    fc.assert(
      fc.property(EVENTS, (events) => {
        const seen: string[] = [];
        const kept = keptPieces(Buffer.from(events.join('')), {
          interesting: /mark/g,
          observe(event) {
            const text = event.toString();
            if (text.includes('mark')) seen.push(text);
            return text.includes('drop') ? 'drop' : 'keep';
          },
        });
        assert.deepEqual(
          seen,
          events.filter((event) => event.includes('mark')),
        );
        assert.equal(Buffer.concat(kept).toString(), events.filter((event) => !event.includes('drop')).join(''));
      }),
    );
  });
});
