// Masks one file, and restores one, in its format. Which flags ask for what is the command's.
import { extname } from 'node:path';
import {
  createDocumentRestorer,
  DocumentMasker,
  MaskingFailed,
  type DocumentMaskerOptions,
  type MaskingMap,
  type RestoreCounts,
} from '#inspection';
import { SekishoError } from '#kernel';
import { bytesOf, linesOf, MOST_BYTES, nameOf, readText, textOf } from './masking-input.ts';
import type { Output } from './masking-output.ts';

export const DOCUMENT_FORMATS = ['text', 'json', 'jsonl'] as const;
export type Format = (typeof DOCUMENT_FORMATS)[number];

const EXTENSIONS: Readonly<Record<string, Format>> = { '.json': 'json', '.jsonl': 'jsonl', '.ndjson': 'jsonl' };

export function formatOf(given: Format | undefined, file: string): Format {
  return given ?? EXTENSIONS[extname(file).toLowerCase()] ?? 'text';
}

const MARK = '\ufeff';

export interface MaskedFile {
  readonly masker: DocumentMasker;
  /** Undefined: the policy does not let it go. */
  readonly text: string | undefined;
  /** Lines of JSONL that are no JSON, and were masked as text. */
  readonly asText: readonly number[];
}

export interface Job {
  readonly file: string;
  readonly format: Format;
  readonly signal: AbortSignal;
}

export interface MaskOptions extends Omit<DocumentMaskerOptions, 'onProgress'> {
  readonly onProgress: (step: string, share: number) => void;
}

export async function maskFile({ file, format, signal }: Job, { onProgress, ...options }: MaskOptions): Promise<MaskedFile> {
  const source = await readText(file, signal);
  const masker = new DocumentMasker({ ...options, onProgress: (step, done) => onProgress(step, done / source.length) });
  // Not part of JSON, but editors put it there.
  const mark = format !== 'text' && source.startsWith(MARK) ? MARK : '';
  const body = source.slice(mark.length);
  const pieces = format === 'jsonl' ? body.split(/(?<=\n)/) : [body];
  const ends: string[] = [];
  const asText: number[] = [];
  for (const [index, piece] of pieces.entries()) {
    const end = format === 'jsonl' ? (/\r?\n$/.exec(piece)?.[0] ?? '') : '';
    const content = piece.slice(0, piece.length - end.length);
    ends.push(end);
    const isJson = format !== 'text' && content.trim() !== '' && (await masker.read(content, 'json')).ok;
    if (isJson) continue;
    if (format === 'json') throw notJson(file);
    if (format === 'jsonl' && content.trim() !== '') asText.push(index + 1);
    await masker.read(content, 'text');
  }
  if (masker.refused.length > 0) return { masker, text: undefined, asText };
  try {
    const masked = await masker.mask();
    return { masker, text: mark + masked.map((text, index) => text + ends[index]!).join(''), asText };
  } catch (error) {
    if (!(error instanceof MaskingFailed)) throw error;
    throw new SekishoError('unmaskable', `${nameOf(file)} could not be masked so that it comes back, and nothing was written`, {
      cause: error,
    });
  }
}

function notJson(file: string): SekishoError {
  return new SekishoError('not-json', `${nameOf(file)} is not JSON`, { hint: 'Name its format: --format jsonl, or --format text.' });
}

export async function restoreFile({ file, format, signal }: Job, map: MaskingMap, output: Output): Promise<RestoreCounts> {
  const restorer = createDocumentRestorer(map);
  if (format === 'text') {
    const text = restorer.text();
    for await (const piece of textOf(file, signal)) if (!(await output.write(text.push(piece)))) return restorer.counts;
    await output.write(text.end());
    return restorer.counts;
  }
  if (format === 'json') {
    const source = await readText(file, signal);
    const mark = source.startsWith(MARK) ? MARK : '';
    const restored = restorer.json(source.slice(mark.length));
    if (!restored.ok) throw notJson(file);
    await output.write(mark + restored.value);
    return restorer.counts;
  }
  for await (const { number, text, problem, end } of linesOf(bytesOf(file, signal), MOST_BYTES)) {
    if (text === undefined) throw new SekishoError('line-unreadable', `${nameOf(file)}:${number}: ${problem}`);
    const restored = text.trim() === '' ? undefined : restorer.json(text);
    if (!(await output.write((restored?.ok === true ? restored.value : restoredText(text, restorer)) + end))) break;
  }
  return restorer.counts;
}

function restoredText(text: string, restorer: ReturnType<typeof createDocumentRestorer>): string {
  const restoring = restorer.text();
  return restoring.push(text) + restoring.end();
}
