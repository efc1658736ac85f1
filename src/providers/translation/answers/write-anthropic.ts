// Neutral answer → Anthropic messages, streamed. Source: Anthropic API reference, "Streaming messages". Blocks never interleave: while one
// is open, what belongs to others waits. A thinking block needs its provider's signature, so only Anthropic's own thinking is shown.
import type { Fields } from '../../json-fields.ts';
import { anthropicError, statusOfError } from './errors.ts';
import {
  DROPPED,
  LIMITS,
  type AnswerEvent,
  type AnswerStart,
  type AnswerUsage,
  type AnswerWriter,
  type Notes,
  type Stop,
  type StopKind,
} from './neutral.ts';

export interface AnthropicWriterOptions {
  readonly notes: Notes;
  readonly id: string;
  readonly model: string;
}

const STOPS: Readonly<Record<StopKind, string>> = {
  end: 'end_turn',
  length: 'max_tokens',
  'context-window': 'model_context_window_exceeded',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
};

/** `refusal`: the words of a refusal that came as text of its own kind. */
export function anthropicStop(
  stop: Stop | undefined,
  refusal: string,
): { readonly stop_reason: string; readonly stop_sequence: string | null; readonly stop_details: Fields | null } {
  const kind = refusal === '' ? (stop?.kind ?? 'end') : 'refusal';
  const isRefusal = STOPS[kind] === 'refusal';
  const explanation = stop?.explanation ?? (refusal === '' ? null : refusal);
  return {
    stop_reason: STOPS[kind],
    stop_sequence: stop?.stopSequence ?? null,
    stop_details: isRefusal ? { type: 'refusal', category: stop?.category ?? null, explanation } : null,
  };
}

/** Cached input is reported beside `input_tokens`, not in it. */
export function anthropicUsage(usage: AnswerUsage | undefined): Fields {
  const { inputTokens = 0, outputTokens = 0, cachedInputTokens = 0, cacheWriteTokens = 0, reasoningTokens } = usage ?? {};
  return {
    input_tokens: Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens),
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cachedInputTokens,
    output_tokens: outputTokens,
    ...(reasoningTokens === undefined ? {} : { output_tokens_details: { thinking_tokens: reasoningTokens } }),
  };
}

type Opening = Extract<AnswerEvent, { type: 'text' | 'refusal' | 'reasoning' | 'sealed' | 'tool-start' }>;

interface Block {
  readonly opening: Opening;
  /** Deltas that wait for the block's turn. */
  waiting: string;
  signature: string;
  isEnded: boolean;
}

export class AnthropicWriter implements AnswerWriter {
  readonly wire = 'anthropic-messages';
  readonly #options: AnthropicWriterOptions;
  /** In the order in which they began; the first is open, the others wait. */
  readonly #blocks = new Map<number, Block>();
  #open: { readonly part: number; readonly head: string; readonly tail: string } | undefined;
  #out = '';
  #start: AnswerStart = { type: 'start' };
  #hasBegun = false;
  #nextIndex = 0;
  #refusal = '';
  #stop: Stop | undefined;
  #usage: AnswerUsage | undefined;

  constructor(options: AnthropicWriterOptions) {
    this.#options = options;
  }

  take(): string {
    const out = this.#out;
    this.#out = '';
    return out;
  }

  write(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        this.#start = { ...event, ...this.#start };
        return undefined;
      case 'refusal':
        if (this.#refusal.length < LIMITS.errorMessageChars) this.#refusal += event.delta.slice(0, LIMITS.errorMessageChars);
        return this.#add(event.part, event, event.delta);
      case 'text':
        return this.#add(event.part, event, event.delta);
      case 'reasoning':
        if (event.form === 'thinking') return this.#add(event.part, event, event.delta);
        return this.#options.notes.add('reasoning', 'has no signature, which a thinking block needs; dropped');
      case 'sealed':
        return this.#seal(event);
      case 'tool-start':
        if (event.namespace !== undefined) this.#options.notes.add('output[].namespace', DROPPED);
        return this.#add(event.part, event, '');
      case 'tool-arguments':
        return this.#continue(event.part, event.delta);
      case 'part-end':
        return this.#endBlock(event.part);
      case 'usage':
        this.#usage = event.usage;
        return undefined;
      case 'stop':
        this.#stop = event.stop;
        return undefined;
      case 'end':
        return this.#end();
      case 'error':
        return this.#emit('error', JSON.stringify(anthropicError(event.error, statusOfError(event.error))));
      case 'item':
      case 'item-end':
        return undefined;
    }
  }

  #emit(type: string, json: string): void {
    this.#out += `event: ${type}\ndata: ${json}\n\n`;
  }

  #begin(): void {
    this.#hasBegun = true;
    const message = {
      id: this.#start.id ?? this.#options.id,
      type: 'message',
      role: 'assistant',
      model: this.#start.model ?? this.#options.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage: anthropicUsage(this.#usage),
    };
    this.#emit('message_start', JSON.stringify({ type: 'message_start', message }));
  }

  #add(part: number, opening: Opening, delta: string): void {
    if (!this.#blocks.has(part)) {
      this.#blocks.set(part, { opening, waiting: '', signature: '', isEnded: false });
      if (this.#open === undefined) this.#openNext();
    }
    if (delta !== '') this.#continue(part, delta);
  }

  #continue(part: number, delta: string): void {
    const open = this.#open;
    if (open?.part === part) {
      this.#out += open.head + JSON.stringify(delta) + open.tail;
      return;
    }
    const block = this.#blocks.get(part);
    if (block !== undefined) block.waiting += delta;
  }

  #seal(event: Extract<AnswerEvent, { type: 'sealed' }>): void {
    if (event.form === 'encrypted')
      return this.#options.notes.add('reasoning (encrypted)', 'can only be read by its own provider; dropped');
    this.#add(event.part, event, '');
    const block = this.#blocks.get(event.part);
    if (event.form === 'signature' && block !== undefined) block.signature = event.data;
  }

  #endBlock(part: number): void {
    const block = this.#blocks.get(part);
    if (block === undefined) return;
    block.isEnded = true;
    if (this.#open?.part === part) this.#closeAndGoOn();
  }

  /** Closes the open block, then everything that was waiting and has ended meanwhile. */
  #closeAndGoOn(): void {
    while (this.#open !== undefined) {
      const { part } = this.#open;
      const index = this.#nextIndex - 1;
      const signature = this.#blocks.get(part)?.signature ?? '';
      if (signature !== '') {
        this.#emit(
          'content_block_delta',
          JSON.stringify({ type: 'content_block_delta', index, delta: { type: 'signature_delta', signature } }),
        );
      }
      this.#emit('content_block_stop', `{"type":"content_block_stop","index":${index}}`);
      this.#blocks.delete(part);
      this.#open = undefined;
      this.#openNext();
      if (this.#open === undefined || this.#blocks.get(this.#openPart())?.isEnded !== true) return;
    }
  }

  #openPart(): number {
    return this.#open?.part ?? -1;
  }

  #openNext(): void {
    const [next] = this.#blocks;
    if (next === undefined) return;
    if (!this.#hasBegun) this.#begin();
    const [part, block] = next;
    const index = this.#nextIndex++;
    const { content, delta } = SHAPES[shapeOf(block.opening)];
    this.#emit('content_block_start', JSON.stringify({ type: 'content_block_start', index, content_block: content(block.opening) }));
    const head = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{${delta}:`;
    this.#open = { part, head, tail: '}}\n\n' };
    const { waiting } = block;
    block.waiting = '';
    if (waiting !== '') this.#continue(part, waiting);
  }

  #end(): void {
    if (!this.#hasBegun) this.#begin();
    for (const part of this.#blocks.keys()) this.#endBlock(part);
    const delta = anthropicStop(this.#stop, this.#refusal);
    this.#emit('message_delta', JSON.stringify({ type: 'message_delta', delta, usage: anthropicUsage(this.#usage) }));
    this.#emit('message_stop', '{"type":"message_stop"}');
  }
}

const SHAPES = {
  text: { content: () => ({ type: 'text', text: '' }), delta: '"type":"text_delta","text"' },
  thinking: { content: () => ({ type: 'thinking', thinking: '', signature: '' }), delta: '"type":"thinking_delta","thinking"' },
  redacted: {
    content: (opening: Opening) => ({ type: 'redacted_thinking', data: opening.type === 'sealed' ? opening.data : '' }),
    delta: '"type":"none","none"',
  },
  tool: {
    content: (opening: Opening) =>
      opening.type === 'tool-start' ? { type: 'tool_use', id: opening.callId, name: opening.name, input: {} } : {},
    delta: '"type":"input_json_delta","partial_json"',
  },
} as const;

function shapeOf(opening: Opening): keyof typeof SHAPES {
  if (opening.type === 'tool-start') return 'tool';
  if (opening.type === 'reasoning') return 'thinking';
  if (opening.type === 'sealed') return opening.form === 'redacted' ? 'redacted' : 'thinking';
  return 'text';
}
