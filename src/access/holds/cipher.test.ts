import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createSystemRandom, type PrincipalId } from '#kernel';
import type { ToolCall } from '#scope';
import { createHoldCipher, type SealedFor } from './cipher.ts';
import type { HeldCall } from './hold.ts';

const random = createSystemRandom();
const cipher = createHoldCipher(Buffer.alloc(32, 7), random);

function json(text: string, name = 'shell'): ToolCall {
  return { name, encoding: 'json', arguments: text };
}

function print(call: ToolCall, grant = 'grt_1'): string {
  return cipher.fingerprint(call, grant).toString('hex');
}

describe('the fingerprint of a call', () => {
  it('is the same for the same JSON in another spelling', () => {
    assert.equal(print(json('{"a":1,"b":["x",true]}')), print(json(' { "b" : ["\\u0078", true], "a" : 1 } ')));
  });

  it('is another for another tool, grant, encoding or value', () => {
    const prints = [
      print(json('{"a":1}')),
      print(json('{"a":1}', 'shell2')),
      print(json('{"a":1}'), 'grt_2'),
      print({ name: 'shell', encoding: 'text', arguments: '{"a":1}' }),
      print(json('{"a":2}')),
      print(json('{"a":"1"}')),
    ];
    assert.equal(new Set(prints).size, prints.length);
  });

  it('tells texts apart that parsers read differently: members named twice, numbers that a double does not hold', () => {
    assert.notEqual(print(json('{"a":"bad","a":"good"}')), print(json('{"a":"good"}')));
    assert.notEqual(print(json('{"x":{"a":1,"a":2}}')), print(json('{"x":{"a":2}}')));
    assert.notEqual(print(json('{"n":12345678901234567890}')), print(json('{"n":12345678901234567891}')));
    assert.notEqual(print(json('{"n":1.0}')), print(json('{"n":1}')));
    assert.notEqual(print(json('{"n":-0}')), print(json('{"n":0}')));
  });

  it('counts colons and brackets in strings as text', () => {
    assert.equal(print(json('{"a:b":"{[: \\" 1:2"}')), print(json('{ "a:b": "{[: \\u0022 1:2"}')));
  });

  it('is the same for equal values and another for others, whatever they are', () => {
    const anything = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
    fc.assert(
      fc.property(anything, anything, (a, b) => {
        assert.equal(print(json(JSON.stringify(a))), print(json(JSON.stringify(a, null, 2))));
        if (JSON.stringify(sorted(a)) !== JSON.stringify(sorted(b)))
          assert.notEqual(print(json(JSON.stringify(a))), print(json(JSON.stringify(b))));
      }),
      { numRuns: 300 },
    );
  });

  it('takes hostile text in time that follows its length', () => {
    for (const text of [
      '"\\"'.padEnd(200_000, '\\"'),
      '['.repeat(200_000),
      `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      '{"a":1e99999}',
    ])
      assert.match(print(json(text)), /^[0-9a-f]{64}$/);
  });
});

describe('a sealed call', () => {
  const hold: SealedFor = { id: 'hld_1', principalId: 'prn_1' as PrincipalId, grantId: 'grt_1', fingerprint: Buffer.alloc(32, 1) };
  const held: HeldCall = {
    call: json('{"cmd":"nmap 192.0.2.7"}'),
    reasons: [{ code: 'target-unknown', text: '192.0.2.7 is not known' }],
    targets: [],
  };

  it('opens for its own hold, and shows nothing of itself', () => {
    const sealed = cipher.seal(held, hold);
    assert.deepEqual(cipher.open(sealed, hold), held);
    assert.ok(!sealed.includes('nmap') && !sealed.includes('192.0.2.7'));
  });

  it('opens for no other hold, principal, grant or fingerprint, and under no other secret', () => {
    const sealed = cipher.seal(held, hold);
    for (const other of [
      { id: 'hld_2' },
      { principalId: 'prn_2' as PrincipalId },
      { grantId: 'grt_2' },
      { fingerprint: Buffer.alloc(32, 2) },
    ])
      assert.equal(cipher.open(sealed, { ...hold, ...other }), undefined);
    assert.equal(createHoldCipher(Buffer.alloc(32, 8), random).open(sealed, hold), undefined);
  });

  it('does not open when any byte was changed', () => {
    const sealed = cipher.seal(held, hold);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = changed[at]! ^ 1;
      assert.equal(cipher.open(changed, hold), undefined, `byte ${at}`);
    }
    assert.equal(cipher.open(sealed.subarray(0, 20), hold), undefined);
  });
});

function sorted(value: unknown): unknown {
  if (typeof value === 'number' && Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
