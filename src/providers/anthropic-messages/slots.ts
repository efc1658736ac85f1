// Where the strings of messages sit: blocks, which requests and answers share, and what stands around them. Source: Anthropic API reference,
// "Messages" and "Streaming", and the types of its SDK. What is not named here is text.
import {
  byValue,
  data,
  definition,
  either,
  extended,
  flag,
  FREE_DEFINITION,
  FREE_JSON,
  json,
  list,
  object,
  opaque,
  plainNumber,
  signed,
  structural,
  tainted,
  text,
  url,
  user,
  type SlotTree,
} from '#slots';
import { errorMembers } from '../openai-chat/slots.ts';

const cacheControl = object({ type: structural, ttl: structural });

const citation = object({
  type: structural,
  cited_text: text,
  document_title: text,
  title: text,
  source: text,
  url,
  file_id: structural,
  encrypted_index: opaque,
  document_index: plainNumber,
  search_result_index: plainNumber,
  start_char_index: plainNumber,
  end_char_index: plainNumber,
  start_page_number: plainNumber,
  end_page_number: plainNumber,
  start_block_index: plainNumber,
  end_block_index: plainNumber,
});

const citationsConfig = object({ enabled: flag });
const common = { type: structural, cache_control: cacheControl };
const textMembers = { ...common, text, citations: either(list(citation), citationsConfig) };

const binarySource = object({
  type: structural,
  media_type: structural,
  data: { ...data, mediaType: { member: 'media_type', prefix: '' } },
  url,
  file_id: structural,
});
const image = object({ ...common, source: binarySource });

/** Documents carry files, texts or blocks; each is from outside. */
const documentSource = byValue(
  'type',
  {
    text: object({ media_type: structural, data: text }),
    content: object({ content: either(text, list(byValue('type', { image }, object(textMembers)))) }),
  },
  binarySource,
);
const document = tainted(object({ ...common, source: documentSource, title: text, context: text, citations: citationsConfig }));
const searchResult = tainted(
  object({ ...common, source: text, title: text, content: list(object(textMembers)), citations: citationsConfig }),
);

/** What a tool, ours or the vendor's, gave back, to the depth that the API knows. */
const resultMembers: Readonly<Record<string, SlotTree>> = {
  ...textMembers,
  tool_use_id: structural,
  is_error: flag,
  is_file_update: flag,
  toolset_name: structural,
  title: text,
  url,
  source: either(text, documentSource),
  encrypted_content: opaque,
  encrypted_stdout: opaque,
  page_age: text,
  retrieved_at: text,
  error_code: structural,
  error_message: text,
  stdout: text,
  stderr: text,
  return_code: plainNumber,
  file_type: structural,
  file_id: structural,
  lines: list(text),
  num_lines: plainNumber,
  start_line: plainNumber,
  total_lines: plainNumber,
  new_lines: plainNumber,
  new_start: plainNumber,
  old_lines: plainNumber,
  old_start: plainNumber,
  stop_reason: structural,
  tool_name: structural,
  tool_references: list(object({ type: structural, tool_name: structural })),
};
const shapes = { image, document, search_result: searchResult };
const leafResult = byValue('type', shapes, object(resultMembers));
const innerResult = byValue('type', shapes, object({ ...resultMembers, content: either(text, list(leafResult), leafResult) }));
const result = tainted(
  object({
    ...resultMembers,
    caller: object({ type: structural, tool_id: structural }),
    content: either(text, list(innerResult), innerResult),
  }),
);

const call = object({
  ...common,
  id: structural,
  name: structural,
  input: FREE_JSON,
  server_name: structural,
  toolset_name: structural,
  caller: object({ type: structural, tool_id: structural }),
});

const tool: SlotTree = object({
  ...common,
  name: structural,
  description: definition,
  input_schema: FREE_DEFINITION,
  input_examples: FREE_DEFINITION,
  allowed_callers: list(structural),
  allowed_domains: list(text),
  blocked_domains: list(text),
  user_location: object({ type: structural, city: text, region: text, country: text, timezone: text }),
  defer_loading: flag,
  strict: flag,
  eager_input_streaming: flag,
  max_uses: plainNumber,
  max_content_tokens: plainNumber,
  max_characters: plainNumber,
  display_width_px: plainNumber,
  display_height_px: plainNumber,
  display_number: plainNumber,
  citations: citationsConfig,
  mcp_server_name: structural,
  model: structural,
});

/** Blocks whose members mean something of their own; what is signed or unreadable is so only in the block that is made for it. */
const blockTypes: Readonly<Record<string, SlotTree>> = {
  image,
  document,
  search_result: searchResult,
  thinking: object({ ...common, thinking: signed, signature: opaque, estimated_tokens: plainNumber }),
  redacted_thinking: object({ ...common, data: opaque }),
  tool_use: call,
  server_tool_use: call,
  mcp_tool_use: call,
  tool_result: result,
  mcp_tool_result: result,
  web_search_tool_result: result,
  web_fetch_tool_result: result,
  code_execution_tool_result: result,
  bash_code_execution_tool_result: result,
  text_editor_code_execution_tool_result: result,
  tool_search_tool_result: result,
  advisor_tool_result: result,
  container_upload: object({ ...common, file_id: structural }),
  compaction: object({ ...common, content: text, encrypted_content: opaque, signature: opaque }),
  fallback: object({ ...common, from: object({ model: structural }), to: object({ model: structural }), trigger: structural }),
  mcp_tool_listing: object({ ...common, mcp_server_name: structural, tools: list(tool) }),
};
const block = byValue('type', blockTypes, object(textMembers));

const system = either(text, list(block));

export const messagesRequestSlots: SlotTree = object({
  model: structural,
  system,
  messages: list(object({ role: structural, content: either(text, list(block)) })),
  tools: list(tool),
  tool_choice: object({ type: structural, name: structural, disable_parallel_tool_use: flag }),
  metadata: extended(FREE_JSON, { user_id: user }),
  stop_sequences: list(text),
  mcp_servers: list(
    object({
      type: structural,
      name: structural,
      url,
      authorization_token: text,
      tool_configuration: object({ enabled: flag, allowed_tools: list(structural) }),
    }),
  ),
  container: either(
    structural,
    object({ id: structural, skills: list(object({ type: structural, skill_id: structural, version: structural })) }),
  ),
  thinking: object({ type: structural, budget_tokens: plainNumber, display: structural }),
  output_config: object({ effort: structural, format: object({ type: structural, schema: FREE_DEFINITION }) }),
  output_format: object({ type: structural, schema: FREE_DEFINITION }),
  context_management: FREE_JSON,
  betas: list(structural),
  anthropic_version: structural,
  service_tier: structural,
  inference_geo: structural,
  access_programs: object({ cyber: structural }),
  stream: flag,
  max_tokens: plainNumber,
  temperature: plainNumber,
  top_p: plainNumber,
  top_k: plainNumber,
});

const usage = object({
  input_tokens: plainNumber,
  output_tokens: plainNumber,
  cache_creation_input_tokens: plainNumber,
  cache_read_input_tokens: plainNumber,
  cache_creation: object({ ephemeral_5m_input_tokens: plainNumber, ephemeral_1h_input_tokens: plainNumber }),
  service_tier: structural,
  inference_geo: structural,
  server_tool_use: object({ web_search_requests: plainNumber, web_fetch_requests: plainNumber }),
});

const stopMembers = {
  stop_reason: structural,
  stop_sequence: text,
  stop_details: object({ type: structural, category: structural, explanation: text, recommended_model: structural }),
  container: object({ id: structural, expires_at: structural }),
};

const answer = object({
  id: structural,
  type: structural,
  role: structural,
  model: structural,
  content: either(text, list(block)),
  ...stopMembers,
  usage,
  input_tokens: plainNumber,
  request_id: structural,
  error: object(errorMembers),
});

export const messagesAnswerSlots: SlotTree = answer;

const delta = byValue(
  'type',
  {
    text_delta: object({ text }),
    input_json_delta: object({ partial_json: json }),
    thinking_delta: object({ thinking: signed, estimated_tokens: plainNumber }),
    signature_delta: object({ signature: opaque }),
    citations_delta: object({ citation }),
    compaction_delta: object({ content: text, encrypted_content: opaque }),
  },
  object(stopMembers),
);

export const messagesEventSlots: SlotTree = object({
  type: structural,
  index: plainNumber,
  message: answer,
  content_block: block,
  delta,
  usage,
  request_id: structural,
  error: object(errorMembers),
});
