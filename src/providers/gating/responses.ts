// Calls in Responses, in the events of a stream and in whole answers: items of output. The notice of one that does not pass is a message in
// its place, at its output index, and numbers of later events move. Source: OpenAI API reference, "Responses" and "Streaming events".
import { editJsonObject, type JsonEdit, type JsonObjectScan } from '#kernel';
import { PASSING_CALL_EVENTS } from './callable.ts';
import { GONE, type Call, type ReviewDesk } from './desk.ts';
import { elementOf, JsonReader, memberOf, readObject, withElements } from './json-reader.ts';
import { INCOMPLETE } from './notices.ts';
import { NO_CALLS, type Gating, type Payload, type Reading, type StreamReader } from './reading.ts';
import type { ProposedCall } from './types.ts';
import { isCall, ITEM, ItemCall, proposedBy, sameAs } from './response-call.ts';

export const responsesGating: Gating = {
  marks: /"item"|"response"|"output"|_call|\\u00[4-7]/i,
  createReader: (desk) => new ResponsesReader(desk),
  wholeMarks: /"output"|_call|\\u00[4-7]/i,
  readWhole: (desk, body) => new ResponsesReader(desk).readWhole(body),
};

const EVENT: ReadonlySet<string> = new Set([
  'type',
  'sequence_number',
  'output_index',
  'item_id',
  'item',
  'response',
  'delta',
  'arguments',
  'input',
]);
const RESPONSE: ReadonlySet<string> = new Set(['output']);
const ENDS: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed', 'response.cancelled']);
const BREAKS: ReadonlySet<unknown> = new Set(['response.failed', 'response.cancelled']);
/** Reviewed calls that are remembered: each once, or twice where the provider contradicts itself. */
const MAX_KNOWN = 4096;
const WRITING = /^response\.(?:function_call_arguments|custom_tool_call_input)\.(delta|done)$/;

/** Members of such events that hold what the model wrote. */
const WRITTEN_BY: Readonly<Record<string, readonly string[]>> = { delta: ['delta'], done: ['arguments', 'input'] };

interface Event {
  readonly scan: JsonObjectScan;
  readonly type: string;
  readonly outputIndex: number | undefined;
  readonly itemId: string;
  readonly isNumbered: boolean;
}

class ResponsesReader implements StreamReader {
  readonly #desk: ReviewDesk;
  readonly #byIndex = new Map<number, ItemCall>();
  readonly #byId = new Map<string, ItemCall>();
  /** By what was reviewed: the closing events repeat it. */
  readonly #known = new Map<string, Call>();
  #highestIndex = -1;
  /** Events that were added less those that were taken away. */
  #shift = 0;

  constructor(desk: ReviewDesk) {
    this.#desk = desk;
  }

  get readsAll(): boolean {
    return this.#shift !== 0;
  }

  glance(): void {
    // Messages are told apart from calls by their place, whatever else was said.
  }

  read(data: Buffer, nameOf: () => string | undefined): Reading | undefined {
    const json = new JsonReader();
    const scan = readObject(json, data, EVENT);
    if (scan === undefined) return undefined;
    const event: Event = {
      scan,
      type: json.text(memberOf(scan, 'type')) ?? nameOf() ?? '',
      outputIndex: json.index(memberOf(scan, 'output_index')),
      itemId: json.text(memberOf(scan, 'item_id')) ?? '',
      isNumbered: json.index(memberOf(scan, 'sequence_number')) !== undefined,
    };
    const [item, response] = [memberOf(scan, 'item'), memberOf(scan, 'response')];
    if (json.isUnreadable) return undefined;
    // By position: some servers give one item another id in each event.
    const call = this.#byIndex.get(event.outputIndex ?? -1);
    if (call === undefined && (isOrphan(event.type) || this.#byId.has(event.itemId))) return this.#leaveOut(event);
    // Two things at once: what a client made of it, nobody could say.
    if (response !== undefined && (item !== undefined || call !== undefined)) return this.#leaveOut(event);
    if (item !== undefined) return this.#readItem(json, data, event, json.object(item, ITEM));
    if (response !== undefined) return this.#readResponse(json, data, event, json.object(response, RESPONSE));
    if (call === undefined) return this.#pass(data, event);
    if (call.isClosed) return this.#leaveOut(event);
    const writing = WRITING.exec(event.type)?.[1];
    const said = writing === undefined ? [] : WRITTEN_BY[writing]!.map((member) => json.text(memberOf(scan, member)) ?? '');
    if (json.isUnreadable) return undefined;
    if (writing === 'delta') call.join(said[0]!);
    if (writing === 'done') for (const whole of said) call.state(whole);
    return this.#goWith(call, data, event);
  }

  readWhole(body: Buffer): Reading | undefined {
    const json = new JsonReader();
    const response = readObject(json, body, RESPONSE);
    const output = this.#readOutput(json, response, false);
    if (response === undefined || output === undefined) return undefined;
    return {
      calls: output.calls,
      write: () => {
        const edits = output.edits();
        return [{ data: edits.length === 0 ? body : editJsonObject(response, edits) }];
      },
    };
  }

  #readItem(json: JsonReader, data: Buffer, event: Event, item: JsonObjectScan | undefined): Reading | undefined {
    if (item === undefined) return undefined;
    const isDone = event.type === 'response.output_item.done';
    const index = event.outputIndex ?? -1;
    const candidate = isCall(json, item) ? new ItemCall(json, item, index) : undefined;
    const known = this.#byIndex.get(index);
    const completed = isDone && known !== undefined && !known.isClosed ? known.completedBy(json, item) : undefined;
    const proposed = candidate === undefined ? undefined : proposedBy(json, item);
    if (json.isUnreadable) return undefined;
    if (known === undefined && candidate === undefined) {
      this.#highestIndex = Math.max(this.#highestIndex, index);
      return this.#pass(data, event);
    }
    if (known !== undefined) {
      // What does not pass does not pass at the end either, when the response repeats it.
      const isRepeated = isDone && (!known.isClosed || known.verdict?.passes === false);
      if (isRepeated && proposed !== undefined) this.#remember(proposed, known);
      if (known.isClosed || !isDone) return this.#leaveOut(event);
      this.#desk.close(known, completed);
      return this.#goWith(known, data, event);
    }
    // One place is one item's, and only two kinds of event are known to tell of one.
    const isMisplaced = index <= this.#highestIndex || (!isDone && event.type !== 'response.output_item.added');
    if (isMisplaced || !this.#desk.add(candidate!)) return this.#leaveOut(event);
    this.#begin(candidate!, index);
    if (isDone) {
      this.#remember(proposed!, candidate!);
      this.#desk.close(candidate!, proposed);
    }
    return { calls: [candidate!], write: () => this.#show(candidate!, data, event) };
  }

  #remember(proposed: ProposedCall, call: Call): void {
    if (this.#known.size < MAX_KNOWN) this.#known.set(sameAs(proposed), call);
  }

  #begin(call: ItemCall, index: number): void {
    this.#highestIndex = Math.max(this.#highestIndex, index);
    this.#byIndex.set(index, call);
    if (call.itemId !== '') this.#byId.set(call.itemId, call);
  }

  /** The response as it is so far, or at its end. */
  #readResponse(json: JsonReader, data: Buffer, event: Event, response: JsonObjectScan | undefined): Reading | undefined {
    if (response === undefined) return undefined;
    if (event.type === 'response.created') this.#startOver();
    if (ENDS.has(event.type)) this.#end(json, event.type, response);
    const output = this.#readOutput(json, response, BREAKS.has(event.type));
    if (output === undefined) return undefined;
    const write = (): readonly Payload[] => {
      const edits = output.edits();
      if (edits.length === 0) return this.#numbered(data, event);
      const edited = editJsonObject(event.scan, [
        { member: 'response', json: editJsonObject(response, edits).toString() },
        ...this.#numberEdits(event),
      ]);
      return [{ data: edited }];
    };
    return { calls: output.calls, write };
  }

  /** Some gateways send several responses as one stream: each counts its items anew. */
  #startOver(): void {
    for (const open of this.#desk.open) this.#desk.refuse(open, INCOMPLETE);
    this.#byIndex.clear();
    this.#byId.clear();
    this.#highestIndex = -1;
  }

  /** Calls whose items were not said to be done: at a good end the response tells of them as a whole. */
  #end(json: JsonReader, type: string, response: JsonObjectScan): void {
    if (this.#desk.open.size === 0) return;
    const output = json.array(memberOf(response, 'output'));
    const items = BREAKS.has(type) ? [] : (output?.places ?? []).map((_, position) => json.object(elementOf(output!, position), ITEM));
    for (const item of items) {
      if (item === undefined || !isCall(json, item)) continue;
      const proposed = proposedBy(json, item);
      const call = this.#byId.get(json.text(memberOf(item, 'id')) ?? '');
      if (call === undefined || call.isClosed || json.isUnreadable) continue;
      this.#remember(proposed, call);
      this.#desk.close(call, call.completedBy(json, item));
    }
    for (const call of this.#desk.open) this.#desk.refuse(call, INCOMPLETE);
  }

  #readOutput(
    json: JsonReader,
    response: JsonObjectScan | undefined,
    isBroken: boolean,
  ): { readonly calls: readonly Call[]; edits(): JsonEdit[] } | undefined {
    const stated = memberOf(response, 'output');
    const output = json.array(stated);
    if (stated !== undefined && output === undefined) return undefined;
    const found: { readonly position: number; readonly call: ItemCall }[] = [];
    const keys: string[] = [];
    const proposals = (output?.places ?? []).flatMap((_, position) => {
      const item = json.object(elementOf(output!, position), ITEM);
      if (item === undefined || !isCall(json, item)) return [];
      const proposed = proposedBy(json, item);
      found.push({ position, call: new ItemCall(json, item, position) });
      keys.push(sameAs(proposed));
      return [proposed];
    });
    if (json.isUnreadable) return undefined;
    const calls = new Map<number, { readonly call: Call; readonly itemId: string }>();
    found.forEach(({ position, call }, at) => {
      calls.set(position, { call: this.#knownOr(call, keys[at]!, proposals[at], isBroken), itemId: call.itemId });
    });
    const edits = (): JsonEdit[] => {
      const changes = new Map<number, string | null>();
      for (const [position, { call, itemId }] of calls) {
        if (!call.passes)
          changes.set(position, call.notice === '' ? null : JSON.stringify(messageOf(messageId(itemId, position), call.notice)));
      }
      return changes.size === 0 ? [] : [{ member: 'output', json: withElements(output!, changes) }];
    };
    return { calls: [...calls.values()].map(({ call }) => call), edits };
  }

  /** The call that was reviewed with exactly these words, else this one. */
  #knownOr(call: ItemCall, key: string, proposed: ProposedCall | undefined, isBroken: boolean): Call {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (!this.#desk.add(call)) return GONE;
    this.#known.set(key, call);
    if (isBroken) this.#desk.refuse(call, INCOMPLETE);
    else this.#desk.close(call, proposed);
    return call;
  }

  #pass(data: Buffer, event: Event): Reading {
    return { calls: NO_CALLS, write: () => this.#numbered(data, event) };
  }

  #goWith(call: Call, data: Buffer, event: Event): Reading {
    return { calls: [call], write: () => (call.passes ? this.#numbered(data, event) : this.#without(event)) };
  }

  #leaveOut(event: Event): Reading {
    return { calls: NO_CALLS, write: () => this.#without(event) };
  }

  #without({ isNumbered }: Event): readonly Payload[] {
    if (isNumbered) this.#shift--;
    return [];
  }

  #numbered(data: Buffer, event: Event): readonly Payload[] {
    const edits = this.#numberEdits(event);
    return [{ data: edits.length === 0 ? data : editJsonObject(event.scan, edits) }];
  }

  #numberEdits({ scan, isNumbered }: Event): JsonEdit[] {
    return isNumbered && this.#shift !== 0 ? [{ member: 'sequence_number', json: String(numberOf(scan) + this.#shift) }] : [];
  }

  /** The first event of a call. */
  #show(call: ItemCall, data: Buffer, event: Event): readonly Payload[] {
    if (call.passes) return this.#numbered(data, event);
    if (call.notice === '') return this.#without(event);
    const events = messageEvents(messageId(call.itemId, call.outputIndex), call.outputIndex, call.notice);
    const first = event.isNumbered ? numberOf(event.scan) + this.#shift : undefined;
    if (event.isNumbered) this.#shift += events.length - 1;
    return events.map(({ type, ...rest }, at) => {
      const number = first === undefined ? {} : { sequence_number: first + at };
      return { type, data: Buffer.from(JSON.stringify({ type, ...number, ...rest })) };
    });
  }
}

/** An event of a call of which nothing is known. */
function isOrphan(type: string): boolean {
  return type.toLowerCase().includes('_call') && !PASSING_CALL_EVENTS.test(type);
}

function numberOf(scan: JsonObjectScan): number {
  return Number(memberOf(scan, 'sequence_number')?.toString());
}

/** An id that no item of the provider has. */
function messageId(itemId: string, position: number): string {
  return `msg_${/^[\w-]{1,128}$/.test(itemId) ? itemId : position}`;
}

function textPart(text: string): object {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

function messageOf(id: string, notice: string | undefined): object {
  const content = notice === undefined ? [] : [textPart(notice)];
  return { id, type: 'message', status: notice === undefined ? 'in_progress' : 'completed', content, role: 'assistant' };
}

function messageEvents(id: string, output_index: number, notice: string): readonly { readonly type: string }[] {
  const place = { item_id: id, output_index, content_index: 0 };
  const events = [
    { type: 'response.output_item.added', output_index, item: messageOf(id, undefined) },
    { type: 'response.content_part.added', ...place, part: textPart('') },
    { type: 'response.output_text.delta', ...place, delta: notice, logprobs: [] },
    { type: 'response.output_text.done', ...place, text: notice, logprobs: [] },
    { type: 'response.content_part.done', ...place, part: textPart(notice) },
    { type: 'response.output_item.done', output_index, item: messageOf(id, notice) },
  ];
  return events;
}
