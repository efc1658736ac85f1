// Neutral answer → one JSON object of OpenAI chat completions or Anthropic messages: the events gathered, then rendered.
import { parseFields } from '../../json-fields.ts';
import {
  DROPPED,
  refusalText,
  type AnswerEvent,
  type AnswerStart,
  type AnswerUsage,
  type AnswerWriter,
  type Notes,
  type Stop,
  type ToolStart,
} from './neutral.ts';
import { anthropicStop, anthropicUsage } from './write-anthropic.ts';
import { chatFinish, chatUsage } from './write-chat.ts';

interface Gathered {
  readonly kind: 'text' | 'refusal' | 'reasoning' | 'thinking' | 'redacted' | 'tool';
  readonly tool?: ToolStart;
  text: string;
  signature: string;
  isCut: boolean;
}

export interface WholeWriterOptions {
  readonly notes: Notes;
  readonly id: string;
  readonly model: string;
  readonly nowSeconds: number;
}

export class WholeWriter implements AnswerWriter {
  readonly wire: 'openai-chat' | 'anthropic-messages';
  readonly #options: WholeWriterOptions;
  readonly #parts = new Map<number, Gathered>();
  #start: AnswerStart = { type: 'start' };
  #stop: Stop | undefined;
  #usage: AnswerUsage | undefined;

  constructor(wire: 'openai-chat' | 'anthropic-messages', options: WholeWriterOptions) {
    this.wire = wire;
    this.#options = options;
  }

  take(): string {
    return '';
  }

  write(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        this.#start = { ...event, ...this.#start };
        break;
      case 'text':
      case 'refusal':
        this.#part(event.part, event.type).text += event.delta;
        break;
      case 'reasoning':
        this.#part(event.part, event.form === 'thinking' ? 'thinking' : 'reasoning').text += event.delta;
        break;
      case 'sealed':
        if (event.form === 'signature') this.#part(event.part, 'thinking').signature = event.data;
        else if (event.form === 'redacted') this.#part(event.part, 'redacted').text = event.data;
        else this.#options.notes.add('reasoning (encrypted)', 'can only be read by its own provider; dropped');
        break;
      case 'tool-start':
        if (event.namespace !== undefined) this.#options.notes.add('output[].namespace', DROPPED);
        this.#parts.set(event.part, { kind: 'tool', tool: event, text: '', signature: '', isCut: false });
        break;
      case 'tool-arguments':
        this.#part(event.part, 'tool').text += event.delta;
        break;
      case 'part-end':
        if (event.isCut) this.#part(event.part, 'text').isCut = true;
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'stop':
        this.#stop = event.stop;
        break;
      case 'error':
      case 'item':
      case 'item-end':
      case 'end':
        break;
    }
  }

  #part(key: number, kind: Gathered['kind']): Gathered {
    let part = this.#parts.get(key);
    if (part === undefined) this.#parts.set(key, (part = { kind, text: '', signature: '', isCut: false }));
    return part;
  }

  /** undefined: a call's arguments are broken and the format has no way to say them. */
  render(): string | undefined {
    return this.wire === 'openai-chat' ? this.#chat() : this.#anthropic();
  }

  #textOf(kinds: readonly Gathered['kind'][], separator = ''): string {
    return [...this.#parts.values()]
      .filter((part) => kinds.includes(part.kind))
      .map((part) => part.text)
      .join(separator);
  }

  #chat(): string {
    const { notes, id, model, nowSeconds } = this.#options;
    const parts = [...this.#parts.values()];
    if (parts.some((part) => part.signature !== '' || part.kind === 'redacted')) notes.add('reasoning (signature)', DROPPED);
    const calls = parts.filter((part) => part.tool !== undefined).map(({ tool, text }) => chatCall(tool, text));
    const [text, reasoning] = [this.#textOf(['text']), this.#textOf(['reasoning', 'thinking'], '\n\n')];
    let refusal = this.#textOf(['refusal']);
    if (refusal === '' && this.#stop?.kind === 'refusal') refusal = refusalText(this.#stop);
    const isSilent = text === '' && (calls.length > 0 || refusal !== '');
    const message = {
      role: 'assistant',
      content: isSilent ? null : text,
      refusal: refusal === '' ? null : refusal,
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
    return JSON.stringify({
      id: this.#start.id ?? id,
      object: 'chat.completion',
      created: this.#start.createdSeconds ?? nowSeconds,
      model: this.#start.model ?? model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: chatFinish(this.#stop, notes) }],
      ...(this.#usage === undefined ? {} : { usage: chatUsage(this.#usage) }),
    });
  }

  #anthropic(): string | undefined {
    const blocks: string[] = [];
    for (const part of this.#parts.values()) {
      const block = this.#block(part);
      if (block === 'broken') return undefined;
      if (block !== undefined) blocks.push(block);
    }
    const stop = anthropicStop(this.#stop, this.#textOf(['refusal']));
    const head = {
      id: this.#start.id ?? this.#options.id,
      type: 'message',
      role: 'assistant',
      model: this.#start.model ?? this.#options.model,
    };
    const tail = { ...stop, usage: anthropicUsage(this.#usage) };
    return `${JSON.stringify(head).slice(0, -1)},"content":[${blocks.join(',')}],${JSON.stringify(tail).slice(1)}`;
  }

  /** The block's JSON text; undefined when it is left out. */
  #block(part: Gathered): string | undefined {
    switch (part.kind) {
      case 'text':
      case 'refusal':
        return JSON.stringify({ type: 'text', text: part.text });
      case 'thinking':
        return JSON.stringify({ type: 'thinking', thinking: part.text, signature: part.signature });
      case 'redacted':
        return JSON.stringify({ type: 'redacted_thinking', data: part.text });
      case 'reasoning':
        this.#options.notes.add('reasoning', 'has no signature, which a thinking block needs; dropped');
        return undefined;
      case 'tool':
        return this.#toolBlock(part);
    }
  }

  /** The arguments' own text becomes the input, so that numbers arrive as they were written. */
  #toolBlock({ tool, text, isCut }: Gathered): string | undefined {
    const input = text.trim() === 'null' ? '{}' : text;
    const parsed = parseFields(input);
    if (parsed !== undefined && !Array.isArray(parsed)) {
      return `{"type":"tool_use","id":${JSON.stringify(tool?.callId)},"name":${JSON.stringify(tool?.name)},"input":${input}}`;
    }
    if (!isCut) return 'broken';
    this.#options.notes.add('tool call', 'was cut before its arguments were complete; dropped');
    return undefined;
  }
}

function chatCall(tool: ToolStart | undefined, text: string): unknown {
  const name = tool?.name;
  const body = tool?.kind === 'custom' ? { custom: { name, input: text } } : { function: { name, arguments: text } };
  return { id: tool?.callId, type: tool?.kind, ...body };
}
