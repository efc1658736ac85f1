// Requests, items and blocks for the tests of slots. Every string says what it is: its first word is the kind that the format is to give it,
// and `tainted` stands in what came from outside.
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages/format.ts';
import { openaiChat } from './openai-chat/format.ts';
import { openaiEmbeddings } from './openai-embeddings/format.ts';
import { openaiResponses } from './openai-responses/format.ts';
import type { ClientFormat } from './wire-format.ts';

export const JSON_ARGUMENTS = '{"json":"arguments"}';

/** Text blocks of a vendor that nobody has heard of yet. */
const FUTURE = { type: 'future_block', words: 'text: future', more: [{ deep: ['text: deep', 123456789018] }] };

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

export const ITEMS = [
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

export const BLOCKS = [
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

export const REQUESTS: readonly (readonly [ClientFormat, Record<string, unknown>])[] = [
  [openaiChat, CHAT_REQUEST],
  [openaiResponses, RESPONSES_REQUEST],
  [openaiResponses, { model: 'gpt-5', input: 'text: a', conversation: 'conv_1' }],
  [anthropicMessages, MESSAGES_REQUEST],
  [anthropicCountTokens, { ...MESSAGES_REQUEST, system: 'text: s' }],
  [openaiEmbeddings, { model: 'e', input: ['text: a', 'text: b'], user: 'user: taro' }],
  [openaiEmbeddings, { model: 'e', input: 'text: a' }],
];
