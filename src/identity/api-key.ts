// The text form of an API key and the MAC that is stored in its place. Knows nothing of who owns a key.
//
// `sk_` <id: 16 characters, 80 random bits> `_` <secret: 43 characters, 256 random bits>. The id is public: it may be logged,
// listed and used to revoke. The store holds HMAC-SHA-256(pepper, whole key text): a copied database lets nobody in, because the
// secret has full entropy and the pepper lives elsewhere; a slow password hash would add cost on the hot path and no strength.
import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyId, Random } from '#kernel';

/** Length of every valid key in characters, all of them ASCII. */
export const API_KEY_LENGTH = 63;
export const MAC_BYTES = 32;
export const MIN_PEPPER_BYTES = 32;

const ID_START = 3;
const ID_END = 19;
const ID_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const API_KEY = /^sk_[0-9a-hjkmnp-tv-z]{16}_[A-Za-z0-9_-]{43}$/;
const KEY_ID = /^[0-9a-hjkmnp-tv-z]{16}$/;

/** A new key. `text` is shown to its owner once and kept nowhere. */
export function generateApiKey(random: Random): { readonly text: string; readonly id: KeyId } {
  const id = base32(random.bytes(10)) as KeyId;
  return { text: `sk_${id}_${random.bytes(32).toString('base64url')}`, id };
}

/** The id inside a well-formed key, or undefined. Bounded work whatever the input; says nothing about whether the key exists. */
export function keyIdOf(text: string): KeyId | undefined {
  return text.length === API_KEY_LENGTH && API_KEY.test(text) ? (text.slice(ID_START, ID_END) as KeyId) : undefined;
}

/** Reads an id as a person gives it: the bare id, or a whole key of which only the id is used. */
export function readKeyId(text: string): KeyId | undefined {
  return KEY_ID.test(text) ? (text as KeyId) : keyIdOf(text);
}

/** Computes the MAC of a key's text, 32 bytes. `pepper`: at least 32 bytes, used for nothing else. RFC 2104, FIPS 180-4. */
export function createKeyMac(pepper: Uint8Array): (text: string) => Buffer {
  if (pepper.length < MIN_PEPPER_BYTES) throw new RangeError(`the pepper needs at least ${MIN_PEPPER_BYTES} bytes`);
  // A prepared key object: five times cheaper per call than handing over the bytes each time.
  const key = createSecretKey(pepper);
  return (text) => createHmac('sha256', key).update(text, 'latin1').digest();
}

/** Crockford base 32 in lower case; ten bytes give sixteen characters. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ID_ALPHABET[(held >>> bits) & 31]!;
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
