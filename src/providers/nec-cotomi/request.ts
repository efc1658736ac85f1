// A chat-completions request → the body that NEC's cotomi API takes. It has room for one system text, one user text, a temperature and a
// limit. Everything else is refused by its field's name (strict), or left out with a note (lenient); nothing is left out silently.
import { err, ok, type Result } from '#kernel';
import { fieldsOf, itemsOf, type Fields } from '../json-fields.ts';

export interface CotomiNote {
  readonly field: string;
  readonly problem: string;
}

export interface CotomiTask {
  /** A chat-completions body, parsed. */
  readonly request: Fields;
  /** strict: what the format cannot carry refuses the request. lenient: it is left out, with a note. */
  readonly mode: 'strict' | 'lenient';
  readonly target: { readonly model: string; readonly defaultMaxOutputTokens: number };
}

export type CotomiRefusal =
  | { readonly kind: 'untranslatable'; readonly notes: readonly CotomiNote[] }
  /** The request is wrong in any format. */
  | { readonly kind: 'malformed'; readonly field: string; readonly problem: string };

export interface CotomiRequest {
  readonly body: {
    readonly model: string;
    readonly userContent: string;
    readonly systemContent?: string;
    readonly temperature?: number;
    readonly maxTokens: number;
    readonly stream: boolean;
    /** No history is kept at the provider. */
    readonly oneshot: true;
  };
  readonly notes: readonly CotomiNote[];
}

const MOST_NOTES = 64;
const NO_PLACE = 'has no place in the format of NEC cotomi';

/** Members that are carried, or that say nothing about the answer. */
const HANDLED: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'temperature',
  'max_tokens',
  'max_completion_tokens',
  // About usage, end users and the vendor's own records: cotomi tells no usage, and gets its pseudonym in a header.
  'stream_options',
  'user',
  'safety_identifier',
  'metadata',
  'store',
  'prompt_cache_key',
  'service_tier',
]);

/** Values with which a member asks for nothing. */
const ASKS_FOR_NOTHING: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: (value) => value === 1,
  tools: isEmptyList,
  functions: isEmptyList,
  stop: isEmptyList,
  tool_choice: (value) => value === 'none' || value === 'auto',
  parallel_tool_calls: (value) => typeof value === 'boolean',
  logprobs: (value) => value === false,
  presence_penalty: (value) => value === 0,
  frequency_penalty: (value) => value === 0,
  top_p: (value) => value === 1,
  response_format: (value) => fieldsOf(value)['type'] === 'text',
  modalities: (value) => Array.isArray(value) && value.length === 1 && value[0] === 'text',
};

export function toCotomi({ request, mode, target }: CotomiTask): Result<CotomiRequest, CotomiRefusal> {
  const notes: CotomiNote[] = [];
  const drop = (field: string, problem = NO_PLACE): void => {
    if (notes.length < MOST_NOTES) notes.push({ field: field.slice(0, 128), problem });
  };
  for (const [member, value] of Object.entries(request)) {
    if (HANDLED.has(member) || value === null) continue;
    const asksForNothing = Object.hasOwn(ASKS_FOR_NOTHING, member) && ASKS_FOR_NOTHING[member]!(value);
    if (!asksForNothing) drop(member);
  }
  const messages = itemsOf(request['messages']);
  if (messages.length === 0) return err({ kind: 'malformed', field: 'messages', problem: 'must be a list with at least one message' });
  const texts = readMessages(messages, drop);
  const last = texts.turns.at(-1);
  if (last?.role !== 'user') {
    drop('messages', 'must end with a message of the user');
    return err({ kind: 'untranslatable', notes });
  }
  const earlier = texts.turns.slice(0, -1);
  if (earlier.length > 0) drop('messages', 'earlier turns can only be quoted in the text of the last one');
  if (mode === 'strict' && notes.length > 0) return err({ kind: 'untranslatable', notes });
  const limit = request['max_completion_tokens'] ?? request['max_tokens'];
  const temperature = request['temperature'];
  return ok({
    body: {
      model: target.model,
      userContent: earlier.length === 0 ? last.content : `${quoted(earlier)}\n\n${last.content}`,
      ...(texts.system === '' ? {} : { systemContent: texts.system }),
      ...(typeof temperature === 'number' ? { temperature } : {}),
      maxTokens: typeof limit === 'number' ? limit : target.defaultMaxOutputTokens,
      stream: request['stream'] === true,
      oneshot: true,
    },
    notes,
  });
}

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

function readMessages(messages: readonly unknown[], drop: (field: string, problem?: string) => void): { system: string; turns: Turn[] } {
  const system: string[] = [];
  const turns: Turn[] = [];
  for (const [index, item] of messages.entries()) {
    const message = fieldsOf(item);
    const field = `messages[${index}]`;
    const role = message['role'];
    for (const member of ['name', 'tool_calls', 'function_call', 'audio', 'refusal'])
      if ((message[member] ?? undefined) !== undefined && !isEmptyList(message[member])) drop(`${field}.${member}`);
    const content = textIn(message['content'], `${field}.content`, drop);
    if (role === 'system' || role === 'developer') {
      if (turns.length > 0) drop(field, 'instructions after the first turn move to the front');
      if (content !== '') system.push(content);
    } else if (role === 'user' || role === 'assistant') turns.push({ role, content });
    else drop(`${field}.role`);
  }
  return { system: system.join('\n\n'), turns };
}

/** A string, or the text parts of a list. */
function textIn(content: unknown, field: string, drop: (field: string, problem?: string) => void): string {
  if (typeof content === 'string') return content;
  const texts: string[] = [];
  for (const [index, item] of itemsOf(content).entries()) {
    const part = fieldsOf(item);
    if (part['type'] === 'text' && typeof part['text'] === 'string') texts.push(part['text']);
    else drop(`${field}[${index}]`, `${NO_PLACE}: it carries text only`);
  }
  return texts.join('\n');
}

/** As JSON, so that nothing a turn says can pass for another turn. */
function quoted(turns: readonly Turn[]): string {
  return `The conversation so far, as JSON:\n${JSON.stringify(turns)}\n\nThe user now says:`;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
