import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemRandom } from '#kernel';
import { createWordsForVendors } from './words-for-vendors.ts';

const random = createSystemRandom();

function maskerOf() {
  return createWordsForVendors({ config: () => ({ inspection: undefined, version: 'v1' }), pepper: random.bytes(32), random });
}

test('what a person writes for a vendor names nobody and no system, also where inspection is off', async () => {
  const password = ['Xk29!', 'qLmZ7pT'].join('');
  const text = `佐藤健一 (kenichi.sato@denryoku.example.jp, 090-1234-5678) tested db01.corp.local and www.denryoku.example.jp at 10.20.30.40, password="${password}".`;
  const masked = await maskerOf()(text);
  assert.ok(masked !== undefined);
  for (const value of ['佐藤健一', 'kenichi', 'denryoku', '090-1234-5678', 'db01', '10.20.30.40', password])
    assert.ok(!masked.includes(value), masked);
  assert.match(masked, / tested .* and .* at /);
});

test('words without anything to hide stay as they are', async () => {
  const text = 'The yearly test of our own portal, as the board has ordered it.';
  assert.equal(await maskerOf()(text), text);
});

test('two packs do not tell that they are about the same system', async () => {
  const mask = maskerOf();
  const [first, second] = [await mask('db01.corp.local'), await mask('db01.corp.local')];
  assert.notEqual(first, second);
});
