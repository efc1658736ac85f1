// Calls in messages, in the events of a stream and in whole answers: blocks of content. The notice of one that does not pass is a block of
// text in its place, at its index. Source: Anthropic API reference, "Messages" and "Streaming messages"; the accumulator of its SDK, which
// knows blocks by the order in which they start.
import { editJsonObject, type JsonEdit, type JsonObjectScan } from '#kernel';
import { PASSING_BLOCKS, SERVER_CALL_BLOCKS } from './callable.ts';
import { Call, GONE, type ReviewDesk } from './desk.ts';
import { elementOf, JsonReader, memberOf, readObject, withElements } from './json-reader.ts';
import { INCOMPLETE } from './notices.ts';
import { asItIs, LEFT_OUT, type Gating, type Payload, type Reading, type StreamReader } from './reading.ts';
import type { ProposedCall } from './types.ts';

export const messagesGating: Gating = {
  marks: /"content_block"|partial_json|"message"|tool_use|\\u00[4-7]/i,
  createReader: (desk) => new MessagesReader(desk),
  wholeMarks: /"content"|\\u00[4-7]/i,
  readWhole: (desk, body) => new MessagesReader(desk).readWhole(body),
};

const EVENT: ReadonlySet<string> = new Set(['type', 'index', 'content_block', 'delta', 'message']);
const MESSAGE: ReadonlySet<string> = new Set(['content', 'stop_reason']);
const BLOCK: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input']);
const DELTA: ReadonlySet<string> = new Set(['type', 'partial_json', 'stop_reason']);
const BLANK = /^[\t\n\r ]*$/;
/** Blocks of the provider's own tools that are remembered. */
const MAX_SERVER_BLOCKS = 4096;

class BlockCall extends Call {
  readonly index: number;
  readonly #id: string;
  readonly #name: string;
  readonly #input: string | undefined;
  /** Of a block that no client is known to call by: all of it. */
  readonly #whole: string | undefined;
  readonly #pieces: string[] = [];
  readonly #deltas: string[] = [];

  constructor(json: JsonReader, block: JsonObjectScan, index: number) {
    super();
    const type = json.text(memberOf(block, 'type')) ?? '';
    this.index = index;
    this.#id = json.text(memberOf(block, 'id')) ?? '';
    this.#name = type === 'tool_use' ? (json.text(memberOf(block, 'name')) ?? '') : type;
    this.#input = memberOf(block, 'input')?.toString();
    this.#whole = type === 'tool_use' ? undefined : block.bytes.toString();
  }

  join(piece: string, delta: Buffer): void {
    if (this.#whole !== undefined) this.#deltas.push(delta.toString());
    else if (piece !== '') this.#pieces.push(piece);
  }

  /** Undefined: there is an input in the block and another one in its deltas. */
  proposed(): ProposedCall | undefined {
    const encoding = 'json';
    if (this.#whole !== undefined) {
      const deltas = this.#deltas.join(',');
      const said = deltas === '' ? this.#whole : `{"content_block":${this.#whole},"deltas":[${deltas}]}`;
      return { id: this.#id, name: this.#name, encoding, arguments: said };
    }
    const pieces = this.#pieces.join('');
    const hasInput = this.#input !== undefined && !/^\{\s*\}$/.test(this.#input);
    if (hasInput && pieces !== '') return undefined;
    return { id: this.#id, name: this.#name, encoding, arguments: pieces === '' ? (this.#input ?? '{}') : pieces };
  }
}

class MessagesReader implements StreamReader {
  readonly readsAll = false;
  readonly #desk: ReviewDesk;
  readonly #calls = new Map<number, BlockCall>();
  readonly #serverBlocks = new Set<number>();
  /** Of the blocks that have started. */
  #highestIndex = -1;
  #passed = 0;
  #replaced = 0;

  constructor(desk: ReviewDesk) {
    this.#desk = desk;
  }

  glance(): void {
    // Blocks are told apart by their index, whatever else was said.
  }

  read(data: Buffer, nameOf: () => string | undefined): Reading | undefined {
    const json = new JsonReader();
    const event = readObject(json, data, EVENT);
    if (event === undefined) return undefined;
    const [block, delta, message] = ['content_block', 'delta', 'message'].map((member) => memberOf(event, member));
    const parts = {
      type: json.text(memberOf(event, 'type')) ?? nameOf(),
      index: json.index(memberOf(event, 'index')),
      block: json.object(block, BLOCK),
      delta: json.object(delta, DELTA),
      message: json.object(message, MESSAGE),
    };
    const isOdd =
      [block, delta, message].filter((part) => part !== undefined).length > 1 ||
      (block !== undefined && parts.block === undefined) ||
      (delta !== undefined && parts.delta === undefined);
    const piece = json.text(memberOf(parts.delta, 'partial_json')) ?? '';
    const begun = parts.block === undefined ? undefined : new BlockCall(json, parts.block, parts.index ?? -1);
    if (json.isUnreadable || isOdd) return undefined;
    if (parts.message !== undefined) {
      if (parts.type === 'message_start') this.#startOver();
      return this.#readMessage(json, data, parts.message, event);
    }
    if (parts.block !== undefined) return this.#start(json, data, parts.block, begun!);
    if (parts.delta !== undefined && parts.index !== undefined) return this.#continue(data, parts.index, piece, parts.delta);
    if (parts.delta !== undefined) return piece === '' ? this.#readStop(data) : LEFT_OUT;
    const call = this.#calls.get(parts.index ?? -1);
    if (parts.type === 'content_block_stop' && call !== undefined) this.#desk.close(call, call.proposed());
    // The provider says that it has finished, and has not finished these.
    if (parts.type === 'message_stop') for (const open of this.#desk.open) this.#desk.refuse(open, INCOMPLETE);
    return call === undefined ? asItIs(data) : shownWith(call, data);
  }

  readWhole(body: Buffer): Reading | undefined {
    const json = new JsonReader();
    const message = readObject(json, body, MESSAGE);
    return message === undefined ? undefined : this.#readMessage(json, body, message, undefined);
  }

  /** Some gateways send several messages as one stream: each counts its blocks anew. */
  #startOver(): void {
    for (const open of this.#desk.open) this.#desk.refuse(open, INCOMPLETE);
    this.#calls.clear();
    this.#serverBlocks.clear();
    this.#highestIndex = -1;
  }

  #start(json: JsonReader, data: Buffer, block: JsonObjectScan, begun: BlockCall): Reading {
    const { index } = begun;
    const type = json.text(memberOf(block, 'type')) ?? '';
    const isMisplaced = index <= this.#highestIndex;
    this.#highestIndex = Math.max(this.#highestIndex, index);
    if (PASSING_BLOCKS.has(type)) {
      if (this.#calls.has(index)) return LEFT_OUT;
      if (SERVER_CALL_BLOCKS.has(type) && this.#serverBlocks.size < MAX_SERVER_BLOCKS) this.#serverBlocks.add(index);
      return asItIs(data);
    }
    // A second start at one index: what follows belongs to the first, for whoever goes by the index.
    if (isMisplaced || !this.#desk.add(begun)) return LEFT_OUT;
    this.#calls.set(index, begun);
    return { calls: [begun], write: () => this.#show(begun, data) };
  }

  #continue(data: Buffer, index: number, piece: string, delta: JsonObjectScan): Reading {
    const call = this.#calls.get(index);
    if (call === undefined) return piece === '' || this.#serverBlocks.has(index) ? asItIs(data) : LEFT_OUT;
    if (!call.isClosed) call.join(piece, delta.bytes);
    else if (!call.passes || !BLANK.test(piece)) return LEFT_OUT;
    return shownWith(call, data);
  }

  #show(call: BlockCall, data: Buffer): readonly Payload[] {
    if (call.passes) {
      this.#passed++;
      return [{ data }];
    }
    this.#replaced++;
    if (call.notice === '') return [];
    const { index } = call;
    return [
      payloadOf({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } }),
      payloadOf({ type: 'content_block_delta', index, delta: { type: 'text_delta', text: call.notice } }),
      payloadOf({ type: 'content_block_stop', index }),
    ];
  }

  /** The message's own end: it tells of calls where none may be left. */
  #readStop(data: Buffer): Reading {
    return {
      calls: [],
      write: () => {
        const json = new JsonReader();
        const event = readObject(json, data, EVENT);
        const delta = json.object(memberOf(event, 'delta'), DELTA);
        const edits = this.#stopEdits(json, delta);
        if (event === undefined || delta === undefined || edits.length === 0) return [{ data }];
        return [{ data: editJsonObject(event, [{ member: 'delta', json: editJsonObject(delta, edits).toString() }]) }];
      },
    };
  }

  #stopEdits(json: JsonReader, holder: JsonObjectScan | undefined): JsonEdit[] {
    const isOver = this.#replaced > 0 && this.#passed === 0 && json.text(memberOf(holder, 'stop_reason')) === 'tool_use';
    return isOver ? [{ member: 'stop_reason', json: '"end_turn"' }] : [];
  }

  /** A message with blocks that are complete; `event` holds it, unless it is the whole answer. */
  #readMessage(json: JsonReader, data: Buffer, message: JsonObjectScan, event: JsonObjectScan | undefined): Reading | undefined {
    const content = json.array(memberOf(message, 'content'));
    const calls = new Map<number, Call>();
    content?.places.forEach((_, position) => {
      const block = json.object(elementOf(content, position), BLOCK);
      const type = json.text(memberOf(block, 'type')) ?? '';
      if (block !== undefined && !PASSING_BLOCKS.has(type)) calls.set(position, new BlockCall(json, block, position));
    });
    if (json.isUnreadable) return undefined;
    for (const [position, call] of calls) {
      if (!(call instanceof BlockCall) || !this.#desk.add(call)) calls.set(position, GONE);
      else this.#desk.close(call, call.proposed());
    }
    const write = (): readonly Payload[] => {
      const changes = new Map<number, string | null>();
      for (const [position, call] of calls) {
        if (call.passes) this.#passed++;
        else changes.set(position, call.notice === '' ? null : JSON.stringify({ type: 'text', text: call.notice }));
      }
      this.#replaced += changes.size;
      const edits = this.#stopEdits(json, message);
      if (changes.size > 0) edits.push({ member: 'content', json: withElements(content!, changes) });
      if (edits.length === 0) return [{ data }];
      const edited = editJsonObject(message, edits);
      return [{ data: event === undefined ? edited : editJsonObject(event, [{ member: 'message', json: edited.toString() }]) }];
    };
    return { calls: [...calls.values()], write };
  }
}

/** Goes with its call. */
function shownWith(call: Call, data: Buffer): Reading {
  return { calls: [call], write: () => (call.passes ? [{ data }] : []) };
}

function payloadOf(event: Readonly<Record<string, unknown>> & { readonly type: string }): Payload {
  return { type: event.type, data: Buffer.from(JSON.stringify(event)) };
}
