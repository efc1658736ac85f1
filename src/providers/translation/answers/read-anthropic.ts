// Anthropic messages → neutral answer. Source: Anthropic API reference, "Messages" and "Streaming messages".
// Blocks of the vendor's own tools (search, code execution, MCP) have no place in other formats: they are noted and dropped.
import { countOf, fieldsOf, itemsOf, parseFields, textOf, type Fields } from '../../json-fields.ts';
import { readError } from './errors.ts';
import { jsonText, parseKeepingNumbers } from './exact-json.ts';
import {
  BLOCK_MEMBERS,
  CUT_REASONS,
  kindOf,
  MESSAGE_MEMBERS,
  stopOf,
  SUCCESSORS,
  UsageCounts,
  type BlockKind,
} from './anthropic-members.ts';
import { DROPPED, idOf, LIMITS, noteOthers, stringOf, type AnswerReader, type Emit, type Notes } from './neutral.ts';

interface Block {
  readonly kind: BlockKind;
  readonly part: number;
  readonly item: number;
  /** The input that came with the block's start: used when no delta follows. */
  readonly openingInput: string;
  hasDelta: boolean;
}

export class AnthropicReader implements AnswerReader {
  readonly #emit: Emit;
  readonly #notes: Notes;
  readonly #blocks = new Map<number, Block>();
  readonly #counts = new UsageCounts();
  #nextKey = 0;
  /** Consecutive text blocks are one message: citations cut a paragraph into many. */
  #textRun: number | undefined;
  #hasStarted = false;
  /** A block that has ended, or was cut: the next event tells which. */
  #ending: number | undefined;

  constructor(emit: Emit, notes: Notes) {
    this.#emit = emit;
    this.#notes = notes;
  }

  event(data: string): void {
    const payload = parseFields(data);
    if (payload === undefined) return this.#notes.add('event', 'is not JSON; dropped');
    if (this.#ending !== undefined && SUCCESSORS.has(payload['type'])) {
      this.#endBlock(this.#ending, CUT_REASONS.has(fieldsOf(payload['delta'])['stop_reason']));
    }
    switch (payload['type']) {
      case 'content_block_delta':
        return this.#readDelta(payload);
      case 'content_block_start':
        return this.#startBlock(indexOf(payload), fieldsOf(payload['content_block']));
      case 'content_block_stop':
        this.#ending = indexOf(payload);
        return undefined;
      case 'message_start':
        return this.#readStart(fieldsOf(payload['message']));
      case 'message_delta':
        this.#readUsage(payload['usage']);
        noteOthers(this.#notes, payload, MESSAGE_MEMBERS, '');
        noteOthers(this.#notes, fieldsOf(payload['delta']), MESSAGE_MEMBERS, '');
        return this.#readStop(fieldsOf(payload['delta']));
      case 'message_stop':
        return this.#finish();
      case 'ping':
        return undefined;
      default:
        if (payload['error'] !== undefined) return this.#fail(payload);
        return this.#notes.add(`event ${textOf(payload['type'], 64) ?? ''}`.trim(), 'is unknown; dropped');
    }
  }

  whole(text: string): boolean {
    const message = parseFields(text);
    if (message === undefined) return false;
    if (message['type'] === 'error') {
      this.#fail(message);
      return true;
    }
    if (!Array.isArray(message['content'])) return false;
    this.#readStart(message);
    const content = message['content'] as readonly unknown[];
    // Parsing again costs time, so only where a tool's numbers could lose digits.
    const hasTools = content.some((block) => fieldsOf(block)['type'] === 'tool_use');
    const exact = hasTools ? itemsOf(fieldsOf(parseKeepingNumbers(text))['content']) : content;
    exact.forEach((block, index) => {
      this.#startBlock(index, fieldsOf(block));
      this.#endBlock(index, index === exact.length - 1 && CUT_REASONS.has(message['stop_reason']));
    });
    this.#readStop(message);
    this.#finish();
    return true;
  }

  #fail(payload: Fields): void {
    const error = readError(payload) ?? { code: undefined, type: undefined, message: 'The provider reported an error.' };
    this.#emit({ type: 'error', error });
  }

  #readStart(message: Fields): void {
    if (this.#hasStarted && this.#blocks.size > 0) {
      // The provider started over. Whole blocks can stay; a call that was cut in the middle cannot be taken back.
      this.#notes.add('event message_start', 'came in the middle of the answer');
      if ([...this.#blocks.values()].some((block) => block.kind === 'tool_use')) {
        const problem = 'The provider began its answer again inside a tool call.';
        return this.#emit({ type: 'error', error: { code: 'stream_restarted', type: 'api_error', message: problem } });
      }
      for (const index of this.#blocks.keys()) this.#endBlock(index);
    }
    this.#hasStarted = true;
    noteOthers(this.#notes, message, MESSAGE_MEMBERS, '');
    const [id, model] = [idOf(message['id']), stringOf(message['model'])];
    this.#emit({
      type: 'start',
      ...(id === undefined ? {} : { id }),
      ...(model === undefined ? {} : { model: model.slice(0, LIMITS.nameChars) }),
    });
    this.#readUsage(message['usage']);
  }

  #startBlock(index: number, content: Fields): void {
    if (this.#blocks.has(index)) this.#endBlock(index);
    if (this.#blocks.size > LIMITS.toolCallCount) return this.#notes.add('content', 'too many open blocks; dropped');
    const kind = kindOf(content['type']);
    if (kind !== 'text') this.#endTextRun();
    const part = this.#nextKey++;
    const item = kind === 'text' ? (this.#textRun ??= part) : part;
    const openingInput = kind === 'tool_use' && isFilled(content['input']) ? (jsonText(content['input']) ?? '') : '';
    this.#blocks.set(index, { kind, part, item, openingInput, hasDelta: false });
    const members = BLOCK_MEMBERS[kind];
    if (members !== undefined) noteOthers(this.#notes, content, members, 'content[].');
    const caller = textOf(fieldsOf(content['caller'])['type']) ?? 'direct';
    if (caller !== 'direct') this.#notes.add('content[].caller', DROPPED);
    if (kind === 'text') {
      this.#text(item, part, content['text']);
      if (itemsOf(content['citations']).length > 0) this.#notes.add('content[].citations', DROPPED);
    } else if (kind === 'thinking') {
      this.#thinking(item, part, content['thinking']);
      this.#seal(item, part, 'signature', content['signature']);
    } else if (kind === 'redacted_thinking') this.#seal(item, part, 'redacted', content['data']);
    else if (kind === 'tool_use') {
      const name = stringOf(content['name'])?.slice(0, LIMITS.nameChars);
      if (name === undefined) this.#notes.add('content[].name', 'is missing; the call was dropped');
      else this.#emit({ type: 'tool-start', part, kind: 'function', callId: idOf(content['id']), name });
    } else this.#notes.add(`content[].${textOf(content['type'], 64) ?? 'block'}`, DROPPED);
  }

  #readDelta(payload: Fields): void {
    const block = this.#blocks.get(indexOf(payload));
    if (block === undefined) return this.#notes.add('event content_block_delta', 'names no open block; dropped');
    const delta = fieldsOf(payload['delta']);
    const { item, part, kind } = block;
    switch (delta['type']) {
      case 'text_delta':
        return kind === 'text' ? this.#text(item, part, delta['text']) : undefined;
      case 'input_json_delta':
        if (kind !== 'tool_use' || typeof delta['partial_json'] !== 'string' || delta['partial_json'] === '') return undefined;
        block.hasDelta = true;
        return this.#emit({ type: 'tool-arguments', part, delta: delta['partial_json'] });
      case 'thinking_delta':
        return kind === 'thinking' ? this.#thinking(item, part, delta['thinking']) : undefined;
      case 'signature_delta':
        return kind === 'thinking' ? this.#seal(item, part, 'signature', delta['signature']) : undefined;
      case 'citations_delta':
        return this.#notes.add('content[].citations', DROPPED);
      default:
        return this.#notes.add(`content[].${textOf(delta['type'], 64) ?? 'delta'}`, 'is unknown; dropped');
    }
  }

  #text(item: number, part: number, delta: unknown): void {
    if (typeof delta === 'string' && delta !== '') this.#emit({ type: 'text', item, part, delta });
  }

  #thinking(item: number, part: number, delta: unknown): void {
    if (typeof delta === 'string' && delta !== '') this.#emit({ type: 'reasoning', item, part, form: 'thinking', delta });
  }

  #seal(item: number, part: number, form: 'signature' | 'redacted', data: unknown): void {
    if (typeof data === 'string' && data !== '') this.#emit({ type: 'sealed', item, part, form, data });
  }

  #endBlock(index: number, isCut = false): void {
    const block = this.#blocks.get(index);
    if (this.#ending === index) this.#ending = undefined;
    if (block === undefined) return;
    this.#blocks.delete(index);
    const { kind, part, item } = block;
    if (kind === 'tool_use' && !block.hasDelta && block.openingInput !== '') {
      this.#emit({ type: 'tool-arguments', part, delta: block.openingInput });
    }
    this.#emit({ type: 'part-end', part, isCut });
    if (kind === 'thinking' || kind === 'redacted_thinking') this.#emit({ type: 'item-end', item, isCut });
  }

  #endTextRun(): void {
    if (this.#textRun === undefined) return;
    const item = this.#textRun;
    this.#textRun = undefined;
    this.#emit({ type: 'item-end', item, isCut: false });
  }

  #readStop(holder: Fields): void {
    const stop = stopOf(holder, this.#notes);
    if (stop !== undefined) this.#emit({ type: 'stop', stop });
  }

  #readUsage(value: unknown): void {
    const usage = this.#counts.add(value);
    if (usage !== undefined) this.#emit({ type: 'usage', usage });
  }

  #finish(): void {
    for (const index of this.#blocks.keys()) this.#endBlock(index);
    this.#endTextRun();
    this.#emit({ type: 'end' });
  }
}

function indexOf(payload: Fields): number {
  return countOf(payload['index']) ?? -1;
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
