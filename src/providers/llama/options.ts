// What a local model is started with, and what its process and its keeper tell each other.

export interface LocalModelOptions {
  /** provider/name; also the model's name in answers. */
  readonly id: string;
  /** A GGUF file; of a split model the first part. */
  readonly modelPath: string;
  /** Prompt and answer of one request together. */
  readonly contextTokens: number;
  /** Requests that wait while `parallel` others are answered. One more is answered with 503. */
  readonly maxQueued: number;
  /** Requests answered at once. Each takes memory for `contextTokens`. */
  readonly parallel: number;
  readonly maxOutputTokens: number;
  /** Undefined: as many as the library finds sensible. */
  readonly threads: number | undefined;
  /** Use a graphics card when there is one that the installed package supports. */
  readonly gpu: boolean;
  /** The folder from which node-llama-cpp is looked for; undefined: where the checkpoint is installed. */
  readonly resolveFrom?: string | undefined;
}

/** The first message to the process: not in its arguments, which everybody on the machine can read. */
export interface ProcessData {
  readonly options: LocalModelOptions;
  readonly token: string;
  /** 0: any. After a restart the port that callers know. */
  readonly port: number;
  /** The library's main file. */
  readonly library: string;
}

export type FromProcess =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly hint: string | undefined }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'alive' };

export type ToProcess = { readonly type: 'begin'; readonly data: ProcessData } | { readonly type: 'ask' };
