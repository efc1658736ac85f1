// Records that become durable together with one write. Encodes straight into the buffer that is written; no I/O.
import { FRAME_HEAD_BYTES, LAZY, sealFrame } from './journal-format.ts';

const FIRST_BUFFER_BYTES = 64 * 1024;

export class Batch {
  buffer = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);
  length = 0;
  records = 0;
  readonly #maxBytes: number;
  #settled: PromiseWithResolvers<void> | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** True when somebody waits for this batch. */
  get awaited(): boolean {
    return this.#settled !== undefined;
  }

  /** Makes room for `bytes` more; false when the batch is full. An empty batch takes any one frame. */
  reserve(bytes: number): boolean {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return true;
    if (needed > this.#maxBytes && this.length > 0) return false;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#maxBytes, this.buffer.length * 2)));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
    return true;
  }

  /** Adds a record for which room was reserved. Returns the bytes it takes. */
  add(kind: number, key: string, entry: string | Buffer, sequence: number): number {
    const start = this.length;
    const keyStart = start + FRAME_HEAD_BYTES;
    this.buffer.write(key, keyStart, 'latin1');
    const entryStart = keyStart + key.length;
    const entryBytes = typeof entry === 'string' ? this.buffer.write(entry, entryStart) : entry.copy(this.buffer, entryStart);
    const frameBytes = entryStart + entryBytes - start;
    sealFrame(this.buffer, start, frameBytes, kind, key.length, sequence);
    this.length = start + frameBytes;
    this.records += 1;
    return frameBytes;
  }

  /** One promise for everybody who waits for this batch. */
  settled(): Promise<void> {
    this.#settled ??= Promise.withResolvers<void>();
    return this.#settled.promise;
  }

  resolve(): void {
    this.#settled?.resolve();
    this.#settled = undefined;
  }

  reject(error: Error): void {
    this.#settled?.reject(error);
    this.#settled = undefined;
  }

  /** Drops the records somebody waited for, after a failed write; lazy ones stay, in order and with their sequence numbers. */
  keepLazyRecords(): void {
    let kept = 0;
    let records = 0;
    for (let start = 0; start < this.length;) {
      const end = start + 8 + this.buffer.readUInt32BE(start);
      if ((this.buffer[start + 8]! & LAZY) !== 0) {
        this.buffer.copyWithin(kept, start, end);
        kept += end - start;
        records += 1;
      }
      start = end;
    }
    this.length = kept;
    this.records = records;
  }

  clear(): void {
    this.length = 0;
    this.records = 0;
  }
}
