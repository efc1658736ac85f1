import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Fields, FieldValue, LogEvent } from '../event.ts';
import { ANY, ONE, type Atom, type DetectionRule, type Expression, type Test } from '../rules/model.ts';
import { eventOf, packOf, ruleText } from '../testing/events.ts';

import { Matcher } from './matcher.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'C', 'c', '\\', 'é', 'É', 'Σ', '1'), maxLength: 4 });
const textTest = fc.record({ kind: fc.constantFrom('equals', 'contains', 'startsWith', 'endsWith'), text: word, cased: fc.boolean() });
const anyTest: fc.Arbitrary<Test> = fc.oneof(
  { weight: 6, arbitrary: textTest.map((one) => ({ ...one, text: one.cased ? one.text : one.text.toLowerCase() })) },
  fc.constantFrom<Test>(
    { kind: 'any' },
    { kind: 'null' },
    { kind: 'exists' },
    { kind: 'missing' },
    { kind: 'compare', comparison: 'gte', value: 1, part: undefined },
  ),
  fc.constantFrom<Test>({ kind: 'regex', pattern: '^(ab|c)+', flags: 'i' }, { kind: 'regex', pattern: 'a\\\\?b', flags: '' }),
  fc.constantFrom<Test>(
    { kind: 'glob', tokens: ['a', ONE, ANY, 'b'], cased: false },
    { kind: 'fieldRef', field: 'B', how: 'equals', cased: false },
  ),
);
const atom: fc.Arbitrary<Atom> = fc.record({ field: fc.constantFrom('A', 'B', 'Image'), test: anyTest, written: fc.constant('') });
const ATOMS = 5;
const expression = fc.letrec<{ node: Expression }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.nat({ max: ATOMS - 1 }),
    fc.array(tie('node'), { maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie('node'), { maxLength: 3 }).map((or) => ({ or })),
    tie('node').map((not) => ({ not })),
    fc.record({ atLeast: fc.nat({ max: 3 }), of: fc.array(tie('node'), { maxLength: 3 }) }),
  ),
})).node;
const rule: fc.Arbitrary<DetectionRule> = fc
  .record({
    atoms: fc.array(atom, { minLength: ATOMS, maxLength: ATOMS }),
    condition: expression,
    category: fc.constantFrom(undefined, 'process_creation', 'file_event'),
  })
  .map(({ atoms, condition, category }) => ({
    kind: 'rule',
    id: 'r',
    title: 'r',
    name: undefined,
    level: 'low',
    tags: [],
    path: 'r',
    sha256: '',
    logsource: { product: 'windows', category, service: undefined },
    atoms,
    condition,
    conditionText: '',
  }));
const value: fc.Arbitrary<FieldValue> = fc.oneof(
  { weight: 5, arbitrary: word },
  fc.constantFrom(null, 1, true),
  fc.array(word, { maxLength: 3 }),
);
const fields = fc.dictionary(fc.constantFrom('A', 'B', 'Image', 'NewProcessName', 'Other'), value, { maxKeys: 4, noNullPrototype: true });

/** What the rules mean, said as plainly as possible and without anything of the engine. */
function means(one: DetectionRule, record: Fields): boolean {
  const own = (name: string) => (Object.hasOwn(record, name) ? record[name] : undefined);
  const at = (name: string) => own(name) ?? (name === 'Image' && !Object.hasOwn(record, 'Image') ? own('NewProcessName') : own(name));
  const texts = (name: string): string[] => [at(name) ?? null].flat().flatMap((item) => (item === null ? [] : [String(item)]));
  const evaluate = (node: Expression): boolean => {
    if (typeof node === 'number') return holds(one.atoms[node] as Atom);
    if ('not' in node) return !evaluate(node.not);
    if ('and' in node) return node.and.every(evaluate);
    if ('or' in node) return node.or.some(evaluate);
    return node.of.filter(evaluate).length >= node.atLeast;
  };
  const holds = ({ field, test }: Atom): boolean => {
    const lower = (cased: boolean) => texts(field).map((text) => (cased ? text : text.toLowerCase()));
    switch (test.kind) {
      case 'equals':
        return lower(test.cased).includes(test.text);
      case 'contains':
        return lower(test.cased).some((text) => text.includes(test.text));
      case 'startsWith':
        return lower(test.cased).some((text) => text.startsWith(test.text));
      case 'endsWith':
        return lower(test.cased).some((text) => text.endsWith(test.text));
      case 'any':
        return texts(field).length > 0;
      case 'null':
        return (at(field) ?? null) === null;
      case 'exists':
        return at(field) !== undefined;
      case 'missing':
        return at(field) === undefined;
      case 'compare': {
        const found = at(field);
        return (typeof found === 'number' || (typeof found === 'string' && found.trim() !== '')) && Number(found) >= test.value;
      }
      case 'regex':
        return texts(field).some((text) => new RegExp(test.pattern, test.flags).test(text));
      case 'glob':
        return lower(false).some((text) => /^a..*b$/s.test(text));
      case 'fieldRef':
        return lower(false).some((text) => texts(test.field).some((other) => other.toLowerCase() === text));
      default:
        throw new Error('not generated');
    }
  };
  return one.logsource.category !== 'file_event' && evaluate(one.condition);
}

test('with routing and prefilter, exactly the rules fire whose condition holds', () => {
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 6 }), fc.array(fields, { minLength: 1, maxLength: 6 }), (rules, records) => {
      const matcher = new Matcher(rules);
      for (const record of records) {
        const found = matcher.match(eventOf(record)).map(({ index }) => index);
        const expected = rules.flatMap((one, index) => (means(one, record) ? [index] : []));
        assert.deepEqual(found, expected, JSON.stringify(record));
      }
    }),
    { numRuns: 3000 },
  );
});

test('whether a rule fires does not depend on which other rules are loaded or on their order', () => {
  fc.assert(
    fc.property(fc.array(rule, { minLength: 2, maxLength: 6 }), fc.array(fields, { minLength: 1, maxLength: 5 }), (rules, records) => {
      const together = new Matcher(rules);
      const reversed = new Matcher([...rules].reverse());
      const alone = rules.map((one) => new Matcher([one]));
      for (const record of records) {
        const event = eventOf(record);
        const found = together.match(event).map(({ index }) => index);
        assert.deepEqual(
          found,
          reversed
            .match(event)
            .map(({ index }) => rules.length - 1 - index)
            .sort((a, b) => a - b),
        );
        assert.deepEqual(
          found,
          alone.flatMap((matcher, index) => (matcher.match(event).length > 0 ? [index] : [])),
        );
      }
    }),
    { numRuns: 500 },
  );
});

test('a rule concerns a record when one of its logsources has all that the rule names', () => {
  const cases: readonly (readonly [logsource: string, sources: LogEvent['logsources'], concerned: boolean])[] = [
    ['product: windows', [{ product: 'windows', category: undefined, service: 'system' }], true],
    ['category: process_creation', [{ product: 'linux', category: 'process_creation', service: undefined }], true],
    ['service: sysmon\n  product: windows', [{ product: 'windows', category: 'process_creation', service: 'sysmon' }], true],
    ['service: system\n  product: windows', [{ product: 'windows', category: undefined, service: 'security' }], false],
    [
      'category: a\n  service: b',
      [
        { product: undefined, category: 'a', service: undefined },
        { product: undefined, category: undefined, service: 'b' },
      ],
      false,
    ],
    ['product: Windows', [{ product: 'windows', category: undefined, service: undefined }], true],
    ['product: windows', [], false],
    ['definition: none', [], true],
  ];
  for (const [logsource, logsources, concerned] of cases) {
    const pack = packOf(`title: t\nid: i\nlogsource:\n  ${logsource}\ndetection:\n  s:\n    A: b\n  condition: s\n`);
    assert.equal(pack.matcher.match(eventOf({ A: 'b' }, { logsources })).length === 1, concerned, logsource);
  }
});

test('fields are found under the names that ECS, winlogbeat, OCSF, Windows auditing and collectors give them', () => {
  const { matcher } = packOf(ruleText("  s:\n    Image|endswith: '\\a.exe'\n  condition: s"));
  for (const name of [
    'Image',
    'NewProcessName',
    'process.executable',
    'process.file.path',
    'event_data.Image',
    'winlog.event_data.Image',
    'Event.EventData.Image',
    'image',
    'data.win.eventdata.image',
  ]) {
    assert.equal(matcher.match(eventOf({ [name]: 'C:\\A.EXE' })).length, 1, name);
  }
  assert.equal(matcher.match(eventOf({ ParentImage: 'C:\\A.EXE' })).length, 0);
  assert.equal(matcher.match(eventOf({ NewProcessName: 'C:\\a.exe', Image: 'C:\\b.exe' })).length, 0, 'the own name wins');
});

test('names with blanks, and names that objects inherit, are just names', () => {
  const { matcher } = packOf(ruleText('  s:\n    ThreatName: eicar\n  condition: s'));
  assert.equal(matcher.match(eventOf({ 'Threat Name': 'EICAR' })).length, 1);
  assert.equal(matcher.match(eventOf(JSON.parse('{"__proto__": {"ThreatName": "eicar"}, "constructor": 1}') as Fields)).length, 0);
});

test('records with ever new names do not fill the memory', () => {
  const { matcher } = packOf(ruleText('  s:\n    A: b\n  condition: s'));
  for (let round = 0; round < 100_000; round++) matcher.match(eventOf({ [`name-${round}`]: 'x' }));
  assert.equal(matcher.match(eventOf({ A: 'b' })).length, 1);
});

test('hostile values end in time: 200 KB command lines, 10 MB fields', () => {
  const { matcher } = packOf(
    ruleText("  s:\n    CommandLine|re: '(a+)+$'\n  condition: s", 'title: a\nid: a'),
    ruleText("  s:\n    CommandLine|re: '.{1000,}'\n  condition: s", 'title: b\nid: b'),
    ruleText("  s:\n    CommandLine|re: '\\w+`(?:\\w+|-|.)`[\\w+|\\s]'\n  condition: s", 'title: c\nid: c'),
    ruleText("  s:\n    CommandLine: '*a*b*c*d*e*'\n  condition: s", 'title: d\nid: d'),
  );
  const before = process.cpuUsage().user;
  const fired = (CommandLine: string) => matcher.match(eventOf({ CommandLine })).map(({ rule: { id } }) => id);
  assert.deepEqual(fired(`${'a'.repeat(200_000)}!`), ['b']);
  assert.deepEqual(fired('`a'.repeat(100_000)), ['a', 'b', 'c']);
  assert.deepEqual(fired('abcd'.repeat(2_500_000)), ['b']);
  assert.ok(process.cpuUsage().user - before < 4e6);
});
