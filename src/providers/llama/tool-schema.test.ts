import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSchema } from './json-schema.ts';
import type { DescribedSchema } from './schema-shape.ts';
import { callSchemaOf, withoutAbsent } from './tool-schema.ts';

function read(schema: unknown): DescribedSchema {
  const described = readSchema(schema, 'parameters', 'loose');
  assert.ok(described.ok);
  return described.value;
}

const search = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 1 },
    limit: { type: 'integer', minimum: 1 },
    note: { type: ['string', 'null'] },
    filter: {
      anyOf: [
        { type: 'object', properties: { host: { type: 'string' }, port: { type: 'integer' } }, required: ['host'] },
        { type: 'null' },
      ],
    },
    also: { type: 'array', items: { $ref: '#/$defs/also' } },
  },
  required: ['query'],
  $defs: { also: { type: 'object', properties: { a: { type: 'boolean' }, b: { enum: [1, 2] } } } },
};

describe('the parameters of a tool', () => {
  test('offer null where a member may be absent', () => {
    const schema = callSchemaOf(
      read({ type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['a'] }),
      'p',
      false,
    );
    assert.ok(schema.ok);
    assert.deepEqual(schema.value, {
      type: 'object',
      properties: { a: { type: 'string' }, b: { oneOf: [{ type: 'integer' }, { const: null }] } },
    });
  });

  test('are none when nothing is described', () => {
    assert.deepEqual(callSchemaOf(read({ type: 'object', properties: {}, additionalProperties: false }), 'p', false), {
      ok: true,
      value: undefined,
    });
  });

  test('must be an object', () => {
    const schema = callSchemaOf(read({ type: 'string' }), 'tools[0].function.parameters', false);
    assert.deepEqual(schema, { ok: false, error: { place: 'tools[0].function.parameters', reason: 'must describe an object' } });
  });

  test('that are strict are refused where they cannot be ensured', () => {
    for (const member of [
      { type: 'integer', minimum: 1 },
      { type: 'string', format: 'uuid' },
    ]) {
      const schema = { type: 'object', properties: { a: { type: 'array', items: member } } };
      assert.equal(callSchemaOf(read(schema), 'p', false).ok, true);
      assert.equal(callSchemaOf(read(schema), 'p', true).ok, false);
    }
  });
});

describe('the arguments of a call', () => {
  test('lose the nulls that stand for an absent member, at any depth, and no other', () => {
    const written = {
      query: 'x',
      limit: null,
      note: null,
      filter: { host: 'h', port: null },
      also: [
        { a: null, b: 2 },
        { a: true, b: null },
      ],
    };
    assert.deepEqual(withoutAbsent(written, read(search)), {
      query: 'x',
      note: null,
      filter: { host: 'h' },
      also: [{ b: 2 }, { a: true }],
    });
    assert.deepEqual(withoutAbsent({ ...written, filter: null, also: null }, read(search)), { query: 'x', note: null, filter: null });
  });

  test('stay as they are where members have any name', () => {
    const schema = read({ type: 'object', additionalProperties: { type: ['string', 'null'] } });
    assert.deepEqual(withoutAbsent({ a: null, b: 'x' }, schema), { a: null, b: 'x' });
  });
});
