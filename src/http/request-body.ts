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

export async function readRequestBody(request: IncomingMessage, limitBytes: number): Promise<Result<Buffer, Refusal>> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const decode = DECODERS.get(encoding);
  if (decode === undefined && encoding !== 'identity') return err({ rule: 'body-unreadable', reason: 'encoding' });
  const received = await receive(request, limitBytes);
  if (!received.ok || decode === undefined) return received;
  try {
    return ok(await decode(received.value, { maxOutputLength: limitBytes }));
  } catch (error) {
    if (systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE') return err({ rule: 'body-too-large', limitBytes });
    return err({ rule: 'body-unreadable', reason: 'decoding' });
  }
}

function receive(request: IncomingMessage, limitBytes: number): Promise<Result<Buffer, Refusal>> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(err({ rule: 'body-too-large', limitBytes }));
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) return chunks.push(chunk);
      chunks = [];
      request.pause();
      resolve(err({ rule: 'body-too-large', limitBytes }));
    });
    request.on('end', () => resolve(ok(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size))));
    request.on('error', () => resolve(err({ rule: 'body-unreadable', reason: 'aborted' })));
    request.on('close', () => resolve(err({ rule: 'body-unreadable', reason: 'aborted' })));
  });
}
