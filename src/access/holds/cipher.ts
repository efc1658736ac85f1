// Seals held calls, and knows a call again without keeping it. AES-256-GCM under a key that only this hold has, bound to whose call it is:
// whoever can read what was sealed learns its size; whoever changes it, or puts it into another hold's place, makes it unreadable.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { canonicalJson, type Json, type Random } from '#kernel';
import type { ToolCall } from '#scope';
import type { HeldCall, StoredHold } from './hold.ts';

/** What a sealed call belongs to. */
export type SealedFor = Pick<StoredHold, 'id' | 'principalId' | 'grantId' | 'fingerprint'>;

export interface HoldCipher {
  /** 32 bytes: the same for the same call under the same grant, whatever the spelling of the JSON. */
  fingerprint(call: ToolCall, grantId: string): Buffer;
  seal(held: HeldCall, hold: SealedFor): Buffer;
  /** Undefined: changed, sealed for another hold, or under another secret. */
  open(sealed: Buffer, hold: SealedFor): HeldCall | undefined;
}

/** First byte of what is sealed. */
const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OVERHEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;
const DEEPEST = 100;

const FINGERPRINTS = 'sekisho/holds/v1/fingerprints';
const CALLS = 'sekisho/holds/v1/calls';

/** `secret`: at least 32 random bytes; the same on every node. */
export function createHoldCipher(secret: Buffer, random: Random): HoldCipher {
  const fingerprintKey = derived(secret, '', FINGERPRINTS);
  // One key per hold: random nonces could be used up under one key for all (NIST SP 800-38D, section 8.3).
  const keyOf = ({ id }: SealedFor): Buffer => derived(secret, id, CALLS);
  return {
    fingerprint(call, grantId) {
      const [form, text] = canonicalArguments(call);
      return createHmac('sha256', fingerprintKey)
        .update(JSON.stringify([grantId, call.name, form, text]))
        .digest();
    },
    seal(held, hold) {
      const nonce = Buffer.from(random.bytes(NONCE_BYTES));
      const cipher = createCipheriv('aes-256-gcm', keyOf(hold), nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(hold));
      const secretBytes = [cipher.update(JSON.stringify(held), 'utf8'), cipher.final()];
      return Buffer.concat([Buffer.of(VERSION), nonce, ...secretBytes, cipher.getAuthTag()]);
    },
    open(sealed, hold) {
      if (sealed.length < OVERHEAD_BYTES || sealed[0] !== VERSION) return undefined;
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', keyOf(hold), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(hold));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      try {
        const opened = [decipher.update(sealed.subarray(1 + NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()];
        // Written by us, since it opened.
        return JSON.parse(Buffer.concat(opened).toString()) as HeldCall;
      } catch {
        return undefined;
      }
    },
  };
}

function derived(secret: Buffer, salt: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, KEY_BYTES));
}

function boundTo({ id, principalId, grantId, fingerprint }: SealedFor): Buffer {
  return Buffer.from(JSON.stringify([VERSION, id, principalId, grantId, fingerprint.toString('base64')]));
}

/**
 * JSON arguments with sorted members and no white space, so that a client that comes back is known again. Text that two parsers may read
 * differently (a member named twice, a number that a double does not hold, great depth) is known by its every character only: what was
 * approved must be what is run.
 */
function canonicalArguments({ encoding, arguments: text }: ToolCall): readonly [form: 'canonical' | 'json' | 'text', text: string] {
  if (encoding === 'text') return ['text', text];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return ['json', text];
  }
  const named = membersNamed(text);
  return named !== undefined && named === membersIn(value) ? ['canonical', canonicalJson(value as Json)] : ['json', text];
}

/** For text that is known to be JSON: in other text, quotes that never close would cost the square of its length. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[:{}[\]]/g;

/** How many members the JSON text names; undefined where its numbers or its depth forbid reading it as what it means. */
function membersNamed(text: string): number | undefined {
  let members = 0;
  let depth = 0;
  for (const [token] of text.matchAll(TOKENS)) {
    const first = token[0]!;
    if (first === '"') continue;
    if (first === ':') members++;
    else if (first === '{' || first === '[') depth++;
    else if (first === '}' || first === ']') depth--;
    else if (String(Number(token)) !== token) return undefined;
    if (depth > DEEPEST) return undefined;
  }
  return members;
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce<number>((sum, each) => sum + membersIn(each), 0);
  return Array.isArray(value) ? inner : inner + Object.keys(value).length;
}
