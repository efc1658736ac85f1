import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Trigrams } from '../conversation/trigrams.ts';
import { KnownValues } from './known-values.ts';
import type { MaskedType } from './placeholders.ts';

function found(text: string, ...values: string[]): string[] {
  const known = new KnownValues();
  for (const value of values) known.add(value);
  return known.findIn(text).map(({ start, end }) => text.slice(start, end));
}

test('a value is found as a word of its own, and not inside another word', () => {
  assert.deepEqual(found('bob, Bob bobby (bob) bob@x', 'bob'), ['bob', 'bob', 'bob']);
  assert.deepEqual(found('田中さんと山田中学校', '田中'), ['田中', '田中']);
  assert.deepEqual(found('1234567 123456', '123456'), ['123456']);
});

test('the longest value at a place counts', () => {
  assert.deepEqual(found('田中太郎と田中', '田中', '田中太郎'), ['田中太郎', '田中']);
});

test('a value is found percent-encoded, with escapes of JSON, and inside base64 whatever stands around it', () => {
  const value = '田中 太郎/総務';
  assert.deepEqual(found(`?q=${encodeURIComponent(value)}&x`, value), [encodeURIComponent(value)]);
  const escaped = String.raw`"\u7530\u4e2d \u592a\u90ce/\u7dcf\u52d9"`;
  assert.deepEqual(found(escaped, value), [escaped.slice(1, -1)]);
  fc.assert(
    fc.property(
      fc.string({ maxLength: 9 }),
      fc.string({ maxLength: 9 }),
      fc.constantFrom<BufferEncoding>('base64', 'base64url'),
      (before, after, form) => {
        const encoded = Buffer.from(before + value + after).toString(form);
        assert.deepEqual(found(`Basic ${encoded} end`, value), [encoded]);
      },
    ),
    { numRuns: 500 },
  );
});

test('what is too short to mean anything is not searched for', () => {
  assert.deepEqual(found('Li 12 林 Li', 'Li', '12', '林'), []);
});

test('occurrences agree with a plain search for values that stand alone', () => {
  const words = fc.constantFrom('alpha', 'beta', '工場', '第二発電所', 'x1y2', '-', ' ');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
      const text = parts.join('|');
      const expected = parts.filter((part) => part === 'alpha' || part === '工場').length;
      assert.equal(found(text, 'alpha', '工場').length, expected);
    }),
  );
});

function foundOf(type: MaskedType, value: string, text: string): string[] {
  const known = new KnownValues();
  known.add(value, type);
  return known.findIn(text).map(({ start, end }) => text.slice(start, end));
}

test('a number is found by its digits, whatever stands between them and in whatever width', () => {
  for (const spelled of ['621498320257', '6214 9832 0257', '６２１４９８３２０２５７', '6214－9832－0257', '62149832-0257'])
    assert.deepEqual(foundOf('my-number', '6214-9832-0257', `ticket_${spelled}_a`), [spelled]);
  assert.deepEqual(foundOf('my-number', '6214-9832-0257', '16214 9832 0257'), [], 'other digits before it make another number');
  assert.deepEqual(foundOf('phone', '090-1234-5678', 'call +81 90-1234-5678 or 09012345678'), ['81 90-1234-5678', '09012345678']);
  assert.deepEqual(foundOf('ipv4-address', '10.20.30.40', 'ip-10-20-30-40 and 40.30.20.10.in-addr.arpa'), ['10-20-30-40', '40.30.20.10']);
  assert.deepEqual(foundOf('ipv4-address', '192.168.1.10', 'not 192.168.11.0 nor 19216811.0'), []);
});

test('a number among thousands of others is found wherever it stands, however the run is cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9000 }), (before) => {
      const text = `${'12 '.repeat(before)}090 1234 5678${' 12'.repeat(20)}`;
      assert.deepEqual([...new Set(foundOf('phone', '090-1234-5678', text))], ['090 1234 5678']);
    }),
    { numRuns: 40 },
  );
});

test('a mail is known by its local part and a host by its first label, in any case, unless they are common words', () => {
  assert.deepEqual(foundOf('email', 'taro.tanaka@corp.example', 'user Taro.Tanaka logged in'), ['Taro.Tanaka']);
  assert.deepEqual(foundOf('internal-host', 'db01.corp.example', 'DB01 sshd; DB01.CORP.EXAMPLE up'), ['DB01', 'DB01.CORP.EXAMPLE']);
  assert.deepEqual(foundOf('user-name', 'k.sato42', 'K.SATO42'), ['K.SATO42']);
  for (const word of ['info', 'support', 'description', 'www'])
    assert.deepEqual(foundOf('email', `${word}@corp.example`, `the ${word} of it`), []);
});

test('what probes deny, the search does not find', () => {
  const values: readonly (readonly [MaskedType, string])[] = [
    ['my-number', '6214-9832-0257'],
    ['phone', '090-1234-5678'],
    ['phone', '+81 90 1234 5678'],
    ['ipv4-address', '10.20.30.40'],
    ['email', 'taro.tanaka@corp.example'],
    ['email', 'ab1@corp.example'],
    ['person-name', '田中太郎'],
  ];
  const fragments = [
    '6214',
    '9832',
    '0257',
    '-',
    ' ',
    '10',
    '20',
    '30',
    '40',
    '.',
    '.in-addr.arpa',
    '81',
    '90',
    '090',
    '1234',
    '5678',
    'ＴＡＲＯ',
    '.Tanaka',
    'AB1',
  ];
  const pieces = fc.constantFrom(
    ...fragments,
    ...values.flatMap(([, value]) => [value, value.toUpperCase(), encodeURIComponent(value), Buffer.from(`x${value}`).toString('base64')]),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.constantFrom(...values), (parts, [type, value]) => {
      const text = parts.join('');
      const known = new KnownValues();
      known.add(value, type);
      const { texts, digits, encoded } = known.probesSince(0);
      const trigrams = new Trigrams([text]);
      const mayHold = [...texts, ...encoded].some((each) => trigrams.mayHold(each)) || digits.some((each) => trigrams.mayHoldDigits(each));
      if (!mayHold) assert.deepEqual(known.findIn(text), []);
    }),
    { numRuns: 2000 },
  );
});

test('the search costs what the text is long, not what is known: alike beginnings, and every value in the text', () => {
  const values = Array.from({ length: 20_000 }, (_, index) => `user.with.a.long.beginning.${index}@example.co.jp`);
  const text = values.join(' ');
  const known = new KnownValues();
  for (const value of values) known.add(value, 'person-name');
  const before = process.cpuUsage();
  assert.equal(known.findIn(text).length, values.length);
  assert.equal(known.findIn('user.with.a.long.beginning.'.repeat(30_000)).length, 0);
  const { user } = process.cpuUsage(before);
  assert.ok(user < 3_000_000, `${user} µs`);
});
