// The way of commands to the management API of a running checkpoint: where it is, with which key, and what its refusals mean to a person.
// A key comes from the environment or a file, never from a flag, which every user of the machine could read. Knows no act.
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { environment } from '#config';
import { SekishoError, systemErrorCode } from '#kernel';
import { CONFIG_FLAG, JSON_FLAG, type Context } from './command.ts';
import { readConfig } from './configuration.ts';
import { localUrl } from './continuity-cuts.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { interruptedError, usageError } from './failure.ts';
import { isLoopback } from './http-ledger.ts';
import { plain } from './terminal.ts';

export const API_FLAGS = {
  url: { type: 'string', valueHint: 'URL', description: 'Where the checkpoint is; default: $SEKISHO_URL, else as the configuration says' },
  'key-file': { type: 'string', valueHint: 'FILE', description: 'File with your API key (role member); default: the key in $SEKISHO_KEY' },
  config: CONFIG_FLAG,
  json: JSON_FLAG,
} as const;

export interface ApiChoice {
  readonly url: string | undefined;
  readonly 'key-file': string | undefined;
  readonly config: string | undefined;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  /** Members that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly bytes?: { readonly content: Buffer; readonly mediaType: string };
  /** Default: 30 seconds. */
  readonly timeoutMs?: number;
}

export interface ApiClient {
  /** JSON; undefined where the answer is empty. A refusal is thrown, with the problem's own code. */
  call(method: Method, path: string, request?: ApiRequest): Promise<unknown>;
  /** The answer as it came. */
  bytes(method: Method, path: string, request?: ApiRequest): Promise<Buffer>;
}

const TIMEOUT_MS = 30_000;
const MOST_ANSWER_BYTES = 64 * 1024 * 1024;
const MOST_KEY_BYTES = 1024;
const MOST_PROBLEMS = 8;
const LONGEST_TEXT = 1000;

/** Runs `work` with the client that flags and environment describe. */
export async function withApi(choice: ApiChoice, context: Context, work: (api: ApiClient) => Promise<ExitCode>): Promise<ExitCode> {
  const base = baseUrl(choice, context);
  if (base === undefined) return EXIT.usage;
  const key = keyOf(choice['key-file'], context);
  if (base.protocol === 'http:' && !isLoopback(base)) {
    throw usageError(`${base.href} would get your key in clear, because it is http`, 'Use the https address of the checkpoint.');
  }
  return await work(createApiClient({ base, key, signal: context.signals.first }));
}

/** Undefined: the configuration has faults, which were printed. */
function baseUrl({ url, config }: ApiChoice, context: Context): URL | undefined {
  const given = url ?? environment().url;
  if (given !== undefined) return parseBaseUrl(given);
  const loaded = readConfig(context, config);
  return loaded === undefined ? undefined : new URL(localUrl(loaded.config));
}

/** Throws `usage` for what is no plain http or https address. */
export function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw usageError(`${JSON.stringify(text)} is not an http or https URL`);
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw usageError('the URL of a checkpoint has no query, fragment or password', 'The key goes into SEKISHO_KEY or --key-file.');
  return url;
}

function keyOf(file: string | undefined, { terminal, json }: Context): string {
  const key = file === undefined ? environment().key : readKeyFile(file);
  if (key === undefined) {
    throw usageError(
      'no key: SEKISHO_KEY is not set and --key-file not given',
      'Sign in at the checkpoint and make a key with the role member there, then: export SEKISHO_KEY=…',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > MOST_KEY_BYTES)
    throw usageError(file === undefined ? 'SEKISHO_KEY holds no key' : `${file} holds no key`);
  if (file !== undefined && !json && process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    terminal.note(`warning: others on this machine can read ${plain(file)}; chmod 600 it`);
  return key;
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new SekishoError('key-unreadable', `the key file ${file} cannot be read: ${systemErrorCode(error) ?? 'unknown error'}`);
  }
}

/** `base`: scheme, host, port, and a path that goes before everything where a proxy demands one. */
export function createApiClient({
  base,
  key,
  signal,
}: {
  readonly base: URL;
  readonly key: string;
  readonly signal: AbortSignal;
}): ApiClient {
  async function ask(method: Method, path: string, request: ApiRequest = {}): Promise<Buffer> {
    const { query = {}, body, bytes, timeoutMs = TIMEOUT_MS } = request;
    const url = new URL(base.href.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(query))
      for (const each of value === undefined ? [] : [value].flat()) url.searchParams.append(name, String(each));
    const headers: Record<string, string> = { authorization: `Bearer ${key}`, accept: 'application/json' };
    if (bytes !== undefined) headers['content-type'] = bytes.mediaType;
    else if (body !== undefined) headers['content-type'] = 'application/json';
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method,
        headers,
        body: bytes === undefined ? (body === undefined ? null : JSON.stringify(body)) : new Uint8Array(bytes.content),
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      });
      const answer = await readBounded(response);
      if (response.ok) return answer;
      throw refusalError(response, answer);
    } catch (error) {
      if (signal.aborted) throw interruptedError();
      if (error instanceof SekishoError) throw error;
      throw unreachable(base, timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error), error);
    }
  }
  return {
    bytes: ask,
    async call(method, path, request) {
      const answer = await ask(method, path, request);
      if (answer.length === 0) return undefined;
      try {
        return JSON.parse(answer.toString('utf8')) as unknown;
      } catch (error) {
        throw new SekishoError('api-unreadable', `${base.href} answers something that is not JSON`, {
          cause: error,
          hint: 'Is this the address of a Sekisho checkpoint?',
        });
      }
    },
  };
}

async function readBounded(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | [] = response.body ?? [];
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MOST_ANSWER_BYTES) throw new SekishoError('api-answer-too-large', `an answer is larger than ${MOST_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** RFC 9457, with our own members. Whatever the other side says is shown and not trusted. */
const problemSchema = z.looseObject({
  code: z.string().regex(/^[a-z0-9-]{1,64}$/),
  detail: z.string(),
  next: z.string().optional(),
  requestId: z.string().optional(),
  problems: z
    .array(
      z.looseObject({
        path: z.string().optional(),
        problem: z.string().optional(),
        /** Of a form, in two languages. */
        text: z.looseObject({ en: z.string() }).optional(),
      }),
    )
    .optional()
    .catch(undefined),
});

function refusalError(response: Response, answer: Buffer): SekishoError {
  const { status } = response;
  if (status >= 300 && status < 400)
    return new SekishoError('api-redirected', 'the checkpoint answers with a redirect, which is not followed', {
      hint: 'Give the address it leads to.',
    });
  const problem = problemSchema.safeParse(parseJson(answer));
  if (!problem.success) {
    return new SekishoError('api-unreadable', `the answer has status ${status} and says nothing that can be read`, {
      hint: 'Is this the address of a Sekisho checkpoint?',
    });
  }
  const { code, detail, next, requestId, problems = [] } = problem.data;
  const found = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ path, problem: what, text }) => [path, what ?? text?.en].filter((part) => part !== undefined && part !== '').join(': '))
    .filter((text) => text !== '' && !detail.includes(text));
  const more = problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : [];
  const hints = [next ?? (status === 401 ? NO_KEY : undefined), requestId === undefined ? undefined : `(request ${requestId})`];
  const hint = hints.filter((part) => part !== undefined).join(' ');
  return new SekishoError(code, short([detail, ...found, ...more].join(' · ')), hint === '' ? {} : { hint: plain(short(hint)) });
}

const NO_KEY = 'Is the key in SEKISHO_KEY a member’s, and not revoked?';

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function short(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return systemErrorCode(inner) ?? (inner instanceof Error ? inner.message : String(inner));
}

function unreachable(base: URL, reason: string, cause: unknown): SekishoError {
  return new SekishoError('api-unreachable', `${base.href} cannot be reached: ${reason}`, {
    cause,
    hint: 'Is the checkpoint running (`sekisho up`), and is this its address? --url or SEKISHO_URL names another.',
  });
}

/** The answer in the shape that a command shows; anything else is a checkpoint of another version. */
export function readAnswer<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new SekishoError('api-unreadable', `the checkpoint’s answer is not understood: ${issue!.path.join('.')} ${issue!.message}`, {
    hint: 'Are this command and the checkpoint of the same version? --json shows the answer as it is.',
  });
}
