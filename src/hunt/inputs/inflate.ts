// Decompression as a stream: every byte that can be had from a damaged or cut stream is given out before the damage is told.
import { createGunzip, createInflateRaw, createZstdDecompress } from 'node:zlib';

import { describeError } from '#kernel';

export type Compression = 'gzip' | 'zstd' | 'deflate';

export class DamagedInput extends Error {}

const CHUNK = 256 * 1024;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(describeError(error));
}

function engine(compression: Compression) {
  if (compression === 'gzip') return createGunzip({ chunkSize: CHUNK });
  // Windows above 128 MiB would make memory depend on the file.
  return compression === 'zstd' ? createZstdDecompress({ chunkSize: CHUNK }) : createInflateRaw({ chunkSize: CHUNK });
}

/**
 * `rest` is given what of the last chunk did not belong to the stream: raw deflate ends by itself.
 * @throws DamagedInput after the last whole byte
 */
export async function* inflate(
  source: AsyncIterable<Buffer>,
  compression: Compression,
  rest?: (unused: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const zlib = engine(compression);
  const state: { problem: string | undefined; isEnded: boolean; sourceError: Error | undefined } = {
    problem: undefined,
    isEnded: false,
    sourceError: undefined,
  };
  zlib.on('error', (error: Error) => {
    state.problem = describeError(error);
  });
  zlib.on('end', () => {
    state.isEnded = true;
  });
  const out: Buffer[] = [];
  zlib.on('data', (chunk: Buffer) => {
    out.push(chunk);
    // One chunk at a time: a bomb waits inside the engine until it is asked for more.
    zlib.pause();
  });
  let written = 0;
  const feed = async (): Promise<void> => {
    for await (const chunk of source) {
      if (state.problem !== undefined || state.isEnded) return;
      written += chunk.length;
      // Written one by one and waited for: only then does nothing that was already unpacked get lost when the next part is bad.
      await new Promise<void>((resolve) => {
        const done = (): void => {
          zlib.off('close', done);
          zlib.off('end', done);
          resolve();
        };
        zlib.once('close', done);
        zlib.once('end', done);
        zlib.write(chunk, done);
      });
      const unused = written - zlib.bytesWritten;
      if (compression === 'deflate' && unused > 0 && state.problem === undefined) {
        rest?.(chunk.subarray(chunk.length - unused));
        break;
      }
    }
    zlib.end();
  };
  const fed = feed().catch((error: unknown) => {
    state.sourceError = asError(error);
    zlib.destroy();
  });
  try {
    while (!state.isEnded && state.problem === undefined && state.sourceError === undefined) {
      if (out.length > 0) {
        yield out.shift() as Buffer;
        continue;
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          for (const name of ['data', 'end', 'error', 'close'] as const) zlib.off(name, wake);
          resolve();
        };
        for (const name of ['data', 'end', 'error', 'close'] as const) zlib.once(name, wake);
        zlib.resume();
      });
      if (zlib.closed && out.length === 0) break;
    }
    yield* out;
    await fed;
    if (state.sourceError !== undefined) throw state.sourceError;
    if (state.problem !== undefined) throw new DamagedInput(`the ${compression} stream is damaged or cut: ${state.problem}`);
  } finally {
    zlib.destroy();
  }
}
