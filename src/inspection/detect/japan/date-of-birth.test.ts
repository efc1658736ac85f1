import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('a date beside a word of birth, in every era and writing', () => {
  for (const [text, found] of [
    ['生年月日：昭和50年4月1日', ['date-of-birth:昭和50年4月1日']],
    ['生年月日 S50.4.1', ['date-of-birth:S50.4.1']],
    ['生年月日　Ｈ２／１／２', ['date-of-birth:H2/1/2']],
    ['昭和五十年四月一日生', ['date-of-birth:昭和五十年四月一日']],
    ['平成元年4月1日生まれ', ['date-of-birth:平成元年4月1日']],
    ['㍼50年4月1日生', ['date-of-birth:昭和50年4月1日']],
    ['1990年1月2日に生まれた', ['date-of-birth:1990年1月2日']],
    ['DOB: 1990-01-02', ['date-of-birth:1990-01-02']],
    ['誕生日は1990/1/2です', ['date-of-birth:1990/1/2']],
    ['1990年1月2日（35歳）', ['date-of-birth:1990年1月2日']],
    ['born on January 2, 1990', ['date-of-birth:January 2, 1990']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('a date without one is a date', () => {
  for (const text of [
    '会議は2025年1月2日です。',
    '令和7年4月1日から施行',
    '1990-01-02',
    '発行日 1990/01/02',
    '生年月日は必須項目です。作成日: 2025-01-02',
    'S50.4.1',
    '生年月日: 1990-13-45',
  ])
    assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label', () => {
  for (const [name, text, found] of [
    ['birthDate', '1990-01-02', ['date-of-birth:1990-01-02']],
    ['dob', '19900102', ['date-of-birth:19900102']],
    ['created_at', '1990-01-02', []],
  ] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
