// Laws of the request half, on generated requests.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Fields } from '../json-fields.ts';
import { continueRequest, customToolNames, groupedToolNames, translateRequest, type ConversationWire } from './request.ts';

const WIRES: readonly ConversationWire[] = ['openai-chat', 'openai-responses', 'anthropic-messages'];
const TARGET = { model: 'm', streamUsage: true, defaultMaxOutputTokens: 100 };
const wire = fc.constantFrom(...WIRES);
const mode = fc.constantFrom('strict' as const, 'lenient' as const);

/** Names and values that the formats give a meaning to, so that arbitrary JSON gets past the first check. */
const NAMES = (
  'messages input instructions system role content type text tools tool_choice tool_calls function custom id name arguments parameters ' +
  'input_schema call_id tool_call_id tool_use_id output image_url url file file_data filename source media_type data reasoning effort ' +
  'thinking budget_tokens output_config format text.format response_format json_schema schema strict stop stop_sequences max_tokens ' +
  'allowed_tools mode namespace description is_error refusal detail stream store temperature __proto__ constructor'
).split(' ');
const VALUES: readonly unknown[] = (
  'user assistant system developer tool function custom namespace text input_text output_text image image_url input_image input_file ' +
  'document base64 url tool_use tool_result function_call function_call_output custom_tool_call message json_schema json_object auto any ' +
  'required none allowed_tools enabled adaptive grammar refusal thinking reasoning {"a":1} https://example.invalid/a'
)
  .split(' ')
  .concat('data:image/png;base64,AA==');

const { json } = fc.letrec<{ json: unknown; list: unknown; object: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...VALUES),
    fc.jsonValue({ maxDepth: 1 }),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('json'), { maxLength: 4 }),
  object: fc
    .array(fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ maxLength: 5 })), tie('json')), {
      maxLength: 7,
    })
    .map(fromEntries),
}));
const request = fc.array(fc.tuple(fc.constantFrom(...NAMES), json), { maxLength: 8 }).map(fromEntries);

/** As JSON.parse makes it: `__proto__` is a member like any other. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): Fields {
  const object = {};
  for (const [name, value] of entries) Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  return object;
}

/** Plain conversations that all three formats can say, as chat says them. */
const word = fc.string({ minLength: 1, maxLength: 12 }).map((text) => `w${text}`);
const round = fc.oneof(
  word.map((content): Fields[] => [{ role: 'user', content }]),
  fc.tuple(word, word).map(([asked, content]): Fields[] => [
    { role: 'user', content: asked },
    { role: 'assistant', content },
  ]),
  fc
    .tuple(word, fc.array(fc.tuple(fc.dictionary(word, fc.jsonValue({ maxDepth: 2 })), word), { minLength: 1, maxLength: 3 }))
    .map(([asked, calls]): Fields[] => [
      { role: 'user', content: asked },
      {
        role: 'assistant',
        content: null,
        tool_calls: calls.map(([input], index) => ({
          id: `call_${index}`,
          type: 'function',
          function: { name: 'f', arguments: JSON.stringify(input) },
        })),
      },
      ...calls.map(([, content], index) => ({ role: 'tool', tool_call_id: `call_${index}`, content })),
    ]),
);
const conversation = fc.array(round, { minLength: 1, maxLength: 5 }).map((rounds): Fields => {
  const last: Fields[] = [
    { role: 'user', content: 'w' },
    { role: 'assistant', content: 'w' },
    { role: 'user', content: 'w' },
  ];
  // Neighbours of one side would be joined, which is right, and another law.
  const messages = [...rounds.flat(), ...last].filter(({ role }, index, all) => role !== 'user' || all[index + 1]?.['role'] !== 'user');
  return { model: 'm', messages: [{ role: 'system', content: 'Be brief.' }, ...messages], max_completion_tokens: 9 };
});

describe('translation of requests', () => {
  it('throws for no JSON, leaves it as it was, and makes JSON', () => {
    fc.assert(
      fc.property(request, wire, wire, mode, fc.boolean(), (value, from, to, chosen, isContinued) => {
        const before = JSON.stringify(value);
        const input = { from, to, request: value, mode: chosen, target: TARGET };
        const result = isContinued ? continueRequest({ ...input, textSoFar: 'so far' }) : translateRequest(input);
        customToolNames(value);
        groupedToolNames(value);
        assert.equal(JSON.stringify(value), before);
        if (result.ok) assert.equal((JSON.parse(JSON.stringify(result.value.body)) as Fields)['model'], 'm');
        else if (result.error.kind === 'untranslatable') assert.ok(result.error.notes.length > 0);
        else assert.match(result.error.problem, /^(is|holds) /);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is stricter when strict: what passes there passes leniently, to the same request', () => {
    fc.assert(
      fc.property(request, wire, wire, (value, from, to) => {
        const strict = translateRequest({ from, to, request: value, mode: 'strict', target: TARGET });
        const lenient = translateRequest({ from, to, request: value, mode: 'lenient', target: TARGET });
        if (strict.ok) assert.deepEqual(lenient, strict);
        if (!lenient.ok) assert.ok(!strict.ok);
      }),
      { numRuns: 2_000 },
    );
  });

  it('loses no field unseen: one that nobody knows is named, wherever it stands', () => {
    const stray = 'stray_member_of_nobody';
    fc.assert(
      fc.property(conversation, fc.nat(), wire, wire, (chat, position, from, to) => {
        fc.pre(from !== to);
        const made = translateRequest({ from: 'openai-chat', to: from, request: chat, mode: 'strict', target: TARGET });
        assert.ok(made.ok);
        const spoiled = JSON.parse(JSON.stringify(made.value.body)) as Fields;
        const places = objectsIn(spoiled);
        (places[position % places.length] as Record<string, unknown>)[stray] = 1;
        const strict = translateRequest({ from, to, request: spoiled, mode: 'strict', target: TARGET });
        assert.ok(!strict.ok && strict.error.kind === 'untranslatable', JSON.stringify(strict));
        assert.ok(strict.error.notes.some(({ field }) => field.endsWith(stray)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps the conversation on every way through other formats', () => {
    fc.assert(
      fc.property(conversation, wire, wire, (chat, first, second) => {
        let body: Fields = chat;
        let from: ConversationWire = 'openai-chat';
        for (const to of [first, second, 'openai-chat'] as const) {
          const result = translateRequest({ from, to, request: body, mode: 'lenient', target: { ...TARGET, streamUsage: false } });
          assert.ok(result.ok, JSON.stringify(result));
          body = JSON.parse(JSON.stringify(result.value.body)) as Fields;
          from = to;
        }
        assert.deepEqual(normal(body['messages']), normal(chat['messages']));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Objects of a request whose members are the format's own; what a tool was given is free. */
function objectsIn(value: unknown): readonly object[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== 'object' || value === null) return [];
  // A list is Responses' conversation; an object is what a tool was given.
  const members = Object.entries(value).filter(([name, inner]) => name !== 'input' || Array.isArray(inner));
  return [value, ...members.flatMap(([, inner]) => objectsIn(inner))];
}

/** Arguments are compared by what they say. */
function normal(messages: unknown): unknown {
  return JSON.parse(
    JSON.stringify(messages, (name, value: unknown) =>
      name === 'arguments' && typeof value === 'string' ? (JSON.parse(value) as unknown) : value,
    ),
  );
}
