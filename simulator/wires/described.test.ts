// Answers and stream events against the published API descriptions, where these are at hand (they are not part of the repository).
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { startSimulator, type Simulator } from '../index.ts';

type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
type Schema = { readonly [key: string]: Value };
type Description = { readonly components: { readonly schemas: Record<string, Schema> } };

const TOOL = {
  type: 'function',
  name: 'f',
  description: 'A tool',
  parameters: { type: 'object', properties: { a: { type: 'integer' } } },
  strict: false,
};
const BASE = { model: 'm', input: 'hello' };
const RESPONSES = {
  text: BASE,
  tool: { ...BASE, input: 'use the tool', tools: [TOOL] },
  refusal: { ...BASE, model: 'sim-refusal' },
  incomplete: { ...BASE, max_output_tokens: 2 },
};
const CHAT = { model: 'm', messages: [{ role: 'user', content: 'use the tools' }] };
const CHATS = {
  text: CHAT,
  tools: { ...CHAT, tools: [{ type: 'function', function: { name: 'f' } }] },
  refusal: { ...CHAT, model: 'sim-refusal' },
  choices: { ...CHAT, n: 2, stream_options: { include_usage: true } },
};

let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ name: 'us', label: 'US' });
});
after(() => simulator.close());

async function post(path: string, body: object): Promise<string> {
  const answer = await fetch(`${simulator.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
  return answer.text();
}

const parse = (text: string) => JSON.parse(text) as Value;

async function eventsOf(path: string, body: object): Promise<Value[]> {
  const text = await post(path, { ...body, stream: true });
  const payloads = text.split('\n').filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]');
  return payloads.map((line) => parse(line.slice(6)));
}

function load(name: string): Record<string, Schema> | undefined {
  const file = new URL(`../../../shared/data/wire/${name}`, import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Description).components.schemas : undefined;
}

const openai = load('openai_openapi.json');
describe(
  "OpenAI's API description",
  { skip: openai === undefined ? 'skipped: ../shared/data/wire/openai_openapi.json absent' : false },
  () => {
    const faults = (name: string, value: Value) => faultsIn(openai!, { $ref: `#/components/schemas/${name}` }, value, name);
    const conforms = (name: string, value: Value) => assert.deepEqual(faults(name, withoutRecordedNulls(value)), []);

    for (const [name, body] of Object.entries(RESPONSES)) {
      test(`Responses, ${name}`, async () => {
        conforms('Response', parse(await post('/v1/responses', body)));
        for (const event of await eventsOf('/v1/responses', body)) conforms('ResponseStreamEvent', event);
      });
    }

    for (const [name, body] of Object.entries(CHATS)) {
      test(`chat completions, ${name}`, async () => {
        conforms('CreateChatCompletionResponse', parse(await post('/v1/chat/completions', body)));
        for (const chunk of await eventsOf('/v1/chat/completions', body)) conforms('CreateChatCompletionStreamResponse', chunk);
      });
    }

    test('embeddings, models and errors', async () => {
      conforms('CreateEmbeddingResponse', parse(await post('/v1/embeddings', { model: 'm', input: 'x' })));
      conforms('ListModelsResponse', (await (await fetch(`${simulator.url}/v1/models`)).json()) as Value);
      conforms('ErrorResponse', (await (await fetch(`${simulator.url}/v1/models/none`)).json()) as Value);
    });

    test('the check itself finds what is missing, wrong or of no known type', async () => {
      const response = parse(await post('/v1/responses', BASE)) as { [key: string]: Value };
      const { id: _, ...nameless } = response;
      const wrong = (value: Value) => faults('Response', withoutRecordedNulls(value)).length > 0;
      assert.deepEqual(
        [wrong(response), wrong(nameless), wrong({ ...response, output: [{ type: 'x' }] }), wrong({ ...response, top_p: 'x' })],
        [false, true, true, true],
      );
    });
  },
);

/** The provider's own answers carry these nulls, which its description does not allow. */
function withoutRecordedNulls(value: Value): Value {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([name, one]) => one !== null || (name !== 'user' && name !== 'usage'));
  return Object.fromEntries(kept.map(([name, one]) => [name, name === 'response' ? withoutRecordedNulls(one) : one]));
}

const open = load('openresponses_openapi.json');
describe(
  'the Open Responses description',
  { skip: open === undefined ? 'skipped: ../shared/data/wire/openresponses_openapi.json absent' : false },
  () => {
    for (const [name, body] of Object.entries(RESPONSES)) {
      test(`a response, ${name}`, async () => {
        const value = parse(await post('/v1/responses', body));
        assert.deepEqual(faultsIn(open!, { $ref: '#/components/schemas/ResponseResource' }, value, 'Response'), []);
      });
    }
  },
);

/** JSON Schema as far as the descriptions need it; unknown members are allowed. Returns what does not conform. */
function faultsIn(all: Record<string, Schema>, schema: Schema, value: Value, at: string): string[] {
  const check = (one: Value, part: Value, where: string): string[] => faultsIn(all, one as Schema, part, where);
  if (value === null && schema.nullable === true) return [];
  if (typeof schema.$ref === 'string') {
    const target = all[schema.$ref.slice('#/components/schemas/'.length)];
    return target === undefined ? [`${at}: no schema ${schema.$ref}`] : check(target, value, at);
  }
  const found: string[] = [];
  if (schema.enum !== undefined && !(schema.enum as Value[]).includes(value))
    found.push(`${at}: not one of ${JSON.stringify(schema.enum)}`);
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOfType(value, type)))
    found.push(`${at}: is no ${JSON.stringify(schema.type)}`);
  for (const part of (schema.allOf as Value[] | undefined) ?? []) found.push(...check(part, value, at));
  const alternatives = (schema.anyOf ?? schema.oneOf) as Value[] | undefined;
  if (alternatives !== undefined && found.length === 0) {
    const tries = alternatives.map((one) => check(one, value, at));
    if (tries.every((faults) => faults.length > 0)) found.push(...tries.toSorted((a, b) => b.length - a.length).at(-1)!);
  }
  if (Array.isArray(value)) {
    if (schema.items !== undefined) found.push(...value.flatMap((item, index) => check(schema.items!, item, `${at}[${index}]`)));
  } else if (typeof value === 'object' && value !== null) {
    for (const name of (schema.required as string[] | undefined) ?? []) if (!(name in value)) found.push(`${at}.${name}: missing`);
    for (const [name, one] of Object.entries((schema.properties as Schema | undefined) ?? {})) {
      if (value[name] !== undefined) found.push(...check(one, value[name], `${at}.${name}`));
    }
  }
  return found;
}

function isOfType(value: Value, type: Value): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
