import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('national forms are found where they split as the numbering plan says', () => {
  for (const [text, found] of [
    ['090-1234-5678', ['phone:090-1234-5678']],
    ['０９０－１２３４－５６７８', ['phone:090-1234-5678']],
    ['03-1234-5678', ['phone:03-1234-5678']],
    ['0422-12-3456', ['phone:0422-12-3456']],
    ['01267-1-2345', ['phone:01267-1-2345']],
    ['099-223-4567', ['phone:099-223-4567']],
    ['050-1234-5678', ['phone:050-1234-5678']],
    ['0120-123-456', ['phone:0120-123-456']],
    ['0120-12-3456', ['phone:0120-12-3456']],
    ['0800-123-4567', ['phone:0800-123-4567']],
    ['0570-012-345', ['phone:0570-012-345']],
    ['03(1234)5678', ['phone:03(1234)5678']],
    ['(03)1234-5678', ['phone:(03)1234-5678']],
    ['（０３）１２３４－５６７８', ['phone:(03)1234-5678']],
    ['０３ー１２３４ー５６７８', ['phone:03-1234-5678']],
    ['090 1234 5678', ['phone:090 1234 5678']],
    ['０３ － １２３４ － ５６７８', ['phone:03 - 1234 - 5678']],
    ['09012345678', ['phone:09012345678']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('numbers from abroad', () => {
  for (const [text, found] of [
    ['+81-90-1234-5678', ['phone:+81-90-1234-5678']],
    ['+81 (0)90-1234-5678', ['phone:+81 (0)90-1234-5678']],
    ['+81(0)3-1234-5678', ['phone:+81(0)3-1234-5678']],
    ['+819012345678', ['phone:+819012345678']],
    ['+81 90 1234 5678', ['phone:+81 90 1234 5678']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('fixed lines without separators need a label', () => {
  for (const [text, found] of [
    ['電話：0312345678', ['phone:0312345678']],
    ['ＴＥＬ０３１２３４５６７８', ['phone:0312345678']],
    ['℡ 06-6123-4567', ['phone:06-6123-4567']],
    ['tel=0312345678&name=x', ['phone:0312345678']],
    ['ｹｲﾀｲ：09012345678', ['phone:09012345678']],
    ['0312345678（FAX）', ['phone:0312345678']],
    ['0312345678', []],
    ['注文番号: 0312345678', []],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('extensions', () => {
  for (const [text, found] of [
    ['内線1234、内線番号: 567', ['phone:1234', 'phone:567']],
    ['03-1234-5678 ext. 123', ['phone:03-1234-5678', 'phone:123']],
    ['text 1234', []],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('what only looks like one is none', () => {
  for (const text of [
    '03-12345-678',
    '03-1234-56789',
    '00-1234-5678',
    '2024-0312-3456',
    '080-1234-5678-9012',
    'AB-03-1234-5678',
    '型番 090-1234-5678A',
    'version 0.12.3456.7890',
    '2025-11-24 09:00:00',
    '192.168.100.200',
    '550e8400-e29b-41d4-a716-446655440000',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    '価格 1,234,567円',
    '受付番号 03-1234-5678',
    '4901234567894',
  ])
    assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label, and a spreadsheet may have dropped the zero', () => {
  for (const [name, text, found] of [
    ['tel', '0312345678', ['phone:0312345678']],
    ['mobilePhone', '9012345678', ['phone:9012345678']],
    ['order_no', '09012345678', []],
  ] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
