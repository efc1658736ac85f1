// Files that a hunt writes: lines while it goes, whole documents at the end. A file appears under its name when it is complete, and an
// earlier one stays until then.
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createSystemRandom } from '#kernel';

const CHUNK = 64 * 1024;

export class LineFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #stream: WriteStream;
  readonly #finished: Promise<unknown>;
  #waiting = '';

  private constructor(path: string, temporary: string, stream: WriteStream) {
    this.path = path;
    this.#temporary = temporary;
    this.#stream = stream;
    // Looked at in `close`; a failure in between shows there, or when it is written to.
    this.#finished = finished(stream).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  /** Rejects when the file cannot be made there. */
  static async open(path: string): Promise<LineFile> {
    const temporary = temporaryFor(path);
    const stream = createWriteStream(temporary, { flags: 'wx', mode: 0o600, encoding: 'utf8' });
    await once(stream, 'open');
    return new LineFile(path, temporary, stream);
  }

  /** Resolves when there is room again: findings never pile up in memory. */
  async write(lines: string): Promise<void> {
    this.#waiting += lines;
    if (this.#waiting.length < CHUNK) return;
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    if (text === '' || this.#stream.errored !== null) return;
    if (!this.#stream.write(text)) await Promise.race([once(this.#stream, 'drain'), this.#finished]);
  }

  async close(): Promise<void> {
    await this.#flush();
    this.#stream.end();
    const error = await this.#finished;
    if (error !== undefined) throw error instanceof Error ? error : new Error(`${this.path} could not be written`);
    await rename(this.#temporary, this.path);
  }

  async discard(): Promise<void> {
    this.#stream.destroy();
    await this.#finished;
    await rm(this.#temporary, { force: true });
  }
}

export async function writeDocument(path: string, text: string): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function temporaryFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${createSystemRandom().bytes(6).toString('hex')}.tmp`);
}
