// The model itself: loads a GGUF file through node-llama-cpp and generates answers, several at once. What one caller's prompt left in the
// memory of the model is reused for that caller only. Knows no HTTP; checks no request.
import { describeError, SekishoError, type Random } from '#kernel';
import type { ChatRequest } from './chat-request.ts';
import type {
  ChatFunctions,
  ChatWrapper,
  Context,
  GenerateOptions,
  Generated,
  HistoryItem,
  Library,
  Llama,
  Model,
  ResponseChunk,
  Sequence,
  Token,
} from './library.ts';
import type { LocalModelOptions } from './options.ts';
import { withoutAbsent } from './tool-schema.ts';

export type FinishReason = 'stop' | 'length' | 'tool_calls';

export interface Usage {
  readonly promptTokens: number;
  /** Of these, what the model remembered of this caller's last request. */
  readonly cachedTokens: number;
  /** Sampled from the model, the token that ends the answer included. */
  readonly completionTokens: number;
  /** Of these, what the template sets apart from the answer. */
  readonly reasoningTokens: number;
}

export interface Outcome {
  readonly finish: FinishReason;
  readonly usage: Usage;
}

export interface Listener {
  onText(text: string): void;
  onReasoning(text: string): void;
  /** `arguments`: JSON text. */
  onToolCall(name: string, args: string): void;
}

/** The prompt takes up the context; nothing has been generated. */
export class PromptTooLong extends Error {
  readonly promptTokens: number;

  constructor(promptTokens: number) {
    super('the prompt is longer than the context');
    this.promptTokens = promptTokens;
  }
}

/** What the model remembers cannot be cleared: whoever comes next could be answered from another's prompt. Nothing may be asked any more. */
export class EngineBroken extends Error {
  constructor(cause: unknown) {
    super('the memory of the model cannot be cleared', { cause });
  }
}

export interface Engine {
  /**
   * Answers one request. No more than `parallel` may be under way. Rejects with {@link PromptTooLong}, with the signal's reason when it
   * aborts, with {@link EngineBroken}, or with what the library reports.
   */
  answer(request: ChatRequest, listener: Listener, signal: AbortSignal): Promise<Outcome>;
}

/** A place in the model's context: one request at a time. */
interface Seat {
  readonly sequence: Sequence;
  owner: string | undefined;
  isTaken: boolean;
  usedAt: number;
}

/** Between the prompt and the end of the context there must be room for one token and for the library's own. */
const RESERVED_TOKENS = 2;
/** llama.cpp takes this seed for "any". */
const ANY_SEED = 0xff_ff_ff_ff;

/** @throws SekishoError `llama-no-binary`, `llama-memory`, `llama-load-failed` */
export async function loadEngine(
  library: Library,
  options: LocalModelOptions,
  ports: { readonly random: Random; onWarning(message: string): void },
): Promise<Engine> {
  try {
    const llama = await library.getLlama({
      gpu: options.gpu ? 'auto' : false,
      // Nothing is compiled and nothing is fetched: what is installed is what runs.
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      ...(options.threads === undefined ? {} : { maxThreads: options.threads }),
      logLevel: 'warn',
      logger: (_level, message) => ports.onWarning(message),
    });
    const model = await llama.loadModel({ modelPath: options.modelPath });
    if (options.contextTokens > model.trainContextSize) {
      ports.onWarning(`contextTokens is ${options.contextTokens}, but the model was trained for ${model.trainContextSize}`);
    }
    const context = await model.createContext({
      contextSize: options.contextTokens,
      sequences: options.parallel,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });
    if (context.contextSize < options.contextTokens) throw new library.InsufficientMemoryError();
    const seats = Array.from({ length: options.parallel }, (): Seat => ({
      sequence: context.getSequence(),
      owner: undefined,
      isTaken: false,
      usedAt: 0,
    }));
    const wrapper = library.resolveChatWrapper(model);
    return new LoadedEngine({ library, llama, model, context, wrapper, seats, options, random: ports.random });
  } catch (error) {
    throw loadFailure(library, options, error);
  }
}

function loadFailure(library: Library, options: LocalModelOptions, error: unknown): SekishoError {
  if (error instanceof library.NoBinaryFoundError) {
    return new SekishoError('llama-no-binary', 'node-llama-cpp has no program for this platform installed', {
      cause: error,
      hint: 'Install it with optional dependencies, on Linux with glibc, macOS or Windows.',
    });
  }
  if (error instanceof library.InsufficientMemoryError) {
    return new SekishoError('llama-memory', `There is too little memory for ${options.modelPath} with this context`, {
      cause: error,
      hint: `Lower contextTokens (${options.contextTokens}) or parallel (${options.parallel}), or take a smaller model.`,
    });
  }
  return new SekishoError('llama-load-failed', `The model ${options.modelPath} cannot be loaded: ${describeError(error)}`, {
    cause: error,
  });
}

interface Parts {
  readonly library: Library;
  readonly llama: Llama;
  readonly model: Model;
  readonly context: Context;
  readonly wrapper: ChatWrapper;
  readonly seats: readonly Seat[];
  readonly options: LocalModelOptions;
  readonly random: Random;
}

class LoadedEngine implements Engine {
  readonly #parts: Parts;
  #clock = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async answer(request: ChatRequest, listener: Listener, signal: AbortSignal): Promise<Outcome> {
    const history = endingWithModel(request.history);
    const functions = functionsOf(request);
    const prompt = this.#render(history, functions);
    const room = this.#parts.options.contextTokens - prompt.length - RESERVED_TOKENS;
    if (room < 1) throw new PromptTooLong(prompt.length);
    const seat = this.#takeSeat(request.cacheOwner);
    let isClean = false;
    try {
      const cachedTokens = await this.#readPrompt(seat, prompt, signal);
      const limit = Math.min(request.maxTokens ?? Infinity, this.#parts.options.maxOutputTokens, room);
      const before = seat.sequence.tokenMeter.getState().usedOutputTokens;
      const told = await this.#generate({ request, history, functions, limit, seat, listener, signal });
      signal.throwIfAborted();
      isClean = true;
      const completionTokens = seat.sequence.tokenMeter.getState().usedOutputTokens - before;
      return {
        finish: told.finish,
        usage: { promptTokens: prompt.length, cachedTokens, completionTokens, reasoningTokens: told.reasoningTokens },
      };
    } finally {
      seat.owner = isClean ? request.cacheOwner : undefined;
      if (seat.owner === undefined) await forget(seat);
      seat.isTaken = false;
    }
  }

  #render(history: readonly HistoryItem[], functions: ChatFunctions | undefined): Token[] {
    const { contextText } = this.#parts.wrapper.generateContextState({
      chatHistory: history,
      ...(functions === undefined ? {} : { availableFunctions: functions, documentFunctionParams: true }),
    });
    return contextText.tokenize(this.#parts.model.tokenizer);
  }

  /** The seat that holds this owner's last prompt, else one that nobody's is in, else the one unused for longest. */
  #takeSeat(owner: string | undefined): Seat {
    const free = this.#parts.seats.filter((seat) => !seat.isTaken);
    const rank = (seat: Seat): number => {
      if (owner !== undefined && seat.owner === owner) return 2;
      return seat.owner === undefined ? 1 : 0;
    };
    const [seat] = free.toSorted((a, b) => rank(b) - rank(a) || a.usedAt - b.usedAt);
    if (seat === undefined) throw new Error('more requests are under way than the model has places for');
    seat.isTaken = true;
    seat.usedAt = ++this.#clock;
    if (seat.owner !== owner) seat.owner = undefined;
    return seat;
  }

  /**
   * Has the model read the prompt but for its last token, a piece at a time so that giving up does not wait for the whole. Returns how many
   * tokens it knew already.
   */
  async #readPrompt(seat: Seat, prompt: readonly Token[], signal: AbortSignal): Promise<number> {
    const { sequence } = seat;
    if (seat.owner === undefined) await forget(seat);
    const unread = prompt.slice(0, -1);
    await sequence.adaptStateToTokens(unread, false);
    const known = sequence.nextTokenIndex;
    for (let from = known; from < unread.length; from += this.#parts.context.batchSize) {
      signal.throwIfAborted();
      await sequence.evaluateWithoutGeneratingNewTokens(unread.slice(from, from + this.#parts.context.batchSize));
    }
    signal.throwIfAborted();
    return known;
  }

  async #generate(job: Job): Promise<{ readonly finish: FinishReason; readonly reasoningTokens: number }> {
    const { request, listener, functions } = job;
    const { library, llama, wrapper } = this.#parts;
    const contextFull = new AbortController();
    let reasoningTokens = 0;
    const onResponseChunk = ({ type, text, tokens }: ResponseChunk): void => {
      if (type === 'segment') reasoningTokens += tokens.length;
      if (text === '') return;
      if (type === 'segment') listener.onReasoning(text);
      else listener.onText(text);
    };
    const options: GenerateOptions = {
      ...this.#samplingOf(request),
      maxTokens: job.limit,
      repeatPenalty: false,
      signal: AbortSignal.any([job.signal, contextFull.signal]),
      stopOnAbortSignal: true,
      customStopTriggers: request.stop,
      budgets: { thoughtTokens: Infinity, commentTokens: Infinity },
      // Nothing of a conversation is ever forgotten in silence: where the library would make room, the answer ends.
      contextShift: { strategy: () => endAt(contextFull) },
      onResponseChunk,
      ...(request.grammar === undefined ? {} : { grammar: await llama.createGrammar({ grammar: request.grammar, rootRuleName: 'root' }) }),
      ...(functions === undefined ? {} : { functions, documentFunctionParams: true, ...callOptions(request, listener) }),
    };
    const chat = new library.LlamaChat({ contextSequence: job.seat.sequence, chatWrapper: wrapper });
    try {
      const generated = await chat.generateResponse(job.history, options);
      return { finish: contextFull.signal.aborted ? 'length' : finishOf(generated), reasoningTokens };
    } catch (error) {
      if (contextFull.signal.aborted && !job.signal.aborted) return { finish: 'length', reasoningTokens };
      throw error;
    } finally {
      chat.dispose({ disposeSequence: false });
    }
  }

  #samplingOf({ sampling }: ChatRequest): Pick<GenerateOptions, 'temperature' | 'topP' | 'topK' | 'minP' | 'seed'> {
    const seed =
      sampling.seed === undefined ? this.#parts.random.bytes(4).readUInt32LE() : Number(BigInt.asUintN(32, BigInt(sampling.seed)));
    return { ...sampling, seed: seed === ANY_SEED ? 0 : seed };
  }
}

interface Job {
  readonly request: ChatRequest;
  readonly history: readonly HistoryItem[];
  readonly functions: ChatFunctions | undefined;
  readonly limit: number;
  readonly seat: Seat;
  readonly listener: Listener;
  readonly signal: AbortSignal;
}

async function forget(seat: Seat): Promise<void> {
  try {
    await seat.sequence.clearHistory();
  } catch (error) {
    throw new EngineBroken(error);
  }
}

function endAt(controller: AbortController): never {
  controller.abort();
  throw new Error('the context is full');
}

/** As the library does it itself: the model's turn is the last. */
function endingWithModel(history: readonly HistoryItem[]): readonly HistoryItem[] {
  return history.at(-1)?.type === 'model' ? history : [...history, { type: 'model', response: [] }];
}

function functionsOf({ tools }: ChatRequest): ChatFunctions | undefined {
  if (tools.length === 0) return undefined;
  return Object.fromEntries(
    tools.map(({ name, description, params }) => [
      name,
      { ...(description === undefined ? {} : { description }), ...(params === undefined ? {} : { params }) },
    ]),
  );
}

function callOptions(request: ChatRequest, listener: Listener): Pick<GenerateOptions, 'maxParallelFunctionCalls' | 'onFunctionCall'> {
  const tools = new Map(request.tools.map((tool) => [tool.name, tool]));
  return {
    ...(request.parallelToolCalls ? {} : { maxParallelFunctionCalls: 1 }),
    onFunctionCall: ({ functionName, params }) => {
      const schema = tools.get(functionName)?.schema;
      listener.onToolCall(functionName, JSON.stringify((schema === undefined ? params : withoutAbsent(params, schema)) ?? {}));
    },
  };
}

function finishOf({ metadata }: Generated): FinishReason {
  switch (metadata.stopReason) {
    case 'functionCalls':
      return 'tool_calls';
    case 'maxTokens':
    case 'abort':
      return 'length';
    default:
      return 'stop';
  }
}
