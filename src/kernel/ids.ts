// Identifiers: branded strings, and request ids that sort by time.
import type { Clock, Random } from './ports.ts';

declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** `req_` and a 26-character ULID: https://github.com/ulid/spec (48-bit milliseconds, 80 random bits, Crockford base 32). */
export type RequestId = Brand<string, 'RequestId'>;
export type PrincipalId = Brand<string, 'PrincipalId'>;
export type KeyId = Brand<string, 'KeyId'>;

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A 26-character ULID. Ids made in different milliseconds sort by time; within one millisecond they are random. */
export function ulid(nowMs: number, random: Uint8Array): string {
  let time = '';
  let rest = nowMs;
  for (let index = 0; index < 10; index++) {
    time = CROCKFORD[rest % 32]! + time;
    rest = Math.floor(rest / 32);
  }
  let entropy = '';
  let bits = 0;
  let held = 0;
  for (let index = 0; index < 10; index++) {
    held = (held << 8) | random[index]!;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      entropy += CROCKFORD[(held >>> bits) & 31]!;
    }
    held &= (1 << bits) - 1;
  }
  return time + entropy;
}

export function createRequestIds(clock: Clock, random: Random): () => RequestId {
  let second = -1;
  let prefix = '';
  return () => {
    const now = clock.now();
    if (now !== second) {
      second = now;
      prefix = `req_${ulid(now, EMPTY_ENTROPY).slice(0, 10)}`;
    }
    return (prefix + ulid(0, random.bytes(10)).slice(10)) as RequestId;
  };
}

const EMPTY_ENTROPY = new Uint8Array(10);
