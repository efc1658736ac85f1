// Administering keys from the command line, whether a checkpoint is running or not. Every act is a durable ledger record before it takes
// effect: what cannot be recorded is not done. Decides nothing about who may administer: whoever can write the data directory may.
import { stat } from 'node:fs/promises';
import type { Config } from '#config';
import { createAdministration, type Administration, type KeyRecord, type KeyStore, type NewKey } from '#identity';
import {
  canonicalJson,
  createSystemRandom,
  SekishoError,
  systemClock,
  systemErrorCode,
  type Json,
  type KeyId,
  type PrincipalId,
} from '#kernel';
import { openJournal, type Journal } from '#ledger';
import { createKeyStore } from '#store';
import { ledgerDirectory, pepperOf, withDatabase } from './foundations.ts';

/** Who acts, as the operating system knows it. Goes into the ledger. */
export interface Administrator {
  readonly user: string;
  /** Undefined where the system has none. */
  readonly uid: number | undefined;
}

export interface AdministrationTask<T> {
  readonly config: Config;
  readonly by: Administrator;
  readonly onProgress: (message: string) => void;
  readonly work: (administration: Administration) => Promise<T>;
}

const SALT_BYTES = 16;
const SMALLEST_SEGMENT_BYTES = 256 * 1024;

/** Runs `work` with the configured database, or the embedded one, which is started for the moment unless it runs already. */
export async function withAdministration<T>({ config, by, onProgress, work }: AdministrationTask<T>): Promise<T> {
  await refuseOtherAccount(config.server.dataDirectory);
  const pepper = await pepperOf(config);
  return withDatabase(config, onProgress, async (database) => {
    const diary = createDiary(ledgerDirectory(config), by);
    const store = recordingStore(createKeyStore(database), diary);
    try {
      return await work(createAdministration({ store, pepper, clock: systemClock, random: createSystemRandom() }));
    } finally {
      await diary.close();
    }
  });
}

/** A file that another account made in the ledger could not be read by the account that runs the checkpoint. */
async function refuseOtherAccount(directory: string): Promise<void> {
  const uid = process.geteuid?.();
  if (uid === undefined) return;
  let owner: number;
  try {
    owner = (await stat(directory)).uid;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (owner === uid) return;
  throw new SekishoError('other-account', `the data directory ${directory} belongs to account ${owner}, and this is account ${uid}`, {
    hint: `Run it as the account that runs the checkpoint: sudo -u '#${owner}' …`,
  });
}

/** The journal of administrative acts; opened by the first of them. */
interface Diary {
  /** Resolves when the record is durable. `subject`: the key or principal that the act is about. */
  record(subject: KeyId | PrincipalId, facts: { readonly [name: string]: Json }): Promise<void>;
  close(): Promise<void>;
}

function createDiary(directory: string, by: Administrator): Diary {
  const random = createSystemRandom();
  let journal: Journal | undefined;
  return {
    async record(subject, facts) {
      journal ??= await openJournal({ directory, name: 'cli', segmentBytes: SMALLEST_SEGMENT_BYTES });
      const at = new Date(systemClock.now()).toISOString();
      const salt = random.bytes(SALT_BYTES).toString('hex');
      await journal.append('note', subject, canonicalJson({ ...facts, at, by: { uid: by.uid ?? null, user: by.user }, salt, v: 1 }));
    },
    async close() {
      await journal?.close();
    },
  };
}

function recordingStore(store: KeyStore, diary: Diary): KeyStore {
  return {
    ...store,
    async insertKey(input: NewKey) {
      const owner = await store.findPrincipal(input.owner.name);
      if (owner !== undefined && owner.kind !== input.owner.kind) return { ok: false, error: { kind: 'owner-kind-differs', owner } };
      if (owner !== undefined && owner.disabledAtMs !== null) return { ok: false, error: { kind: 'owner-disabled', owner } };
      await diary.record(input.key.id, { type: 'key-created', key: input.key.id, ...keyFacts({ ...input, owner: owner ?? input.owner }) });
      try {
        const outcome = await store.insertKey(input);
        if (!outcome.ok) await diary.record(input.key.id, { type: 'key-not-created', key: input.key.id, reason: outcome.error.kind });
        return outcome;
      } catch (error) {
        await diary.record(input.key.id, { type: 'key-not-created', key: input.key.id, reason: 'database-failed' });
        throw error;
      }
    },
    async revokeKey(input) {
      const known = (await store.listKeys({})).find((record) => record.id === input.keyId);
      if (known === undefined || known.revokedAtMs !== null) return known;
      await diary.record(input.keyId, { type: 'key-revoked', key: input.keyId, ...ownerFacts(known), reason: input.reason });
      return store.revokeKey(input);
    },
    async setPrincipalDisabled(input) {
      await diary.record(input.id, { type: input.disabledAtMs === null ? 'principal-enabled' : 'principal-disabled', principal: input.id });
      return store.setPrincipalDisabled(input);
    },
  };
}

function keyFacts({ owner, key }: Pick<NewKey, 'owner' | 'key'>): { readonly [name: string]: Json } {
  return {
    expires: key.expiresAtMs === null ? null : new Date(key.expiresAtMs).toISOString(),
    label: key.label,
    owner: { id: owner.id, kind: owner.kind, name: owner.name },
    roles: key.roles,
    routes: key.routes,
  };
}

function ownerFacts({ owner }: KeyRecord): { readonly [name: string]: Json } {
  return { owner: { id: owner.id, kind: owner.kind, name: owner.name } };
}
