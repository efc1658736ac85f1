import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { grammarOf } from './gbnf.ts';
import { readSchema } from './json-schema.ts';
import { MAX_INTEGER, SCHEMA_LIMITS } from './schema-shape.ts';

function problemIn(schema: unknown, reading: 'exact' | 'loose' = 'exact'): string | undefined {
  const read = readSchema(schema, 'schema', reading);
  return read.ok ? undefined : `${read.error.place} ${read.error.reason}`;
}

function object(properties: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: 'object', properties, ...more };
}

describe('a schema that a grammar cannot hold', () => {
  const refused: [name: string, schema: unknown, problem: RegExp][] = [
    ['a pattern', object({ a: { type: 'string', pattern: '^x' } }), /^schema\.properties\.a\.pattern is not supported$/],
    ['an unknown format', { type: 'string', format: 'email' }, /^schema\.format is none of/],
    ['bounds of a number', { type: 'number', minimum: 0.5 }, /^schema\.minimum is not supported$/],
    ['multiples', { type: 'integer', multipleOf: 5 }, /^schema\.multipleOf is not supported$/],
    ['unique items', { type: 'array', items: true, uniqueItems: true }, /^schema\.uniqueItems/],
    ['a tuple', { type: 'array', prefixItems: [true] }, /^schema\.prefixItems/],
    ['a negation', { not: { type: 'string' } }, /^schema\.not/],
    ['several schemas at once', { allOf: [{ type: 'string' }, { maxLength: 3 }] }, /^schema\.allOf/],
    ['alternatives that overlap', { oneOf: [{ type: 'integer' }, { type: 'number' }] }, /^schema\.oneOf/],
    ['an alternative that is a value of another', { oneOf: [{ const: 'a' }, { type: 'string' }] }, /^schema\.oneOf/],
    [
      'something beside a reference',
      { $defs: { a: true }, $ref: '#/$defs/a', maxLength: 3 },
      /^schema\.maxLength is not supported beside \$ref$/,
    ],
    ['a reference to elsewhere', { $ref: 'https://example.com/x' }, /^schema\.\$ref must be/],
    ['a reference to nothing', object({ a: { $ref: '#/$defs/b' } }), /^schema\.\$defs has no definition "b"$/],
    ['a definition that is itself', { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }, /nothing but itself/],
    ['a base for references inside', object({ a: { $id: 'x' } }), /^schema\.properties\.a\.\$id/],
    ['a required member that is not described', object({ a: true }, { required: ['b'] }), /^schema\.required/],
    ['a type that JSON has not', { type: 'text' }, /^schema\.type/],
    ['nothing at all', false, /^schema allows nothing$/],
    ['an enumeration of objects', { enum: [{}] }, /^schema\.enum/],
    ['an integer without end', { type: 'integer', minimum: 1e300 }, /^schema\.minimum/],
    ['bounds the wrong way round', { type: 'array', minItems: 3, maxItems: 2 }, /^schema\.maxItems is below minItems$/],
    ['a member that is every object’s prototype', JSON.parse('{"type":"object","properties":{"__proto__":{}}}'), /__proto__/],
    ['no schema', 'string', /must be a JSON Schema/],
  ];
  for (const [name, schema, problem] of refused) {
    test(`is refused by its place: ${name}`, () => assert.match(problemIn(schema) ?? 'accepted', problem));
  }

  const loose = [
    'a pattern',
    'an unknown format',
    'bounds of a number',
    'multiples',
    'a negation',
    'several schemas at once',
    'alternatives that overlap',
  ];
  for (const [name, schema] of refused.filter(([each]) => loose.includes(each))) {
    test(`is read without it where nothing is promised: ${name}`, () => assert.equal(problemIn(schema, 'loose'), undefined));
  }
});

describe('a schema beyond a limit', () => {
  const nested = (depth: number): unknown => (depth === 0 ? { type: 'null' } : { type: 'array', items: nested(depth - 1) });
  const beyond: [name: string, schema: unknown, problem: RegExp][] = [
    ['in depth', nested(SCHEMA_LIMITS.depth + 1), /nested more than/],
    ['in depth beyond any stack', JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`), /nested more than/],
    ['in length', { description: 'x'.repeat(SCHEMA_LIMITS.characters) }, /longer than/],
    [
      'in schemas',
      object(Object.fromEntries(Array.from({ length: SCHEMA_LIMITS.shapes }, (_, index) => [`m${index}`, true]))),
      /one schema more/,
    ],
    ['in values', { enum: Array.from({ length: SCHEMA_LIMITS.literals + 1 }, (_, index) => index) }, /values in all/],
    ['in one length', { type: 'string', maxLength: SCHEMA_LIMITS.repetition + 1 }, /^schema\.maxLength is above/],
    [
      'in all lengths',
      object(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`m${index}`, { type: 'string', maxLength: 1_000 }]))),
      /in all/,
    ],
    ['in alternatives of one type', { anyOf: Array.from({ length: 65 }, () => object({ a: true })) }, /alternatives of one type/],
  ];
  for (const [name, schema, problem] of beyond) {
    test(`is refused: ${name}`, () => assert.match(problemIn(schema) ?? 'accepted', problem));
  }

  test('is refused when its alternatives double with every level, although it is short', () => {
    const both = (name: string): unknown => ({ anyOf: [object({ x: { $ref: name } }), object({ x: { $ref: name } })] });
    assert.match(problemIn({ $defs: { a: both('#/$defs/a') }, $ref: '#/$defs/a' }) ?? 'accepted', /alternatives of one type/);
    const levels = Array.from({ length: 10 }, (_, index): [string, unknown] => [`l${index}`, both(`#/$defs/l${index + 1}`)]);
    const tower = { $defs: Object.fromEntries([...levels, ['l10', { type: 'null' }]]), $ref: '#/$defs/l0' };
    assert.match(problemIn(tower) ?? 'accepted', /alternatives of one type/);
  });

  test('is not refused for containing itself where that cannot double', () => {
    const tree = {
      $defs: {
        node: object({ children: { type: 'array', items: { $ref: '#/$defs/node' } }, up: { anyOf: [{ type: 'null' }, { $ref: '#' }] } }),
      },
      $ref: '#/$defs/node',
    };
    assert.equal(problemIn(tree), undefined);
  });
});

describe('the grammar of an integer', () => {
  const bound = fc.oneof(fc.integer({ min: -2_000, max: 2_000 }), fc.integer({ min: -MAX_INTEGER, max: MAX_INTEGER }));

  test('lets through the integers within its bounds and no other', () => {
    fc.assert(
      fc.property(bound, bound, bound, (one, other, value) => {
        const [minimum, maximum] = [Math.min(one, other), Math.max(one, other)];
        const expression = integerExpression({ minimum, maximum });
        for (const tried of [value, minimum, maximum, minimum - 1, maximum + 1, 0]) {
          assert.equal(expression.test(String(tried)), tried >= minimum && tried <= maximum, `${tried} in ${minimum}…${maximum}`);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('has no leading zeros and no second way to write zero', () => {
    const expression = integerExpression({ minimum: -100, maximum: 100 });
    for (const text of ['-0', '00', '01', '-01', '']) assert.equal(expression.test(text), false, text);
  });
});

/** The root rule as a regular expression: for integers, GBNF is one but for quotes and spaces. */
function integerExpression(bounds: { readonly minimum: number; readonly maximum: number }): RegExp {
  const read = readSchema({ type: 'integer', ...bounds }, 'schema', 'exact');
  assert.ok(read.ok);
  const rule = /^root ::= (?<expression>.*)$/m.exec(grammarOf(read.value))?.groups?.['expression'];
  assert.ok(rule !== undefined);
  return new RegExp(`^(?:${rule.replaceAll(/[" ]/g, '')})$`);
}
