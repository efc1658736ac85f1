// Reads a request body into memory within a limit, and undoes its content encoding within the same limit.
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Refusal } from '#checkpoint';
import { err, ok, Pieces, type Result } from '#kernel';

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress()],
]);

export interface BodyBounds {
  readonly limitBytes: number;
  /** Asked before bytes are kept; false when too much is in memory already. */
  readonly claim: (bytes: number) => boolean;
}

const TOO_MUCH_IN_MEMORY: Refusal = { rule: 'busy', scope: 'memory', retryAfterSeconds: 1 };

export async function readRequestBody(request: IncomingMessage, bounds: BodyBounds): Promise<Result<Buffer, Refusal>> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const createDecoder = DECODERS.get(encoding);
  if (createDecoder === undefined && encoding !== 'identity') return err({ rule: 'body-unreadable', reason: 'encoding' });
  const received = await receive(request, bounds);
  return received.ok && createDecoder !== undefined ? decoded(received.value, createDecoder(), bounds) : received;
}

/** A few kilobytes may become the whole limit: what comes out is claimed as it comes, and the decoder stops at the first refusal. */
function decoded(bytes: Buffer, decoder: Transform, { limitBytes, claim }: BodyBounds): Promise<Result<Buffer, Refusal>> {
  return new Promise((resolve) => {
    const pieces = new Pieces();
    const stop = (refusal: Refusal): void => {
      pieces.clear();
      decoder.destroy();
      resolve(err(refusal));
    };
    decoder.on('data', (piece: Buffer) => {
      if (pieces.length + piece.length > limitBytes) stop({ rule: 'body-too-large', limitBytes });
      else if (!claim(piece.length)) stop(TOO_MUCH_IN_MEMORY);
      else pieces.add(piece);
    });
    decoder.on('error', () => stop({ rule: 'body-unreadable', reason: 'decoding' }));
    decoder.on('end', () => resolve(ok(pieces.take())));
    decoder.end(bytes);
  });
}

function receive(request: IncomingMessage, { limitBytes, claim }: BodyBounds): Promise<Result<Buffer, Refusal>> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limitBytes) return Promise.resolve(err({ rule: 'body-too-large', limitBytes }));
  if (!claim(declared)) return Promise.resolve(err(TOO_MUCH_IN_MEMORY));
  return new Promise((resolve) => {
    const pieces = new Pieces();
    const stop = (refusal: Refusal): void => {
      pieces.clear();
      request.removeListener('data', keep);
      resolve(err(refusal));
    };
    const keep = (chunk: Buffer): void => {
      if (pieces.length + chunk.length > limitBytes) stop({ rule: 'body-too-large', limitBytes });
      else if (declared === 0 && !claim(chunk.length)) stop(TOO_MUCH_IN_MEMORY);
      else pieces.add(chunk);
    };
    request.on('data', keep);
    request.on('end', () => resolve(ok(pieces.take())));
    // After the end this changes nothing; before it, the client is gone.
    request.on('close', () => resolve(err({ rule: 'body-unreadable', reason: 'aborted' })));
    request.on('error', () => undefined);
  });
}
