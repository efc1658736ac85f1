// What lies in a file: the file itself, or the entries of the archive it is, to some depth. Streams only; bombs are cut off.
import { isTarHeader, label, tarEntries, zipEntries, type Entry } from './archives.ts';
import { ByteReader } from './byte-reader.ts';
import type { ReadLimits } from './decoder.ts';
import { DamagedInput, inflate } from './inflate.ts';

export interface Unpacked {
  /** `archive.zip!inner.json`. */
  readonly file: string;
  readonly bytes: AsyncIterable<Buffer>;
}

/** Of one file on the disk: what has been read of it and what came out. */
export interface Budget {
  packed: number;
  unpacked: number;
  entries: number;
}

const RATIO_FROM = 64 * 1024 * 1024;

/** Every plain content in the order it lies there. Damage is thrown where it is met (DamagedInput), by the contents or by this. */
export async function* unpack(
  file: string,
  source: AsyncIterable<Buffer>,
  limits: ReadLimits,
  budget: Budget,
  depth = 0,
): AsyncGenerator<Unpacked, void, undefined> {
  const reader = new ByteReader(source);
  const head = await reader.take(512);
  reader.unread(head);
  const kind = containerOf(head);
  if (kind === undefined) {
    yield { file, bytes: reader.rest() };
    return;
  }
  if (depth >= limits.maxNesting) throw new DamagedInput(`archives are nested more than ${limits.maxNesting} deep`);
  if (kind === 'gzip' || kind === 'zstd') {
    const plain = guarded(inflate(reader.rest(), kind), limits, budget);
    yield* unpack(file, plain, limits, budget, depth + 1);
    return;
  }
  const entries: AsyncIterable<Entry> = kind === 'zip' ? zipEntries(reader) : tarEntries(reader);
  for await (const { name, bytes } of entries) {
    if (++budget.entries > limits.maxEntries) throw new DamagedInput(`the archive has more than ${limits.maxEntries} entries`);
    if (isNotContent(name)) continue;
    yield* contained(`${file}!${label(name)}`, kind === 'zip' ? guarded(bytes, limits, budget) : bytes, limits, budget, depth + 1);
  }
}

/** Damage within an entry is that entry's: the archive goes on. */
async function* contained(
  file: string,
  source: AsyncIterable<Buffer>,
  limits: ReadLimits,
  budget: Budget,
  depth: number,
): AsyncGenerator<Unpacked, void, undefined> {
  try {
    yield* unpack(file, source, limits, budget, depth);
  } catch (error) {
    if (!(error instanceof DamagedInput)) throw error;
    yield { file, bytes: failing(error) };
  }
}

async function* failing(damage: Error): AsyncGenerator<Buffer, void, undefined> {
  yield* [];
  await Promise.reject(damage);
}

async function* guarded(bytes: AsyncIterable<Buffer>, limits: ReadLimits, budget: Budget): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of bytes) {
    budget.unpacked += chunk.length;
    const isTooMuch = budget.unpacked > RATIO_FROM && budget.unpacked > limits.maxRatio * Math.max(1, budget.packed);
    if (isTooMuch || budget.unpacked > limits.maxUnpackedBytes)
      throw new DamagedInput('unpacks to far more than logs do: the rest of the file is not read');
    yield chunk;
  }
}

function containerOf(head: Buffer): 'gzip' | 'zstd' | 'zip' | 'tar' | undefined {
  const mark = head.length < 4 ? 0 : head.readUInt32LE(0);
  if ((mark & 0xffff) === 0x8b1f) return 'gzip';
  if (mark === 0xfd2f_b528 || (mark & 0xffff_fff0) >>> 0 === 0x184d_2a50) return 'zstd';
  if (mark === 0x0403_4b50 || mark === 0x0605_4b50) return 'zip';
  return isTarHeader(head) ? 'tar' : undefined;
}

/** Folders, and what macOS puts beside the files of an archive. */
function isNotContent(name: string): boolean {
  return name.endsWith('/') || name.split('/').some((part) => part === '__MACOSX' || part.startsWith('._') || part === '.DS_Store');
}
