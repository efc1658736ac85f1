// Who has to do with an application or a grant: facts that the separation of duties is judged by. Decides nothing.
import type { Principal } from '#identity';
import type { PrincipalId } from '#kernel';
import type { FormDraft } from './form-schema.ts';
import type { Application } from './model.ts';
import type { DeskStore } from './store.ts';

export interface People {
  /** Everybody whose application it is in any way: see separation.ts. */
  involved(application: Application): Promise<ReadonlySet<PrincipalId>>;
  /** Not the operator's own, or no member at all. A service needs not be a member. */
  isOutside(application: Application): Promise<boolean>;
  emailOf(principalId: PrincipalId): Promise<string | null>;
  /** Who would use the grant that a form asks for; null: nobody that exists and may act. */
  holderOf(form: FormDraft, ownerId: PrincipalId): Promise<PrincipalId | null>;
}

export function createPeople(options: {
  readonly store: Pick<DeskStore, 'applicantsFor' | 'findMember' | 'membersByEmail'>;
  readonly findPrincipal: (nameOrId: string) => Promise<Principal | undefined>;
}): People {
  const { store, findPrincipal } = options;
  return {
    async involved({ ownerId, principalId, form }) {
      const email = form.supervisor?.email;
      const [supervisors, applicants] = await Promise.all([
        email === undefined ? [] : store.membersByEmail(email),
        principalId === null || principalId === ownerId ? [] : store.applicantsFor(principalId),
      ]);
      return new Set([ownerId, ...(principalId === null ? [] : [principalId]), ...supervisors, ...applicants]);
    },
    async isOutside({ ownerId, principalId }) {
      const [owner, holder] = await Promise.all([
        store.findMember(ownerId),
        principalId === null || principalId === ownerId ? undefined : store.findMember(principalId),
      ]);
      return owner === undefined || owner.isOutside || holder?.isOutside === true;
    },
    async emailOf(principalId) {
      return (await store.findMember(principalId))?.email ?? null;
    },
    async holderOf({ kind, service }, ownerId) {
      if (kind === 'person') return ownerId;
      if (kind === undefined || service === undefined || service === '') return null;
      const principal = await findPrincipal(service);
      return principal === undefined || principal.kind === 'person' || principal.disabledAtMs !== null ? null : principal.id;
    },
  };
}
