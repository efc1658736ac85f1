import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SENSITIVE_TYPES, type SensitiveType } from '../types.ts';
import { DATA_LEVELS, levelNamed, namesOf, rankOf, type DataLevel } from './levels.ts';
import { DEFAULT_LEVELS, levelOf, type LevelEvidence, type LevelTable } from './level-of.ts';
import type { TlpLabel } from './tlp.ts';
import { tlpLabelOf, tlpOfMarking } from './tlp.ts';

const level = fc.constantFrom<DataLevel>(...DATA_LEVELS);
const TLP_LABELS: readonly TlpLabel[] = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'];

const evidence = fc.record({
  types: fc.dictionary(fc.constantFrom<SensitiveType>(...SENSITIVE_TYPES), fc.nat(30)),
  labels: fc.array(fc.constantFrom('plant', 'line', 'codename', '__proto__')),
  markings: fc.array(fc.record({ level, rule: fc.constant('a') })),
  tlp: fc.array(fc.constantFrom<TlpLabel>(...TLP_LABELS)),
});

const table: fc.Arbitrary<LevelTable> = fc.record({
  types: fc.record(Object.fromEntries(SENSITIVE_TYPES.map((type) => [type, level])) as Record<SensitiveType, typeof level>),
  labels: fc.dictionary(fc.constantFrom('plant', 'line'), level),
  bulkFrom: fc.integer({ min: 1, max: 20 }),
});

function both(a: LevelEvidence, b: LevelEvidence): LevelEvidence {
  const types: Partial<Record<SensitiveType, number>> = { ...a.types };
  for (const type of SENSITIVE_TYPES) if ((b.types?.[type] ?? 0) > 0) types[type] = (types[type] ?? 0) + b.types![type]!;
  return {
    types,
    labels: [...(a.labels ?? []), ...(b.labels ?? [])],
    markings: [...(a.markings ?? []), ...(b.markings ?? [])],
    tlp: [...(a.tlp ?? []), ...(b.tlp ?? [])],
  };
}

test('adding evidence never lowers the level, under any table', () => {
  fc.assert(
    fc.property(evidence, evidence, table, (a, b, levels) => {
      const joint = rankOf(levelOf(both(a, b), levels).level);
      assert.ok(joint >= rankOf(levelOf(a, levels).level) && joint >= rankOf(levelOf(b, levels).level));
    }),
  );
});

test('a declaration raises to what it says and never lowers', () => {
  fc.assert(
    fc.property(evidence, level, table, (found, declared, levels) => {
      const without = rankOf(levelOf(found, levels).level);
      assert.equal(rankOf(levelOf({ ...found, declared }, levels).level), Math.max(without, rankOf(declared)));
    }),
  );
});

test('every level but the lowest names what asks for it', () => {
  fc.assert(
    fc.property(evidence, (found) => {
      const decision = levelOf(found);
      assert.equal(decision.because.length > 0, decision.level !== 'public');
    }),
  );
});

test('one address of mail is internal, ten are confidential, a My Number is restricted, a corporate number is public', () => {
  assert.equal(levelOf({ types: { email: 9 } }).level, 'internal');
  assert.deepEqual(levelOf({ types: { email: 10 } }), { level: 'confidential', because: ['bulk:email'] });
  assert.deepEqual(levelOf({ types: { 'my-number': 1, email: 10 } }), { level: 'restricted', because: ['type:my-number'] });
  assert.equal(levelOf({ types: { 'corporate-number': 50 } }).level, 'public');
  assert.equal(levelOf({ types: { 'ipv4-address': 500 } }).level, 'internal');
});

test('a label of the dictionary counts by the table, one that nobody configured as an unlabelled term', () => {
  const levels = { ...DEFAULT_LEVELS, labels: { canteen: 'internal', codename: 'restricted' } as const };
  assert.equal(levelOf({ labels: ['canteen'] }, levels).level, 'internal');
  assert.equal(levelOf({ labels: ['canteen', 'codename'] }, levels).level, 'restricted');
  assert.equal(levelOf({ labels: ['constructor'] }, levels).level, 'confidential');
});

test('levels have names of the government, and are read by both', () => {
  assert.deepEqual(
    DATA_LEVELS.map((each) => namesOf(each, 'kimitsusei')),
    ['機密性1', '機密性2', '機密性2', '機密性3'],
  );
  assert.equal(namesOf('internal', 'sekisho'), 'internal');
  assert.equal(levelNamed('機密性２情報'), 'confidential');
  assert.equal(levelNamed('機密性1'), 'public');
  assert.equal(levelNamed(' Restricted '), 'restricted');
  assert.equal(levelNamed('secret-ish'), undefined);
});

test('markings of intelligence are read by id, by tag and by label', () => {
  assert.equal(tlpOfMarking('marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003'), 'AMBER+STRICT');
  assert.equal(tlpOfMarking('marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed'), 'RED');
  assert.equal(tlpOfMarking('marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9'), 'CLEAR');
  assert.equal(tlpOfMarking('marking-definition--00000000-0000-4000-8000-000000000000'), undefined);
  assert.equal(tlpOfMarking('tlp:amber+strict'), 'AMBER+STRICT');
  assert.equal(tlpLabelOf('TLP-WHITE'), 'CLEAR');
  assert.equal(tlpLabelOf('TLP:2.0'), undefined);
  assert.equal(levelOf({ tlp: ['AMBER'] }).level, 'confidential');
});
