// What members and words of an Anthropic message mean, for its reader. Source: Anthropic API reference, "Messages" and "Streaming messages".
import { countOf, fieldsOf, textOf, type Fields } from '../../json-fields.ts';
import { entryOf, LIMITS, type AnswerUsage, type Notes, type Stop, type StopKind } from './neutral.ts';

export type BlockKind = 'text' | 'thinking' | 'redacted_thinking' | 'tool_use' | 'other';

const STOPS: Readonly<Record<string, StopKind>> = {
  end_turn: 'end',
  max_tokens: 'length',
  model_context_window_exceeded: 'context-window',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
};

/** Stops in the middle of a block. */
export const CUT_REASONS: ReadonlySet<unknown> = new Set(['max_tokens', 'model_context_window_exceeded']);

/** What may follow a block's end; a ping or an event of another kind does not tell how it ended. */
export const SUCCESSORS: ReadonlySet<unknown> = new Set([
  'content_block_start',
  'content_block_delta',
  'message_start',
  'message_delta',
  'message_stop',
]);

/** What is read of a message and its last events; the block's members by kind. */
export const MESSAGE_MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'stop_details',
  'usage',
  'delta',
]);
export const BLOCK_MEMBERS: Readonly<Partial<Record<BlockKind, ReadonlySet<string>>>> = {
  text: new Set(['type', 'text', 'citations']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted_thinking: new Set(['type', 'data']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'caller']),
};

/** Why the message stopped; undefined while it has not. */
export function stopOf(holder: Fields, notes: Notes): Stop | undefined {
  const reason = textOf(holder['stop_reason']);
  if (reason === undefined) return undefined;
  const kind = entryOf(STOPS, reason);
  if (kind === undefined) notes.add('stop_reason', `“${reason.slice(0, 64)}” is unknown; taken as “end_turn”`);
  const details = fieldsOf(holder['stop_details']);
  const [stopSequence, category] = [textOf(holder['stop_sequence']), textOf(details['category'])];
  const explanation = textOf(details['explanation'], LIMITS.errorMessageChars);
  return {
    kind: kind ?? 'end',
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(category === undefined ? {} : { category }),
    ...(explanation === undefined ? {} : { explanation }),
  };
}

export function kindOf(type: unknown): BlockKind {
  return type === 'text' || type === 'thinking' || type === 'redacted_thinking' || type === 'tool_use' ? type : 'other';
}

const COUNTS = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens', 'output_tokens'] as const;

/** Counts are running totals and each event repeats only some of them. Cached input is reported beside `input_tokens`. */
export class UsageCounts {
  #counts: Fields = {};

  /** The usage so far; undefined when nothing was counted. */
  add(value: unknown): AnswerUsage | undefined {
    const usage = fieldsOf(value);
    for (const name of COUNTS) if (countOf(usage[name]) !== undefined) this.#counts = { ...this.#counts, [name]: usage[name] };
    const thinking = countOf(fieldsOf(usage['output_tokens_details'])['thinking_tokens']);
    if (thinking !== undefined) this.#counts = { ...this.#counts, thinking };
    const [fresh, read, written, output, reasoningTokens] = [...COUNTS, 'thinking'].map((name) => countOf(this.#counts[name]));
    if (output === undefined && fresh === undefined) return undefined;
    return {
      inputTokens: (fresh ?? 0) + (read ?? 0) + (written ?? 0),
      outputTokens: output ?? 0,
      ...(read === undefined ? {} : { cachedInputTokens: read }),
      ...(written === undefined ? {} : { cacheWriteTokens: written }),
      ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    };
  }
}
