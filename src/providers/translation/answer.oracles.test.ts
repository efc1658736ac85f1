// The Open Responses specification over everything a Responses client gets, and recorded streams of real providers over every pair, where the
// development data lies beside the project; skipped where it does not.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { fieldsOf, itemsOf, parseFields } from '../json-fields.ts';
import { assertGrammar } from './answers/testing/grammar.ts';
import { eventsOf, hear, payloadsOf, pushAll, streamOf, translator, wholeOf, WIRES, type Told } from './answers/testing/answers.ts';
import { mutatedRequest, mutatedStream, mutatedWhole } from './answers/testing/mutations.ts';
import type { ConversationWire } from './request.ts';

const folder = fileURLToPath(new URL('../../../../shared/data/wire/', import.meta.url));
const skip = existsSync(folder) ? false : 'skipped: ../shared/data/wire absent';

type Json = Readonly<Record<string, unknown>>;

// ustar: 512-byte headers; name at 0, size in octal at 124, type at 156, prefix at 345.
function recordings(): { path: string; bytes: Buffer }[] {
  const archive = gunzipSync(readFileSync(`${folder}vercel-ai-fixtures.tar.gz`));
  const files: { path: string; bytes: Buffer }[] = [];
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const field = (from: number, to: number): string => archive.toString('utf8', at + from, at + to).replace(/\0.*/s, '');
    const size = Number.parseInt(field(124, 136), 8);
    const path = [field(345, 500), field(0, 100)].filter(Boolean).join('/');
    if (field(156, 157) === '0') files.push({ path, bytes: archive.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** Answers and streams of the three formats. */
const answersIn = (files: readonly { path: string; bytes: Buffer }[]): typeof files =>
  files.filter(({ path }) => wireOf(path) !== undefined && !isErrorBody(path));

/** A provider's error answer; an error inside a tool's result is none. */
const isErrorBody = (path: string): boolean => /-error(?:\.1)?\.json$/.test(path);

function wireOf(path: string): ConversationWire | undefined {
  if (path.startsWith('packages/anthropic/src/__fixtures__/')) return 'anthropic-messages';
  if (path.includes('/responses/__fixtures__/')) return 'openai-responses';
  return path.includes('/chat/__fixtures__/') ? 'openai-chat' : undefined;
}

/** A recording of chunks holds one payload a line, and no end mark. */
function eventsIn(path: string, bytes: Buffer, wire: ConversationWire): string[] {
  if (path.endsWith('.sse')) return [bytes.toString()];
  const all = bytes.toString().split('\n').filter(Boolean);
  // Some recordings hold several turns, one after the other.
  const end = all.findIndex((line) => /"type":"(?:message_stop|response\.completed)"/.test(line));
  const lines = end < 0 ? all : all.slice(0, end + 1);
  return [...lines.map((line) => `data: ${line}\n\n`), ...(wire === 'openai-chat' ? ['data: [DONE]\n\n'] : [])];
}

/** Text and function calls of a recording, read without the code under test. */
function saidIn(wire: ConversationWire, payloads: readonly Json[]): { text: string; calls: string[] } {
  let text = '';
  const calls: { name: string; json: string }[] = [];
  const byIndex = new Map<unknown, { name: string; json: string }>();
  const open = (index: unknown, name: unknown, json: string): void => {
    const call = { name: String(name), json };
    calls.push(call);
    byIndex.set(index, call);
  };
  for (const payload of payloads) {
    const delta = fieldsOf(payload['delta']);
    const block = fieldsOf(payload['content_block']);
    const item = fieldsOf(payload['item']);
    if (wire === 'anthropic-messages') {
      if (delta['type'] === 'text_delta') text += String(delta['text']);
      if (payload['type'] === 'content_block_start') byIndex.delete(payload['index']);
      if (block['type'] === 'tool_use') open(payload['index'], block['name'], '');
      if (block['type'] === 'tool_use' && Object.keys(fieldsOf(block['input'])).length > 0)
        calls.at(-1)!.json = JSON.stringify(block['input']);
      const call = byIndex.get(payload['index']);
      if (delta['type'] === 'input_json_delta' && call !== undefined) call.json += String(delta['partial_json']);
    } else if (wire === 'openai-responses') {
      if (payload['type'] === 'response.output_text.delta') text += String(payload['delta']);
      if (payload['type'] === 'response.output_item.done' && item['type'] === 'function_call')
        open(0, item['name'], String(item['arguments']));
    } else {
      const said = fieldsOf(fieldsOf(itemsOf(payload['choices'])[0])['delta']);
      if (typeof said['content'] === 'string') text += said['content'];
      for (const each of itemsOf(said['tool_calls']).map(fieldsOf)) {
        const body = fieldsOf(each['function']);
        if (!byIndex.has(each['index'])) open(each['index'], body['name'], '');
        byIndex.get(each['index'])!.json += typeof body['arguments'] === 'string' ? body['arguments'] : '';
      }
    }
  }
  return { text, calls: calls.map(({ name, json }) => `${name} ${JSON.stringify(JSON.parse(json === '' ? '{}' : json))}`) };
}

interface Schemas {
  readonly response: ValidateFunction;
  readonly event: ValidateFunction;
  /** OpenAI's own, which the specification does not know. */
  readonly custom: ValidateFunction;
}

function schemas(): Schemas {
  const load = (name: string): { paths: Record<string, { post: Json }> } =>
    JSON.parse(readFileSync(folder + name, 'utf8')) as { paths: Record<string, { post: Json }> };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, discriminator: false });
  ajv.addSchema(load('openresponses_openapi.json'), 'spec');
  ajv.addSchema(load('openai_openapi.json'), 'openai');
  const answer = 'spec#/paths/~1responses/post/responses/200/content';
  const openai = ['CustomToolCallResource', 'ResponseCustomToolCallInputDeltaEvent', 'ResponseCustomToolCallInputDoneEvent'];
  return {
    response: ajv.compile({ $ref: `${answer}/application~1json/schema` }),
    event: ajv.compile({ $ref: `${answer}/text~1event-stream/schema` }),
    custom: ajv.compile({ anyOf: openai.map((name) => ({ $ref: `openai#/components/schemas/${name}` })) }),
  };
}

/**
 * Valid for the specification, but for this: custom tools are OpenAI's own, so their events and items are held to its description instead;
 * and tools of other kinds than functions are repeated as the client sent them.
 */
function assertValid({ response, event, custom }: Schemas, value: Json, about: string): void {
  const fails = (validate: ValidateFunction, part: unknown): void =>
    assert.ok(validate(part), `${about}: ${JSON.stringify(validate.errors?.slice(0, 3))} in ${JSON.stringify(part).slice(0, 600)}`);
  const item = fieldsOf(value['item']);
  if (String(value['type']).startsWith('response.custom_tool_call_input.')) return fails(custom, value);
  if (item['type'] === 'custom_tool_call') {
    fails(custom, item);
    return fails(event, {
      ...value,
      item: { type: 'function_call', id: 'x', call_id: 'x', name: 'x', arguments: '', status: 'completed' },
    });
  }
  if (value['object'] === 'response')
    return fails(
      response,
      withoutCustom(value, (one) => fails(custom, one)),
    );
  const inner = value['response'];
  fails(event, inner === undefined ? value : { ...value, response: withoutCustom(fieldsOf(inner), (one) => fails(custom, one)) });
}

function withoutCustom(response: Json, check: (item: unknown) => void): Json {
  const isCustom = (item: unknown): boolean => fieldsOf(item)['type'] === 'custom_tool_call';
  const output = itemsOf(response['output']);
  output.filter(isCustom).forEach(check);
  const tools = itemsOf(response['tools']).filter((tool) => fieldsOf(tool)['type'] === 'function');
  const choice = fieldsOf(response['tool_choice']);
  const named = itemsOf(choice['tools']).map((tool) => fieldsOf(tool)['type']);
  const isKnown = [choice['type'] ?? 'function', ...named].every((type) => type === 'function' || type === 'allowed_tools');
  return {
    ...response,
    ...(Array.isArray(response['output']) ? { output: output.filter((item) => !isCustom(item)) } : {}),
    ...(Array.isArray(response['tools']) ? { tools } : {}),
    ...(isKnown ? {} : { tool_choice: 'auto' }),
  };
}

test('recorded streams keep text and calls over every pair, in good order, and valid for Open Responses', { skip }, async () => {
  const validate = schemas();
  let count = 0;
  for (const { path, bytes } of answersIn(recordings())) {
    if (path.endsWith('.json')) continue;
    const from = wireOf(path)!;
    const events = eventsIn(path, bytes, from);
    const payloads = [...events.join('').matchAll(/^data: (.*)$/gm)]
      .map(([, data]) => parseFields(data!))
      .filter((data) => data !== undefined);
    for (const to of WIRES) {
      count += 1;
      const stream = translator(from, to).stream();
      const out = pushAll(stream, events);
      const about = `${path} → ${to}`;
      if (to === 'openai-responses') for (const payload of payloadsOf(out)) assertValid(validate, payload, about);
      // Two recordings end in a broken line, others in an error, one starts over inside a call: no whole answer may come of them.
      const isBroken =
        payloads.some((payload) => payload['type'] === 'error') || /parallel-tool-call-wrapper|spliced-message-start/.test(path);
      if (isBroken) {
        assert.doesNotMatch(out, /\[DONE\]|message_stop|"response\.completed"/, about);
        continue;
      }
      assert.ok(stream.isComplete, about);
      assertGrammar(to, out);
      const said = saidIn(from, payloads);
      const heard = await hear(to, out, true);
      const isRefused = heard.stop === 'refusal';
      if (!isRefused) assert.equal(heard.text, said.text, about);
      const isCustom = /custom-tool/.test(path);
      const calls = isCustom ? said.calls : heard.calls.map((call) => `${call.name} ${JSON.stringify(JSON.parse(call.arguments))}`);
      assert.deepEqual(calls, said.calls, about);
    }
  }
  assert.ok(count > 150, `${count} streams`);
});

test('recorded whole answers pass over every pair and are valid for Open Responses', { skip }, async () => {
  const validate = schemas();
  let count = 0;
  for (const { path, bytes } of answersIn(recordings())) {
    if (!path.endsWith('.json')) continue;
    const from = wireOf(path)!;
    for (const to of WIRES) {
      const whole = translator(from, to).whole(bytes);
      assert.ok(whole.ok, `${path} → ${to}`);
      count += 1;
      if (to === 'openai-responses') assertValid(validate, JSON.parse(whole.value.body.toString()) as Json, path);
      if (whole.value.errorStatus === undefined) await hear(to, whole.value.body, false);
    }
  }
  assert.ok(count > 150, `${count} answers`);
});

test('every object and event of every kind of answer is valid for Open Responses, settings of the request included', { skip }, () => {
  const validate = schemas();
  const calls = [1, 2].map((n) => ({ id: `call_${n}`, name: 'f', pieces: ['{"a":', '1}'] }));
  const answers: Told[] = [
    {},
    { text: ['a', 'b'] },
    { text: ['a'], calls },
    { calls, stop: 'length' },
    { text: ['a'], stop: 'length' },
    { text: ['a'], stop: 'filter' },
    { refusal: 'No.' },
  ];
  const requests: Json[] = [
    {},
    {
      instructions: 'x',
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: true }],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
      text: { format: { type: 'json_schema', name: 'r', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      reasoning: { effort: 'high' },
      metadata: { a: 'b' },
      max_output_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      store: true,
      safety_identifier: 's',
      prompt_cache_key: 'k',
      truncation: 'auto',
      service_tier: 'flex',
      parallel_tool_calls: false,
    },
    // Values of the wrong type are the provider's to refuse; what we state stays valid.
    {
      instructions: null,
      temperature: 'hot',
      tools: 'none',
      store: 1,
      parallel_tool_calls: null,
      text: null,
      truncation: null,
      tool_choice: null,
    },
  ];
  const reasoning = [
    { choices: [{ index: 0, delta: { reasoning_content: 'hm' } }] },
    { choices: [{ index: 0, delta: { content: 'x' } }] },
    { error: { message: 'broke', code: 'server_error' } },
  ];
  const raw = [
    { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning', id: 'rs', summary: [] } },
    { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'raw' },
    { type: 'response.output_item.done', output_index: 0, item: { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'x' } },
    { type: 'response.completed', response: { status: 'completed' } },
  ];
  for (const request of requests) {
    const streams = [eventsOf('openai-chat', reasoning), eventsOf('openai-responses', raw)];
    const sources = streams.map((events, at) => ({ from: (['openai-chat', 'openai-responses'] as const)[at]!, events }));
    for (const from of WIRES)
      for (const told of answers) {
        sources.push({ from, events: streamOf(from, told) } as never);
        const whole = translator(from, 'openai-responses', request).whole(Buffer.from(JSON.stringify(wholeOf(from, told))));
        assert.ok(whole.ok);
        assertValid(validate, JSON.parse(whole.value.body.toString()) as Json, from);
      }
    for (const { from, events } of sources) {
      const out = pushAll(translator(from, 'openai-responses', request).stream(), events);
      assertGrammar('openai-responses', out);
      for (const payload of payloadsOf(out)) assertValid(validate, payload, from);
    }
  }
});

test('whatever a provider sends and a client asks, what we emit is valid for Open Responses', { skip }, () => {
  const validate = schemas();
  for (const from of WIRES) {
    fc.assert(
      fc.property(mutatedStream(from), mutatedWhole(from), mutatedRequest, (events, answer, request) => {
        const out = pushAll(translator(from, 'openai-responses', request).stream(), events);
        for (const payload of payloadsOf(out)) assertValid(validate, payload, from);
        const whole = translator(from, 'openai-responses', request).whole(Buffer.from(JSON.stringify(answer)));
        if (whole.ok && whole.value.errorStatus === undefined) {
          assertValid(validate, JSON.parse(whole.value.body.toString()) as Json, from);
        }
      }),
      { numRuns: 200 },
    );
  }
});

test('recorded error bodies keep their words, code and parameter', { skip }, () => {
  const errors = recordings().filter(({ path }) => isErrorBody(path) && wireOf(path) !== undefined);
  assert.ok(errors.length >= 3);
  for (const { path, bytes } of errors)
    for (const to of WIRES) {
      const sent = fieldsOf(fieldsOf(parseFields(bytes.toString()))['error']);
      const error = fieldsOf(fieldsOf(parseFields(translator(wireOf(path)!, to).error(400, bytes).toString()))['error']);
      assert.equal(error['message'], sent['message']);
      if (to === 'anthropic-messages') assert.equal(fieldsOf(error['details'])['error_code'] ?? null, sent['code']);
      else assert.deepEqual([error['code'], error['type'], error['param']], [sent['code'], sent['type'], sent['param']]);
    }
});
