// Neutral answer → OpenAI chat completions, streamed. Source: OpenAI API reference, "Chat streaming". Reasoning goes into
// `reasoning_content`, the member that local servers use and clients know; sealed reasoning has no place.
import type { Fields } from '../../json-fields.ts';
import { openaiError, statusOfError } from './errors.ts';
import {
  DROPPED,
  refusalText,
  type AnswerEvent,
  type AnswerStart,
  type AnswerUsage,
  type AnswerWriter,
  type Notes,
  type Stop,
  type StopKind,
  type ToolKind,
  type ToolStart,
} from './neutral.ts';

export interface ChatWriterOptions {
  readonly notes: Notes;
  readonly id: string;
  readonly model: string;
  readonly nowSeconds: number;
  readonly includeUsage: boolean;
}

const FINISH: Readonly<Record<StopKind, string>> = {
  end: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  'context-window': 'length',
  // The answer goes on in another turn, which this format can only say like this.
  pause: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
};

export function chatFinish(stop: Stop | undefined, notes: Notes): string {
  if (stop?.kind === 'pause') notes.add('stop_reason', 'pause_turn shown as an answer that ran out of tokens');
  return FINISH[stop?.kind ?? 'end'];
}

export function chatUsage(usage: AnswerUsage): Fields {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens, cacheWriteTokens } = usage;
  const written = cacheWriteTokens === undefined || cacheWriteTokens === 0 ? {} : { cache_write_tokens: cacheWriteTokens };
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens ?? 0, ...written },
    completion_tokens_details: { reasoning_tokens: reasoningTokens ?? 0 },
  };
}

export class ChatWriter implements AnswerWriter {
  readonly wire = 'openai-chat';
  readonly #options: ChatWriterOptions;
  readonly #tools = new Map<number, { readonly index: number; readonly kind: ToolKind }>();
  #out = '';
  #start: AnswerStart = { type: 'start' };
  /** Everything of a chunk before its delta; empty until the first chunk. */
  #head = '';
  #tail = '';
  #reasoningPart: number | undefined;
  #hasRefusal = false;
  #stop: Stop | undefined;
  #usage: AnswerUsage | undefined;

  constructor(options: ChatWriterOptions) {
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
      case 'text':
        return this.#delta(`{"content":${JSON.stringify(event.delta)}}`, true);
      case 'refusal':
        return this.#refuse(event.delta);
      case 'reasoning':
        return this.#reason(event.part, event.delta);
      case 'sealed':
        return this.#options.notes.add(`reasoning (${event.form})`, DROPPED);
      case 'tool-start':
        return this.#startTool(event);
      case 'tool-arguments':
        return this.#arguments(event.part, event.delta);
      case 'usage':
        this.#usage = event.usage;
        return undefined;
      case 'stop':
        this.#stop = event.stop;
        return undefined;
      case 'end':
        return this.#end();
      case 'error':
        this.#out += `data: ${JSON.stringify(openaiError(event.error, statusOfError(event.error)))}\n\n`;
        return undefined;
      case 'item':
      case 'part-end':
      case 'item-end':
        return undefined;
    }
  }

  #begin(startsWithText: boolean): void {
    const { id, model, nowSeconds, includeUsage } = this.#options;
    const created = this.#start.createdSeconds ?? nowSeconds;
    const name = JSON.stringify(this.#start.model ?? model);
    const key = JSON.stringify(this.#start.id ?? id);
    this.#head = `data: {"id":${key},"object":"chat.completion.chunk","created":${created},"model":${name},"choices":[`;
    // A client that asked for usage gets the member in every chunk.
    this.#tail = includeUsage ? `],"usage":null}\n\n` : `]}\n\n`;
    const content = startsWithText ? '""' : 'null';
    this.#chunk(`{"index":0,"delta":{"role":"assistant","content":${content},"refusal":null},"logprobs":null,"finish_reason":null}`);
  }

  #chunk(choice: string): void {
    this.#out += this.#head + choice + this.#tail;
  }

  #delta(delta: string, isText = false): void {
    if (this.#head === '') this.#begin(isText);
    this.#out += `${this.#head}{"index":0,"delta":${delta},"logprobs":null,"finish_reason":null}${this.#tail}`;
  }

  #refuse(text: string): void {
    this.#hasRefusal = true;
    this.#delta(`{"refusal":${JSON.stringify(text)}}`);
  }

  #reason(part: number, delta: string): void {
    const separator = this.#reasoningPart === undefined || this.#reasoningPart === part ? '' : '\n\n';
    this.#reasoningPart = part;
    this.#delta(`{"reasoning_content":${JSON.stringify(separator + delta)}}`);
  }

  #startTool({ part, kind, callId, name, namespace }: ToolStart): void {
    const index = this.#tools.size;
    this.#tools.set(part, { index, kind });
    if (namespace !== undefined) this.#options.notes.add('output[].namespace', DROPPED);
    const body = kind === 'custom' ? { custom: { name, input: '' } } : { function: { name, arguments: '' } };
    this.#delta(JSON.stringify({ tool_calls: [{ index, id: callId, type: kind, ...body }] }));
  }

  #arguments(part: number, delta: string): void {
    const tool = this.#tools.get(part);
    if (tool === undefined) return;
    const body =
      tool.kind === 'custom' ? `"custom":{"input":${JSON.stringify(delta)}}` : `"function":{"arguments":${JSON.stringify(delta)}}`;
    this.#delta(`{"tool_calls":[{"index":${tool.index},${body}}]}`);
  }

  #end(): void {
    if (this.#head === '') this.#begin(true);
    if (this.#stop?.kind === 'refusal' && !this.#hasRefusal) this.#refuse(refusalText(this.#stop));
    const finish = chatFinish(this.#stop, this.#options.notes);
    this.#chunk(`{"index":0,"delta":{},"logprobs":null,"finish_reason":"${finish}"}`);
    if (this.#options.includeUsage) {
      if (this.#usage === undefined) this.#options.notes.add('usage', 'was asked for and not reported');
      else this.#out += `${this.#head}],"usage":${JSON.stringify(chatUsage(this.#usage))}}\n\n`;
    }
    this.#out += 'data: [DONE]\n\n';
  }
}
