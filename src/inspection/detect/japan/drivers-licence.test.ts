import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('a licence is found beside its label', () => {
  for (const [text, found] of [
    ['運転免許証番号 第309012345620号', ['drivers-licence:309012345620']],
    ['免許証No.309012345620', ['drivers-licence:309012345620']],
    ['免許証番号：3090 1234 5620', ['drivers-licence:3090 1234 5620']],
    ['driver_license: "309012345620"', ['drivers-licence:309012345620']],
    ['運転免許証の番号は３０９０１２３４５６２０です', ['drivers-licence:309012345620']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('without label, with a wrong check digit or an impossible commission it is none', () => {
  for (const text of ['309012345620', '免許証番号 309012345610', '免許証番号 009012345620', '注文番号 309012345620'])
    assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label', () => {
  for (const [name, text, found] of [['driversLicenseNumber', '309012345620', ['drivers-licence:309012345620']]] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
