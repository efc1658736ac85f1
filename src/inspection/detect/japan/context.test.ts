import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectOf } from '../../text/subject.ts';
import { contextOf, hasLabel, isMentioned, type Evidence } from './context.ts';
import type { Family } from './labels.ts';

/** The value in the text is written between « and ». */
function evidence(marked: string, family: Family, hint = ''): Evidence {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  return contextOf(subjectOf(marked.replace(/[«»]/g, ''), hint), start, end, [family]);
}

test('a label right before names a value, one farther away is near, one behind as well', () => {
  assert.equal(evidence('マイナンバー：«123456789012»', 'my-number'), 'named');
  assert.equal(evidence('個人番号（12桁）\n«123456789012»', 'my-number'), 'named');
  assert.equal(evidence('マイナンバーを控えました、«123456789012»', 'my-number'), 'near');
  assert.equal(evidence('«123456789012»（マイナンバー）', 'my-number'), 'near');
  assert.equal(evidence('«123456789012»', 'my-number'), 'none');
});

test('the nearest label decides', () => {
  assert.equal(evidence('マイナンバー 電話 «0312345678»', 'my-number'), 'named');
  assert.equal(evidence('マイナンバー 123456789012 電話 «0312345678»', 'my-number'), 'foreign');
  assert.equal(evidence('電話受付 注文番号：«0312345678»', 'phone'), 'other');
  assert.equal(evidence('電話受付 ワークオーダー番号：«0312345678»', 'phone'), 'other');
});

test('a label behind that has its own value names that one', () => {
  assert.equal(evidence('«0312345678» マイナンバー: 123456789012', 'my-number'), 'none');
});

test('a label whose value stands there already names no second one, unless it is a list', () => {
  assert.equal(evidence('電話 0312345678 x = «0612345678»', 'phone'), 'none');
  assert.equal(evidence('電話 0312345678、«0612345678»', 'phone'), 'near');
});

test('labels of Latin letters are words', () => {
  assert.equal(evidence('hotel «0312345678»', 'phone'), 'none');
  assert.equal(evidence('home_tel=«0312345678»', 'phone'), 'named');
  assert.equal(evidence('homeTel: «0312345678»', 'phone'), 'named');
});

test('the member name decides for a whole string', () => {
  assert.equal(evidence('«0312345678»', 'phone', 'phoneNumber'), 'named');
  assert.equal(evidence('«0312345678»', 'phone', 'order_id'), 'other');
  assert.equal(evidence('電話 «0312345678»', 'phone', 'content'), 'named');
});

test('a column has the label of its header', () => {
  const csv = 'id,電話,口座番号\n1,0312345678,«1234567»';
  assert.equal(evidence(csv, 'bank-account'), 'named');
  assert.equal(evidence(csv, 'phone'), 'foreign');
  assert.equal(evidence('id,氏名,電話\n1,"a, b",«0312345678»', 'phone'), 'named');
});

test('mentions', () => {
  const subject = subjectOf('ゆうちょ銀行 記号 10120');
  assert.equal(isMentioned(subject, 7, 9, ['bank-account']), true);
  assert.equal(isMentioned(subject, 7, 9, ['phone']), false);
  assert.equal(hasLabel(subject, 'bank-account'), true);
});
