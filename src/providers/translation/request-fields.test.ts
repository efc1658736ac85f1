// What is refused, dropped with a note, or malformed, field by field.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fields } from '../json-fields.ts';
import { LIMITS } from './conversation.ts';
import { translateRequest, type ConversationWire, type TranslationNote } from './request.ts';

const CHAT = 'openai-chat';
const RESPONSES = 'openai-responses';
const ANTHROPIC = 'anthropic-messages';
const TARGET = { model: 'm', streamUsage: false, defaultMaxOutputTokens: 1 };
const OTHERS: Readonly<Record<ConversationWire, readonly ConversationWire[]>> = {
  [CHAT]: [RESPONSES, ANTHROPIC],
  [RESPONSES]: [CHAT, ANTHROPIC],
  [ANTHROPIC]: [CHAT, RESPONSES],
};
const BASE: Readonly<Record<ConversationWire, Fields>> = {
  [CHAT]: { messages: [{ role: 'user', content: 'hello' }] },
  [RESPONSES]: { input: 'hello' },
  [ANTHROPIC]: { messages: [{ role: 'user', content: 'hello' }], max_tokens: 9 },
};

function run(from: ConversationWire, to: ConversationWire, request: Fields, mode: 'strict' | 'lenient') {
  return translateRequest({ from, to, request, mode, target: TARGET });
}

function namesOf(notes: readonly TranslationNote[]): readonly string[] {
  return notes.map(({ field }) => field);
}

/** A field, its value, and the name under which it is reported when that is another one. */
type Case = readonly [string, unknown, string?];

const HARMLESS: Readonly<Record<ConversationWire, readonly Case[]>> = {
  [CHAT]: [
    ['metadata', { team: 'a' }],
    ['user', 'u'],
    ['safety_identifier', 'u'],
    ['prompt_cache_key', 'k'],
    ['service_tier', 'auto'],
    ['n', 1],
    ['logprobs', false],
    ['frequency_penalty', 0],
    ['modalities', ['text']],
    ['stream_options', { include_obfuscation: false }, 'stream_options.include_obfuscation'],
    ['parallel_tool_calls', true],
    ['fallbacks', []],
    [
      'messages',
      [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: 'a', reasoning_content: 'r' },
        { role: 'user', content: 'y' },
      ],
      'messages[].reasoning_content',
    ],
  ],
  [RESPONSES]: [
    ['store', false],
    ['truncation', 'disabled'],
    ['background', false],
    ['include', ['reasoning.encrypted_content']],
    ['client_metadata', { a: 'b' }],
    ['context_management', [{ type: 'compaction' }]],
    ['reasoning', { summary: 'auto' }, 'reasoning.summary'],
    ['input', [{ role: 'user', content: 'x', id: 'msg_1' }], 'input[].id'],
    [
      'input',
      [
        { role: 'user', content: 'x' },
        { type: 'reasoning', summary: [], encrypted_content: 'x' },
      ],
      'input[].reasoning',
    ],
  ],
  [ANTHROPIC]: [
    ['metadata', { user_id: 'u' }],
    ['service_tier', 'standard_only'],
    ['context_management', { edits: [] }],
    ['cache_control', { type: 'ephemeral' }],
    ['system', [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }], 'system[].cache_control'],
    ['tools', [{ name: 'f', input_schema: {}, cache_control: { type: 'ephemeral' } }], 'tools[].cache_control'],
    ['tools', [{ name: 'f', input_schema: {}, eager_input_streaming: true }], 'tools[].eager_input_streaming'],
    ['thinking', { type: 'adaptive' }, 'thinking.adaptive'],
    [
      'messages',
      [
        { role: 'user', content: 'x' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 't', signature: 's' },
            { type: 'text', text: 'a' },
          ],
        },
        { role: 'user', content: 'y' },
      ],
      'messages[].content[].thinking',
    ],
  ],
};

const UNTRANSLATABLE: Readonly<Record<ConversationWire, readonly Case[]>> = {
  [CHAT]: [
    ['n', 2],
    ['logprobs', true],
    ['top_logprobs', 3],
    ['seed', 7],
    ['frequency_penalty', 0.5],
    ['logit_bias', { 1: 2 }],
    ['audio', { voice: 'a' }],
    ['modalities', ['text', 'audio']],
    ['prediction', { type: 'content', content: 'x' }],
    ['web_search_options', {}],
    ['service_tier', 'flex'],
    ['functions', []],
    ['top_k', 3],
    ['an_unknown_field', true],
    ['response_format', { type: 'json_schema', json_schema: { schema: {}, extra: 1 } }, 'response_format.json_schema.extra'],
    ['messages', [{ role: 'user', content: 'x', name: 'ann' }], 'messages[0].name'],
    [
      'messages',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'input_audio', input_audio: {} },
          ],
        },
      ],
      'messages[0].content[1].input_audio',
    ],
    [
      'messages',
      [
        { role: 'user', content: 'x' },
        { role: 'function', name: 'f', content: '' },
      ],
      'messages[1].function',
    ],
  ],
  [RESPONSES]: [
    ['max_tool_calls', 3],
    ['truncation', 'auto'],
    ['include', ['message.output_text.logprobs']],
    ['tools', [{ type: 'file_search', vector_store_ids: [] }], 'tools[0].file_search'],
    ['tools', [{ type: 'local_shell' }], 'tools[0].local_shell'],
    ['tools', [{ type: 'mcp', server_label: 'a' }], 'tools[0].mcp'],
    ['tools', [{ type: 'Evil\u001b[31m' }], 'tools[0].type'],
    ['tools', [{ type: 'function', name: 'f', output_schema: { type: 'object' } }], 'tools[0].output_schema'],
    ['reasoning', { effort: 'heroic' }, 'reasoning.effort'],
    [
      'input',
      [
        { role: 'user', content: 'x' },
        { type: 'web_search_call', id: 'a' },
      ],
      'input[1].web_search_call',
    ],
    [
      'input',
      [
        { role: 'user', content: 'x' },
        { type: 'computer_call_output', call_id: 'a' },
      ],
      'input[1].computer_call_output',
    ],
  ],
  [ANTHROPIC]: [
    ['top_k', 5],
    ['inference_geo', 'us'],
    ['container', 'c'],
    ['mcp_servers', [{ type: 'url', url: 'https://example.invalid' }]],
    ['safeguards', [{ type: 'dangerous_tool_use' }]],
    ['speed', 'fast'],
    ['output_config', { task_budget: { total: 9 } }, 'output_config.task_budget'],
    ['tools', [{ type: 'web_search_20250305', name: 'web_search' }], 'tools[0].web_search_20250305'],
    ['tools', [{ name: 'f', input_schema: {}, defer_loading: true }], 'tools[0].defer_loading'],
    [
      'messages',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'search_result', source: 'a' },
          ],
        },
      ],
      'messages[0].content[1].search_result',
    ],
    [
      'messages',
      [{ role: 'user', content: [{ type: 'text', text: 'x', citations: { enabled: true } }] }],
      'messages[0].content[0].citations',
    ],
  ],
};

for (const from of [CHAT, RESPONSES, ANTHROPIC] as const) {
  for (const to of OTHERS[from]) {
    describe(`${from} → ${to}`, () => {
      for (const [field, value, name = field] of HARMLESS[from]) {
        it(`drops ${name} with a note in both modes`, () => {
          for (const mode of ['strict', 'lenient'] as const) {
            const result = run(from, to, { ...BASE[from], [field]: value }, mode);
            assert.ok(result.ok, JSON.stringify(result));
            assert.deepEqual(namesOf(result.value.notes), [name]);
          }
        });
      }
      for (const [field, value, name = field] of UNTRANSLATABLE[from]) {
        it(`refuses ${JSON.stringify(value).slice(0, 60)} as ${name}, and leaves it out with a note when lenient`, () => {
          const request = { ...BASE[from], [field]: value };
          const [strict, lenient] = [run(from, to, request, 'strict'), run(from, to, request, 'lenient')];
          assert.ok(!strict.ok && strict.error.kind === 'untranslatable', JSON.stringify(strict));
          assert.deepEqual(namesOf(strict.error.notes), [name]);
          assert.ok(lenient.ok, JSON.stringify(lenient));
          assert.ok(namesOf(lenient.value.notes).includes(name));
        });
      }
    });
  }
}

describe('state that only its own provider keeps', () => {
  const cases: readonly Case[] = [
    ['previous_response_id', 'resp_1'],
    ['conversation', { id: 'conv_1' }],
    ['background', true],
    ['prompt', { id: 'pmpt_1' }],
    [
      'input',
      [
        { role: 'user', content: 'x' },
        { type: 'item_reference', id: 'msg_1' },
      ],
      'input[1].item_reference',
    ],
    ['input', [{ role: 'user', content: 'x' }, { id: 'msg_1' }], 'input[1].item_reference'],
    [
      'input',
      [
        { role: 'user', content: 'x' },
        { type: 'compaction', encrypted_content: 'x' },
      ],
      'input[1].compaction',
    ],
  ];
  for (const [field, value, name = field] of cases) {
    it(`is refused in both modes: ${name}`, () => {
      for (const to of [CHAT, ANTHROPIC] as const) {
        for (const mode of ['strict', 'lenient'] as const) {
          const result = run(RESPONSES, to, { ...BASE[RESPONSES], [field]: value }, mode);
          assert.ok(!result.ok && result.error.kind === 'untranslatable', JSON.stringify(result));
          assert.deepEqual(namesOf(result.error.notes), [name]);
        }
      }
    });
  }

  it('is refused between two deployments of the same format as well', () => {
    const result = run(RESPONSES, RESPONSES, { input: 'x', previous_response_id: 'resp_1', custom_field: 1 }, 'lenient');
    assert.ok(!result.ok && result.error.kind === 'untranslatable');
    assert.deepEqual(namesOf(result.error.notes), ['previous_response_id']);
  });
});

describe('malformed requests', () => {
  const cases: readonly (readonly [ConversationWire, Fields, string])[] = [
    [CHAT, {}, 'messages'],
    [CHAT, { messages: 'x' }, 'messages'],
    [CHAT, { messages: [null] }, 'messages[0]'],
    [CHAT, { messages: [{ content: 'x' }] }, 'messages[0].role'],
    [CHAT, { messages: [{ role: 'king', content: 'x' }] }, 'messages[0].role'],
    [CHAT, { messages: [{ role: 'user' }] }, 'messages[0].content'],
    [CHAT, { messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [CHAT, { messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [CHAT, { messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [CHAT, { messages: [], temperature: 'hot' }, 'temperature'],
    [CHAT, { messages: [], max_tokens: -1 }, 'max_tokens'],
    [CHAT, { messages: [], stream: 'yes' }, 'stream'],
    [CHAT, { messages: [], tool_choice: { type: 'allowed_tools' } }, 'tool_choice.allowed_tools'],
    [RESPONSES, {}, 'input'],
    [RESPONSES, { input: 7 }, 'input'],
    [RESPONSES, { input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input[0].content[0].image_url'],
    [RESPONSES, { input: [{ role: 'user', content: [{ type: 'input_file' }] }] }, 'input[0].content[0].file_data'],
    [RESPONSES, { input: [{ type: 'function_call', name: 'f', arguments: '{}' }] }, 'input[0].call_id'],
    [RESPONSES, { input: 'x', tools: [{ type: 'function' }] }, 'tools[0].name'],
    [ANTHROPIC, { max_tokens: 1 }, 'messages'],
    [ANTHROPIC, { messages: [{ role: 'user' }], max_tokens: 1 }, 'messages[0].content'],
    [ANTHROPIC, { messages: [{ role: 'user', content: [{ type: 'image' }] }] }, 'messages[0].content[0].source'],
    [ANTHROPIC, { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f' }] }] }, 'messages[0].content[0].input'],
    [ANTHROPIC, { messages: [], tools: [{ name: 'f' }] }, 'tools[0].input_schema'],
  ];
  for (const [from, request, field] of cases) {
    it(`name the field: ${from}, ${JSON.stringify(request).slice(0, 70)}`, () => {
      for (const to of OTHERS[from]) {
        const result = run(from, to, request, 'lenient');
        assert.ok(!result.ok && result.error.kind === 'malformed', JSON.stringify(result));
        assert.equal(result.error.field, field);
      }
    });
  }

  it('are not those that only this format finds empty: another deployment may answer', () => {
    for (const mode of ['strict', 'lenient'] as const) {
      const result = run(CHAT, ANTHROPIC, { messages: [{ role: 'user', content: '' }] }, mode);
      assert.ok(!result.ok && result.error.kind === 'untranslatable');
      assert.deepEqual(namesOf(result.error.notes), ['messages[0]']);
      assert.ok(run(CHAT, RESPONSES, { messages: [{ role: 'user', content: '' }] }, mode).ok);
    }
  });

  it('are those that hold too much, or nest too deeply', () => {
    const many = Array.from({ length: LIMITS.listLength + 1 }, () => ({ role: 'user', content: 'x' }));
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level++) deep = [deep];
    const full = Array.from({ length: 9 }, () => ({ type: 'text', text: 'x' }));
    const wide = Array.from({ length: LIMITS.listLength }, () => ({ role: 'user', content: full }));
    for (const [request, field] of [
      [{ messages: many }, 'messages'],
      [{ messages: wide }, 'messages[].content'],
      [{ messages: [], metadata: deep }, 'metadata'],
    ] as const) {
      for (const to of OTHERS[CHAT]) {
        const result = run(CHAT, to, request, 'lenient');
        assert.ok(!result.ok && result.error.kind === 'malformed', JSON.stringify(result).slice(0, 300));
        assert.equal(result.error.field, field);
      }
    }
  });
});

describe('notes', () => {
  it('never hold values of the request, nor names that could disturb a record', () => {
    const secret = 'sk-live-0123456789';
    const request = {
      ...BASE[CHAT],
      metadata: { secret },
      user: secret,
      seed: secret,
      [`\u001b[31m${'n'.repeat(500)}`]: secret,
      tools: [{ type: secret }],
      response_format: { type: secret },
    };
    const result = run(CHAT, ANTHROPIC, request, 'strict');
    assert.ok(!result.ok && result.error.kind === 'untranslatable');
    assert.ok(!JSON.stringify(result.error).includes(secret));
    for (const { field } of result.error.notes) assert.match(field, /^[A-Za-z0-9_.[\]$?-]{1,128}$/);
  });

  it('are few, however many fields are lost', () => {
    const extras = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field_${index}`, 1]));
    const result = run(CHAT, RESPONSES, { ...BASE[CHAT], ...extras }, 'lenient');
    assert.ok(result.ok);
    assert.equal(result.value.notes.length, LIMITS.noteCount);
  });
});
