// The messages of a chat completions request as the history that a chat template is rendered from: calls of tools stand beside their
// results there, and not in messages of their own. Refuses what a text model cannot be shown; never joins, drops or reorders messages.
import { z } from 'zod';
import { err, ok, type Result } from '#kernel';
import type { RequestProblem } from './chat-request.ts';
import type { FunctionCallItem, HistoryItem } from './library.ts';
import { isNestedDeeper } from './nesting.ts';

const MAX_ARGUMENT_DEPTH = 128;

const textPart = z.strictObject({ type: z.literal('text', 'may be "text" only: a local model is shown text'), text: z.string() });
const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });

const textMessage = z.strictObject({
  role: z.enum(['system', 'developer', 'user']),
  // Typed as anything to say which part it is that cannot be read, and not that the union has no match.
  content: z.unknown().optional(),
  /** A participant's name, which chat templates have no place for. */
  name: z.unknown().optional(),
});

const toolCall = z.strictObject({
  id: z.string().min(1).max(256),
  type: z.literal('function').optional(),
  function: z.strictObject({ name: z.string().min(1).max(256), arguments: z.string() }),
  index: z.unknown().optional(),
});

const assistantMessage = z.strictObject({
  role: z.literal('assistant'),
  content: z.unknown().optional(),
  tool_calls: z.array(toolCall).max(256).nullish(),
  refusal: z.string().nullish(),
  audio: z.null().optional(),
  function_call: z.null().optional(),
  name: z.unknown().optional(),
  annotations: z.unknown().optional(),
  /** What other servers call the reasoning of an earlier answer: templates leave it out of later turns. */
  reasoning_content: z.unknown().optional(),
  reasoning: z.unknown().optional(),
});

const toolMessage = z.strictObject({
  role: z.literal('tool'),
  content: z.unknown().optional(),
  tool_call_id: z.string().max(256),
  name: z.unknown().optional(),
});

export const messageSchema = z.discriminatedUnion('role', [textMessage, assistantMessage, toolMessage], {
  error: (issue) => (issue.code === 'invalid_union' ? 'must have the role system, developer, user, assistant or tool' : undefined),
});

export type Message = z.output<typeof messageSchema>;

type AssistantMessage = z.output<typeof assistantMessage>;

/** The history that `messages` tell. Ends with the model's turn when the last message is a result or a text to be continued. */
export function readMessages(messages: readonly Message[]): Result<readonly HistoryItem[], RequestProblem> {
  const results = resultsOf(messages);
  if (!results.ok) return results;
  const history: HistoryItem[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') continue;
    if (message.role === 'assistant') {
      const response = readAnswer(message, index, results.value);
      if (!response.ok) return response;
      const last = history.at(-1);
      // After a result the model goes on with the same turn.
      if (last?.type === 'model') history[history.length - 1] = { type: 'model', response: [...last.response, ...response.value] };
      else history.push({ type: 'model', response: response.value });
      continue;
    }
    const text = readContent(message.content, `messages[${index}].content`);
    if (!text.ok) return text;
    history.push({ type: message.role === 'user' ? 'user' : 'system', text: text.value });
  }
  return ok(history);
}

interface ToolResult {
  readonly text: string;
  readonly index: number;
  isTaken: boolean;
}

/** By the id of the call. Ids are unique among the calls that are open, which is all that providers promise: the latest call counts. */
function resultsOf(messages: readonly Message[]): Result<ReadonlyMap<string, ToolResult[]>, RequestProblem> {
  const results = new Map<string, ToolResult[]>();
  const open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'assistant') for (const call of message.tool_calls ?? []) open.add(call.id);
    if (message.role !== 'tool') continue;
    const place = `messages[${index}]`;
    if (!open.delete(message.tool_call_id)) return err(invalid(`${place}.tool_call_id`, 'answers no call that is waiting for a result'));
    const text = readContent(message.content, `${place}.content`);
    if (!text.ok) return text;
    const group = results.get(message.tool_call_id) ?? [];
    group.push({ text: text.value, index, isTaken: false });
    results.set(message.tool_call_id, group);
  }
  return ok(results);
}

type Answer = readonly (string | FunctionCallItem)[];

function readAnswer(message: AssistantMessage, index: number, results: ReadonlyMap<string, ToolResult[]>): Result<Answer, RequestProblem> {
  const place = `messages[${index}]`;
  const calls = message.tool_calls ?? [];
  const response: (string | FunctionCallItem)[] = [];
  const text = message.content === null || message.content === undefined ? ok('') : readContent(message.content, `${place}.content`);
  if (!text.ok) return text;
  const said = `${text.value}${message.refusal ?? ''}`;
  if (said !== '' || calls.length === 0) response.push(said);
  for (const [position, call] of calls.entries()) {
    const at = `${place}.tool_calls[${position}]`;
    const result = results.get(call.id)?.find((one) => !one.isTaken && one.index > index);
    if (result === undefined) return err(invalid(at, 'has no result: a message with role tool must follow'));
    result.isTaken = true;
    const params = readArguments(call.function.arguments);
    if (params === undefined)
      return err(invalid(`${at}.function.arguments`, `must be a JSON object as text, at most ${MAX_ARGUMENT_DEPTH} deep`));
    response.push({ type: 'functionCall', name: call.function.name, params, result: result.text, startsNewChunk: position === 0 });
  }
  return ok(response);
}

function readArguments(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value) || isNestedDeeper(value, MAX_ARGUMENT_DEPTH)) return undefined;
    return value;
  } catch {
    return undefined;
  }
}

function readContent(value: unknown, place: string): Result<string, RequestProblem> {
  if (typeof value === 'string') return ok(value);
  if (!Array.isArray(value)) return err(invalid(place, 'must be a text or a list of parts'));
  const texts: string[] = [];
  for (const [index, part] of (value as readonly unknown[]).entries()) {
    const text = textPart.safeParse(part);
    if (text.success) {
      texts.push(text.data.text);
      continue;
    }
    const refusal = refusalPart.safeParse(part);
    if (!refusal.success) return err(unreadable(`${place}[${index}]`));
    texts.push(refusal.data.refusal);
  }
  return ok(texts.join(''));
}

function unreadable(param: string): RequestProblem {
  return { param, code: 'unsupported_parameter', message: `${param} is not a text part, and a local model is shown text only.` };
}

function invalid(param: string, reason: string): RequestProblem {
  return { param, code: 'invalid_value', message: `${param} ${reason}.` };
}
