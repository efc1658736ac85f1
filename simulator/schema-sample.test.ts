import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { Json } from '#kernel';
import { sampleOf } from './schema-sample.ts';

/** Schemas as the clients write them: from zod, which then judges the sample. */
const schemas: fc.Arbitrary<z.ZodType> = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      z.boolean(),
      z.null(),
      z.literal('one'),
      z.literal(7),
      z.enum(['a', 'b']),
      z.email(),
      z.uuid(),
      z.iso.date(),
      z.iso.datetime(),
    ),
    fc.tuple(fc.nat(40), fc.nat(40)).map(([least, more]) =>
      z
        .string()
        .min(least)
        .max(least + more),
    ),
    fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(50)).map(([least, more]) =>
      z
        .int()
        .min(least)
        .max(least + more),
    ),
    fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 50 })).map(([least, more]) =>
      z
        .number()
        .gt(least)
        .lt(least + more),
    ),
    fc.integer({ min: 1, max: 12 }).map((step) => z.int().min(1).multipleOf(step)),
    fc.tuple(tie('schema'), fc.nat(3)).map(([item, least]) => z.array(item).min(least)),
    tie('schema').map((inner) => inner.nullable()),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.union([a, b])),
    fc.dictionary(fc.constantFrom('city', 'unit', 'days', 'ポート'), tie('schema')).map((shape) => z.strictObject(shape)),
  ),
})).schema;

test('a sample conforms to the schema it was made from, and is the same each time', () => {
  fc.assert(
    fc.property(schemas, (schema) => {
      const described = z.toJSONSchema(schema) as Json;
      const sample = sampleOf(described, 'seed');
      const judged = schema.safeParse(sample);
      assert.ok(judged.success, `${JSON.stringify(described)} → ${JSON.stringify(sample)}`);
      assert.deepEqual(sampleOf(described, 'seed'), sample);
    }),
    { numRuns: 500 },
  );
});

test('follows $ref and allOf, and ends on a schema that contains itself', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: { name: { type: 'string' }, next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } },
        required: ['name', 'next'],
      },
    },
  };
  let depth = 0;
  for (let at = sampleOf(tree, 's') as { next: unknown } | null; at !== null; at = at.next as { next: unknown } | null) depth++;
  assert.ok(depth > 1 && depth < 20);
  const both = {
    allOf: [
      { type: 'object', properties: { a: { const: 1 } } },
      { type: 'object', properties: { b: { const: 2 } }, required: ['b'] },
    ],
  };
  assert.deepEqual(sampleOf(both, 's'), { a: 1, b: 2 });
  const endless = { $ref: '#' };
  assert.equal(sampleOf(endless, 's'), null);
});
