// Keyed hashing for placeholders. One key per conversation, derived from a tenant's, derived from a secret that never leaves this machine:
// two conversations share nothing, and nobody without the secret can tell whether a placeholder stands for a value they guess.
import { hash } from 'node:crypto';

/** HMAC-SHA-256 over a purpose and a value; the purpose separates uses of one key. */
export type Mac = (purpose: string, value: string) => Buffer;

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** For messages of usual length; what it holds is hashed at once. */
const scratch = Buffer.alloc(1024);
const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

/**
 * `key`: at most 64 bytes. HMAC as RFC 2104 defines it, over two one-shot hashes: setting up a context costs several times that, and so does
 * a digest as a buffer against one as a string.
 */
export function macOf(key: Buffer): Mac {
  if (key.length > BLOCK_BYTES) throw new RangeError('a key is at most 64 bytes');
  const inside = padded(key, 0x36);
  const outside = padded(key, 0x5c);
  return (purpose, value) => {
    const most = BLOCK_BYTES + 3 * (purpose.length + value.length) + 1;
    const message = most <= scratch.length ? scratch : Buffer.allocUnsafe(most);
    inside.copy(message);
    let end = message.write(purpose, BLOCK_BYTES) + BLOCK_BYTES;
    message[end++] = 0;
    end += message.write(value, end);
    outside.copy(outer);
    outer.write(hash('sha256', message.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
    return Buffer.from(hash('sha256', outer, 'binary'), 'latin1');
  };
}

function padded(key: Buffer, filler: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, filler);
  for (const [index, byte] of key.entries()) block[index]! ^= byte;
  return block;
}
