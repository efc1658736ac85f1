// What holds for all common detectors together: bounded work on hostile text, spans inside the text, one result for one text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { subjectOf } from '../../text/subject.ts';
import type { Detector } from '../detector.ts';
import { Scanner } from '../scanner.ts';
import { commonDetectors } from './index.ts';

const detectors = commonDetectors({ internalDomains: ['corp.example.com'] });
const SIZE = 100_000;
const LONGEST_MS = 2000;

const HOSTILE = [
  '1',
  '1-',
  '1 ',
  '1.',
  '+1-',
  '(1)',
  'a.',
  '@',
  'a@',
  'a@a.',
  ':',
  '1:',
  '::',
  '\\',
  '\\\\',
  'A\\a',
  '\\\\a\\',
  'A ',
  '1 Aa Street ',
  '1 rue ',
  'via ',
  'user=',
  'host=',
  'born 1',
  'account no 1',
  '://',
  'http://a-',
  '[.]',
  'a[.]',
  '1[.]',
  '-a',
  'uid=1(',
  ' for user ',
  '/home/',
  '\\users\\',
  'GB12 ',
  ' IL 11111',
  'phone 1 2 3 4 5 6 7 8 9 ',
  '4111 ',
  '日1',
  'Aa 1111-1111\n',
  '​1',
  '(',
  '+1',
  '%+.a',
];

function counted(text: string): { calls: number; findings: number } {
  let calls = 0;
  const counting = detectors.map((detector): Detector => ({
    ...detector,
    find: (...call) => {
      calls++;
      detector.find(...call);
    },
  }));
  const findings = new Scanner(counting).scan(subjectOf(text)).length;
  return { calls, findings };
}

test('hostile text costs a bounded number of calls and findings per character, and less than two seconds', () => {
  for (const part of HOSTILE) {
    const text = part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);
    const startedAt = performance.now();
    const { calls, findings } = counted(text);
    assert.ok(calls <= 8 * SIZE, `${JSON.stringify(part)}: ${calls} calls`);
    assert.ok(findings <= SIZE, `${JSON.stringify(part)}: ${findings} findings`);
    assert.ok(performance.now() - startedAt < LONGEST_MS, JSON.stringify(part));
  }
});

test('twice the hostile text costs at most twice the calls', () => {
  for (const part of HOSTILE) {
    const once = counted(part.repeat(1000)).calls;
    const twice = counted(part.repeat(2000)).calls;
    assert.ok(twice <= 2 * once + 16, `${JSON.stringify(part)}: ${once}, ${twice}`);
  }
});

const scanner = new Scanner(detectors);
const pieces = fc.constantFrom(...HOSTILE, 'call ', 'a@b.com', '10.0.0.1', '555-123-4567', 'CORP\\bob', 'é', '０', '\n', 'ssn ', '"');

test('findings lie inside the text, are not empty and do not depend on the run', () => {
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 30 }),
      fc.constantFrom('', 'user', 'host', 'phone', 'dob', 'serial_number'),
      (parts, hint) => {
        const subject = subjectOf(parts.join(''), hint);
        const findings = scanner.scan(subject);
        for (const { type, start, end, confidence } of findings) {
          assert.ok(start >= 0 && start < end && end <= subject.text.length, `${type} ${start} ${end}`);
          assert.ok(confidence > 0 && confidence <= 1);
        }
        assert.deepEqual(scanner.scan(subject), findings);
      },
    ),
  );
});

test('every type that a detector reports is one that it declares', () => {
  const declared = new Map(detectors.map((detector) => [detector, new Set<string>(detector.types)]));
  const text =
    'a@b.com 555-123-4567 10.0.0.1 CORP\\WS5$ \\\\fs01\\x host=ws-1 born 1990-01-02 SSN 455-99-6622 12 Main Street, Springfield, IL 62704';
  for (const detector of detectors)
    for (const { type } of new Scanner([detector]).scan(subjectOf(text)))
      assert.ok(declared.get(detector)!.has(type), `${detector.id}: ${type}`);
});
