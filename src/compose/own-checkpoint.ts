// Where this machine reaches its own checkpoint, and reading what comes back: a process that asks must survive the answer.
import { Pieces, SekishoError } from '#kernel';

const LARGEST_ANSWER_BYTES = 1 << 20;

/** What a provider sends comes through the checkpoint as it is, however much it is. Rejects with `own-answer-too-large`. */
export async function limitedBody(answer: Response): Promise<Buffer> {
  const pieces = new Pieces();
  const body: AsyncIterable<Uint8Array> | [] = answer.body ?? [];
  for await (const piece of body) {
    pieces.add(Buffer.from(piece));
    if (pieces.length > LARGEST_ANSWER_BYTES)
      throw new SekishoError('own-answer-too-large', `an answer to the checkpoint itself is larger than ${LARGEST_ANSWER_BYTES} bytes`);
  }
  return pieces.length === 0 ? Buffer.alloc(0) : pieces.take();
}

/** Without a path and a trailing slash. */
export function ownUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
