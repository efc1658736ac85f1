// Whose affair a grant or a principal is: those who decide neither about held calls under the one nor about the standing of the other.
import type { PrincipalId } from '#kernel';
import type { Tier } from '../taxonomy.ts';
import { createPeople } from './people.ts';
import type { DeskStore } from './store.ts';

export interface Concerned {
  /** Whom separation of duties keeps from deciding about what is done under a grant, and how much is at stake. Rejects where there is none. */
  ofGrant(grantId: string): Promise<{ readonly people: ReadonlySet<PrincipalId>; readonly tier: Tier }>;
  /** Itself, and everybody who has ever applied for it: of a service, whoever answers for it. */
  ofPrincipal(principalId: PrincipalId): Promise<ReadonlySet<PrincipalId>>;
}

export function createConcerned(
  store: Pick<DeskStore, 'findGrant' | 'findApplication' | 'applicantsFor' | 'findMember' | 'membersByEmail'>,
): Concerned {
  const people = createPeople({ store, findPrincipal: () => Promise.resolve(undefined) });
  return {
    async ofGrant(grantId) {
      const grant = await store.findGrant(grantId);
      const application = grant === undefined ? undefined : await store.findApplication(grant.applicationId);
      if (grant === undefined || application === undefined) throw new Error(`there is no grant ${grantId}, or no application of it`);
      return { people: await people.involved(application), tier: grant.tier };
    },
    ofPrincipal: async (principalId) => new Set([principalId, ...(await store.applicantsFor(principalId))]),
  };
}
