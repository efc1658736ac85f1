// Answers that have to follow a schema, of a model with random weights: nothing but the grammar can make them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ABSENT, completion, createModels, type Models } from '#test/llama-asking';
import { randomModel } from '#test/llama-tiny-model';
import type { LocalModel } from './local-model.ts';

/** Whatever the weights prefer, nearly anything may come. */
const RANDOM = { temperature: 2, top_p: 1, top_k: 0, min_p: 0 };

const FORMATS = {
  date: /^(?!.*-(?:02-30|02-31|04-31|06-31|09-31|11-31)$)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  'date-time': /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/,
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/,
};

const SCHEMAS: [name: string, schema: Record<string, unknown>][] = [
  [
    'an object',
    {
      type: 'object',
      properties: { id: { type: 'integer', minimum: -5, maximum: 250 }, ok: { type: 'boolean' } },
      required: ['id', 'ok'],
      additionalProperties: false,
    },
  ],
  [
    'optional members',
    {
      type: 'object',
      properties: { a: { type: 'null' }, b: { type: 'boolean' }, c: { const: 'c' } },
      required: ['b'],
      additionalProperties: false,
    },
  ],
  ['only optional members', { type: 'object', properties: { a: { type: 'null' }, b: { type: 'boolean' } }, additionalProperties: false }],
  [
    'lists',
    { type: 'array', minItems: 2, maxItems: 4, items: { type: 'array', maxItems: 2, items: { enum: ['x', '"quoted"\\', 3, null] } } },
  ],
  ['text of some length', { type: 'array', minItems: 2, maxItems: 2, items: { type: 'string', minLength: 2, maxLength: 9 } }],
  [
    'formats',
    {
      type: 'object',
      properties: {
        d: { type: 'string', format: 'date' },
        t: { type: 'string', format: 'date-time' },
        u: { type: 'string', format: 'uuid' },
        i: { type: 'string', format: 'ipv4' },
      },
      required: ['d', 't', 'u', 'i'],
      additionalProperties: false,
    },
  ],
  [
    'alternatives',
    {
      anyOf: [
        {
          type: 'object',
          properties: { kind: { const: 'a' }, n: { type: 'integer', minimum: 10, maximum: 19 } },
          required: ['kind', 'n'],
          additionalProperties: false,
        },
        { type: ['boolean', 'null'] },
      ],
    },
  ],
  [
    'definitions',
    {
      $defs: { pair: { type: 'array', minItems: 2, maxItems: 2, items: { $ref: '#/$defs/bit' } }, bit: { enum: [0, 1] } },
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: { $ref: '#/$defs/pair' },
    },
  ],
  ['members of any name', { type: 'object', additionalProperties: { type: 'integer', minimum: 1, maximum: 3 } }],
];

let models: Models;
let model: LocalModel;
before(async () => {
  models = await createModels();
  if (ABSENT === undefined) model = await models.start(randomModel({ seed: 1 }), { parallel: 2 });
});
after(() => models.close());

describe('a local model that is given a schema', { skip: ABSENT ?? false }, () => {
  for (const [name, schema] of SCHEMAS) {
    test(`follows a schema: ${name}`, async () => {
      const ajv = new Ajv2020({ strict: false, formats: FORMATS });
      const validate = ajv.compile(schema);
      const answers = new Set<string>();
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const answer = await completion(model, {
          ...RANDOM,
          seed,
          response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } },
        });
        const [choice] = answer.choices;
        if (choice?.finish_reason === 'length') continue;
        const text = choice?.message.content ?? '';
        assert.ok(validate(JSON.parse(text)), `${text}: ${ajv.errorsText(validate.errors)}`);
        answers.add(text);
      }
      assert.ok(answers.size > 1, `not the schema alone decides: ${[...answers].join(' ')}`);
    });
  }

  test('writes an object when any JSON object will do', async () => {
    let complete = 0;
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const { choices } = await completion(model, { ...RANDOM, seed, response_format: { type: 'json_object' } });
      const text = choices[0]?.message.content ?? '';
      assert.equal(text[0], '{');
      if (choices[0]?.finish_reason !== 'stop') continue;
      complete++;
      assert.equal(typeof JSON.parse(text), 'object');
    }
    assert.ok(complete > 0);
  });
});
