// What concerns people and their ways in: members, sessions, passkeys, enrolment links, joined with their stores.
import type { Config } from '#config';
import { createEnrolment, createMembers, createPasskeys, createSessions, type RecordAct } from '#identity';
import type { Clock, Random } from '#kernel';
import { createEnrolmentStore, createMemberStore, createOidcStore, createPasskeyStore, createSessionStore, type Database } from '#store';

export interface IdentityServicesOptions {
  readonly database: Database;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  readonly publicUrl: string;
}

export function createIdentityServices({ database, record, clock, random, publicUrl }: IdentityServicesOptions) {
  const members = createMembers({ store: createMemberStore(database), record, clock, random });
  const sessions = createSessions({ store: createSessionStore(database), record, clock, random });
  const identities = createOidcStore(database);
  const passkeys = createPasskeys({
    store: createPasskeyStore(database),
    sessions,
    record,
    clock,
    random,
    publicUrl,
    hasOtherWayIn: async (principalId) => (await identities.list(principalId)).length > 0,
  });
  const enrolment = createEnrolment({ store: createEnrolmentStore(database), passkeys, sessions, record, clock, random, publicUrl });
  return { members, sessions, passkeys, enrolment };
}

/** Where people reach this checkpoint: as configured, else on this machine. */
export function publicUrlOf({ access }: Pick<Config, 'access'>, port: number): string {
  return access.publicUrl ?? `http://localhost:${port}`;
}
