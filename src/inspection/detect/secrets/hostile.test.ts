// No text may take long, whatever it repeats. The bound is generous, for busy machines; quadratic behaviour takes seconds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { subjectOf } from '../../text/subject.ts';
import { Scanner } from '../scanner.ts';
import { secretDetectors } from './index.ts';

const LENGTH = 100_000;
const MOST_MILLISECONDS = 1000;

const detectors = secretDetectors();
const scanner = new Scanner(detectors);
const TRIGGERS = [...new Set(detectors.flatMap(({ triggers = [] }) => triggers))];

/** Processor time, so that other programs do not count; the better of three. */
function millisecondsFor(text: string): number {
  const subject = subjectOf(text);
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3; attempt++) {
    const before = process.cpuUsage();
    scanner.scan(subject);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
    if (best < MOST_MILLISECONDS) return best;
  }
  return best;
}

function assertFast(seed: string): void {
  const took = millisecondsFor(seed.repeat(Math.ceil(LENGTH / seed.length)).slice(0, LENGTH));
  assert.ok(took < MOST_MILLISECONDS, `${took} ms for ${JSON.stringify(seed)}`);
}

test('100 KB of one beginning of a secret, again and again', () => {
  for (const trigger of TRIGGERS) assertFast(trigger);
});

test('100 KB of beginnings in their own case with what usually follows', () => {
  for (const seed of [
    'sk-',
    'sk_live_',
    'ghp_',
    'glpat-',
    'eyJ',
    'eyJhbGciOiJub25lIn0.',
    'eyJhbGciOiJub25lIn0..',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\nAAAA',
    'password=',
    'password="',
    "password='a",
    'password: ',
    'pwd=~',
    'id/pw=',
    'key:',
    '://',
    '://a:b',
    '://a:b@',
    'AccountKey=',
    'PuTTY-User-Key-File-2: ssh\nPrivate-Lines: 1\n',
    'kind: secret\ndata:\n  a: aaaa\n',
    '"kty":"d":"',
    '$6$a$',
    'a:::',
    ['AKIA', 'ABCDEFGHIJKLMNOP'].join(''),
    'パスワード:',
    'パスワードは',
    'curl -u a',
    'Bearer ',
    '&sig=',
    '0:AA',
    'ATATT3',
    'ops_eyJ',
    '_bkaj_',
    '\\"password\\":\\"',
  ])
    assertFast(seed);
});

test('100 KB of beginnings in any mixture', () => {
  const piece = fc.oneof(fc.constantFrom(...TRIGGERS), fc.constantFrom('=', '"', ' ', '\n', ': ', '.', '-', '@', '\\', 'A', '9', "'"));
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => assertFast(pieces.join(''))),
    { numRuns: 60, seed: 4 },
  );
});
