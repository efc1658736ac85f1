import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../detect/detector.ts';
import type { SensitiveType } from '../types.ts';
import { KnownValues } from './known-values.ts';
import { maskText } from './mask-text.ts';
import { Placeholders } from './placeholders.ts';
import { restoreText } from './restore.ts';

const KEY = randomBytes(32);
const SECRET = randomBytes(32);

function fresh() {
  return {
    placeholders: new Placeholders({ secret: SECRET, key: KEY, neverRestored: new Set<SensitiveType>(['api-key']) }),
    known: new KnownValues(),
  };
}

function findingsOf(text: string, value: string, type: SensitiveType): Finding[] {
  const findings: Finding[] = [];
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length))
    findings.push({ type, start: at, end: at + value.length, confidence: 1, rule: 'test' });
  return findings;
}

const TYPED: readonly (readonly [SensitiveType, string])[] = [
  ['person-name', '山田花子'],
  ['email', 'hanako@example.co.jp'],
  ['ipv4-address', '10.1.2.3'],
  ['internal-host', 'db1.example.co.jp'],
  ['file-share', String.raw`\\fs1\share`],
];

test('mask then restore is the identity, whatever stands around the values', () => {
  const noise = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('.', '1', 'v', '_', '/', '-', 'PERSON_', 'mail-', 'org-', '/24', '田'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(noise, fc.constantFrom(...TYPED), noise), { maxLength: 6 }), (parts) => {
      const { placeholders, known } = fresh();
      const findings: Finding[] = [];
      let text = '';
      for (const [before, [type, value], after] of parts) {
        text += before;
        findings.push({ type, start: text.length, end: text.length + value.length, confidence: 1, rule: 'test' });
        text += value + after;
      }
      for (const { start, end } of findings) known.add(text.slice(start, end));
      const masked = maskText({ text, findings, isSigned: false }, placeholders, known);
      assert.equal(restoreText(masked, placeholders.vocabulary), text);
      for (const [, [, value]] of parts) assert.ok(!masked.includes(value), `${value} in ${masked}`);
    }),
    { numRuns: 2000 },
  );
});

test('text that looks like a placeholder survives, and a model that repeats it gets nobody’s value', () => {
  const { placeholders, known } = fresh();
  const token = placeholders.of('person-name', '山田花子');
  const text = `a log says ${token}, and 山田花子 wrote ${token.toLowerCase()}`;
  const masked = maskText({ text, findings: findingsOf(text, '山田花子', 'person-name'), isSigned: false }, placeholders, known);
  assert.equal(masked.split(token).length, 2, 'only the real value becomes the token');
  assert.equal(restoreText(masked, placeholders.vocabulary), text);
});

test('masking what is masked already changes nothing for secrets, which stay masked over turns', () => {
  const { placeholders, known } = fresh();
  const text = 'key sk-live-77';
  const masked = maskText({ text, findings: findingsOf(text, 'sk-live-77', 'api-key'), isSigned: false }, placeholders, known);
  assert.equal(maskText({ text: masked, findings: [], isSigned: false }, placeholders, known), masked);
});

test('a network stays a network', () => {
  const { placeholders, known } = fresh();
  const text = 'route 192.168.40.0/24 via 192.168.40.1/24';
  const findings = ['192.168.40.0', '192.168.40.1'].flatMap((value) => findingsOf(text, value, 'ipv4-address'));
  const masked = maskText({ text, findings, isSigned: false }, placeholders, known);
  assert.match(masked, /^route 192\.168\.\d+\.0\/24 via 192\.168\.\d+\.\d+\/24$/);
  assert.equal(restoreText(masked, placeholders.vocabulary), text);
});

test('a known value is masked where no detector saw it, and its encoded forms come back as they were', () => {
  const { placeholders, known } = fresh();
  placeholders.of('person-name', '山田花子');
  known.add('山田花子');
  const text = `山田花子 ${encodeURIComponent('山田花子')} ${Buffer.from('user:山田花子').toString('base64')}`;
  const masked = maskText({ text, findings: [], isSigned: false }, placeholders, known);
  assert.match(masked, /^PERSON_\w+ TEXT_\w+ TEXT_\w+$/);
  assert.equal(restoreText(masked, placeholders.vocabulary), text);
});

test('text that a provider signed keeps its placeholders', () => {
  const { placeholders, known } = fresh();
  const token = placeholders.of('person-name', '山田花子');
  assert.equal(maskText({ text: `I think of ${token}`, findings: [], isSigned: true }, placeholders, known), `I think of ${token}`);
});

test('a network ends where something else begins', () => {
  const { placeholders, known } = fresh();
  const text = '192.168.7.0/24.db01.corp.example.co.jp';
  const host = text.slice(text.indexOf('24.'));
  const findings: Finding[] = [...findingsOf(text, '192.168.7.0', 'ipv4-address'), ...findingsOf(text, host, 'internal-host')];
  const masked = maskText({ text, findings, isSigned: false }, placeholders, known);
  assert.equal(restoreText(masked, placeholders.vocabulary), text);
});

test('spans that overlap are replaced as one, and nothing of any stays', () => {
  const words = fc.constantFrom('山田花子', 'hanako@example.co.jp', '090-1234-5678', '山田', 'example.co.jp', 'sk-live-77', ' ', 'x');
  const places = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 })), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), places, (parts, ranges) => {
      const { placeholders, known } = fresh();
      for (const value of ['山田花子', '山田', 'hanako@example.co.jp', 'example.co.jp']) known.add(value, 'person-name');
      known.add('090-1234-5678', 'phone');
      const text = parts.join('');
      const findings: Finding[] = [];
      for (const [start, length] of ranges.toSorted((a, b) => a[0] - b[0]))
        if (start >= (findings.at(-1)?.end ?? 0) && start + length <= text.length)
          findings.push({ type: 'person-name', start, end: start + length, confidence: 1, rule: 'test' });
      const masked = maskText({ text, findings, isSigned: false }, placeholders, known);
      assert.equal(restoreText(masked, placeholders.vocabulary), text);
    }),
    { numRuns: 1000 },
  );
});

test('another spelling of a known value comes back as it was spelled', () => {
  const { placeholders, known } = fresh();
  placeholders.of('phone', '090-1234-5678');
  known.add('090-1234-5678', 'phone');
  placeholders.of('email', 'taro.tanaka@corp.example');
  known.add('taro.tanaka@corp.example', 'email');
  const text = '０９０ー１２３４ー５６７８ TARO.TANAKA@CORP.EXAMPLE taro.tanaka';
  const masked = maskText({ text, findings: [], isSigned: false }, placeholders, known);
  assert.match(masked, /^PHONE_\w+ mail-\w+@ORG-\w+\.EXAMPLE mail-\w+$/);
  assert.equal(restoreText(masked, placeholders.vocabulary), text);
});
