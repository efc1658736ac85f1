import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corporateNumberCheck, insurerCheck, janCheck, licenceCheck, luhnCheck, myNumberCheck } from './check-digits.ts';
import { codePoints, doc, value } from './doc.ts';
import { japaneseSet, JAPANESE_TYPES, TEMPLATES } from './japanese-set.ts';
import { PREFECTURES } from './japanese-addresses.ts';
import { randomOf } from './random.ts';

const documents = japaneseSet(1, 6);
const valuesOf = (type: string): string[] =>
  documents.flatMap(({ text, gold }) =>
    gold.filter((span) => span.type === type).map(({ start, end }) => Array.from(text).slice(start, end).join('').normalize('NFKC')),
  );
const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');

test('check digits agree with the published examples', () => {
  assert.equal(myNumberCheck('62149832025'), '7');
  assert.equal(corporateNumberCheck('835678256246'), '5');
  assert.equal(licenceCheck('3090123456'), '2');
  assert.equal(insurerCheck('3312001'), '5');
  assert.equal(luhnCheck('411111111111111'), '1');
  assert.equal(janCheck('490123456789'), '4');
});

test('the same seed gives the same documents, another seed gives others', () => {
  assert.deepEqual(japaneseSet(1, 6), documents);
  assert.notDeepEqual(japaneseSet(2, 6), documents);
  const random = randomOf(42);
  assert.deepEqual(
    [random.unit(), random.unit(), random.between(1, 6)],
    (() => {
      const again = randomOf(42);
      return [again.unit(), again.unit(), again.between(1, 6)];
    })(),
  );
});

test('there are sixty templates and more, and every type and prefecture occurs', () => {
  assert.ok(TEMPLATES.length >= 60);
  for (const type of JAPANESE_TYPES) assert.ok(valuesOf(type).length > 20, type);
  assert.equal(PREFECTURES.length, 47);
  const addresses = valuesOf('address').join('\n');
  for (const prefecture of PREFECTURES) assert.ok(addresses.includes(prefecture), prefecture);
});

test('generated numbers carry their check digit', () => {
  for (const digits of valuesOf('my-number').map(digitsOf)) assert.equal(myNumberCheck(digits.slice(0, 11)), digits.slice(11), digits);
  for (const digits of valuesOf('corporate-number').map(digitsOf)) assert.equal(corporateNumberCheck(digits.slice(1)), digits[0], digits);
  for (const digits of valuesOf('drivers-licence').map(digitsOf)) assert.equal(licenceCheck(digits.slice(0, 10)), digits[10], digits);
  for (const digits of valuesOf('insurer-number').map(digitsOf)) assert.equal(insurerCheck(digits.slice(0, 7)), digits[7], digits);
});

test('phones have ten or eleven digits behind the country code', () => {
  for (const phone of valuesOf('phone')) {
    const national = digitsOf(phone.replace(/^\+81/, '0').replace('(0)', ''));
    assert.ok(national.length === 10 || national.length === 11, phone);
    assert.equal(national[0], '0', phone);
  }
});

test('gold spans lie in the text, in order, without overlaps, counted in code points', () => {
  for (const { id, text, gold } of documents) {
    let end = 0;
    for (const span of gold) {
      assert.ok(span.start >= end && span.end > span.start, id);
      end = span.end;
    }
    assert.ok(end <= codePoints(text), id);
  }
  const { text, gold } = doc`𠮷野 ${value('phone', '090-1111-2222')}。`;
  assert.deepEqual(gold, [{ type: 'phone', start: 3, end: 16 }]);
  assert.equal(Array.from(text).slice(3, 16).join(''), '090-1111-2222');
});

test('decoys hold nothing to be found', () => {
  for (const { style, gold } of documents) if (style.startsWith('decoy')) assert.deepEqual(gold, []);
});
