// Asking a local model as the checkpoint asks it: over HTTP with its token, whole or as a stream. Models are started from bytes and closed
// with their files when the test file ends.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemRandom, systemClock } from '#kernel';
import { startLocalModel, type LocalModel, type LocalModelOptions } from '#providers';
import { installLlama, llamaAbsent, LLAMA_RUNTIME } from './llama-install.ts';

export interface Completion {
  readonly model: string;
  readonly choices: readonly {
    readonly message: { readonly content: string | null; readonly reasoning_content?: string; readonly tool_calls?: readonly Call[] };
    readonly finish_reason: string;
  }[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
    readonly completion_tokens_details: { readonly reasoning_tokens: number };
  };
}

interface Call {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Chunk {
  readonly choices: readonly {
    readonly delta: { readonly content?: string; readonly reasoning_content?: string; readonly tool_calls?: readonly Call[] };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: Completion['usage'] | null;
}

export interface Failure {
  readonly error: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string };
}

/** Why no model can be started here, to skip with. */
export const ABSENT: string | undefined = llamaAbsent();
export const CONTEXT_TOKENS = 2_048;

export interface Models {
  readonly directory: string;
  start(file: Buffer, more?: Partial<LocalModelOptions>): Promise<LocalModel>;
  close(): Promise<void>;
}

export async function createModels(): Promise<Models> {
  const directory = await mkdtemp(join(tmpdir(), 'sekisho-llama-'));
  if (ABSENT === undefined) await installLlama();
  const running: LocalModel[] = [];
  let files = 0;
  return {
    directory,
    async start(file, more = {}) {
      const modelPath = join(directory, `${files++}.gguf`);
      await writeFile(modelPath, file);
      const options: LocalModelOptions = {
        id: 'local/tiny',
        modelPath,
        contextTokens: CONTEXT_TOKENS,
        maxQueued: 4,
        parallel: 1,
        maxOutputTokens: 200,
        threads: 1,
        gpu: false,
        resolveFrom: LLAMA_RUNTIME,
        ...more,
      };
      const ports = { clock: systemClock, random: createSystemRandom(), onWarning: () => undefined };
      const model = await startLocalModel(options, ports);
      running.push(model);
      return model;
    },
    async close() {
      await Promise.all(running.map((model) => model.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function ask(model: LocalModel, members: Record<string, unknown>, signal?: AbortSignal): Promise<Response> {
  return fetch(`${model.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${model.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'hello' }], ...members }),
    ...(signal === undefined ? {} : { signal }),
  });
}

export async function completion(model: LocalModel, members: Record<string, unknown> = {}): Promise<Completion> {
  const response = await ask(model, members);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text) as Completion;
}

export async function failure(model: LocalModel, members: Record<string, unknown>, status: number): Promise<Failure['error']> {
  const response = await ask(model, members);
  assert.equal(response.status, status);
  return ((await response.json()) as Failure).error;
}

/** All chunks of a stream that ended as one should. */
export async function stream(model: LocalModel, members: Record<string, unknown> = {}): Promise<Chunk[]> {
  const response = await ask(model, { stream: true, ...members });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const events = (await response.text()).split('\n\n');
  assert.deepEqual(events.splice(-2), ['data: [DONE]', '']);
  return events.map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
}

export function textOf(chunks: readonly Chunk[]): string {
  return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
}
