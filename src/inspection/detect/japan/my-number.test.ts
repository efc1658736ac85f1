import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('a My Number is found beside its label, whatever width, brackets and breaks stand between', () => {
  for (const [text, found] of [
    ['マイナンバー：６２１４９８３２０２５７です', ['my-number:621498320257']],
    ['個人番号（12桁）\n6214 9832 0257', ['my-number:6214 9832 0257']],
    ['【個人番号】621498320257', ['my-number:621498320257']],
    ['ﾏｲﾅﾝﾊﾞｰ:621498320257', ['my-number:621498320257']],
    ['my_number=621498320257', ['my-number:621498320257']],
    ['"myNumber": "621498320257"', ['my-number:621498320257']],
    ['621498320257（マイナンバー）', ['my-number:621498320257']],
    ['個人番号：6214 - 9832 - 0257', ['my-number:6214 - 9832 - 0257']],
    ['個人番号 ６ ２ １ ４ ９ ８ ３ ２ ０ ２ ５ ７', ['my-number:6 2 1 4 9 8 3 2 0 2 5 7']],
    ['次の番号が私のマイナンバーになります：621498320257', ['my-number:621498320257']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('a column is named by its header', () => {
  for (const [text, found] of [
    ['氏名,電話番号,マイナンバー\n山田太郎,0312345678,621498320257', ['phone:0312345678', 'my-number:621498320257']],
    ['氏名,個人番号\n"山田, 太郎",621498320257', ['my-number:621498320257']],
    ['氏名\t個人番号\n山田\t621498320257\n田中\t621498320257', ['my-number:621498320257', 'my-number:621498320257']],
    ['| 氏名 | 個人番号 |\n|---|---|\n| 山田 | 621498320257 |', ['my-number:621498320257']],
    ['注文番号,氏名,個人番号\n621498320257,山田,', []],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('the grouping of the card is enough unless something else names it', () => {
  for (const [text, found] of [
    ['6214-9832-0257', ['my-number:6214-9832-0257']],
    ['お問い合わせ番号 6214-9832-0257', []],
    ['追跡番号: 6214 9832 0257', []],
    ['6214-9832-0257-1111', []],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('without label or grouping, or with a wrong check digit, it is none', () => {
  for (const text of ['621498320257', 'マイナンバー: 621498320256', '6214-9832-0256', 'ID 621498320257', 'A621498320257'])
    assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label', () => {
  for (const [name, text, found] of [
    ['my_number', '621498320257', ['my-number:621498320257']],
    ['個人番号', '6214-9832-0257', ['my-number:6214-9832-0257']],
    ['orderId', '621498320257', []],
  ] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
