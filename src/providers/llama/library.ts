// node-llama-cpp as far as it is used here: the package is optional, so its types are not there to import. It is looked for where the
// checkpoint itself is installed, or where the operator says, and nowhere else: never in the working directory. Loads no model.
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SekishoError, systemErrorCode } from '#kernel';

export const PACKAGE = 'node-llama-cpp';
/** The version that the tests run with. Others of the same major version are accepted. */
export const TESTED_VERSION = '3.21.1';

export type Token = number & { readonly __token?: never };

/** Text with special tokens apart from plain text, so that no message can write a special token. */
export interface LlamaText {
  tokenize(tokenizer: unknown): Token[];
}

/** A JSON Schema in the dialect of the package: every listed property is required, and nothing constrains a number. */
export type CallSchema = Readonly<Record<string, unknown>>;

export type ChatFunctions = Readonly<Record<string, { readonly description?: string; readonly params?: CallSchema }>>;

export interface FunctionCallItem {
  readonly type: 'functionCall';
  readonly name: string;
  readonly params: unknown;
  readonly result: unknown;
  readonly startsNewChunk: boolean;
}

export type HistoryItem =
  | { readonly type: 'system'; readonly text: string }
  | { readonly type: 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly (string | FunctionCallItem)[] };

export interface ChatWrapper {
  readonly wrapperName: string;
  generateContextState(options: {
    readonly chatHistory: readonly HistoryItem[];
    readonly availableFunctions?: ChatFunctions;
    readonly documentFunctionParams?: boolean;
  }): { readonly contextText: LlamaText };
}

export interface Grammar {
  readonly grammar: string;
}

export interface ResponseChunk {
  readonly type: 'segment' | undefined;
  readonly segmentType: 'thought' | 'comment' | undefined;
  readonly text: string;
  readonly tokens: readonly Token[];
}

export interface FunctionCall {
  readonly functionName: string;
  readonly params: unknown;
}

export interface GenerateOptions {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  readonly seed: number;
  readonly repeatPenalty: false;
  readonly signal: AbortSignal;
  readonly stopOnAbortSignal: boolean;
  readonly customStopTriggers: readonly string[];
  readonly budgets: { readonly thoughtTokens: number; readonly commentTokens: number };
  readonly contextShift: { readonly strategy: (options: { readonly chatHistory: HistoryItem[] }) => never };
  readonly onResponseChunk: (chunk: ResponseChunk) => void;
  readonly grammar?: Grammar;
  readonly functions?: ChatFunctions;
  readonly documentFunctionParams?: boolean;
  readonly maxParallelFunctionCalls?: number;
  readonly onFunctionCall?: (call: FunctionCall) => void;
}

export interface Generated {
  readonly metadata: {
    readonly stopReason: 'eogToken' | 'stopGenerationTrigger' | 'functionCalls' | 'maxTokens' | 'abort' | 'customStopTrigger';
  };
}

export interface Chat {
  generateResponse(history: readonly HistoryItem[], options: GenerateOptions): Promise<Generated>;
  dispose(options?: { readonly disposeSequence?: boolean }): void;
}

export interface Sequence {
  readonly tokenMeter: { getState(): { readonly usedInputTokens: number; readonly usedOutputTokens: number } };
  readonly nextTokenIndex: number;
  readonly disposed: boolean;
  adaptStateToTokens(tokens: readonly Token[], allowShift?: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly Token[]): Promise<void>;
  clearHistory(): Promise<void>;
}

export interface Context {
  readonly contextSize: number;
  readonly batchSize: number;
  getSequence(): Sequence;
}

export interface Model {
  readonly tokenizer: unknown;
  readonly trainContextSize: number;
  readonly tokens: { readonly eos: Token | null; readonly eot: Token | null };
  createContext(options: {
    readonly contextSize: number;
    readonly sequences: number;
    readonly threads?: number | { readonly ideal: number };
  }): Promise<Context>;
  getWarnings(): string[];
}

export interface Llama {
  loadModel(options: { readonly modelPath: string; readonly loadSignal?: AbortSignal }): Promise<Model>;
  createGrammar(options: { readonly grammar: string; readonly rootRuleName: string }): Promise<Grammar>;
}

export interface Library {
  getLlama(options: {
    readonly gpu: 'auto' | false;
    readonly build: 'never';
    readonly skipDownload: true;
    readonly progressLogs: false;
    readonly maxThreads?: number;
    readonly logLevel: string;
    readonly logger: (level: string, message: string) => void;
  }): Promise<Llama>;
  resolveChatWrapper(model: Model): ChatWrapper;
  readonly LlamaChat: new (options: { readonly contextSequence: Sequence; readonly chatWrapper: ChatWrapper }) => Chat;
  readonly InsufficientMemoryError: new () => Error;
  readonly NoBinaryFoundError: new () => Error;
}

/**
 * The file that importing the package runs. `resolveFrom`: a folder whose `node_modules`, or that of a folder above it, holds the package;
 * undefined: where this program is installed.
 * @throws SekishoError `llama-missing`, `llama-incompatible`
 */
export async function findLibrary(resolveFrom: string | undefined): Promise<URL> {
  const base = resolveFrom === undefined ? import.meta.url : pathToFileURL(join(resolve(resolveFrom), 'package.json')).href;
  const manifestPath = packageJsonOf(base);
  if (manifestPath === undefined) throw missing(resolveFrom);
  const manifest = await readManifest(manifestPath, resolveFrom);
  if (manifest.version?.split('.')[0] !== TESTED_VERSION.split('.')[0] || manifest.main === undefined) {
    throw new SekishoError(
      'llama-incompatible',
      `${PACKAGE} ${manifest.version ?? 'of no version'} is installed, which is not known here`,
      {
        hint: `npm install ${PACKAGE}@${TESTED_VERSION}`,
      },
    );
  }
  return pathToFileURL(join(dirname(manifestPath), manifest.main));
}

function packageJsonOf(base: string): string | undefined {
  try {
    return findPackageJSON(PACKAGE, base);
  } catch (error) {
    if (systemErrorCode(error) === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

interface Manifest {
  readonly version?: string;
  readonly main?: string;
}

async function readManifest(path: string, resolveFrom: string | undefined): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Manifest;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw missing(resolveFrom);
    throw error;
  }
}

function missing(resolveFrom: string | undefined): SekishoError {
  const where = resolveFrom === undefined ? 'is not installed beside the checkpoint' : `is not found from ${resolveFrom}`;
  return new SekishoError('llama-missing', `A local model needs the package ${PACKAGE}, which ${where}`, {
    hint: `npm install ${PACKAGE}@${TESTED_VERSION}`,
  });
}
