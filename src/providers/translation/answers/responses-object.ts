// The Responses object around an answer: what it echoes of the request, with the defaults the format prescribes where the request is silent.
// Sources: OpenAI API reference, "The Response object"; Open Responses specification, ResponseResource. What the provider made of these
// settings is not known here, so the request's own values are stated.
import { countOf, fieldsOf, itemsOf, type Fields } from '../../json-fields.ts';
import { jsonText } from './exact-json.ts';
import type { AnswerUsage } from './neutral.ts';

type Fits = (value: unknown) => boolean;

const isText: Fits = (value) => typeof value === 'string';
const isNumber: Fits = (value) => typeof value === 'number';
const isCount: Fits = (value) => countOf(value) !== undefined;
const isBoolean: Fits = (value) => typeof value === 'boolean';
const isObject: Fits = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function oneOf(...words: readonly string[]): Fits {
  return (value) => typeof value === 'string' && words.includes(value);
}

/**
 * Members with the value that stands for "not set", and what a value must be to be repeated: what fits no description is the provider's to
 * refuse, and nothing to state. `store` is false unless asked for: nothing here keeps answers by itself.
 */
const ECHOED: Readonly<Record<string, readonly [unset: unknown, fits: Fits]>> = {
  previous_response_id: [null, isText],
  instructions: [null, isText],
  truncation: ['disabled', oneOf('auto', 'disabled')],
  parallel_tool_calls: [true, isBoolean],
  top_p: [1, isNumber],
  presence_penalty: [0, isNumber],
  frequency_penalty: [0, isNumber],
  top_logprobs: [0, isCount],
  temperature: [1, isNumber],
  max_output_tokens: [null, isCount],
  max_tool_calls: [null, isCount],
  store: [false, isBoolean],
  background: [false, isBoolean],
  service_tier: ['default', isText],
  metadata: [{}, isObject],
  safety_identifier: [null, isText],
  prompt_cache_key: [null, isText],
};

/** As the specification lists them; vendors know more. */
const isEffort = oneOf('none', 'low', 'medium', 'high', 'xhigh');
const isSummary = oneOf('concise', 'detailed', 'auto');
const isVerbosity = oneOf('low', 'medium', 'high');
const isChoiceWord = oneOf('none', 'auto', 'required');

/** The echoed members as JSON text without braces: the same in every event of a stream, so written once. */
export function echoOf(request: Fields): string {
  const members: Record<string, unknown> = {};
  for (const [name, [unset, fits]] of Object.entries(ECHOED)) members[name] = fits(request[name]) ? request[name] : unset;
  members['tools'] = itemsOf(request['tools']).flatMap(toolOf);
  members['tool_choice'] = toolChoiceOf(request['tool_choice']);
  members['text'] = textFormatOf(fieldsOf(request['text']));
  members['reasoning'] = reasoningOf(request['reasoning']);
  return jsonText(members)?.slice(1, -1) ?? echoOf({});
}

/** Tools of other kinds, which only some vendors know, are repeated as they were sent. */
function toolOf(value: unknown): unknown[] {
  const tool = fieldsOf(value);
  if (!isText(tool['type'])) return [];
  if (tool['type'] !== 'function') return [tool];
  if (!isText(tool['name'])) return [];
  const { name, description, parameters, strict } = tool;
  return [
    {
      ...tool,
      name,
      description: isText(description) ? description : null,
      parameters: isObject(parameters) ? parameters : null,
      strict: isBoolean(strict) ? strict : null,
    },
  ];
}

function toolChoiceOf(value: unknown): unknown {
  if (isChoiceWord(value)) return value;
  const choice = fieldsOf(value);
  if (!isText(choice['type'])) return 'auto';
  if (choice['type'] !== 'allowed_tools') return isText(choice['name']) || choice['type'] !== 'function' ? choice : 'auto';
  const tools = itemsOf(choice['tools']).filter((tool) => isText(fieldsOf(tool)['name']) && isText(fieldsOf(tool)['type']));
  return { ...choice, tools, mode: isChoiceWord(choice['mode']) ? choice['mode'] : 'auto' };
}

/** The Open Responses specification admits no schema in the echo (its type is null), so the schema's name stands for it. */
function textFormatOf({ format: stated, verbosity }: Fields): Fields {
  const format = fieldsOf(stated);
  const rest = isVerbosity(verbosity) ? { verbosity } : {};
  if (format['type'] === 'json_object') return { format: { type: 'json_object' }, ...rest };
  if (format['type'] !== 'json_schema' || !isText(format['name'])) return { format: { type: 'text' }, ...rest };
  const { name, description, strict } = format;
  return {
    format: { type: 'json_schema', name, description: isText(description) ? description : null, schema: null, strict: strict === true },
    ...rest,
  };
}

function reasoningOf(value: unknown): Fields | null {
  if (!isObject(value)) return null;
  const { effort, summary } = fieldsOf(value);
  return { effort: isEffort(effort) ? effort : null, summary: isSummary(summary) ? summary : null };
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
