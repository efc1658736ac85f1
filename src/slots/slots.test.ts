// What a walk finds and what rewriting leaves alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { looksStructural } from './classify.ts';
import { rewriteDeep, rewriteSlots, type DeepEdit } from './rewrite.ts';
import type { Slot } from './slot.ts';
import {
  byValue,
  data,
  extended,
  FREE_JSON,
  json,
  list,
  object,
  opaque,
  plainNumber,
  structural,
  tainted,
  text,
  type SlotTree,
} from './tree.ts';
import { walkDeep } from './walk-deep.ts';
import { walkSlots } from './walk.ts';

function slotsOf(source: string, tree: SlotTree): Slot[] {
  const slots: Slot[] = [];
  const walked = walkSlots(source, tree, (slot) => slots.push(slot));
  assert.ok(walked.ok, `${source} was to be walked`);
  return slots;
}

function described(source: string, tree: SlotTree): string[] {
  return slotsOf(source, tree).map((slot) => `${slot.kind} ${slot.name}=${slot.value}${slot.isTainted ? ' tainted' : ''}`);
}

/**
 * Names without escapes: JSON.parse of V8 13.6 (Node 24) reads `"\\n"` as a backslash where an object with the name `"\\\\"` came before.
 * A walk does not, and a test that compares the two would blame the walk.
 */
const name = fc.string({ unit: 'binary' }).filter((key) => !/["\\\p{Cc}\p{Cs}]/u.test(key) && key !== '__proto__');
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true }),
    fc.constantFrom(true, null, '\ud800', '"', '\\u0041'),
    fc.array(tie('any')),
    fc.dictionary(name, tie('any')),
  ),
})).any;

/** All strings of a parsed value: names of members too. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([name, held]) => [name, ...stringsIn(held)]);
  return [];
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

describe('a walk over JSON', () => {
  test('finds every string and every name of free JSON, decoded, where it stands', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (any, space) => {
        const source = JSON.stringify(any, null, space);
        const slots = slotsOf(source, FREE_JSON).filter((slot) => slot.type !== 'number');
        assert.deepEqual(slots.map((slot) => slot.value).sort(), stringsIn(JSON.parse(source)).sort());
        for (const slot of slots) assert.equal(JSON.parse(source.slice(slot.start, slot.end)), slot.value);
      }),
    );
  });

  test('accepts exactly what a strict parser accepts', () => {
    const near = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '"a"',
        '"\\u00e9"',
        '\\',
        '\n',
        ' ',
        '0',
        '1',
        '-',
        '.',
        'e',
        'true',
        'null',
        'nul',
        '\u00a0',
      ),
      { maxLength: 12 },
    );
    const broken = fc.tuple(fc.jsonValue(), fc.nat(), fc.constantFrom('', ',', '"', '\\', '\u0001', '}')).map(([value, at, put]) => {
      const source = JSON.stringify(value);
      return source.slice(0, at % source.length) + put + source.slice((at % source.length) + 1);
    });
    fc.assert(
      fc.property(
        fc.oneof(
          near.map((parts) => parts.join('')),
          broken,
        ),
        (source) => {
          assert.equal(walkSlots(source, FREE_JSON, () => undefined).ok, isJson(source));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('keeps half a surrogate pair and reads escapes in names', () => {
    const source = String.raw`{"c\u006fntent":"\ud83d x \u5c71\"\n"}`;
    assert.deepEqual(slotsOf(source, object({ content: text }))[0]?.value, '\ud83d x 山"\n');
  });

  test('takes what it does not know for text, the name included', () => {
    const tree = object({ role: structural, n: plainNumber });
    assert.deepEqual(described('{"role":"user","n":123456789,"memo":"x","山田":{"deep":[123456789018]}}', tree), [
      'structural role=user',
      'text =memo',
      'text memo=x',
      'text =山田',
      'text =deep',
      'text deep=123456789018',
    ]);
    assert.deepEqual(described('{"role":{"a":"b"}}', tree), ['text =a', 'text a=b']);
    assert.deepEqual(described('{"role":["b"]}', tree), ['text role=b']);
  });

  test('takes what does not look like what its place is for for text', () => {
    const tree = object({ id: structural, image: data, seal: opaque });
    assert.deepEqual(described('{"id":"123456789018","image":"my number 1234","seal":"taro@example.jp"}', tree), [
      'text id=123456789018',
      'text image=my number 1234',
      'text seal=taro@example.jp',
    ]);
    assert.deepEqual(described('{"id":"call_1","image":"aGk=","seal":"EqQBCg=="}', tree), [
      'structural id=call_1',
      'data image=aGk=',
      'opaque seal=EqQBCg==',
    ]);
    assert.deepEqual(described('{"image":"data:image/png;base64,aGk="}', tree), ['url image=data:image/png;base64,aGk=']);
    for (const id of ['gpt-5.1', 'org/model:free', 'text/plain', '2', '']) assert.ok(looksStructural(id), id);
    for (const no of ['090-1234-5678', 'a b', 'a@b', '山', 'a'.repeat(129), '10.20.30.40']) assert.ok(!looksStructural(no), no);
  });

  test('reports numbers of six digits and more, and no shorter ones', () => {
    assert.deepEqual(described('[12345,123456,-1.23456e7,0.5]', FREE_JSON), ['text =123456', 'text =-1.23456e7']);
  });

  test('tells objects apart by a member that stands anywhere in them, and refuses one that says two things', () => {
    const message = object({ content: text });
    const tree = byValue('role', { tool: tainted(message) }, message);
    assert.deepEqual(described('{"content":"x","a":[{"role":"user"}],"role":"tool"}', tree)[0], 'text content=x tainted');
    assert.deepEqual(described('{"content":"x","role":"user"}', tree)[0], 'text content=x');
    for (const twice of [
      '{"role":"user","content":"x","role":"tool"}',
      '{"role":"user","Role":"tool"}',
      String.raw`{"role":"a","ro\u006ce":"b"}`,
    ])
      assert.ok(!walkSlots(twice, tree, () => undefined).ok, twice);
  });

  test('says the media type that stands beside the data', () => {
    const tree = object({ format: structural, data: { ...data, mediaType: { member: 'format', prefix: 'audio/' } } });
    assert.equal(slotsOf('{"data":"aGk=","format":"wav"}', tree)[0]?.mediaType, 'audio/wav');
    assert.equal(slotsOf('{"data":"aGk="}', tree)[0]?.mediaType, undefined);
  });

  test('reports both of two members of one name', () => {
    assert.deepEqual(described('{"content":"a","content":"b"}', object({ content: text })), ['text content=a', 'text content=b']);
  });

  test('goes 200 levels deep and gives up beyond its limit, without harm', () => {
    const nested = (levels: number): string => '['.repeat(levels) + '"x"' + ']'.repeat(levels);
    assert.equal(slotsOf(nested(200), FREE_JSON).length, 1);
    assert.ok(!walkSlots(nested(100_000), FREE_JSON, () => undefined).ok);
  });
});

test('hostile JSON of 100 KB costs less than 100 ms', () => {
  const message = byValue('role', { tool: tainted(object({ content: list(byValue('type', { a: object({ data }) })) })) }, object({}));
  const size = 100_000;
  const hostile = {
    'escaped quotes': JSON.stringify('"'.repeat(size / 2)),
    backslashes: JSON.stringify('\\'.repeat(size / 2)),
    'open strings': '["'.repeat(size / 2),
    brackets: '['.repeat(size),
    'JSON after JSON': JSON.stringify(['{}'.repeat(size / 2)]),
    'many members before the one that decides': `{${'"a":{"b":"c"},'.repeat(size / 16)}"role":"tool"}`,
    'many objects that decide late': `{"content":[${'{"a":"bcd","type":"x"},'.repeat(size / 23)}1],"role":"tool"}`,
    'data without media type': `{${'"data":"aGk=",'.repeat(size / 14)}"z":1}`,
    'one long number': '1'.repeat(size),
    'strings in strings': Array.from({ length: 12 })
      .reduce<string>((held) => JSON.stringify([held]), 'x')
      .slice(0, size),
  };
  for (const [name, source] of Object.entries(hostile)) {
    const start = performance.now();
    walkDeep(source, message, () => undefined);
    const took = performance.now() - start;
    assert.ok(took < 1000, `${name}: ${took.toFixed(0)} ms`);
  }
});

describe('a deep walk', () => {
  const tree = object({ arguments: json, content: tainted(text) });

  function deep(source: string): (readonly [Slot, readonly Slot[]])[] {
    const found: (readonly [Slot, readonly Slot[]])[] = [];
    assert.ok(walkDeep(source, tree, (slot, containers) => found.push([slot, containers])).ok);
    return found;
  }

  test('finds the strings of arguments, and of a text that as a whole is JSON, taint included', () => {
    const source = JSON.stringify({ arguments: '{"name":"山田"}', content: String.raw`[{"owner":"\u5c71\u7530"}] {"id":123456789018}` });
    assert.deepEqual(
      deep(source).map(([slot, containers]) => `${slot.name}=${slot.value} ${containers.length}${slot.isTainted ? ' tainted' : ''}`),
      ['=name 1', 'name=山田 1', '=owner 1 tainted', 'owner=山田 1 tainted', '=id 1 tainted', 'id=123456789018 1 tainted'],
    );
  });

  test('reports as text what was to be JSON and is none', () => {
    assert.deepEqual(
      deep(JSON.stringify({ arguments: '{"name":"山', content: '[x](y)' })).map(([slot]) => `${slot.kind} ${slot.value}`),
      ['text {"name":"山', 'text [x](y)'],
    );
  });

  test('stops at four strings inside strings', () => {
    let value = '["x"]';
    for (let level = 0; level < 6; level++) value = JSON.stringify([value]);
    assert.equal(deep(JSON.stringify({ content: value }))[0]?.[1].length, 4);
  });
});

describe('rewriting', () => {
  test('without edits gives the same text, and replaces only what it is told', () => {
    assert.equal(rewriteSlots('{"a" : "b"}', []), '{"a" : "b"}');
    assert.equal(rewriteSlots('{"a" : "b"}', [{ start: 7, end: 10, json: '"c"' }]), '{"a" : "c"}');
    assert.throws(
      () =>
        rewriteSlots('"abc"', [
          { start: 0, end: 3, json: '' },
          { start: 2, end: 4, json: '' },
        ]),
      RangeError,
    );
  });

  test('replaces every string at every depth as if the value had been built anew', () => {
    const leaf = fc
      .oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\\u0041', '山', '\ud800'))
      .filter((held) => !/^\s*[{[]/.test(held));
    const plain = fc.dictionary(name, leaf, { maxKeys: 4 });
    const wrapped = fc.array(
      fc.oneof(
        leaf,
        plain.map((value) => JSON.stringify(value)),
        plain.map((value) => JSON.stringify([JSON.stringify(value)])),
      ),
    );
    fc.assert(
      fc.property(wrapped, leaf, (wrappers, put) => {
        const source = JSON.stringify(wrappers);
        const edits: DeepEdit[] = [];
        walkDeep(source, FREE_JSON, (slot, containers) => {
          if (slot.type === 'string') edits.push({ slot, containers, text: put + slot.value });
        });
        const expected = replaced(wrappers, (held) => put + held);
        assert.deepEqual(JSON.parse(rewriteDeep(source, edits)), expected);
        const same = edits.map((edit) => ({ ...edit, text: edit.slot.value }));
        assert.deepEqual(JSON.parse(rewriteDeep(source, same)), JSON.parse(source));
      }),
    );
  });

  test('leaves the escapes of what stays as they were, inside strings too', () => {
    const source = String.raw`{"content":"{\"a\":\"\\u5c71\",\"b\":\"x\"}","z":"\u5c71\/"}`;
    const edits: DeepEdit[] = [];
    walkDeep(source, extended({}, { content: text, z: text }), (slot, containers) => {
      if (slot.name === 'b') edits.push({ slot, containers, text: 'say "ok"' });
    });
    assert.equal(rewriteDeep(source, edits), String.raw`{"content":"{\"a\":\"\\u5c71\",\"b\":\"say \\\"ok\\\"\"}","z":"\u5c71\/"}`);
  });

  test('finds its place behind escapes of every form', () => {
    const source = String.raw`{"content":"[\u0022\u5c71\u0022,\n\"x\"]"}`;
    const edits: DeepEdit[] = [];
    walkDeep(source, object({ content: text }), (slot, containers) => {
      if (slot.value === 'x') edits.push({ slot, containers, text: 'y' });
    });
    assert.equal(rewriteDeep(source, edits), String.raw`{"content":"[\u0022\u5c71\u0022,\n\"y\"]"}`);
  });

  test('a number becomes a number or a string', () => {
    const edits: DeepEdit[] = [];
    walkDeep('[123456789,987654321]', list(text), (slot, containers) => {
      edits.push({ slot, containers, text: edits.length === 0 ? '<ID_1>' : '111111111' });
    });
    assert.equal(rewriteDeep('[123456789,987654321]', edits), '["<ID_1>",111111111]');
  });
});

/** The value with every string in it replaced, as a deep walk sees strings. */
function replaced(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') {
    if (depth < 4 && /^\s*[{[]/.test(value) && isJson(value)) return JSON.stringify(replaced(JSON.parse(value), change, depth + 1));
    return change(value);
  }
  if (Array.isArray(value)) return value.map((item) => replaced(item, change, depth));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, replaced(held, change, depth)]));
  return value;
}
