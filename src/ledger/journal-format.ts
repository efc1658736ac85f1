// The bytes and file names of the journal, shared by its writer and its reader. No I/O.
//
// A segment is a file of zeros into which frames are written one after another:
//   u32 length of what follows the checksum | u32 CRC-32 of it | u8 kind | u8 key length | u64 sequence | key | entry
// Integers are big-endian. The first frame describes the segment; a length of zero is where writing has not come to yet.
import { crc32 } from 'node:zlib';
import type { ProcessIdentity } from './processes.ts';
import { MAX_ENTRY_BYTES } from './tiles.ts';

export type RecordKind = 'decision' | 'outcome' | 'note';

export const KIND = { decision: 1, outcome: 2, note: 3, segment: 0x10, end: 0x11 } as const;
/** Set in the kind of records that were appended lazily: they outlive a failed write. */
export const LAZY = 0x80;
export const FRAME_HEAD_BYTES = 18;
export const MAX_KEY_BYTES = 32;
export const MAX_FRAME_BYTES = FRAME_HEAD_BYTES + MAX_KEY_BYTES + MAX_ENTRY_BYTES;
const CHECKSUM_BYTES = 8;
const FORMAT = 'sekisho-journal/1';

/** Fills in the head of a frame whose key and entry are already in place. `length` is that of the whole frame. */
export function sealFrame(buffer: Buffer, start: number, length: number, kind: number, keyBytes: number, sequence: number): void {
  buffer.writeUInt32BE(length - CHECKSUM_BYTES, start);
  buffer[start + 8] = kind;
  buffer[start + 9] = keyBytes;
  buffer.writeUInt32BE(Math.floor(sequence / 0x1_0000_0000), start + 10);
  buffer.writeUInt32BE(sequence % 0x1_0000_0000, start + 14);
  buffer.writeUInt32BE(crc32(buffer.subarray(start + CHECKSUM_BYTES, start + length)), start + 4);
}

/**
 * Length of the intact frame at `start`; 0 when there is none: zeros, a torn frame, or bytes that were never a frame. A frame that
 * may continue beyond `end` counts as 0 too, so a reader has to offer at least `MAX_FRAME_BYTES` unless the file ends.
 */
export function frameLength(buffer: Buffer, start: number, end: number): number {
  if (start + FRAME_HEAD_BYTES > end) return 0;
  const length = buffer.readUInt32BE(start) + CHECKSUM_BYTES;
  if (length < FRAME_HEAD_BYTES || length > MAX_FRAME_BYTES || start + length > end) return 0;
  if (buffer[start + 9]! > Math.min(MAX_KEY_BYTES, length - FRAME_HEAD_BYTES)) return 0;
  return crc32(buffer.subarray(start + CHECKSUM_BYTES, start + length)) === buffer.readUInt32BE(start + 4) ? length : 0;
}

export function frameSequence(buffer: Buffer, start: number): number {
  return buffer.readUInt32BE(start + 10) * 0x1_0000_0000 + buffer.readUInt32BE(start + 14);
}

/** What the first frame of a segment says about the one before it: how far its content was acknowledged. */
export interface SegmentHeader {
  readonly previous: { readonly number: number; readonly end: number } | undefined;
}

export function encodeSegmentHeader({ previous }: SegmentHeader): Buffer {
  return encodeControlFrame(KIND.segment, JSON.stringify({ format: FORMAT, previous }));
}

export function encodeEnd(): Buffer {
  return encodeControlFrame(KIND.end, '');
}

function encodeControlFrame(kind: number, text: string): Buffer {
  const frame = Buffer.concat([Buffer.alloc(FRAME_HEAD_BYTES), Buffer.from(text)]);
  sealFrame(frame, 0, frame.length, kind, 0, 0);
  return frame;
}

/** Reads an intact frame as a segment header; undefined when it is anything else. */
export function decodeSegmentHeader(frame: Buffer): SegmentHeader | undefined {
  if (frame[8] !== KIND.segment) return undefined;
  try {
    const header: unknown = JSON.parse(frame.toString('utf8', FRAME_HEAD_BYTES));
    if (typeof header !== 'object' || header === null || !('format' in header) || header.format !== FORMAT) return undefined;
    const previous = 'previous' in header ? header.previous : undefined;
    if (previous === undefined) return { previous: undefined };
    if (typeof previous !== 'object' || previous === null || !('number' in previous) || !('end' in previous)) return undefined;
    const { number, end } = previous;
    return typeof number === 'number' && typeof end === 'number' ? { previous: { number, end } } : undefined;
  } catch {
    return undefined;
  }
}

/** One opening of a journal by one process. Ids of one worker sort by time. */
export interface JournalId extends ProcessIdentity {
  readonly incarnation: string;
  readonly name: string;
}

export interface SegmentName {
  readonly journal: string;
  readonly owner: ProcessIdentity;
  /** From 1; undefined for the segment that is prepared but not in use yet. */
  readonly number: number | undefined;
}

export function formatJournalId({ incarnation, name, pid, token }: JournalId): string {
  return `${incarnation}-${name}-${pid}-${token}`;
}

export function segmentFileName(journal: string, number: number): string {
  return `${journal}-${String(number).padStart(8, '0')}.wal`;
}

export function nextFileName(journal: string): string {
  return `${journal}.next`;
}

/** Reads a file name in the journal folder; undefined for files that are not the journal's. */
export function parseSegmentFileName(file: string): SegmentName | undefined {
  const match = /^([0-9a-z]{12}-[a-z0-9_]{1,32}-([1-9][0-9]{0,9})-([0-9a-z]{1,8}))(?:-([0-9]{8,15})\.wal|\.next)$/.exec(file);
  if (match === null) return undefined;
  const [, journal, pid, token, number] = match;
  return { journal: journal!, owner: { pid: Number(pid), token: token! }, number: number === undefined ? undefined : Number(number) };
}
