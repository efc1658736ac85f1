// Between reader and writer: keeps the answer's events consistent whatever the provider sends (known parts only, ids for all calls, limits),
// gives tool calls the client's shape, and lets a second provider's events continue a first one's.
import { Continuation, sumOfUsage, type Place } from './continuation.ts';
import {
  LIMITS,
  type AnswerError,
  type AnswerEvent,
  type AnswerStart,
  type AnswerUsage,
  type AnswerWriter,
  type Notes,
  type ToolStart,
} from './neutral.ts';
import { argumentsFor, CallIds, closingOf, openingOf, shapeOfCall, type CallShape, type ClientTools } from './tool-calls.ts';

export interface PipelineOptions {
  readonly writer: AnswerWriter;
  readonly notes: Notes;
  readonly newId: () => string;
  readonly tools: ClientTools;
  /** The provider speaks the client's format. */
  readonly isSameWire: boolean;
  /** The text must follow a schema, which no other deployment can be held to from the middle on. */
  readonly isStructured: boolean;
}

interface Part {
  readonly kind: 'text' | 'refusal' | 'reasoning' | 'tool';
  readonly call?: CallShape;
  isEnded: boolean;
  argumentChars: number;
}

type EventOf<T extends AnswerEvent['type']> = Extract<AnswerEvent, { type: T }>;

export class AnswerPipeline {
  readonly #writer: AnswerWriter;
  readonly #notes: Notes;
  readonly #options: PipelineOptions;
  readonly #callIds: CallIds;
  readonly #parts = new Map<number, Part>();
  readonly #continuation = new Continuation();
  #isSameWire: boolean;
  #openText: Place | undefined;
  #openReasoning = 0;
  #toolCount = 0;
  #answerChars = 0;
  #hasMoreThanText = false;
  #hasStopped = false;
  #hasEnded = false;
  #error: AnswerError | undefined;
  #text: string | undefined = '';
  /** Spent by the streams before this one. */
  #spent: AnswerUsage | undefined;
  #usage: AnswerUsage | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#writer = options.writer;
    this.#notes = options.notes;
    this.#callIds = new CallIds(options.newId, options.notes);
    this.#isSameWire = options.isSameWire;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The error that ended the answer. */
  get error(): AnswerError | undefined {
    return this.#error;
  }

  get textSoFar(): string | undefined {
    return this.#text;
  }

  get canResume(): boolean {
    if (this.#hasEnded || this.#hasStopped || this.#hasMoreThanText || this.#openReasoning > 0) return false;
    return this.#text === '' || (this.#text !== undefined && !this.#options.isStructured);
  }

  resume(isSameWire: boolean): void {
    this.#continuation.begin(this.#openText);
    this.#isSameWire = isSameWire;
    this.#spent = this.#usage;
  }

  readonly accept = (event: AnswerEvent): void => {
    if (this.#hasEnded) return;
    switch (event.type) {
      case 'text':
        return this.#addText(event);
      case 'tool-arguments':
        return this.#addArguments(this.#continuation.key(event.part), event.delta);
      case 'reasoning':
        return this.#addReasoning(event);
      case 'refusal':
        return this.#addRefusal(event);
      case 'sealed':
        return this.#addSealed(event);
      case 'tool-start':
        return this.#startTool(event);
      case 'part-end':
        return this.#endPart(this.#continuation.partKey(event.part), event.isCut);
      case 'item-end':
        return this.#writer.write({ ...event, item: this.#continuation.itemKey(event.item) });
      case 'item':
        // What a continuation says of an item that may turn out to be the open one comes too late.
        return this.#continuation.isUndecided ? undefined : this.#writer.write({ ...event, item: this.#continuation.itemKey(event.item) });
      case 'usage':
        return this.#addUsage(event.usage);
      case 'start':
        return this.#continuation.hasBegun ? undefined : this.#start(event);
      case 'stop':
        return this.#stop(event);
      case 'error':
        this.#error = event.error;
        return this.#end(event);
      case 'end':
        return this.#end(event);
    }
  };

  #end(event: AnswerEvent): void {
    this.#hasEnded = true;
    this.#writer.write(event);
  }

  #fail(message: string): void {
    this.accept({ type: 'error', error: { code: 'answer_too_large', type: 'server_error', message } });
  }

  /** An id that another vendor gave would not look like one of the client's format. */
  #start({ id, ...event }: AnswerStart): void {
    this.#writer.write(id === undefined || !this.#isSameWire ? event : { ...event, id });
  }

  /** The part, made when new; undefined when it has ended, or the answer failed for being too large. */
  #partFor(key: number, kind: Part['kind'], chars: number): Part | undefined {
    this.#answerChars += chars;
    const known = this.#parts.get(key);
    if (this.#answerChars > LIMITS.answerChars || (known === undefined && this.#parts.size >= LIMITS.partCount)) {
      this.#fail('The answer is larger than can be translated.');
      return undefined;
    }
    if (known !== undefined) {
      if (!known.isEnded && known.kind === kind) return known;
      this.#notes.add('event', 'a delta that belongs to no open part; dropped');
      return undefined;
    }
    const part: Part = { kind, isEnded: false, argumentChars: 0 };
    this.#parts.set(key, part);
    return part;
  }

  #addText(event: EventOf<'text'>): void {
    const { delta } = event;
    const place = this.#continuation.placeOfText(event);
    if (this.#partFor(place.part, 'text', delta.length) === undefined) return;
    if (this.#openText?.part !== place.part) this.#openText = place;
    const text = this.#text;
    if (text !== undefined) this.#text = text.length + delta.length > LIMITS.resumableTextChars ? undefined : text + delta;
    this.#writer.write({ type: 'text', item: place.item, part: place.part, delta });
  }

  #addRefusal(event: EventOf<'refusal'>): void {
    this.#endOpenText();
    const part = this.#continuation.key(event.part);
    if (this.#partFor(part, 'refusal', event.delta.length) === undefined) return;
    this.#hasMoreThanText = true;
    this.#writer.write({ ...event, item: this.#continuation.itemKey(event.item), part });
  }

  #addReasoning(event: EventOf<'reasoning'>): void {
    if (this.#isLateReasoning()) return;
    if (this.#openReasoningPart(event.part, event.delta.length)) this.#writer.write(event);
  }

  #addSealed(event: EventOf<'sealed'>): void {
    if (this.#isLateReasoning()) return;
    if (event.data.length > LIMITS.sealedChars) return this.#fail('The answer holds more sealed reasoning than can be translated.');
    if (event.form === 'encrypted') this.#answerChars += event.data.length;
    else if (!this.#openReasoningPart(event.part, event.data.length)) return;
    this.#writer.write(event);
  }

  /** In the middle of an answer there is no place for reasoning. */
  #isLateReasoning(): boolean {
    if (this.#continuation.hasBegun) this.#notes.add('reasoning', 'belongs to the deployment that continues the answer; dropped');
    return this.#continuation.hasBegun;
  }

  #openReasoningPart(key: number, chars: number): boolean {
    const isNew = !this.#parts.has(key);
    if (this.#partFor(key, 'reasoning', chars) === undefined) return false;
    if (isNew) this.#openReasoning += 1;
    return true;
  }

  #startTool(event: ToolStart): void {
    this.#endOpenText();
    this.#hasMoreThanText = true;
    this.#toolCount += 1;
    if (this.#toolCount > LIMITS.toolCallCount) return this.#fail('The answer has more tool calls than can be translated.');
    const { tools } = this.#options;
    const call = shapeOfCall(event, { tools, wire: this.#writer.wire, isSameWire: this.#isSameWire });
    const part = this.#continuation.key(event.part);
    this.#parts.set(part, { kind: 'tool', call, isEnded: false, argumentChars: 0 });
    if (call.isWrapped === true)
      this.#notes.add('custom_tool_call', 'the client declared no such custom tool; shown as a function with one string `input`');
    const names = this.#isSameWire ? undefined : tools.grouped.get(event.name);
    this.#writer.write({ ...event, ...names, part, kind: call.isCustom ? 'custom' : 'function', callId: this.#callIds.of(event.callId) });
    this.#writeArguments(part, openingOf(call));
  }

  #addArguments(key: number, delta: string): void {
    if (!this.#parts.has(key)) return this.#notes.add('event', 'tool arguments without an open call; dropped');
    const part = this.#partFor(key, 'tool', delta.length);
    if (part?.call === undefined) return;
    part.argumentChars += delta.length;
    if (part.argumentChars > LIMITS.toolArgumentChars) return this.#fail('A tool call has more arguments than can be translated.');
    this.#writeArguments(key, argumentsFor(part.call, delta));
  }

  #writeArguments(part: number, delta: string): void {
    if (delta !== '') this.#writer.write({ type: 'tool-arguments', part, delta });
  }

  #endPart(key: number, isCut: boolean): void {
    const part = this.#parts.get(key);
    if (part === undefined || part.isEnded) return;
    part.isEnded = true;
    if (part.kind === 'reasoning') this.#openReasoning -= 1;
    if (this.#openText?.part === key) this.#openText = undefined;
    if (part.call !== undefined) this.#writeArguments(key, closingOf(part.call, { isEmpty: part.argumentChars === 0, isCut }, this.#notes));
    this.#writer.write({ type: 'part-end', part: key, isCut });
  }

  /** Something else than text begins: the text that a continuation might have joined is over. */
  #endOpenText(): void {
    const place = this.#continuation.giveUp();
    if (place === undefined) return;
    this.#endPart(place.part, false);
    this.#writer.write({ type: 'item-end', item: place.item, isCut: false });
  }

  #addUsage(usage: AnswerUsage): void {
    this.#usage = this.#spent === undefined ? usage : sumOfUsage(this.#spent, usage);
    this.#writer.write({ type: 'usage', usage: this.#usage });
  }

  /** Local servers say “stop” after tool calls, and some say “tool_calls” without any: clients act on the word. */
  #stop(event: EventOf<'stop'>): void {
    this.#hasStopped = true;
    const { kind } = event.stop;
    if (kind === 'end' && this.#toolCount > 0) return this.#writer.write({ type: 'stop', stop: { ...event.stop, kind: 'tool-calls' } });
    if (kind === 'tool-calls' && this.#toolCount === 0) return this.#writer.write({ type: 'stop', stop: { ...event.stop, kind: 'end' } });
    this.#writer.write(event);
  }
}
