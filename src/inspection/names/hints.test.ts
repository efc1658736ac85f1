import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCertainPersonHint, isPersonHint } from './hints.ts';

test('members that name a person are known in every spelling', () => {
  for (const hint of [
    'name',
    'full_name',
    'fullName',
    'Full Name',
    'customer-name',
    '氏名',
    '担当者',
    '担当者名',
    'フリガナ',
    'ご氏名（漢字）',
  ])
    assert.ok(isPersonHint(hint), hint);
  for (const hint of ['', 'filename', 'title', 'hostname', 'model', '品名', '会社名', '氏名欄の説明']) assert.ok(!isPersonHint(hint), hint);
});

test('a name may be anything, a full name only a person', () => {
  assert.ok(isCertainPersonHint('full_name'));
  assert.ok(!isCertainPersonHint('name'));
});
