// Bytes that arrive in pieces of any size, kept until they are wanted as a whole. A peer that sends single bytes costs about as much
// memory as one that does not: small pieces are copied together, where each kept by itself would weigh a hundred times its bytes.

/** The first pieces are kept as they came: most bodies have no more, and need no copy. */
const FEW_PIECES = 16;
const SMALL_BYTES = 1_024;
const ROOM_BYTES = 16_384;

const EMPTY = Buffer.alloc(0);

export class Pieces {
  #pieces: Buffer[] = [];
  #length = 0;
  /** Where small pieces are copied to; its first `#used` bytes belong to the end of what is kept. */
  #room: Buffer = EMPTY;
  #used = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Buffer): void {
    const size = piece.length;
    if (size === 0) return;
    this.#length += size;
    if (size >= SMALL_BYTES || (this.#used === 0 && this.#pieces.length < FEW_PIECES)) {
      this.#seal();
      this.#pieces.push(piece);
      return;
    }
    if (this.#used + size > this.#room.length) {
      this.#seal();
      this.#room = Buffer.allocUnsafeSlow(ROOM_BYTES);
    }
    piece.copy(this.#room, this.#used);
    this.#used += size;
  }

  /** Everything kept, in one buffer and in order; afterwards nothing is kept. */
  take(): Buffer {
    this.#seal();
    const taken = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces, this.#length);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#room = EMPTY;
    this.#used = 0;
  }

  #seal(): void {
    if (this.#used === 0) return;
    this.#pieces.push(this.#room.subarray(0, this.#used));
    this.#room = this.#room.subarray(this.#used);
    this.#used = 0;
  }
}
