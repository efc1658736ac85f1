// Keyed hashing for placeholders. One key per conversation, derived from a tenant's, derived from a secret that never leaves this machine:
// two conversations share nothing, and nobody without the secret can tell whether a placeholder stands for a value they guess.
import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 over a purpose and a value; the purpose separates uses of one key. */
export type Mac = (purpose: string, value: string | Buffer) => Buffer;

export function macOf(key: Buffer): Mac {
  return (purpose, value) => createHmac('sha256', key).update(purpose).update('\0').update(value).digest();
}
