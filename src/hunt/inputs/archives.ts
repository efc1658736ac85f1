// Zip and tar, read from front to back without seeking and without writing anything: names inside are labels in positions, no paths.
// A zip is read by its local headers, so that a cut archive still gives its whole entries; its directory at the end is not needed.
import type { ByteReader } from './byte-reader.ts';
import { DamagedInput, inflate } from './inflate.ts';

export interface Entry {
  readonly name: string;
  readonly bytes: AsyncIterable<Buffer>;
}

const MAX_NAME = 4096;
const UNKNOWN_SIZE = 0xffff_ffff;

/** For reports and terminals: no control characters, cut. */
export function label(name: string): string {
  // Control characters, and the marks that turn the direction of text.
  return name.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 512);
}

export async function* zipEntries(reader: ByteReader): AsyncGenerator<Entry, void, undefined> {
  for (;;) {
    const head = await reader.take(4);
    if (head.length === 0) return;
    const mark = head.length === 4 ? head.readUInt32LE(0) : 0;
    // The directory, its end, or that of a large archive: all entries have been seen.
    if (mark === 0x0201_4b50 || mark === 0x0605_4b50 || mark === 0x0606_4b50) {
      await skip(reader.rest());
      return;
    }
    if (mark === 0x0807_4b50) {
      reader.unread(head);
      if (!(await skipDescriptor(reader))) throw new DamagedInput('the zip archive is damaged between its entries');
      continue;
    }
    if (mark !== 0x0403_4b50) throw new DamagedInput('the zip archive is damaged between its entries');
    const header = await reader.take(26);
    if (header.length < 26) throw new DamagedInput('the zip archive is cut');
    const [flags, method, nameBytes] = [header.readUInt16LE(2), header.readUInt16LE(4), header.readUInt16LE(22)];
    const name = (await reader.take(nameBytes)).subarray(0, MAX_NAME).toString('utf8');
    const extra = await reader.take(header.readUInt16LE(24));
    const size = packedSize(header.readUInt32LE(14), header.readUInt32LE(18), extra);
    const isSizeKnown = (flags & 8) === 0;
    if ((flags & 1) !== 0) {
      yield { name, bytes: failing(`entry ${label(name)} is encrypted`) };
      if (!isSizeKnown) throw new DamagedInput('an encrypted zip entry of unknown size: the rest of the archive is not read');
      await skip(reader.bytes(size));
      continue;
    }
    if (method !== 0 && method !== 8 && method !== 93) {
      yield { name, bytes: failing(`entry ${label(name)} is packed by method ${method}, which is not read`) };
      if (!isSizeKnown) throw new DamagedInput('a zip entry of unknown size: the rest of the archive is not read');
      await skip(reader.bytes(size));
      continue;
    }
    if (!isSizeKnown && method !== 8) throw new DamagedInput('a zip entry of unknown size: the rest of the archive is not read');
    const packed = isSizeKnown ? reader.bytes(size) : reader.rest();
    let unused: Buffer | undefined;
    const opened =
      method === 0
        ? packed
        : inflate(packed, method === 8 ? 'deflate' : 'zstd', (rest) => {
            unused = rest;
          });
    yield { name, bytes: opened };
    await skip(opened);
    if (isSizeKnown) await skip(packed);
    else if (unused !== undefined) reader.unread(unused);
  }
}

/** Signature, checksum and two sizes, of 4 or 8 bytes each; the next header tells which. */
async function skipDescriptor(reader: ByteReader): Promise<boolean> {
  const short = await reader.take(16);
  const next = await reader.take(4);
  reader.unread(next);
  if (next.length < 4 || isMark(next.readUInt32LE(0))) return short.length === 16;
  await reader.take(8);
  return true;
}

function isMark(value: number): boolean {
  return value === 0x0403_4b50 || value === 0x0201_4b50 || value === 0x0605_4b50 || value === 0x0606_4b50;
}

function packedSize(packed: number, unpacked: number, extra: Buffer): number {
  if (packed !== UNKNOWN_SIZE) return packed;
  for (let at = 0; at + 4 <= extra.length;) {
    const size = extra.readUInt16LE(at + 2);
    const value = at + 4 + (unpacked === UNKNOWN_SIZE ? 8 : 0);
    if (extra.readUInt16LE(at) === 1 && value + 8 <= extra.length) {
      const large = Number(extra.readBigUInt64LE(value));
      if (Number.isSafeInteger(large)) return large;
    }
    at += 4 + size;
  }
  throw new DamagedInput('a zip entry without a readable size');
}

export async function* tarEntries(reader: ByteReader): AsyncGenerator<Entry, void, undefined> {
  let longName: string | undefined;
  for (;;) {
    const header = await reader.take(512);
    if (header.length === 0) return;
    if (header.every((byte) => byte === 0)) {
      await skip(reader.rest());
      return;
    }
    if (header.length < 512) throw new DamagedInput('the tar archive is cut');
    if (!isTarHeader(header)) throw new DamagedInput('the tar archive is damaged: a header whose checksum differs');
    const size = tarNumber(header.subarray(124, 136));
    const padding = (512 - (size % 512)) % 512;
    const type = String.fromCharCode(header[156] as number);
    if (type === 'x' || type === 'L') {
      if (size > 1024 * 1024) throw new DamagedInput('the tar archive has a name longer than any path');
      const data = (await reader.take(size)).toString('utf8');
      longName = type === 'L' ? data.replace(/\0.*$/s, '') : (/(?:^|\n)\d+ path=([^\n]*)\n/.exec(data)?.[1] ?? longName);
      await reader.take(padding);
      continue;
    }
    if (type === '0' || type === '\0' || type === '7') {
      const prefix = text(header, 345, 500);
      const name = longName ?? (prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
      const counted = { seen: 0 };
      const bytes = exactly(reader, size, counted);
      yield { name, bytes };
      await skip(bytes);
    } else await skip(reader.bytes(size));
    longName = undefined;
    await reader.take(padding);
  }
}

async function* exactly(reader: ByteReader, size: number, counted: { seen: number }): AsyncGenerator<Buffer, void, undefined> {
  for await (const part of reader.bytes(size)) {
    counted.seen += part.length;
    yield part;
  }
  if (counted.seen < size) throw new DamagedInput('the tar archive is cut within an entry');
}

export function isTarHeader(header: Buffer): boolean {
  if (header.length < 512) return false;
  const stated = Number.parseInt(text(header, 148, 156).trim(), 8);
  let sum = 8 * 32;
  for (let at = 0; at < 512; at++) if (at < 148 || at >= 156) sum += header[at] as number;
  return stated === sum;
}

function tarNumber(field: Buffer): number {
  if (((field[0] as number) & 0x80) !== 0) {
    const large = Number(BigInt(`0x${field.subarray(1).toString('hex')}`));
    if (!Number.isSafeInteger(large)) throw new DamagedInput('the tar archive has an entry of impossible size');
    return large;
  }
  const size = Number.parseInt(field.toString('latin1').replace(/\0.*$/s, '').trim() || '0', 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new DamagedInput('the tar archive has an entry of impossible size');
  return size;
}

function text(header: Buffer, from: number, to: number): string {
  return header.toString('utf8', from, to).replace(/\0.*$/s, '');
}

/** Fails when it is read: the entry is told, and the archive goes on. */
async function* failing(problem: string): AsyncGenerator<Buffer, void, undefined> {
  yield* [];
  await Promise.reject(new DamagedInput(problem));
}

/** Reads on to the end. What was already read or broken off yields nothing more. */
async function skip(bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const part of bytes) void part;
}
