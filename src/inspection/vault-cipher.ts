// Seals entries of the vault: AES-256-GCM under a key that only this entry has, bound to the id and the tenant it belongs to. Whoever can
// read what was sealed learns its size; whoever can change it or put it in another's place makes it unreadable. Keeps nothing.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { err, ok, type Random, type Result } from '#kernel';
import { macOf } from './mask/mac.ts';
import type { RememberedValue } from './mask/placeholders.ts';
import { SENSITIVE_TYPES } from './types.ts';
import type { VaultEntry } from './vault.ts';

export interface VaultCipher {
  /** 32 bytes under which an entry is kept: nobody without the secret can tell the id, or that two tenants hold the same. */
  nameOf(id: string, tenant: string): Buffer;
  /** An error says which limit the entry exceeds. */
  seal(entry: VaultEntry, id: string, tenant: string): Result<Buffer, string>;
  /** Undefined: changed, sealed for another id or tenant, or under another secret. */
  open(sealed: Buffer, id: string, tenant: string): VaultEntry | undefined;
}

/** First byte of what is sealed. */
const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OVERHEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

export const MOST_REMEMBERED_VALUES = 20_000;
export const MOST_REMEMBERED_BYTES = 1 << 20;

const NAMES = 'sekisho/masking-vault/v1/names';
const ENTRIES = 'sekisho/masking-vault/v1/entries';

/** `secret`: at least 32 random bytes; the same on every node. */
export function createVaultCipher(secret: Buffer, random: Random): VaultCipher {
  const mac = macOf(derived(secret, Buffer.alloc(0), NAMES));
  const nameOf = (id: string, tenant: string): Buffer => mac('entry', boundTo(id, tenant).toString());
  // One key per entry: random nonces could be used up under one key for all (NIST SP 800-38D, section 8.3: 2^32 of them).
  const keyOf = (id: string, tenant: string): Buffer => derived(secret, nameOf(id, tenant), ENTRIES);
  return {
    nameOf,
    seal(entry, id, tenant) {
      const written = bytesOf(entry);
      if (!written.ok) return written;
      const nonce = Buffer.from(random.bytes(NONCE_BYTES));
      const cipher = createCipheriv('aes-256-gcm', keyOf(id, tenant), nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(id, tenant));
      const secretBytes = [cipher.update(written.value), cipher.final()];
      return ok(Buffer.concat([Buffer.of(VERSION), nonce, ...secretBytes, cipher.getAuthTag()]));
    },
    open(sealed, id, tenant) {
      if (sealed.length < OVERHEAD_BYTES || sealed[0] !== VERSION) return undefined;
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', keyOf(id, tenant), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(id, tenant));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      try {
        const opened = [decipher.update(sealed.subarray(1 + NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()];
        return entryOf(Buffer.concat(opened));
      } catch {
        return undefined;
      }
    },
  };
}

function derived(secret: Buffer, salt: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, KEY_BYTES));
}

function boundTo(id: string, tenant: string): Buffer {
  return Buffer.from(JSON.stringify([VERSION, id, tenant]));
}

/** Type, value, label or null, and 1 where the value stood somewhere as a token although its type has a shape of its own. */
type WrittenValue = readonly [type: string, value: string, label: string | null, hasToken: 0 | 1];

function bytesOf({ key, values }: VaultEntry): Result<Buffer, string> {
  if (values.length > MOST_REMEMBERED_VALUES)
    return err(`the conversation has ${values.length} masked values, and at most ${MOST_REMEMBERED_VALUES} are remembered`);
  const rows = values.map(({ type, value, label, hasToken }): WrittenValue => [type, value, label ?? null, hasToken ? 1 : 0]);
  const bytes = Buffer.from(JSON.stringify([key.toString('base64'), rows]));
  if (bytes.length > MOST_REMEMBERED_BYTES)
    return err(`what was masked in the conversation has ${bytes.length} bytes, and at most ${MOST_REMEMBERED_BYTES} are remembered`);
  return ok(bytes);
}

/** Written by us, since it opened; a type that this version does not know makes it unreadable. */
function entryOf(bytes: Buffer): VaultEntry | undefined {
  const [key, rows] = JSON.parse(bytes.toString()) as [string, readonly WrittenValue[]];
  if (!rows.every(([type]) => KNOWN_TYPES.has(type))) return undefined;
  const values = rows.map(([type, value, label, hasToken]): RememberedValue => ({
    type: type as RememberedValue['type'],
    value,
    label: label ?? undefined,
    hasToken: hasToken === 1,
  }));
  return { key: Buffer.from(key, 'base64'), values };
}

const KNOWN_TYPES: ReadonlySet<string> = new Set([...SENSITIVE_TYPES, 'literal']);
