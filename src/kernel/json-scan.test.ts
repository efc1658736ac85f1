import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { editJsonObject, memberValue, scanJsonObject } from './json-scan.ts';

const WANTED = new Set(['model', 'stream', 'user']);

function scan(text: string) {
  return scanJsonObject(Buffer.from(text), WANTED);
}

function scanned(text: string) {
  const result = scan(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

describe('scanJsonObject', () => {
  it('finds wanted members among nested and escaped neighbours', () => {
    const found = scanned('\n{ "a" : {"model":"no","x":["}",{"]":1}]}, "model" : "yes\\"\\\\" ,"n":-1.5E+3,"stream":true}\t');
    assert.equal(memberValue(found, 'model'), 'yes"\\');
    assert.equal(memberValue(found, 'stream'), true);
    assert.equal(memberValue(found, 'user'), undefined);
  });

  it('sees a member whose name is written with escapes', () => {
    assert.equal(memberValue(scanned('{"\\u006dodel":"x"}'), 'model'), 'x');
  });

  it('refuses bytes in which a lenient parser sees comments or other strings', () => {
    // Read with comments, each names a second model; read as JSON, the second one lies inside a string.
    for (const text of [
      `{"model":"granted","x":[/*"*/],"model":"hidden","y":[/*"*/]}`,
      `{"model":"granted","x":{'"':0},"model":"hidden","y":{'"':0}}`,
      `{"model":"granted","x":[#"\n],"model":"hidden","y":[#"\n]}`,
    ])
      assert.equal(scan(text).ok, false, text);
  });

  it('refuses names that parsers cut or repair', () => {
    assert.equal(scan('{"model\\u0000":1,"a":2}').ok, false);
    for (const name of [Buffer.from('c1ad6f', 'hex'), Buffer.from('6dff', 'hex'), Buffer.from('MODEL\0')])
      assert.equal(scanJsonObject(Buffer.concat([Buffer.from('{"'), name, Buffer.from('":1}')]), WANTED).ok, false);
    assert.equal(scan('{"\ufffd":1,"\\u0000":2}').ok, true);
  });

  it('refuses names on which parsers disagree', () => {
    for (const text of [
      '{"model":1,"model":2}',
      '{"model":1,"\\u006dodel":2}',
      '{"MODEL":1}',
      '{"\u017ftream":true}',
      '{"model":1,"Model":2}',
    ])
      assert.deepEqual(scan(text).ok, false, text);
  });

  it('refuses what is not one complete object', () => {
    for (const text of [
      '',
      '[]',
      '"x"',
      '{',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,}',
      '{"a":[1}',
      '{"a":"x}',
      '{"a":1}x',
      '{a:1}',
      '{"a" 1}',
      '{"model":}',
      '\ufeff{}',
    ])
      assert.deepEqual(scan(text).ok, false, text);
  });

  it('agrees with JSON.parse on every object, however it is spaced', () => {
    const names = fc.oneof(
      fc.constantFrom('model', 'stream', 'user'),
      fc.string({ unit: 'binary' }).filter((name) => !WANTED.has(name.toUpperCase().toLowerCase())),
    );
    fc.assert(
      fc.property(
        fc.dictionary(names, fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 })),
        fc.constantFrom(undefined, 1, '\t'),
        (value, space) => {
          const text = JSON.stringify(value, null, space);
          const found = scanned(text);
          const parsed = JSON.parse(text) as Record<string, unknown>;
          for (const name of WANTED) assert.deepEqual(memberValue(found, name), Object.hasOwn(parsed, name) ? parsed[name] : undefined);
        },
      ),
    );
  });

  it('never throws and never reads past the end, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', ':', ',', '[', ']', 'a', ' ') })),
        (input) => {
          const bytes = Buffer.from(input as string);
          const result = scanJsonObject(bytes, WANTED);
          if (result.ok) for (const member of result.value.members.values()) assert.ok(member.end <= bytes.length);
        },
      ),
    );
  });
});

describe('editJsonObject', () => {
  it('replaces and inserts members and leaves every other byte alone', () => {
    const text = '{ "x":1.0, "model" : "route",  "y":"\\u00e9" }';
    const edited = editJsonObject(scanned(text), [
      { member: 'model', json: '"real"' },
      { member: 'user', json: '"u"' },
    ]).toString();
    assert.equal(edited, '{"user":"u", "x":1.0, "model" : "real",  "y":"\\u00e9" }');
  });

  it('inserts into an empty object', () => {
    assert.equal(editJsonObject(scanned('{ }'), [{ member: 'user', json: '1' }]).toString(), '{"user":1 }');
  });

  it('equals parse, assign, stringify', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('model', 'a', 'b', 'stream'), fc.jsonValue()), fc.string(), (value, model) => {
        const edited = editJsonObject(scanned(JSON.stringify(value)), [{ member: 'model', json: JSON.stringify(model) }]);
        const expected: unknown = JSON.parse(JSON.stringify({ ...value, model }));
        assert.deepEqual(JSON.parse(edited.toString()), expected);
      }),
    );
  });

  it('removes members with one comma each, wherever they stand', () => {
    const edits = [
      { member: 'user', json: null },
      { member: 'stream', json: null },
    ];
    for (const [text, expected] of [
      ['{"user":1,"a":2}', '{"a":2}'],
      ['{ "a" : 2 , "user" : 1 }', '{ "a" : 2  }'],
      ['{"a":2,"user":1,"b":3}', '{"a":2,"b":3}'],
      ['{"a":2,"user":1,"stream":[1,{"x":","}]}', '{"a":2}'],
      ['{"stream":0,"user":1,"a":2}', '{"a":2}'],
      ['{\n"user" : 1\n}', '{\n\n}'],
      ['{"a":2}', '{"a":2}'],
      ['{}', '{}'],
    ] as const)
      assert.equal(editJsonObject(scanned(text), edits).toString(), expected);
    const replaced = editJsonObject(scanned('{"user":1,"stream":2}'), [...edits, { member: 'model', json: '"m"' }]).toString();
    assert.equal(replaced, '{"model":"m"}');
  });

  it('equals parse, assign or delete, stringify, whatever is edited and however it is spaced', () => {
    const edit = fc.option(fc.constantFrom('1', '"あ"', '{"a":[]}', 'null'), { nil: null });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom('model', 'stream', 'user', 'a', 'b'), fc.jsonValue()), { selector: ([name]) => name }),
        fc.dictionary(fc.constantFrom('model', 'stream', 'user'), edit),
        fc.constantFrom(undefined, 1, '\r\n'),
        (members, edits, space) => {
          const text = JSON.stringify(Object.fromEntries(members), null, space);
          const list = Object.entries(edits).map(([member, json]) => ({ member, json }));
          const expected = new Map(Object.entries(JSON.parse(text) as Record<string, unknown>));
          for (const { member, json } of list) {
            if (json === null) expected.delete(member);
            else expected.set(member, JSON.parse(json));
          }
          assert.deepEqual(JSON.parse(editJsonObject(scanned(text), list).toString()), Object.fromEntries(expected));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
