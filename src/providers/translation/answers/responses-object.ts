// The Responses object around an answer: what it echoes of the request, with the defaults the format prescribes where the request is silent.
// Sources: OpenAI API reference, "The Response object"; Open Responses specification, ResponseResource. What the provider made of these
// settings is not known here, so the request's own values are stated.
import { fieldsOf, itemsOf, type Fields } from '../../json-fields.ts';
import { jsonText } from './exact-json.ts';
import type { AnswerUsage } from './neutral.ts';

/** Members with the value that stands for "not set". `store` is false unless asked for: nothing here keeps answers by itself. */
const ECHOED: Fields = {
  previous_response_id: null,
  instructions: null,
  truncation: 'disabled',
  parallel_tool_calls: true,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  top_logprobs: 0,
  temperature: 1,
  max_output_tokens: null,
  max_tool_calls: null,
  store: false,
  background: false,
  service_tier: 'default',
  metadata: {},
  safety_identifier: null,
  prompt_cache_key: null,
};

/** The echoed members as JSON text without braces: the same in every event of a stream, so written once. */
export function echoOf(request: Fields): string {
  const members: Record<string, unknown> = {};
  for (const [name, unset] of Object.entries(ECHOED)) members[name] = fitting(request[name], unset);
  members['tools'] = itemsOf(request['tools']).map(toolOf);
  members['tool_choice'] = toolChoiceOf(request['tool_choice']);
  members['text'] = textFormatOf(fieldsOf(request['text']));
  const reasoning = fieldsOf(request['reasoning']);
  members['reasoning'] =
    request['reasoning'] === undefined || request['reasoning'] === null ? null : { effort: null, summary: null, ...reasoning };
  return (
    jsonText(members) ??
    jsonText({ ...ECHOED, tools: [], tool_choice: 'auto', text: { format: { type: 'text' } }, reasoning: null }) ??
    ''
  ).slice(1, -1);
}

/** A value of another type than the member has is the provider's to refuse, and not echoed. */
function fitting(value: unknown, unset: unknown): unknown {
  if (value === undefined || value === null) return unset;
  return unset === null || typeof value === typeof unset ? value : unset;
}

function toolOf(value: unknown): unknown {
  const tool = fieldsOf(value);
  if (tool['type'] !== 'function') return value;
  return { description: null, parameters: null, strict: null, ...tool };
}

function toolChoiceOf(value: unknown): unknown {
  if (value === undefined || value === null) return 'auto';
  const choice = fieldsOf(value);
  return choice['type'] === 'allowed_tools' ? { mode: 'auto', ...choice } : value;
}

/** The Open Responses specification admits no schema in the echo (its type is null), so the schema's name stands for it. */
function textFormatOf(text: Fields): Fields {
  const format = fieldsOf(text['format']);
  if (format['type'] === undefined) return { ...text, format: { type: 'text' } };
  if (format['type'] !== 'json_schema') return text;
  return { ...text, format: { description: null, ...format, schema: null, strict: format['strict'] === true } };
}

export function responsesUsage(usage: AnswerUsage | undefined): Fields | null {
  if (usage === undefined) return null;
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens, cacheWriteTokens } = usage;
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedInputTokens ?? 0, cache_write_tokens: cacheWriteTokens ?? 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens ?? 0 },
    total_tokens: inputTokens + outputTokens,
  };
}
