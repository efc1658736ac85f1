import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutOverlaps } from '../detect/overlaps.ts';
import { Scanner } from '../detect/scanner.ts';
import { subjectOf } from '../text/subject.ts';
import { romanised } from './latin-lexicon.ts';
import { latinNameDetector } from './latin-names.ts';

const scanner = new Scanner([latinNameDetector()]);

function namesIn(text: string, hint = ''): string[] {
  const subject = subjectOf(text, hint);
  return withoutOverlaps(scanner.scan(subject)).map(({ start, end }) => subject.text.slice(start, end));
}

describe('names in the Latin alphabet', () => {
  const cases: readonly (readonly [what: string, text: string, names: readonly string[]])[] = [
    ['behind a title', 'Please ask Dr. Okonkwo about it.', ['Okonkwo']],
    ['of two words behind a title', 'Mrs. Zelenka Vrabie is here', ['Zelenka Vrabie']],
    ['introduced', 'My name is Qwelana Brzt.', ['Qwelana Brzt']],
    ['given name and surname', 'We met Emily Johnson there.', ['Emily Johnson']],
    ['given name and unknown surname', 'We met Emily Brzezicka there.', ['Emily Brzezicka']],
    ['without the possessive', "It is Emily Johnson's key.", ['Emily Johnson']],
    ['initials', 'written by J. R. Smithers in 1999', ['J. R. Smithers']],
    ['a middle initial', 'John F. Kennedy spoke.', ['John F. Kennedy']],
    ['particles', 'Ask Pieter van der Berg today.', ['Pieter van der Berg']],
    ['apostrophe and diacritics', "Write to Siobhán O'Connor or José Núñez.", ["Siobhán O'Connor", 'José Núñez']],
    ['mailbox', 'From: Xylo Brannt <x@example.com>', ['Xylo Brannt']],
    ['label', 'Name: Xylo Brannt\nCity: Berlin', ['Xylo Brannt']],
    ['romanised Japanese in both orders', 'Tanaka Taro and Hanako Suzuki', ['Tanaka Taro', 'Hanako Suzuki']],
    ['surname in capitals', 'TANAKA Taro', ['TANAKA Taro']],
    ['before a Japanese honorific', 'Talk to Tanaka-san first.', ['Tanaka']],
    ['surname first', 'Johnson, Emily', ['Johnson, Emily']],
  ];
  for (const [what, text, names] of cases) test(what, () => assert.deepEqual(namesIn(text), names));

  test('the member name says it', () => {
    assert.deepEqual(namesIn('Xylo Brannt', 'full_name'), ['Xylo Brannt']);
    assert.deepEqual(namesIn('Xylo Brannt', 'fullName'), ['Xylo Brannt']);
    assert.deepEqual(namesIn('Xylo Brannt', 'title'), []);
  });

  const nobody = [
    'The Quick Start Guide for Windows Server',
    'Monday, March 3rd in Los Angeles, United States',
    'Microsoft Azure and Google Cloud',
    'class JohnSmithFactory extends BaseFactory {}',
    'import { Emily } from "./Emily.ts"; Emily.run(); new Emily()',
    'const userName = Martin_Value; this.Peter.find()',
    '2026-01-01 INFO Started ERROR Failed WARN Slow',
    'Content-Type: text/html\r\nAccept-Encoding: gzip\r\nHost: example.com',
    'name: Build Release\nsteps: Run Tests',
    'Mark All As Read, Grace Period, Rose Garden',
    'We met at 12 Thomas Street near St. John Hospital',
    'C:\\Users\\Emily\\file /home/Emily/x https://x/Emily',
    'Dr. and Mr.',
  ];
  for (const text of nobody) test(`nobody in "${text.slice(0, 40)}"`, () => assert.deepEqual(namesIn(text), []));

  test('Japanese readings become Hepburn', () => {
    assert.deepEqual(['さとう', 'しんじ', 'きょうこ', 'おおた', 'はっとり', 'じゅんいち', 'まっちだ'].map(romanised), [
      'Sato',
      'Shinji',
      'Kyoko',
      'Ota',
      'Hattori',
      'Junichi',
      'Matchida',
    ]);
  });

  test('hostile text of 100 KB costs a bounded time', () => {
    for (const unit of ['Emily ', 'A. ', 'Mr. ', 'Aa', 'A-', "A'", 'Aa, ', 'Emily van ', 'Name: ', 'É', 'Emily <']) {
      const subject = subjectOf(unit.repeat(Math.ceil(100_000 / unit.length)));
      scanner.scan(subject);
      const begun = performance.now();
      scanner.scan(subject);
      const took = performance.now() - begun;
      assert.ok(took < 1000, `${unit}: ${took} ms`);
    }
  });
});
