import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FREE_JSON } from '#slots';
import type { Segment, SegmentInspection } from './segment-inspection.ts';
import { TurnsMemory } from './turns.ts';

function bodyOf(turns: readonly string[]): { body: Buffer; segments: Segment[] } {
  const segments: Segment[] = [];
  let text = '{"messages":[';
  for (const [index, turn] of turns.entries()) {
    if (index > 0) text += ', ';
    segments.push({ start: text.length, end: text.length + turn.length, tree: FREE_JSON, member: 'messages', isUnknown: false });
    text += turn;
  }
  return { body: Buffer.from(`${text}]}`), segments };
}

const inspectionsOf = (segments: readonly Segment[]) => segments.map(() => ({}) as SegmentInspection);

function remembered(memory: TurnsMemory, turns: readonly string[]) {
  const { body, segments } = bodyOf(turns);
  return memory.remember(body, segments, inspectionsOf(segments), memory.find(body, segments));
}

test('the longest beginning is found, and only a whole one', () => {
  const memory = new TurnsMemory(1 << 20);
  const two = remembered(memory, ['"one"', '"two"']);
  const other = remembered(memory, ['"one"', '"TWO"', '"three"']);
  const find = (turns: readonly string[]) => {
    const { body, segments } = bodyOf(turns);
    return memory.find(body, segments);
  };
  assert.equal(find(['"one"', '"two"', '"four"']), two);
  assert.equal(find(['"one"', '"TWO"', '"three"', '"four"']), other);
  assert.equal(find(['"one"']), undefined);
  assert.equal(find(['"one"', '"twx"', '"three"']), undefined);
  assert.equal(find(['"zero"', '"two"']), undefined);
});

test('a conversation and what it was one turn before are remembered, and nothing older', () => {
  const memory = new TurnsMemory(1 << 20);
  const turns = ['"one"', '"two"', '"three"', '"four"'];
  const two = remembered(memory, turns.slice(0, 2));
  const three = remembered(memory, turns.slice(0, 3));
  assert.equal(three.previous, two);
  const find = (texts: readonly string[]) => {
    const { body, segments } = bodyOf(texts);
    return memory.find(body, segments);
  };
  assert.equal(find([...turns.slice(0, 2), '"other"']), two, 'another answer may be asked for');
  const four = remembered(memory, turns);
  assert.equal(four.previous, three);
  assert.equal(find([...turns.slice(0, 2), '"other"']), undefined);
  assert.deepEqual(four.places, [0, 5, 7, 12, 14, 21, 23, 29]);
});

test('what is remembered is bounded, and the longest unused goes first', () => {
  const memory = new TurnsMemory(20_000);
  const turn = (name: string) => [`"${name.padEnd(200, '.')}"`, '"x"'];
  for (let index = 0; index < 50; index++) remembered(memory, turn(`c${index}`));
  const find = (name: string) => {
    const { body, segments } = bodyOf(turn(name));
    return memory.find(body, segments);
  };
  assert.equal(find('c0'), undefined);
  assert.notEqual(find('c49'), undefined);
});
