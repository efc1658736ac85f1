// What members and words of an OpenAI Responses answer mean, for its reader. Source: OpenAI API reference, "Responses" and "Streaming
// events"; Open Responses specification.
import { countOf, fieldsOf, textOf, type Fields } from '../../json-fields.ts';
import { observeOpenaiUsage, type Observation } from '../../observation.ts';
import { idOf, type AnswerUsage, type Notes, type Stop } from './neutral.ts';

export type ItemKind = 'message' | 'reasoning' | 'call' | 'other';

export const PHASES: ReadonlySet<unknown> = new Set(['commentary', 'final_answer']);

/** Members of items and content parts that are read. */
export const ITEM_MEMBERS: Readonly<Record<ItemKind, ReadonlySet<string>>> = {
  message: new Set(['type', 'id', 'status', 'role', 'content', 'phase']),
  reasoning: new Set(['type', 'id', 'status', 'summary', 'content', 'encrypted_content']),
  call: new Set(['type', 'id', 'status', 'call_id', 'name', 'namespace', 'arguments', 'input']),
  other: new Set(),
};
export const PART_MEMBERS: ReadonlySet<string> = new Set(['type', 'text', 'refusal', 'annotations', 'logprobs']);

/** Progress and openings that carry nothing of their own. */
export const SILENT_EVENTS: ReadonlySet<unknown> = new Set([
  'response.queued',
  'response.content_part.added',
  'response.reasoning_summary_part.added',
  'keepalive',
]);

export function kindOf(type: unknown): ItemKind {
  if (type === 'message' || type === 'reasoning') return type;
  return type === 'function_call' || type === 'custom_tool_call' ? 'call' : 'other';
}

/** What names an item in a closing list: a call's id, else the item's own. */
export function nameOf(content: Fields): string | undefined {
  return idOf(content['call_id']) ?? idOf(content['id']);
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

export function stopOf(response: Fields, type: string, notes: Notes): Stop {
  if (type === 'response.completed') return { kind: 'end' };
  const reason = textOf(fieldsOf(response['incomplete_details'])['reason'], 64);
  if (reason === 'content_filter') return { kind: 'content-filter' };
  if (reason !== 'max_output_tokens') notes.add('incomplete_details.reason', `“${reason ?? ''}” is unknown; taken as “max_output_tokens”`);
  return { kind: 'length' };
}

export function usageOf(value: unknown): AnswerUsage | undefined {
  const into: Observation = {};
  observeOpenaiUsage(value, { input: 'input', output: 'output' }, into);
  if (into.usage === undefined) return undefined;
  const cacheWriteTokens = countOf(fieldsOf(fieldsOf(value)['input_tokens_details'])['cache_write_tokens']);
  return { ...into.usage, ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }) };
}
