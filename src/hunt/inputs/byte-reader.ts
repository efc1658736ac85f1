// Bytes by count out of a stream of chunks, for containers that mix headers and contents. Holds one chunk at a time.

export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  #isOver = false;
  /** Met while bytes that came before it were still to be handed out. */
  #failure: Error | undefined;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Some bytes, at least one and at most as many; undefined at the end. */
  async some(most: number): Promise<Buffer | undefined> {
    while (this.#chunk.length === 0) {
      if (this.#failure !== undefined) {
        const failure = this.#failure;
        this.#failure = undefined;
        this.#isOver = true;
        throw failure;
      }
      if (this.#isOver) return undefined;
      const next = await this.#source.next();
      if (next.done === true) this.#isOver = true;
      else this.#chunk = next.value;
    }
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  /** Exactly as many, or fewer when the stream ends or fails; a failure comes with the next read. For small counts: they are held. */
  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = count; missing > 0;) {
      const part = await this.#someOrLater(missing);
      if (part === undefined) break;
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  async #someOrLater(most: number): Promise<Buffer | undefined> {
    try {
      return await this.some(most);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  }

  /** Puts bytes back, to be read next. */
  unread(bytes: Buffer): void {
    this.#chunk = this.#chunk.length === 0 ? bytes : Buffer.concat([bytes, this.#chunk]);
  }

  async *bytes(count: number): AsyncGenerator<Buffer, void, undefined> {
    for (let missing = count; missing > 0;) {
      const part = await this.some(Math.min(missing, 65_536 * 4));
      if (part === undefined) return;
      missing -= part.length;
      yield part;
    }
  }

  async *rest(): AsyncGenerator<Buffer, void, undefined> {
    for (let part = await this.some(Infinity); part !== undefined; part = await this.some(Infinity)) yield part;
  }
}
