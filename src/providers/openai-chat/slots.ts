// Where the strings of chat completions sit. Source: OpenAI API reference, "Chat"; reasoning members as DeepSeek, vLLM and OpenRouter name
// them. What is not named here is text.
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

const cacheControl = object({ type: structural, ttl: structural });

const part: SlotTree = object({
  type: structural,
  text,
  refusal: text,
  image_url: either(url, object({ url, detail: structural })),
  input_audio: object({ data: { ...data, mediaType: { member: 'format', prefix: 'audio/' } }, format: structural }),
  video_url: object({ url }),
  file: object({ file_data: data, filename: text, file_id: structural }),
  cache_control: cacheControl,
});

const content: SlotTree = either(text, list(part), part);

const functionCall = object({ name: structural, arguments: json });

const toolCall = object({
  id: structural,
  type: structural,
  index: plainNumber,
  function: functionCall,
  custom: object({ name: structural, input: text }),
});

const reasoningDetails = list(
  object({
    type: structural,
    text,
    summary: text,
    data: opaque,
    signature: opaque,
    id: structural,
    format: structural,
    index: plainNumber,
  }),
);

const annotations = list(
  object({
    type: structural,
    url_citation: object({ url, title: text, start_index: plainNumber, end_index: plainNumber, content: text }),
  }),
);

/** What a message is, asked or answered. */
const message: SlotTree = object({
  role: structural,
  content,
  refusal: text,
  name: text,
  tool_calls: list(toolCall),
  tool_call_id: structural,
  function_call: functionCall,
  reasoning_content: text,
  reasoning: text,
  reasoning_details: reasoningDetails,
  annotations,
  audio: object({ id: structural, data, transcript: text, expires_at: plainNumber }),
  cache_control: cacheControl,
});

/** The role may stand behind the content. */
const requestMessage = byValue('role', { tool: tainted(message), function: tainted(extended(message, { name: structural })) }, message);

/** One function, as `tools` and the old `functions` list it; also one tool of Responses. */
export const functionMembers = { name: structural, description: definition, parameters: FREE_DEFINITION, strict: flag };

const toolFormat = object({ type: structural, grammar: object({ definition, syntax: structural }), definition, syntax: structural });

const tool = object({
  type: structural,
  function: object(functionMembers),
  custom: object({ name: structural, description: definition, format: toolFormat }),
  cache_control: cacheControl,
});

/** Names of tools and nothing else, at any depth that the API knows. */
const toolChoice = either(
  structural,
  object({
    type: structural,
    name: structural,
    mode: structural,
    function: object({ name: structural }),
    custom: object({ name: structural }),
    allowed_tools: object({ mode: structural, tools: list(object({ type: structural, function: object({ name: structural }) })) }),
  }),
);

export const userLocation = object({
  type: structural,
  country: text,
  region: text,
  city: text,
  timezone: text,
  approximate: object({ country: text, region: text, city: text, timezone: text }),
});

export const chatRequestSlots: SlotTree = object({
  model: structural,
  messages: list(requestMessage),
  tools: list(tool),
  functions: list(object(functionMembers)),
  tool_choice: toolChoice,
  function_call: toolChoice,
  response_format: object({
    type: structural,
    json_schema: object({ name: structural, description: definition, schema: FREE_DEFINITION, strict: flag }),
  }),
  prediction: object({ type: structural, content }),
  metadata: FREE_JSON,
  user,
  safety_identifier: user,
  prompt_cache_key: text,
  prompt_cache_retention: structural,
  prompt_cache_options: object({ mode: structural, ttl: structural }),
  stop: either(text, list(text)),
  logit_bias: { others: plainNumber },
  web_search_options: object({ search_context_size: structural, user_location: userLocation }),
  moderation: object({ model: structural }),
  audio: object({ voice: either(structural, object({ id: structural })), format: structural }),
  modalities: list(structural),
  stream_options: object({ include_usage: flag, include_obfuscation: flag }),
  service_tier: structural,
  reasoning_effort: structural,
  verbosity: structural,
  access_programs: object({ cyber: structural }),
  seed: plainNumber,
  max_tokens: plainNumber,
  max_completion_tokens: plainNumber,
  temperature: plainNumber,
  top_p: plainNumber,
  presence_penalty: plainNumber,
  frequency_penalty: plainNumber,
  top_logprobs: plainNumber,
  n: plainNumber,
  stream: flag,
  store: flag,
  logprobs: flag,
  parallel_tool_calls: flag,
});

const tokens = list(
  object({
    token: text,
    logprob: plainNumber,
    bytes: plainNumbers,
    top_logprobs: list(object({ token: text, logprob: plainNumber, bytes: plainNumbers })),
  }),
);

const choice = object({
  index: plainNumber,
  message,
  delta: message,
  finish_reason: structural,
  native_finish_reason: structural,
  stop_reason: either(structural, plainNumber),
  logprobs: object({ content: tokens, refusal: tokens }),
  token_ids: plainNumbers,
});

/** Counts of tokens by name, nested. */
export const usage: SlotTree = object({
  prompt_tokens: plainNumber,
  completion_tokens: plainNumber,
  input_tokens: plainNumber,
  output_tokens: plainNumber,
  total_tokens: plainNumber,
  cost: plainNumber,
  prompt_tokens_details: object({ cached_tokens: plainNumber, audio_tokens: plainNumber }),
  completion_tokens_details: object({
    reasoning_tokens: plainNumber,
    audio_tokens: plainNumber,
    accepted_prediction_tokens: plainNumber,
    rejected_prediction_tokens: plainNumber,
  }),
  input_tokens_details: object({ cached_tokens: plainNumber }),
  output_tokens_details: object({ reasoning_tokens: plainNumber }),
});

export const errorMembers = {
  type: structural,
  code: either(structural, plainNumber),
  message: text,
  param: text,
  status: either(structural, plainNumber),
};

/** A whole answer and a chunk of a stream alike. */
export const chatAnswerSlots: SlotTree = object({
  id: structural,
  object: structural,
  created: { numbers: 'always' },
  model: structural,
  provider: structural,
  system_fingerprint: structural,
  service_tier: structural,
  choices: list(choice),
  usage,
  obfuscation: opaque,
  metadata: FREE_JSON,
  error: either(text, object(errorMembers)),
});
