// Keyed hashing for placeholders. One key per conversation, derived from a tenant's, derived from a secret that never leaves this machine:
// two conversations share nothing, and nobody without the secret can tell whether a placeholder stands for a value they guess.
import { hash } from 'node:crypto';

/** HMAC-SHA-256 over a purpose and a value; the purpose separates uses of one key. */
export type Mac = (purpose: string, value: string) => Buffer;

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** `key`: at most 64 bytes. HMAC as RFC 2104 defines it, over two one-shot hashes: setting up a context costs several times that. */
export function macOf(key: Buffer): Mac {
  if (key.length > BLOCK_BYTES) throw new RangeError('a key is at most 64 bytes');
  const inner = padded(key, 0x36);
  const outer = Buffer.concat([padded(key, 0x5c), Buffer.alloc(DIGEST_BYTES)]);
  return (purpose, value) => {
    const message = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(purpose) + 1 + Buffer.byteLength(value));
    inner.copy(message);
    const end = message.write(purpose, BLOCK_BYTES) + BLOCK_BYTES;
    message[end] = 0;
    message.write(value, end + 1);
    hash('sha256', message, 'buffer').copy(outer, BLOCK_BYTES);
    return hash('sha256', outer, 'buffer');
  };
}

function padded(key: Buffer, filler: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, filler);
  for (const [index, byte] of key.entries()) block[index]! ^= byte;
  return block;
}
