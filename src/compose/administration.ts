// Administering keys from the command line, whether a checkpoint is running or not. Every act is a durable ledger record before it takes
// effect: what cannot be recorded is not done. Decides nothing about who may administer: whoever can write the data directory may.
import type { Config } from '#config';
import { createAdministration, type Administration, type KeyRecord, type KeyStore, type NewKey } from '#identity';
import { createSystemRandom, systemClock } from '#kernel';
import { createKeyStore } from '#store';
import { createDiary, refuseOtherAccount, type Administrator, type Diary, type Facts } from './diary.ts';
import { ledgerDirectory, pepperOf, withDatabase } from './foundations.ts';

export interface AdministrationTask<T> {
  readonly config: Config;
  readonly by: Administrator;
  readonly onProgress: (message: string) => void;
  readonly work: (administration: Administration) => Promise<T>;
}

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

/** The store, with a durable ledger record before each act. */
export function recordingStore(store: KeyStore, diary: Pick<Diary, 'record'>): KeyStore {
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

function keyFacts({ owner, key }: Pick<NewKey, 'owner' | 'key'>): Facts {
  return {
    authentication: key.authentication,
    expires: key.expiresAtMs === null ? null : new Date(key.expiresAtMs).toISOString(),
    label: key.label,
    owner: { id: owner.id, kind: owner.kind, name: owner.name },
    roles: key.roles,
    routes: key.routes,
  };
}

function ownerFacts({ owner }: KeyRecord): Facts {
  return { owner: { id: owner.id, kind: owner.kind, name: owner.name } };
}
