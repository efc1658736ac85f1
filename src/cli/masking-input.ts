// What is inspected and masked: whole texts, and lines of a stream of any length. UTF-8 only: a text that is decoded wrongly is searched in vain.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { SekishoError } from '#kernel';
import { interruptedError, usageError } from './failure.ts';

/** A document is in memory as a whole: what its last line names is masked in its first. */
export const MOST_BYTES = 268_435_456;
/** Of JSONL: one text, and what is around it. */
export const MOST_LINE_BYTES = 16_777_216;

const NOT_UTF8_HINT = 'Convert it first, such as `iconv -f CP932 -t UTF-8 FILE`.';

export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/** Ends with `interrupted` when the signal comes, also while nothing arrives. */
export async function* bytesOf(file: string, signal: AbortSignal): AsyncIterable<Buffer> {
  if (file === '-' && process.stdin.isTTY) throw usageError('there is nothing to read', 'Name a file, or pipe the text in.');
  const source: Readable = file === '-' ? process.stdin : createReadStream(file);
  const end = (): void => void source.destroy();
  signal.addEventListener('abort', end, { once: true });
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (signal.aborted) throw interruptedError();
      yield chunk;
    }
  } catch (error) {
    throw signal.aborted ? interruptedError() : error;
  } finally {
    signal.removeEventListener('abort', end);
  }
  if (signal.aborted) throw interruptedError();
}

export async function readText(file: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (file !== '-') await refuseLarge(file);
  for await (const chunk of bytesOf(file, signal)) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw tooLarge(file);
    chunks.push(chunk);
  }
  return decoded(Buffer.concat(chunks), nameOf(file));
}

/** At once, and not after a quarter of a gigabyte. */
async function refuseLarge(file: string): Promise<void> {
  const handle = await open(file);
  try {
    if ((await handle.stat()).size > MOST_BYTES) throw tooLarge(file);
  } finally {
    await handle.close();
  }
}

function tooLarge(file: string): SekishoError {
  return new SekishoError('text-too-large', `${nameOf(file)} has more than ${MOST_BYTES / 2 ** 20} MiB`, {
    hint: 'Split it at line ends; with --secret-file and --conversation the parts share their placeholders.',
  });
}

/** A byte order mark stays part of the text. */
function decoded(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SekishoError('not-utf8', `${name} is not UTF-8`, { hint: NOT_UTF8_HINT });
  }
}

/** Text as it arrives. */
export async function* textOf(file: string, signal: AbortSignal): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of bytesOf(file, signal)) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new SekishoError('not-utf8', `${nameOf(file)} is not UTF-8`, { hint: NOT_UTF8_HINT });
    throw error;
  }
}

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Without its line end; undefined: too long or not UTF-8, and then `problem` says so. */
  readonly text: string | undefined;
  readonly problem: string | undefined;
  /** As it stood; empty for a last line without one. */
  readonly end: '\n' | '\r\n' | '';
}

const LF = 0x0a;
const CR = 0x0d;

/** Line by line, with one line in memory. */
export async function* linesOf(source: AsyncIterable<Buffer>, mostBytes = MOST_LINE_BYTES): AsyncIterable<Line> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let number = 0;
  const finish = (hasEnd: boolean): Line => {
    number++;
    const bytes = heldBytes > mostBytes ? undefined : Buffer.concat(held);
    [held, heldBytes] = [[], 0];
    if (bytes === undefined) return { number, text: undefined, problem: `it has more than ${mostBytes} bytes`, end: hasEnd ? '\n' : '' };
    const isCrLf = hasEnd && bytes.at(-1) === CR;
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: number > 1 }).decode(isCrLf ? bytes.subarray(0, -1) : bytes);
      return { number, text, problem: undefined, end: isCrLf ? '\r\n' : hasEnd ? '\n' : '' };
    } catch {
      return { number, text: undefined, problem: 'it is not UTF-8', end: hasEnd ? '\n' : '' };
    }
  };
  const hold = (part: Buffer): void => {
    heldBytes += part.length;
    // What is too long is counted and let go.
    if (heldBytes > mostBytes) held = [];
    else if (part.length > 0) held.push(part);
  };
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      hold(chunk.subarray(from, end));
      yield finish(true);
      from = end + 1;
    }
    hold(chunk.subarray(from));
  }
  if (heldBytes > 0) yield finish(false);
}
