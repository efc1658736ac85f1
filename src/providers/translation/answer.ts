// The answer half of translation: what a deployment says in its wire format becomes an answer in the client's, whole or streamed, errors
// too. All nine pairs go through the neutral form (answers/neutral.ts), the identical ones as well: that is what lets another deployment's
// stream continue one that broke. What cannot be said in the client's format is dropped with a note. It sends and retries nothing.
import { err, ok, type Result } from '#kernel';
import { fieldsOf, textOf, type Fields } from '../json-fields.ts';
import { eventData, splitEvents } from '../sse.ts';
import { errorBody, readErrorBody, statusOfError } from './answers/errors.ts';
import { Notes, type AnswerReader, type AnswerWriter, type Emit } from './answers/neutral.ts';
import { AnswerPipeline } from './answers/pipeline.ts';
import { AnthropicReader } from './answers/read-anthropic.ts';
import { ChatReader } from './answers/read-chat.ts';
import { ResponsesReader } from './answers/read-responses.ts';
import { echoOf } from './answers/responses-object.ts';
import type { ClientTools } from './answers/tool-calls.ts';
import { AnthropicWriter } from './answers/write-anthropic.ts';
import { ChatWriter } from './answers/write-chat.ts';
import { ResponsesWriter } from './answers/write-responses.ts';
import { WholeWriter } from './answers/write-whole.ts';
import { customToolNames, groupedToolNames, type ConversationWire, type TranslationNote } from './request.ts';

export interface WholeAnswer {
  readonly body: Buffer;
  readonly notes: readonly TranslationNote[];
  /** The provider reported a failure inside its 2xx answer: `body` is an error body, and this is the status it belongs to. */
  readonly errorStatus?: number;
}

export interface AnswerTranslator {
  /** A whole 2xx answer. Err: it is not what `from` promises, or holds a tool call that the client's format cannot say. */
  whole(body: Buffer): Result<WholeAnswer, 'malformed-answer'>;
  /**
   * A provider's error body (status 400 or above; any shape, markup or nothing at all) in the client's error shape. Code, type and message
   * are kept where they exist, so a refusal stays recognisable.
   */
  error(status: number, body: Buffer): Buffer;
  stream(): StreamTranslator;
}

export interface StreamTranslator {
  /** Whole provider events (bytes that end at an event boundary) → bytes for the client, maybe none. Never throws. */
  push(events: Buffer): Buffer;
  /**
   * The provider's stream ended in good order. Nothing is closed before the provider said that it stopped: an interrupted stream must not
   * look whole.
   */
  end(): Buffer;
  /** The client's stream is over: its end mark, or the error that ends it, was written. What is pushed later is ignored. */
  readonly isComplete: boolean;
  readonly notes: readonly TranslationNote[];
  /** Text of the answer sent to the client so far; undefined when it is more than 1 MB. */
  readonly textSoFar: string | undefined;
  /**
   * Another deployment may go on from here: nothing but text has begun, no stop was seen, and the text is free, not held to a schema.
   * False once an error was pushed, too: a caller that would rather resume looks at an event before it pushes it.
   */
  readonly canResume: boolean;
  /** The next provider's stream continues this one: its opening is swallowed, its text goes on in the open text, its usage is added. */
  resume(from: ConversationWire): void;
}

export interface AnswerTranslatorInput {
  readonly from: ConversationWire;
  readonly to: ConversationWire;
  /** The client's own request, parsed: for what its format echoes or expects. Not kept. */
  readonly request: Fields;
  /** Model name the answer states when the provider says none. */
  readonly model: string;
  /** Makes unique ids of letters and digits for what the client's format needs and the provider's lacks. */
  readonly newId: () => string;
  readonly nowSeconds: number;
}

/** What translation needs of a request, taken once. */
interface Setting extends Omit<AnswerTranslatorInput, 'request'> {
  readonly echo: string;
  readonly includeUsage: boolean;
  readonly isStructured: boolean;
  readonly tools: ClientTools;
}

export function createAnswerTranslator({ request, ...input }: AnswerTranslatorInput): AnswerTranslator {
  const setting: Setting = {
    ...input,
    echo: input.to === 'openai-responses' ? echoOf(request) : '',
    includeUsage: fieldsOf(request['stream_options'])['include_usage'] === true,
    isStructured: asksForStructure(request),
    tools: { custom: customToolNames(request), grouped: groupedToolNames(request) },
  };
  return {
    whole: (body) => translateWhole(setting, body),
    error: (status, body) => Buffer.from(errorBody(setting.to, readErrorBody(status, body), status)),
    stream: () => new TranslatedStream(setting),
  };
}

function createReader(from: ConversationWire, emit: Emit, notes: Notes): AnswerReader {
  switch (from) {
    case 'openai-chat':
      return new ChatReader(emit, notes);
    case 'openai-responses':
      return new ResponsesReader(emit, notes);
    case 'anthropic-messages':
      return new AnthropicReader(emit, notes);
  }
}

const ID_PREFIXES: Readonly<Record<ConversationWire, string>> = {
  'openai-chat': 'chatcmpl-',
  'openai-responses': 'resp_',
  'anthropic-messages': 'msg_',
};

function createPipeline(setting: Setting, writer: AnswerWriter, notes: Notes): AnswerPipeline {
  const { newId, tools, isStructured, from, to } = setting;
  return new AnswerPipeline({ writer, notes, newId, tools, isStructured, isSameWire: from === to });
}

function translateWhole(setting: Setting, body: Buffer): Result<WholeAnswer, 'malformed-answer'> {
  const { to, newId, from } = setting;
  const notes = new Notes();
  const options = { ...setting, notes, id: ID_PREFIXES[to] + newId() };
  const writer = to === 'openai-responses' ? new ResponsesWriter(options) : new WholeWriter(to, options);
  const pipeline = createPipeline(setting, writer, notes);
  if (!createReader(from, pipeline.accept, notes).whole(body.toString('utf8')) || !pipeline.hasEnded) return err('malformed-answer');
  const { error } = pipeline;
  // A Responses object can say by itself that it failed.
  if (error !== undefined && !(writer instanceof ResponsesWriter && from === to)) {
    const errorStatus = statusOfError(error);
    return ok({ body: Buffer.from(errorBody(to, error, errorStatus)), notes: notes.list, errorStatus });
  }
  const json = writer instanceof ResponsesWriter ? writer.final : writer.render();
  return json === undefined ? err('malformed-answer') : ok({ body: Buffer.from(json), notes: notes.list });
}

class TranslatedStream implements StreamTranslator {
  readonly #pipeline: AnswerPipeline;
  readonly #writer: AnswerWriter;
  readonly #notes = new Notes();
  #reader: AnswerReader;

  constructor(setting: Setting) {
    this.#writer = createStreamWriter(setting, this.#notes);
    this.#pipeline = createPipeline(setting, this.#writer, this.#notes);
    this.#reader = createReader(setting.from, this.#pipeline.accept, this.#notes);
  }

  push(events: Buffer): Buffer {
    for (const event of splitEvents(events)) {
      if (this.#pipeline.hasEnded) break;
      const data = eventData(event);
      if (data !== undefined && data !== '') this.#reader.event(data);
    }
    return this.#take();
  }

  end(): Buffer {
    if (!this.#pipeline.hasEnded) this.#reader.end?.();
    return this.#take();
  }

  get isComplete(): boolean {
    return this.#pipeline.hasEnded;
  }

  get notes(): readonly TranslationNote[] {
    return this.#notes.list;
  }

  get textSoFar(): string | undefined {
    return this.#pipeline.textSoFar;
  }

  get canResume(): boolean {
    return this.#pipeline.canResume;
  }

  resume(from: ConversationWire): void {
    this.#pipeline.resume(from === this.#writer.wire);
    this.#reader = createReader(from, this.#pipeline.accept, this.#notes);
  }

  #take(): Buffer {
    const text = this.#writer.take();
    return text === '' ? NOTHING : Buffer.from(text);
  }
}

const NOTHING = Buffer.alloc(0);

function createStreamWriter(setting: Setting, notes: Notes): AnswerWriter {
  const options = { ...setting, notes, id: ID_PREFIXES[setting.to] + setting.newId() };
  switch (setting.to) {
    case 'openai-chat':
      return new ChatWriter(options);
    case 'openai-responses':
      return new ResponsesWriter(options);
    case 'anthropic-messages':
      return new AnthropicWriter(options);
  }
}

/** Chat: `response_format`; Responses: `text.format`; Anthropic: `output_config.format`, before that `output_format`. */
function asksForStructure(request: Fields): boolean {
  const formats = [
    request['response_format'],
    fieldsOf(request['text'])['format'],
    fieldsOf(request['output_config'])['format'],
    request['output_format'],
  ];
  return formats.some((format) => (textOf(fieldsOf(format)['type']) ?? 'text') !== 'text');
}
