// Where the strings of Responses sit: items, which requests and answers share, and what stands around them. Source: OpenAI API reference,
// "Responses" and "Streaming events"; Open Responses specification. What is not named here is text.
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
  plainNumbers,
  structural,
  tainted,
  text,
  url,
  user,
  type SlotTree,
} from '#slots';
import { errorMembers, functionMembers, usage, userLocation } from '../openai-chat/slots.ts';

export const logprobs = list(
  object({
    token: text,
    logprob: plainNumber,
    bytes: plainNumbers,
    top_logprobs: list(object({ token: text, logprob: plainNumber, bytes: plainNumbers })),
  }),
);

export const annotation = object({
  type: structural,
  url,
  title: text,
  filename: text,
  file_id: structural,
  container_id: structural,
  index: plainNumber,
  start_index: plainNumber,
  end_index: plainNumber,
});

export const part = object({
  type: structural,
  text,
  refusal: text,
  image_url: url,
  detail: structural,
  file_data: data,
  file_url: url,
  filename: text,
  file_id: structural,
  input_audio: object({ data: { ...data, mediaType: { member: 'format', prefix: 'audio/' } }, format: structural }),
  annotations: list(annotation),
  logprobs,
});

const content = either(text, list(part), part);
const outside = tainted(content);

const functionTool = {
  ...functionMembers,
  output_schema: FREE_DEFINITION,
  allowed_callers: list(structural),
  defer_loading: flag,
};

const grammar = object({ type: structural, definition, syntax: structural });
const environment = object({ type: structural, container_id: structural, file_ids: list(structural) });

/** Members of every kind of tool; no two kinds use one name for two things. */
const toolMembers: Readonly<Record<string, SlotTree>> = {
  type: structural,
  ...functionTool,
  format: grammar,
  input_schema: FREE_DEFINITION,
  annotations: FREE_DEFINITION,
  execution: structural,
  vector_store_ids: list(structural),
  max_num_results: plainNumber,
  ranking_options: object({ ranker: structural, score_threshold: plainNumber }),
  filters: FREE_JSON,
  environment: either(structural, environment),
  external_web_access: flag,
  display_width: plainNumber,
  display_height: plainNumber,
  user_location: userLocation,
  search_context_size: structural,
  search_content_types: list(structural),
  server_label: structural,
  server_url: url,
  server_description: definition,
  connector_id: structural,
  tunnel_id: structural,
  authorization: text,
  headers: FREE_JSON,
  allowed_tools: either(list(structural), object({ tool_names: list(structural) })),
  require_approval: either(
    structural,
    object({ always: object({ tool_names: list(structural) }), never: object({ tool_names: list(structural) }) }),
  ),
  container: either(structural, object({ type: structural, file_ids: list(structural), memory_limit: structural })),
  model: structural,
  quality: structural,
  size: structural,
  output_format: structural,
  moderation: structural,
  background: structural,
  input_fidelity: structural,
  input_image_mask: object({ image_url: url, file_id: structural }),
  output_compression: plainNumber,
  partial_images: plainNumber,
  action: structural,
};
const tool = object({ ...toolMembers, tools: list(object(toolMembers)) });

/** What a call asks to be done: commands, coordinates, queries, patches. Tools of vendors differ, so all of it is read. */
const action = extended(FREE_JSON, { type: structural });

const safetyChecks = list(object({ id: structural, code: structural, message: text }));

const item: SlotTree = object({
  type: structural,
  id: structural,
  status: structural,
  role: structural,
  phase: structural,
  content,
  summary: list(part),
  encrypted_content: opaque,
  signature: opaque,
  call_id: structural,
  name: structural,
  namespace: structural,
  arguments: json,
  input: text,
  output: outside,
  outputs: tainted(list(extended(part, { logs: text, url }))),
  result: tainted(text),
  results: tainted(FREE_JSON),
  queries: list(text),
  code: text,
  fingerprint: opaque,
  action,
  actions: list(action),
  operation: object({ type: structural, path: text, diff: text }),
  environment,
  container_id: structural,
  caller: object({ type: structural, caller_id: structural }),
  execution: structural,
  server_label: structural,
  approval_request_id: structural,
  approve: flag,
  reason: text,
  error: tainted(either(text, object(errorMembers))),
  tools: list(tool),
  pending_safety_checks: safetyChecks,
  acknowledged_safety_checks: safetyChecks,
  created_by: text,
  max_output_length: plainNumber,
  revised_prompt: text,
  background: structural,
  output_format: structural,
  quality: structural,
  size: structural,
});

const screenshot = tainted(object({ type: structural, image_url: url, file_id: structural, detail: structural }));
export const shellOutput = tainted(
  either(text, list(object({ stdout: text, stderr: text, outcome: object({ type: structural, exit_code: plainNumber }) }))),
);

/** Kinds in which a name means something else. */
export const items = byValue(
  'type',
  {
    image_generation_call: extended(item, { result: data }),
    computer_call_output: extended(item, { output: screenshot }),
    shell_call_output: extended(item, { output: shellOutput }),
    mcp_list_tools: tainted(item),
    tool_search_output: tainted(item),
    input_image: part,
    input_file: part,
  },
  item,
);

const prompt = object({
  id: structural,
  version: structural,
  variables: { others: either(text, part) },
});

const textOptions = object({
  format: object({ type: structural, name: structural, description: definition, schema: FREE_DEFINITION, strict: flag }),
  verbosity: structural,
});

const toolChoice = either(
  structural,
  object({
    type: structural,
    name: structural,
    mode: structural,
    server_label: structural,
    tools: list(object({ type: structural, name: structural, server_label: structural })),
  }),
);

/** What a request says and an answer repeats. */
const settings: Readonly<Record<string, SlotTree>> = {
  model: structural,
  instructions: either(text, list(items)),
  tools: list(tool),
  tool_choice: toolChoice,
  text: textOptions,
  background: flag,
  parallel_tool_calls: flag,
  store: flag,
  stream: flag,
  prompt,
  reasoning: object({ effort: structural, mode: structural, context: structural, summary: structural, generate_summary: structural }),
  metadata: FREE_JSON,
  user,
  safety_identifier: user,
  prompt_cache_key: text,
  prompt_cache_retention: structural,
  prompt_cache_options: object({ mode: structural, ttl: structural }),
  previous_response_id: structural,
  conversation: either(structural, object({ id: structural })),
  service_tier: structural,
  truncation: structural,
  moderation: object({ model: structural }),
  include: list(structural),
  context_management: list(object({ type: structural, compact_threshold: plainNumber })),
  access_programs: object({ cyber: structural }),
  stream_options: object({ include_obfuscation: flag }),
  temperature: plainNumber,
  top_p: plainNumber,
  top_logprobs: plainNumber,
  presence_penalty: plainNumber,
  frequency_penalty: plainNumber,
  max_output_tokens: plainNumber,
  max_tool_calls: plainNumber,
};

export const responsesRequestSlots: SlotTree = object({ ...settings, input: either(text, list(items)) });

export const responsesAnswerSlots: SlotTree = object({
  ...settings,
  id: structural,
  object: structural,
  status: structural,
  created_at: plainNumber,
  completed_at: plainNumber,
  output: list(items),
  output_text: text,
  usage,
  incomplete_details: object({ reason: structural }),
  error: either(text, object(errorMembers)),
});
