// The memory of how conversations were masked, for clients that continue from the id of an earlier answer instead of sending the history:
// their requests hold neither how the conversation began nor the values that stand behind its placeholders. Entries are sealed here and
// kept elsewhere; whoever keeps them learns a principal, a size and a time.
import { SekishoError, type Random } from '#kernel';
import type { RememberedValue } from './mask/placeholders.ts';
import { createVaultCipher } from './vault-cipher.ts';

/** How one conversation was masked: its placeholders follow from the key and the values. */
export interface VaultEntry {
  /** The conversation's, 32 bytes. */
  readonly key: Buffer;
  readonly values: readonly RememberedValue[];
}

export interface MaskingVault {
  /**
   * Undefined: nothing is remembered, or not any more, or of another tenant. Rejects when the memory is out of reach, and with
   * `masking-memory-unreadable` when what was kept cannot be opened.
   */
  load(id: string, tenant: string): Promise<VaultEntry | undefined>;
  /** Replaces what was remembered under the id, and begins its lifetime anew. Rejects with `masking-memory-too-large`, among others. */
  save(id: string, tenant: string, entry: VaultEntry): Promise<void>;
  /** Something was once remembered under an id that lives on at the provider, whether or not it still is. */
  hasBegun(id: string, tenant: string): Promise<boolean>;
  /** Makes `hasBegun` true, for much longer than anything is remembered. */
  begin(id: string, tenant: string): Promise<void>;
}

/** Where a sealed entry is kept. `name`: 32 bytes that tell nothing of the id. */
export interface SealedPlace {
  readonly name: Buffer;
  readonly tenant: string;
}

/** Keeps sealed entries, and lets go of them when their time is over. */
export interface SealedEntries {
  load(place: SealedPlace): Promise<Buffer | undefined>;
  save(place: SealedPlace, sealed: Buffer, lifetimeSeconds: number): Promise<void>;
}

export interface MaskingVaultOptions {
  /** At least 32 random bytes; the same on every node. */
  readonly secret: Buffer;
  readonly entries: SealedEntries;
  readonly random: Random;
  readonly lifetimeDays: number;
}

const SECONDS_PER_DAY = 86_400;
/** How much longer than what is remembered a mark says that there was something. */
const MARK_DAYS = 400;
/** No provider's id begins like that. */
const MARK = 'begun\0';
const EMPTY: VaultEntry = { key: Buffer.alloc(32), values: [] };

export function createMaskingVault({ secret, entries, random, lifetimeDays }: MaskingVaultOptions): MaskingVault {
  const cipher = createVaultCipher(secret, random);
  const keep = async (id: string, tenant: string, entry: VaultEntry, days: number): Promise<void> => {
    const sealed = cipher.seal(entry, id, tenant);
    if (!sealed.ok) throw new SekishoError('masking-memory-too-large', sealed.error);
    await entries.save({ name: cipher.nameOf(id, tenant), tenant }, sealed.value, days * SECONDS_PER_DAY);
  };
  return {
    async load(id, tenant) {
      const name = cipher.nameOf(id, tenant);
      const sealed = await entries.load({ name, tenant });
      if (sealed === undefined) return undefined;
      const entry = cipher.open(sealed, id, tenant);
      if (entry === undefined) throw new SekishoError('masking-memory-unreadable', 'what is remembered of a conversation cannot be opened');
      return entry;
    },
    save: (id, tenant, entry) => keep(id, tenant, entry, lifetimeDays),
    hasBegun: async (id, tenant) => (await entries.load({ name: cipher.nameOf(MARK + id, tenant), tenant })) !== undefined,
    begin: (id, tenant) => keep(MARK + id, tenant, EMPTY, lifetimeDays + MARK_DAYS),
  };
}
