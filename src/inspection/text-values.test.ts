import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Finding } from './detect/detector.ts';
import { createInspector } from './inspector.ts';
import { decodedSubject } from './text/decoded-subject.ts';
import { subjectOf, type Subject } from './text/subject.ts';
import { valuesIn, type Looking } from './text-values.ts';

const made = createInspector({ internalDomains: ['corp.example.co.jp'] });
assert.ok(made.ok);
const inspector = made.value;

const MAIL = 'taro.tanaka@corp.example.co.jp';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const unicode = (text: string): string =>
  text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Type and what stands in the original. */
function found(text: string): readonly string[] {
  return inspector.inspectNow(text).findings.map(({ type, start, end }) => `${type}: ${text.slice(start, end)}`);
}

test('values behind written line breaks and tabs are found as they are', () => {
  const text = String.raw`INFO body="hosts:\n10.20.30.40\nphone:\r\n090-1234-5678\tdb01.corp.example.co.jp\n4111111111111111\nsato.k@corp.example.co.jp"`;
  assert.deepEqual(found(text), [
    'ipv4-address: 10.20.30.40',
    'phone: 090-1234-5678',
    'internal-host: db01.corp.example.co.jp',
    'credit-card: 4111111111111111',
    'email: sato.k@corp.example.co.jp',
  ]);
});

test('a value that is only written in escapes is found, with all of its escapes', () => {
  const name = '佐藤健一';
  assert.deepEqual(found(`INFO resp={"name": "${unicode(name)}"}`), [`person-name: ${unicode(name)}`]);
  assert.deepEqual(found(`INFO resp={\\"name\\": \\"${unicode(name).replaceAll('\\', '\\\\')}\\"}`), [
    `person-name: ${unicode(name).replaceAll('\\', '\\\\')}`,
  ]);
  assert.deepEqual(found(`GET /s?mail=${encodeURIComponent(MAIL)}&x=1`), [`email: ${encodeURIComponent(MAIL)}`]);
  assert.ok(found(`GET /s?name=${encodeURIComponent(name)}`).includes(`person-name: ${encodeURIComponent(name)}`));
  assert.deepEqual(found('mail taro.tanaka&#64;corp.example.co.jp'), ['email: taro.tanaka&#64;corp.example.co.jp']);
  assert.deepEqual(found('from \u001b[32m10.20.\u001b[1m30\u001b[0m.40'), ['ipv4-address: 10.20.\u001b[1m30\u001b[0m.40']);
});

test('paths of Windows are found as before', () => {
  assert.deepEqual(found('open C:\\Users\\nancy\\temp'), ['user-name: nancy']);
  assert.deepEqual(found('see \\\\nas01\\temp\\new'), ['file-share: \\\\nas01\\temp\\new']);
  assert.deepEqual(found('{"path": "C:\\\\Users\\\\nancy\\\\temp", cut'), ['user-name: nancy']);
});

test('a run of base64 is one finding of the worst type in it', () => {
  const run = base64(`{"user": "${MAIL}", "ip": "10.20.30.40", "card": "4111 1111 1111 1111"}`);
  const [finding, ...others] = inspector.inspectNow(`payload ${run} end`).findings;
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...finding, confidence: 0 },
    {
      type: 'credit-card',
      start: 8,
      end: 8 + run.length,
      confidence: 0,
      rule: finding!.rule,
    },
  );
  assert.match(finding!.rule, /^encoded\.base64\.credit-card\./);
  assert.deepEqual(found(`payload ${base64('nothing of interest stands in here')} end`), []);
});

test('what an encoded text escapes or encodes again is found, three deep is not', () => {
  const once = base64(`user \\u0074aro.tanaka%40corp.example.co.jp`);
  assert.deepEqual(found(`x ${once} y`), [`email: ${once}`]);
  assert.deepEqual(found(`x ${base64(`again ${once}`)} y`), [`email: ${base64(`again ${once}`)}`]);
  assert.deepEqual(found(`x ${base64(`again ${base64(`again ${once}`)}`)} y`), []);
});

test('what is a secret already keeps its name', () => {
  const basic = base64(`${MAIL}:Passw0rd!x`);
  assert.deepEqual(
    inspector.inspectNow(`Authorization: Basic ${basic}`).findings.map(({ rule }) => rule.startsWith('encoded')),
    [false],
  );
  const jwt = `${base64('{"alg":"HS256","typ":"JWT"}')}.${base64(`{"sub":"1","email":"${MAIL}"}`).replace(/=+$/, '')}.${'k3Jx9-Qw7_Zr2Tn8'.repeat(3).slice(0, 43)}`;
  assert.deepEqual(found(`token ${jwt}`), [`jwt: ${jwt}`]);
});

test('a long run over several windows is one finding', () => {
  const run = base64('a line of a log 10.20.30.40 \n'.repeat(5_000));
  const text = `begin ${run} end`;
  assert.deepEqual(
    inspector.inspectNow(text).findings.map(({ start, end }) => [start, end]),
    [[6, 6 + run.length]],
  );
});

test('where a part of a long text ends, no part of a value is taken for one', () => {
  // The decoded part ends behind the sixteenth digit.
  const before = `\\n${' word'.repeat(99)} `;
  const after = ' word'.repeat(400);
  assert.deepEqual(found(`${before}41111111111111112345${after}`), []);
  assert.deepEqual(found(`${before}4111111111111111${after}`), ['credit-card: 4111111111111111']);
});

test('markings in escapes count', () => {
  assert.deepEqual(
    inspector.inspectNow(`{"text": "${unicode('社外秘')}\\n\\nplan`).markings.map(({ rule }) => rule),
    inspector.inspectNow('{"text": "社外秘\n\nplan').markings.map(({ rule }) => rule),
  );
});

test('a text without escapes and base64 is looked at once, as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'B', '7', ' ', '.', '@', '佐', '\n', '+'), maxLength: 80 }), (text) => {
      fc.pre(!/[A-Za-z0-9+]{16}/.test(text));
      const seen: Subject[] = [];
      const finding: Finding = { type: 'other', start: 0, end: 1, confidence: 1, rule: 'x' };
      const looking: Looking = {
        find: (subject) => {
          seen.push(subject);
          return [finding];
        },
        isWanted: () => text !== '',
      };
      const subject = subjectOf(text);
      assert.deepEqual(valuesIn(subject, looking).findings, text === '' ? [] : [finding]);
      assert.deepEqual(seen, [subject]);
    }),
  );
});

const VALUES = ['10.20.30.40', MAIL, '4111 1111 1111 1111', '090-1234-5678', '佐藤健一'];

test('every finding is in bounds, in order, and says when decoded what was found', () => {
  const write = fc.constantFrom<(text: string) => string>(
    (text) => text,
    unicode,
    encodeURIComponent,
    (text) => text.replaceAll(/./gs, (character) => `&#${character.charCodeAt(0)};`),
    (text) => text.replaceAll(/./gs, (character) => `\\\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
  const part = fc.tuple(fc.constantFrom('\\n', '\\"', '\n', ' ', '%0A', '\\t', ', '), fc.constantFrom(...VALUES), write);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const text = `log: ${parts.map(([before, value, encode]) => `${before}${encode(value)}\\r\\n`).join('')}`;
      let reached = 0;
      const said: string[] = [];
      for (const { start, end } of inspector.inspectNow(text).findings) {
        assert.ok(start >= reached && end > start && end <= text.length);
        reached = end;
        const slice = text.slice(start, end);
        said.push(decodedSubject(slice)?.text ?? slice);
      }
      for (const [, value] of parts)
        if (value !== '佐藤健一')
          assert.ok(
            said.some((each) => each.includes(value)),
            `${value} in ${text}`,
          );
    }),
    { numRuns: 200 },
  );
});

test('hostile texts take linear time', () => {
  const units = [
    '\\\\',
    '\\u0041',
    '%41',
    '&#65;',
    '\\\\n1.2.3.4',
    '\\na@b.jp',
    `${base64('aaaa10.2.3.4')} `,
    base64(base64('10.20.30.40 a@b.jp ').repeat(3)),
  ];
  inspector.inspectNow(units.join(' '));
  for (const unit of units) {
    const text = unit.repeat(100_000 / unit.length);
    const start = performance.now();
    inspector.inspectNow(text);
    const taken = performance.now() - start;
    assert.ok(taken < 1000, `${unit.slice(0, 12)}: ${taken} ms`);
  }
});
