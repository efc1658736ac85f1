// Between reader and writer: keeps the answer's events consistent whatever the provider sends (known parts only, ids for all calls, limits),
// turns calls between custom and function tools, and lets a second provider's events continue a first one's.
import { CustomInputReader } from './custom-input.ts';
import {
  LIMITS,
  type AnswerError,
  type AnswerEvent,
  type AnswerStart,
  type AnswerUsage,
  type AnswerWriter,
  type Notes,
  type ToolKind,
  type ToolStart,
} from './neutral.ts';

/** What the client's tools are, by the names under which a deployment without such tools knows them. */
export interface ClientTools {
  readonly custom: ReadonlySet<string>;
  readonly grouped: ReadonlyMap<string, { readonly namespace: string; readonly name: string }>;
}

export interface PipelineOptions {
  readonly writer: AnswerWriter;
  readonly notes: Notes;
  readonly newId: () => string;
  readonly tools: ClientTools;
  /** The provider speaks the client's format. */
  readonly keepsId: boolean;
  /** The text must follow a schema, which no other deployment can be held to from the middle on. */
  readonly isStructured: boolean;
}

interface Part {
  readonly kind: 'text' | 'refusal' | 'reasoning' | 'tool';
  isEnded: boolean;
  argumentChars: number;
  readonly isCustom?: boolean;
  /** A function call that the client sees as a custom one. */
  readonly input?: CustomInputReader;
  /** A custom call that the client sees as a function: its input is written into a JSON string. */
  readonly isWrapped?: boolean;
}

/** Keys of one provider's stream never meet those of the next. */
const GENERATION_KEYS = 10_000_000;

export class AnswerPipeline {
  readonly #options: PipelineOptions;
  readonly #parts = new Map<number, Part>();
  readonly #callIds = new Set<string>();
  #openText: { readonly item: number; readonly part: number } | undefined;
  #openReasoning = 0;
  #toolCount = 0;
  #answerChars = 0;
  #hasMoreThanText = false;
  #hasStopped = false;
  #hasEnded = false;
  #error: AnswerError | undefined;
  #text: string | undefined = '';
  #baseUsage: AnswerUsage | undefined;
  #usage: AnswerUsage | undefined;
  #generation = 0;
  /** The open text of the stream before: the first text of this one goes on there. */
  #joined: { readonly item: number; readonly part: number; keys?: { readonly item: number; readonly part: number } } | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
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
    const isFreeText = !this.#options.isStructured || this.#text === '';
    return (
      !this.#hasEnded && !this.#hasStopped && !this.#hasMoreThanText && this.#openReasoning === 0 && this.#text !== undefined && isFreeText
    );
  }

  resume(): void {
    this.#generation += 1;
    this.#joined = this.#openText;
    this.#baseUsage = this.#usage;
  }

  readonly accept = (event: AnswerEvent): void => {
    if (this.#hasEnded) return;
    switch (event.type) {
      case 'text':
        return this.#addText(event);
      case 'tool-arguments':
        return this.#arguments(this.#key(event.part), event.delta);
      case 'reasoning':
        return this.#reasoning(event);
      case 'refusal':
        return this.#refusal(event);
      case 'sealed':
        return this.#sealed(event);
      case 'tool-start':
        return this.#startTool(event);
      case 'part-end':
        return this.#endPart(event.part, event.isCut);
      case 'item-end':
        return this.#write({ ...event, item: this.#itemKey(event.item) });
      case 'item':
        // A continuation joins the item that is open; what it says of its own is of no use before that is decided.
        return this.#joined === undefined ? this.#write({ ...event, item: this.#key(event.item) }) : undefined;
      case 'usage':
        return this.#addUsage(event.usage);
      case 'start':
        return this.#generation === 0 ? this.#start(event) : undefined;
      case 'stop':
        return this.#stop(event);
      case 'error':
        this.#error = event.error;
        this.#hasEnded = true;
        return this.#write(event);
      case 'end':
        this.#hasEnded = true;
        return this.#write(event);
    }
  };

  /** An id that another vendor gave would not look like one of the client's format. */
  #start({ id, ...event }: AnswerStart): void {
    this.#write(id === undefined || !this.#options.keepsId ? event : { ...event, id });
  }

  fail(message: string): void {
    this.accept({ type: 'error', error: { code: 'answer_too_large', type: 'server_error', message } });
  }

  #write(event: AnswerEvent): void {
    this.#options.writer.write(event);
  }

  #key(key: number): number {
    return key + this.#generation * GENERATION_KEYS;
  }

  #itemKey(item: number): number {
    const keys = this.#joined?.keys;
    return this.#joined !== undefined && keys?.item === item ? this.#joined.item : this.#key(item);
  }

  #partKey(part: number): number {
    const keys = this.#joined?.keys;
    return this.#joined !== undefined && keys?.part === part ? this.#joined.part : this.#key(part);
  }

  /** The part, made when new; undefined when it has ended, or the answer failed for being too large. */
  #partFor(key: number, kind: Part['kind'], chars: number): Part | undefined {
    this.#answerChars += chars;
    if (this.#answerChars > LIMITS.answerChars) {
      this.fail('The answer is larger than can be translated.');
      return undefined;
    }
    const known = this.#parts.get(key);
    if (known !== undefined) {
      if (!known.isEnded && known.kind === kind) return known;
      this.#options.notes.add('event', 'a delta that belongs to no open part; dropped');
      return undefined;
    }
    if (this.#parts.size >= LIMITS.partCount) {
      this.fail('The answer has more parts than can be translated.');
      return undefined;
    }
    const part: Part = { kind, isEnded: false, argumentChars: 0 };
    this.#parts.set(key, part);
    return part;
  }

  #addText(event: Extract<AnswerEvent, { type: 'text' }>): void {
    if (this.#joined !== undefined && this.#joined.keys === undefined) this.#joined.keys = { item: event.item, part: event.part };
    const [item, part] = [this.#itemKey(event.item), this.#partKey(event.part)];
    if (this.#partFor(part, 'text', event.delta.length) === undefined) return;
    if (this.#openText?.part !== part) this.#openText = { item, part };
    const text = this.#text;
    if (text !== undefined) this.#text = text.length + event.delta.length > LIMITS.resumableTextChars ? undefined : text + event.delta;
    this.#write({ type: 'text', item, part, delta: event.delta });
  }

  #refusal(event: Extract<AnswerEvent, { type: 'refusal' }>): void {
    this.#endJoined();
    const part = this.#key(event.part);
    if (this.#partFor(part, 'refusal', event.delta.length) === undefined) return;
    this.#hasMoreThanText = true;
    this.#write({ ...event, item: this.#itemKey(event.item), part });
  }

  #reasoning(event: Extract<AnswerEvent, { type: 'reasoning' }>): void {
    if (this.#generation > 0) return this.#options.notes.add('reasoning', 'belongs to the deployment that continues the answer; dropped');
    if (this.#openReasoningPart(event.part, event.delta.length)) this.#write(event);
  }

  #sealed(event: Extract<AnswerEvent, { type: 'sealed' }>): void {
    if (this.#generation > 0) return this.#options.notes.add('reasoning', 'belongs to the deployment that continues the answer; dropped');
    if (event.data.length > LIMITS.sealedChars) return this.fail('The answer holds more sealed reasoning than can be translated.');
    if (event.form === 'encrypted') this.#answerChars += event.data.length;
    else if (!this.#openReasoningPart(event.part, event.data.length)) return;
    this.#write(event);
  }

  #openReasoningPart(key: number, chars: number): boolean {
    const isNew = !this.#parts.has(key);
    if (this.#partFor(key, 'reasoning', chars) === undefined) return false;
    if (isNew) this.#openReasoning += 1;
    return true;
  }

  #startTool(event: ToolStart): void {
    this.#endJoined();
    this.#hasMoreThanText = true;
    this.#toolCount += 1;
    if (this.#toolCount > LIMITS.toolCallCount) return this.fail('The answer has more tool calls than can be translated.');
    const isDeclared = this.#options.tools.custom.has(event.name);
    const isUnwrapped = event.kind === 'function' && isDeclared;
    // A Responses client gets custom calls as they are, declared or not.
    const isWrapped = event.kind === 'custom' && !isDeclared && this.#options.writer.wire !== 'openai-responses';
    const kind: ToolKind = isUnwrapped ? 'custom' : isWrapped ? 'function' : event.kind;
    const part = this.#key(event.part);
    this.#parts.set(part, {
      kind: 'tool',
      isEnded: false,
      argumentChars: 0,
      isCustom: kind === 'custom',
      isWrapped,
      ...(isUnwrapped ? { input: new CustomInputReader() } : {}),
    });
    if (isWrapped)
      this.#options.notes.add('custom_tool_call', 'the client declared no such custom tool; shown as a function with one string `input`');
    this.#write({ ...event, ...this.#options.tools.grouped.get(event.name), part, kind, callId: this.#callId(event.callId) });
    if (isWrapped) this.#write({ type: 'tool-arguments', part, delta: '{"input":"' });
  }

  #callId(callId: string | undefined): string {
    let id = callId ?? `call_${this.#options.newId()}`;
    if (this.#callIds.has(id)) {
      this.#options.notes.add('tool call id', 'names two calls; the later one got an id of its own');
      id = `call_${this.#options.newId()}`;
    }
    this.#callIds.add(id);
    return id;
  }

  #arguments(key: number, delta: string): void {
    if (!this.#parts.has(key)) return this.#options.notes.add('event', 'tool arguments without an open call; dropped');
    const part = this.#partFor(key, 'tool', delta.length);
    if (part === undefined) return;
    part.argumentChars += delta.length;
    if (part.argumentChars > LIMITS.toolArgumentChars) return this.fail('A tool call has more arguments than can be translated.');
    const text = part.input === undefined ? delta : part.input.push(delta);
    if (text === '') return;
    this.#write({ type: 'tool-arguments', part: key, delta: part.isWrapped === true ? JSON.stringify(text).slice(1, -1) : text });
  }

  #endPart(readerKey: number, isCut: boolean): void {
    const key = this.#partKey(readerKey);
    const part = this.#parts.get(key);
    if (part === undefined || part.isEnded) return;
    part.isEnded = true;
    if (part.kind === 'reasoning') this.#openReasoning -= 1;
    if (this.#openText?.part === key) this.#openText = undefined;
    if (part.kind === 'tool') this.#endArguments(key, part, isCut);
    this.#write({ type: 'part-end', part: key, isCut });
  }

  #endArguments(key: number, part: Part, isCut: boolean): void {
    let last = '';
    if (part.input !== undefined) {
      const { text, isOdd } = part.input.end();
      if (isOdd && !isCut) this.#options.notes.add('custom tool input', 'came in another shape than asked for; passed on as it was');
      last = text;
    } else if (part.isWrapped === true) last = isCut ? '' : '"}';
    // A call without arguments is a call with none: every format wants JSON here. A cut call stays cut.
    else if (part.argumentChars === 0 && !isCut && part.isCustom !== true) last = '{}';
    if (last !== '') this.#write({ type: 'tool-arguments', part: key, delta: last });
  }

  /** Something else than text begins: the text that a continuation might have joined is over. */
  #endJoined(): void {
    const joined = this.#joined;
    if (joined === undefined || joined.keys !== undefined) return;
    this.#joined = undefined;
    const part = this.#parts.get(joined.part);
    if (part === undefined || part.isEnded) return;
    part.isEnded = true;
    this.#openText = undefined;
    this.#write({ type: 'part-end', part: joined.part, isCut: false });
    this.#write({ type: 'item-end', item: joined.item, isCut: false });
  }

  #addUsage(usage: AnswerUsage): void {
    this.#usage = this.#baseUsage === undefined ? usage : sum(this.#baseUsage, usage);
    this.#write({ type: 'usage', usage: this.#usage });
  }

  /** Local servers say “stop” after tool calls, and some say “tool_calls” without any: clients act on the word. */
  #stop(event: Extract<AnswerEvent, { type: 'stop' }>): void {
    this.#hasStopped = true;
    const { kind } = event.stop;
    if (kind === 'end' && this.#toolCount > 0) return this.#write({ type: 'stop', stop: { ...event.stop, kind: 'tool-calls' } });
    if (kind === 'tool-calls' && this.#toolCount === 0) return this.#write({ type: 'stop', stop: { ...event.stop, kind: 'end' } });
    this.#write(event);
  }
}

function sum(a: AnswerUsage, b: AnswerUsage): AnswerUsage {
  const add = (x: number | undefined, y: number | undefined): number | undefined =>
    x === undefined && y === undefined ? undefined : (x ?? 0) + (y ?? 0);
  const optional = {
    cachedInputTokens: add(a.cachedInputTokens, b.cachedInputTokens),
    cacheWriteTokens: add(a.cacheWriteTokens, b.cacheWriteTokens),
    reasoningTokens: add(a.reasoningTokens, b.reasoningTokens),
  };
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens, ...present };
}
