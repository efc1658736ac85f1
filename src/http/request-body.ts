// Reads a request body into memory within a limit, and undoes its content encoding within the same limit.
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { Refusal } from '#checkpoint';
import { err, ok, systemErrorCode, type Result } from '#kernel';

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECODERS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(gunzip) as Decode],
  ['x-gzip', promisify(gunzip) as Decode],
  ['deflate', promisify(inflate) as Decode],
  ['br', promisify(brotliDecompress) as Decode],
  ['zstd', promisify(zstdDecompress) as Decode],
]);

export interface BodyBounds {
  readonly limitBytes: number;
  /** Asked before bytes are kept; false when too much is in memory already. */
  readonly claim: (bytes: number) => boolean;
}

const TOO_MUCH_IN_MEMORY: Refusal = { rule: 'busy', scope: 'memory', retryAfterSeconds: 1 };

export async function readRequestBody(request: IncomingMessage, bounds: BodyBounds): Promise<Result<Buffer, Refusal>> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const decode = DECODERS.get(encoding);
  if (decode === undefined && encoding !== 'identity') return err({ rule: 'body-unreadable', reason: 'encoding' });
  const received = await receive(request, bounds);
  return received.ok && decode !== undefined ? decoded(received.value, decode, bounds) : received;
}

async function decoded(bytes: Buffer, decode: Decode, { limitBytes, claim }: BodyBounds): Promise<Result<Buffer, Refusal>> {
  try {
    const body = await decode(bytes, { maxOutputLength: limitBytes });
    return claim(body.length) ? ok(body) : err(TOO_MUCH_IN_MEMORY);
  } catch (error) {
    if (systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE') return err({ rule: 'body-too-large', limitBytes });
    return err({ rule: 'body-unreadable', reason: 'decoding' });
  }
}

function receive(request: IncomingMessage, { limitBytes, claim }: BodyBounds): Promise<Result<Buffer, Refusal>> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limitBytes) return Promise.resolve(err({ rule: 'body-too-large', limitBytes }));
  if (!claim(declared)) return Promise.resolve(err(TOO_MUCH_IN_MEMORY));
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const stop = (refusal: Refusal): void => {
      chunks = [];
      request.removeListener('data', keep);
      resolve(err(refusal));
    };
    const keep = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limitBytes) stop({ rule: 'body-too-large', limitBytes });
      else if (declared === 0 && !claim(chunk.length)) stop(TOO_MUCH_IN_MEMORY);
      else chunks.push(chunk);
    };
    request.on('data', keep);
    request.on('end', () => resolve(ok(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size))));
    // After the end this changes nothing; before it, the client is gone.
    request.on('close', () => resolve(err({ rule: 'body-unreadable', reason: 'aborted' })));
    request.on('error', () => undefined);
  });
}
