// Where each format's strings sit. Every string of these requests and answers says what it is: its first word is the kind that the format is
// to give it, and `tainted` stands in what came from outside.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { walkSlots, type Slot, type SlotTree } from '#slots';
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages/format.ts';
import { openaiChat } from './openai-chat/format.ts';
import { openaiEmbeddings } from './openai-embeddings/format.ts';
import { openaiResponses } from './openai-responses/format.ts';
import { rewriteAnswer } from './rewriting/answer.ts';
import { segmentsOf } from './segments.ts';
import type { ClientFormat } from './wire-format.ts';

const JSON_ARGUMENTS = '{"json":"arguments"}';
const KIND = /^(text|definition|signed|user|url|data|opaque)(?![A-Za-z/])/;

/** Text blocks of a vendor that nobody has heard of yet. */
const FUTURE = { type: 'future_block', words: 'text: future', more: [{ deep: ['text: deep', 123456789018] }] };

function assertKinds(value: unknown, tree: SlotTree): number {
  let count = 0;
  const walked = walkSlots(JSON.stringify(value), tree, (slot: Slot, path) => {
    if (slot.type !== 'string') return;
    count++;
    const isWord = (slot.name === 'type' || slot.name === 'role') && slot.value !== 'definition';
    const expected = slot.value === JSON_ARGUMENTS ? 'json' : isWord ? 'structural' : (KIND.exec(slot.value)?.[1] ?? 'structural');
    assert.equal(slot.kind, expected, `${path.join('.')}: ${slot.value}`);
    if (expected === 'text' || expected === 'url')
      assert.equal(slot.isTainted, /tainted/.test(slot.value), `${path.join('.')}: ${slot.value}`);
  });
  assert.ok(walked.ok);
  return count;
}

const CHAT_PARTS = [
  { type: 'text', text: 'text: a' },
  { type: 'image_url', image_url: { url: 'url: https://a', detail: 'high' } },
  { type: 'input_audio', input_audio: { data: 'data', format: 'wav' } },
  { type: 'file', file: { file_data: 'data', filename: 'text: a.pdf', file_id: 'file-1' } },
  { type: 'refusal', refusal: 'text: no' },
  FUTURE,
];

const CHAT_REQUEST = {
  model: 'gpt-5',
  messages: [
    { role: 'system', content: 'text: a', name: 'text: a' },
    { role: 'user', content: CHAT_PARTS, name: 'text_no' },
    {
      role: 'assistant',
      content: null,
      refusal: 'text: no',
      reasoning_content: 'text: hm',
      audio: { id: 'audio_1' },
      function_call: { name: 'f', arguments: JSON_ARGUMENTS },
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'f', arguments: JSON_ARGUMENTS } },
        { id: 'call_2', type: 'custom', custom: { name: 'c', input: 'text: input' } },
      ],
    },
    { content: 'text: tainted', tool_call_id: 'call_1', role: 'tool' },
    { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'text: tainted' }] },
    { role: 'function', name: 'f', content: 'text: tainted' },
    { role: 'oracle', content: 'text: a' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'f', description: 'definition: a', parameters: { type: 'definition', enum: ['definition: b'] } },
    },
    { type: 'custom', custom: { name: 'c', format: { type: 'grammar', grammar: { definition: 'definition: g', syntax: 'lark' } } } },
  ],
  tool_choice: { type: 'function', function: { name: 'f' } },
  response_format: { type: 'json_schema', json_schema: { name: 's', description: 'definition: s', schema: { title: 'definition: t' } } },
  prediction: { type: 'content', content: 'text: p' },
  metadata: { owner: 'text: m' },
  user: 'user: taro',
  safety_identifier: 'user: taro',
  prompt_cache_key: 'text: key',
  stop: ['text: stop'],
  logit_bias: { 50256: -100 },
  web_search_options: { search_context_size: 'low', user_location: { type: 'approximate', approximate: { city: 'text: Osaka' } } },
  seed: 123456789,
  future: 'text: future',
};

const ITEMS = [
  { role: 'user', content: 'text: a' },
  {
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: 'text: a' },
      { type: 'input_image', image_url: 'url: https://a', detail: 'low' },
      { type: 'input_file', file_data: 'data', filename: 'text: a.pdf', file_url: 'url: https://a' },
      FUTURE,
    ],
  },
  {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'text: a', annotations: [{ type: 'url_citation', url: 'url: a', title: 'text: t' }] }],
  },
  { type: 'function_call', call_id: 'call_1', name: 'f', arguments: JSON_ARGUMENTS },
  { type: 'function_call_output', call_id: 'call_1', output: 'text: tainted' },
  { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'text: tainted' }] },
  { type: 'custom_tool_call', call_id: 'call_2', name: 'c', input: 'text: input' },
  { output: 'text: tainted', call_id: 'call_2', type: 'custom_tool_call_output' },
  { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'text: s' }], encrypted_content: 'opaque==' },
  {
    type: 'computer_call',
    call_id: 'c',
    action: { type: 'type', text: 'text: typed' },
    pending_safety_checks: [{ id: 'x', message: 'text: careful' }],
  },
  { type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot', image_url: 'url: tainted' } },
  { type: 'local_shell_call', call_id: 'c', action: { type: 'exec', command: ['text: ls'], env: { HOME: 'text: home' } } },
  { type: 'local_shell_call_output', id: 'c', output: 'text: tainted' },
  { type: 'shell_call', call_id: 'c', action: { commands: ['text: ls'] } },
  {
    type: 'shell_call_output',
    call_id: 'c',
    output: [{ stdout: 'text: tainted', stderr: 'text: tainted', outcome: { type: 'exit', exit_code: 0 } }],
  },
  { type: 'apply_patch_call', call_id: 'c', operation: { type: 'update_file', path: 'text: /a', diff: 'text: +a' } },
  { type: 'apply_patch_call_output', call_id: 'c', output: 'text: tainted' },
  { type: 'mcp_call', id: 'mcp_1', server_label: 's', name: 'f', arguments: JSON_ARGUMENTS, output: 'text: tainted' },
  { type: 'web_search_call', id: 'ws_1', action: { type: 'search', query: 'text: q' } },
  { type: 'file_search_call', id: 'fs_1', queries: ['text: q'], results: [{ text: 'text: tainted' }] },
  { type: 'code_interpreter_call', id: 'ci_1', code: 'text: 1+1', outputs: [{ type: 'logs', logs: 'text: tainted' }] },
  { type: 'image_generation_call', id: 'ig_1', result: 'data' },
  { type: 'item_reference', id: 'msg_1' },
];

const RESPONSES_REQUEST = {
  model: 'gpt-5',
  instructions: 'text: i',
  input: [...ITEMS, FUTURE],
  prompt: { id: 'pmpt_1', version: '2', variables: { city: 'text: v', photo: { type: 'input_image', image_url: 'url: a' } } },
  text: { format: { type: 'json_schema', name: 's', schema: { title: 'definition: t' } }, verbosity: 'low' },
  tools: [
    { type: 'function', name: 'f', description: 'definition: a', parameters: { description: 'definition: b' } },
    {
      type: 'mcp',
      server_label: 's',
      server_url: 'url: https://a',
      headers: { Authorization: 'text: Bearer' },
      authorization: 'text: token',
    },
    { type: 'web_search', user_location: { type: 'approximate', city: 'text: Osaka' } },
  ],
  metadata: { owner: 'text: m' },
  conversation: { id: 'conv_1' },
  previous_response_id: 'resp_1',
  safety_identifier: 'user: taro',
};

const BLOCKS = [
  {
    type: 'text',
    text: 'text: a',
    cache_control: { type: 'ephemeral' },
    citations: [{ type: 'char_location', cited_text: 'text: c', document_title: 'text: t' }],
  },
  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'data' } },
  { type: 'image', source: { type: 'url', url: 'url: https://a' } },
  {
    type: 'document',
    title: 'text: tainted',
    context: 'text: tainted',
    source: { data: 'text: tainted', media_type: 'text/plain', type: 'text' },
  },
  { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'text: tainted' }] } },
  { type: 'thinking', thinking: 'signed: hm', signature: 'opaque==' },
  { type: 'redacted_thinking', data: 'opaque==' },
  // In a block that is not made for them, the same names are nothing special.
  { type: 'text', text: 'text: a', thinking: 'text: hidden', signature: 'text: hidden', data: 'text: hidden' },
  { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: ['text: a'] } },
  { type: 'server_tool_use', id: 'toolu_1', name: 'web_search', input: { query: 'text: a' } },
  { content: 'text: tainted', tool_use_id: 'toolu_1', type: 'tool_result' },
  {
    type: 'tool_result',
    tool_use_id: 'toolu_1',
    is_error: true,
    content: [
      { type: 'text', text: 'text: tainted' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'data' } },
    ],
  },
  {
    type: 'web_search_tool_result',
    tool_use_id: 'toolu_1',
    content: [{ type: 'web_search_result', title: 'text: tainted', url: 'url: tainted', encrypted_content: 'opaque==' }],
  },
  {
    type: 'web_fetch_tool_result',
    tool_use_id: 'toolu_1',
    content: {
      type: 'web_fetch_result',
      url: 'url: tainted',
      content: { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'text: tainted' } },
    },
  },
  {
    type: 'bash_code_execution_tool_result',
    tool_use_id: 'toolu_1',
    content: { type: 'bash_code_execution_result', stdout: 'text: tainted', content: [] },
  },
  { type: 'search_result', source: 'text: tainted', title: 'text: tainted', content: [{ type: 'text', text: 'text: tainted' }] },
  { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'f', server_name: 's', input: { a: 'text: a' } },
  { type: 'mcp_tool_result', tool_use_id: 'mcptoolu_1', content: [{ type: 'text', text: 'text: tainted' }] },
  { type: 'container_upload', file_id: 'file_1' },
  FUTURE,
];

const MESSAGES_REQUEST = {
  model: 'claude',
  system: [{ type: 'text', text: 'text: s' }],
  messages: [
    { role: 'user', content: 'text: a' },
    { role: 'assistant', content: BLOCKS },
  ],
  tools: [
    { name: 'f', description: 'definition: a', input_schema: { type: 'definition' } },
    { type: 'web_search_20250305', name: 'web_search', allowed_domains: ['text: a.example'] },
  ],
  tool_choice: { type: 'tool', name: 'f' },
  metadata: { user_id: 'user: taro', other: 'text: m' },
  stop_sequences: ['text: stop'],
  mcp_servers: [{ type: 'url', name: 's', url: 'url: https://a', authorization_token: 'text: token' }],
  thinking: { type: 'enabled', budget_tokens: 100_000 },
};

const REQUESTS: readonly (readonly [ClientFormat, Record<string, unknown>])[] = [
  [openaiChat, CHAT_REQUEST],
  [openaiResponses, RESPONSES_REQUEST],
  [openaiResponses, { model: 'gpt-5', input: 'text: a', conversation: 'conv_1' }],
  [anthropicMessages, MESSAGES_REQUEST],
  [anthropicCountTokens, { ...MESSAGES_REQUEST, system: 'text: s' }],
  [openaiEmbeddings, { model: 'e', input: ['text: a', 'text: b'], user: 'user: taro' }],
  [openaiEmbeddings, { model: 'e', input: 'text: a' }],
];

describe('the strings of a request', () => {
  for (const [format, request] of REQUESTS) {
    test(`of ${format.wire} are what the format says (${Object.keys(request).length} members)`, () => {
      assert.ok(assertKinds(request, format.requestSlots) >= 2);
    });

    test(`of ${format.wire} are found segment by segment as in the whole (${Object.keys(request).length} members)`, () => {
      const bytes = Buffer.from(JSON.stringify(request, null, 1));
      const segments = segmentsOf(bytes, format);
      assert.ok(segments.ok);
      const whole: string[] = [];
      walkSlots(bytes.toString(), format.requestSlots, (slot, path) => {
        if (path.length > 0) whole.push(`${slot.start} ${slot.kind} ${slot.value} ${slot.isTainted}`);
      });
      const found = segments.value.flatMap(({ start, end, tree }) => {
        const slots: string[] = [];
        const walked = walkSlots(bytes.toString('utf8', start, end), tree, (slot) =>
          slots.push(`${slot.start + start} ${slot.kind} ${slot.value} ${slot.isTainted}`),
        );
        assert.ok(walked.ok);
        return slots;
      });
      assert.deepEqual(found, whole);
    });
  }

  test('are no numbers where numbers are tokens', () => {
    for (const input of [
      [123456, 7_654_321],
      [[123456], [7_654_321]],
    ])
      assert.ok(
        walkSlots(JSON.stringify({ model: 'e', input }), openaiEmbeddings.requestSlots, ({ value }) => assert.equal(value, 'e')).ok,
      );
  });
});

describe('the segments of a request', () => {
  const segmentTexts = (text: string, format: ClientFormat = openaiChat): string[] => {
    const bytes = Buffer.from(text);
    const segments = segmentsOf(bytes, format);
    assert.ok(segments.ok);
    return segments.value.map(
      ({ start, end, member, isUnknown }) => `${member}${isUnknown ? '?' : ''} ${bytes.toString('utf8', start, end)}`,
    );
  };

  test('are the top-level values and the elements of what a conversation repeats', () => {
    assert.deepEqual(segmentTexts('{ "model" : "m", "messages": [ {"a":"]"} , {"b":1} ], "x": [1, 2], "tools":[] }'), [
      'model "m"',
      'messages {"a":"]"}',
      'messages {"b":1}',
      'x? [1, 2]',
    ]);
    assert.deepEqual(segmentTexts('{"system":"s","messages":"odd"}', anthropicMessages), ['system "s"', 'messages "odd"']);
  });

  test('leave nothing but punctuation and top-level names between them', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('messages', 'tools', 'model', 'x', 'system'), fc.jsonValue()),
        fc.constantFrom('', ' '),
        (request, space) => {
          const text = JSON.stringify(request, null, space);
          const bytes = Buffer.from(text);
          const segments = segmentsOf(bytes, openaiChat);
          assert.ok(segments.ok);
          let between = '';
          let from = 0;
          for (const { start, end } of segments.value) {
            assert.ok(start >= from && end > start);
            between += bytes.toString('utf8', from, start);
            from = end;
          }
          assert.match(between + bytes.toString('utf8', from), /^(?:[{}[\],:\s]|"(?:messages|tools|model|x|system)")*$/);
        },
      ),
    );
  });

  test('are refused where the bytes are no UTF-8 or no object', () => {
    const broken = segmentsOf(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]), openaiChat);
    assert.deepEqual(broken, { ok: false, error: { kind: 'not-utf8' } });
    for (const text of ['[]', '{"a":', '{"messages":[1}', '']) assert.ok(!segmentsOf(Buffer.from(text), openaiChat).ok, text);
  });
});

describe('a whole answer', () => {
  const chat = {
    id: 'c1',
    model: 'm',
    created: 1_732_450_000,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'text: a',
          refusal: 'text: no',
          reasoning_content: 'text: r',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: JSON_ARGUMENTS } }],
        },
        logprobs: { content: [{ token: 'text', logprob: -0.1234567, bytes: [104], top_logprobs: [{ token: 'text' }] }] },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 1_234_567 },
  };
  const responses = {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: ITEMS,
    instructions: 'text: i',
    metadata: { a: 'text: m' },
    error: { code: 'server_error', message: 'text: e' },
  };
  const messages = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: BLOCKS,
    stop_reason: 'end_turn',
    stop_sequence: 'text: s',
  };
  const answers: readonly (readonly [ClientFormat, object])[] = [
    [openaiChat, chat],
    [openaiChat, { error: { message: 'text: e', type: 'invalid_request_error', code: 'x', param: 'text: p' } }],
    [openaiResponses, responses],
    [anthropicMessages, messages],
    [anthropicMessages, { type: 'error', error: { type: 'overloaded_error', message: 'text: e' } }],
  ];

  for (const [format, answer] of answers) {
    test(`of ${format.wire} (${Object.keys(answer).length} members): its strings are what the format says, and only they are rewritten`, () => {
      assertKinds(answer, format.answerSlots);
      const body = Buffer.from(JSON.stringify(answer, null, 1));
      assert.equal(
        rewriteAnswer(body, format, (text) => text),
        body,
      );
      const encodings = new Set<string>();
      const out = rewriteAnswer(body, format, (text, { encoding }) => {
        encodings.add(`${text.split(/[^a-z]/)[0]} ${encoding}`);
        return encoding === 'json' ? text.replace('arguments', '\\"quoted\\"') : text.replace(/^(text|signed):/, '<$1>"');
      });
      for (const seen of encodings) assert.match(seen, /^(?:(?:text|url|definition|\w*) text| json|signed signed)$/);
      const expected = body
        .toString()
        .replaceAll(String.raw`"{\"json\":\"arguments\"}"`, String.raw`"{\"json\":\"\\\"quoted\\\"\"}"`)
        .replaceAll(/"(text|signed):/g, String.raw`"<$1>\"`);
      assert.equal(out.toString(), expected);
    });
  }

  test('that is no JSON is left alone', () => {
    const body = Buffer.from('<html>busy</html>');
    assert.equal(
      rewriteAnswer(body, openaiChat, () => 'x'),
      body,
    );
  });
});
