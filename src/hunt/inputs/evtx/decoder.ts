// EVTX files: a header, then chunks of 64 KiB that stand each for itself. A record is read by its own size; a bad one is skipped, and
// when even its size is bad the next record's mark is looked for. Deleted records in the slack of a chunk are not read.
import { crc32 } from 'node:zlib';

import type { FieldValue, LogEvent, Position } from '../../event.ts';
import type { Decoder, DecoderContext } from '../decoder.ts';
import { windowsEventOf } from '../windows-json.ts';

import { BadBinXml, BinXmlReader } from './binxml.ts';
import { EventFields } from './event-fields.ts';

const FILE_HEADER = 4096;
const CHUNK = 65_536;
const CHUNK_HEADER = 512;
const RECORD_MARK = Buffer.from([0x2a, 0x2a, 0, 0]);
const RECORD_HEADER = 24;

export class EvtxDecoder implements Decoder {
  readonly #context: DecoderContext;
  #block = Buffer.allocUnsafeSlow(CHUNK);
  #filled = 0;
  #offset = 0;
  #record = 0;
  #isHeader = true;

  constructor(context: DecoderContext) {
    this.#context = context;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const wanted = this.#isHeader ? FILE_HEADER : CHUNK;
      const copied = chunk.copy(this.#block, this.#filled, at, at + wanted - this.#filled);
      at += copied;
      this.#filled += copied;
      if (this.#filled === wanted) this.#take(wanted);
    }
  }

  end(): void {
    if (this.#filled === 0) return;
    if (this.#isHeader) this.#bad(0, 'an EVTX file cut within its header');
    else {
      this.#bad(this.#offset, 'an EVTX chunk cut at the end of the file');
      this.#block.fill(0, this.#filled);
      this.#chunk(this.#block.subarray(0, this.#filled), false);
    }
  }

  #take(size: number): void {
    if (this.#isHeader) this.#isHeader = false;
    else this.#chunk(this.#block, true);
    this.#offset += size;
    this.#filled = 0;
  }

  #bad(offset: number, problem: string): void {
    this.#context.bad({ position: { file: this.#context.file, record: this.#record + 1, offset }, problem });
  }

  #chunk(chunk: Buffer, isWhole: boolean): void {
    if (chunk.toString('latin1', 0, 8) !== 'ElfChnk\0') {
      if (chunk.some((byte) => byte !== 0)) this.#bad(this.#offset, 'not an EVTX chunk; its records are not read');
      return;
    }
    if (chunk.length < CHUNK_HEADER) return;
    const free = chunk.readUInt32LE(48);
    const end = free >= CHUNK_HEADER && free <= chunk.length ? free : chunk.length;
    if (isWhole && crc32(chunk.subarray(CHUNK_HEADER, end)) !== chunk.readUInt32LE(52))
      this.#bad(this.#offset, 'the checksum of an EVTX chunk differs; its records are read all the same');
    const fields = new EventFields(new BinXmlReader(chunk));
    for (let at = CHUNK_HEADER; at + RECORD_HEADER <= end;) at = this.#recordAt(chunk, fields, at, end);
  }

  /** Reads the record and returns where the next one is. */
  #recordAt(chunk: Buffer, fields: EventFields, at: number, end: number): number {
    const isMark = chunk.readUInt32LE(at) === 0x2a2a;
    const size = chunk.readUInt32LE(at + 4);
    if (!isMark || size < RECORD_HEADER + 4 || at + size > end) {
      this.#bad(this.#offset + at, isMark ? 'an EVTX record whose size is wrong' : 'no EVTX record where one should be');
      if (isMark) this.#record++;
      const next = chunk.indexOf(RECORD_MARK, at + 4);
      return next < 0 || next >= end ? end : next;
    }
    const offset = this.#offset + at;
    try {
      this.#context.emit(this.#event(fields.read(at + RECORD_HEADER, at + size - 4), offset));
    } catch (error) {
      if (!(error instanceof BadBinXml || error instanceof RangeError)) throw error;
      this.#bad(offset, `an EVTX record that cannot be read: ${error.message}`);
    }
    this.#record++;
    return at + size;
  }

  #event(fields: Record<string, FieldValue>, offset: number): LogEvent {
    const position: Position = { file: this.#context.file, record: this.#record + 1, offset };
    return windowsEventOf(fields, position, 'evtx', this.#context.logsource);
  }
}
