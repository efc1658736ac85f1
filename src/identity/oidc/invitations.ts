// Who is who at a provider: administrators say it by inviting a member under the name that the provider uses. Nobody says it of themselves.
import { err, ok, ulid, type PrincipalId, type Result } from '#kernel';
import { act, byFacts, type Acting } from '../act.ts';
import type { Member } from '../member.ts';
import { isPlainText } from '../plain-text.ts';
import { identityFacts } from './facts.ts';
import type { InviteRefusal, NewInvitation, OidcIdentity } from './oidc-store.ts';
import type { OidcOptions } from './oidc.ts';

export type InvitationRefusal = InviteRefusal | { readonly kind: 'unknown-provider' | 'name-invalid' | 'own-identity' };

export interface Invitations {
  /** Whoever the provider calls `name` (default: the member's name here) becomes the member with the next sign-in, within a week. */
  invite(
    id: PrincipalId,
    input: { readonly provider: string; readonly name?: string | undefined },
    by: Acting | undefined,
  ): Promise<Result<OidcIdentity, InvitationRefusal>>;
  /** Identities and invitations that can still be used. */
  list(id: PrincipalId): Promise<readonly OidcIdentity[]>;
  /** With an identity end all sessions that the member began with a provider. Undefined: there is nothing of that id. */
  remove(principalId: PrincipalId, id: string, by: Acting | undefined): Promise<OidcIdentity | undefined>;
}

const VALID_MS = 7 * 24 * 3600 * 1000;
const MOST_IDENTITIES = 10;
const NAME_BYTES = 256;

export function isName(name: string): boolean {
  return isPlainText(name, NAME_BYTES);
}

export function createInvitations({ providers, store, members, record, clock, random }: OidcOptions): Invitations {
  const known = new Set(providers.map(({ id }) => id));
  return {
    async invite(principalId, { provider, name }, by) {
      if (!known.has(provider)) return err({ kind: 'unknown-provider' });
      if (by?.principalId === principalId) return err({ kind: 'own-identity' });
      const invitedName = (name ?? (await members.find(principalId))?.name ?? '').normalize('NFC');
      if (!isName(invitedName)) return err({ kind: 'name-invalid' });
      const nowMs = clock.now();
      const invitation: NewInvitation = {
        id: `oid_${ulid(nowMs, random.bytes(10))}`,
        principalId,
        provider,
        invitedName,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + VALID_MS,
      };
      const invited = await act<Member, Result<Member, InviteRefusal>>(
        record,
        (member) => ({
          subject: member.principalId,
          facts: {
            type: 'oidc-identity-invited',
            ...identityFacts(invitation, member),
            expires: new Date(invitation.expiresAtMs).toISOString(),
            ...byFacts(by),
          },
        }),
        (confirm) => store.invite({ ...invitation, most: MOST_IDENTITIES }, confirm),
      );
      return invited.ok ? ok({ ...invitation, linked: null }) : invited;
    },
    async list(principalId) {
      const nowMs = clock.now();
      return (await store.list(principalId)).filter(({ linked, expiresAtMs }) => linked !== null || nowMs < expiresAtMs);
    },
    async remove(principalId, id, by) {
      const member = await members.find(principalId);
      if (member === undefined) return undefined;
      return act<{ readonly identity: OidcIdentity; readonly sessions: readonly string[] }, OidcIdentity | undefined>(
        record,
        ({ identity, sessions: ended }) => ({
          subject: principalId,
          facts: { type: 'oidc-identity-removed', ...identityFacts(identity, member), sessions: ended, ...byFacts(by) },
        }),
        (confirm) => store.remove({ principalId, id }, confirm),
      );
    },
  };
}
