// What the ledger is told of identities. Of a subject only its hash: some providers use e-mail addresses, and the ledger forgets nothing.
import { createHash } from 'node:crypto';
import type { Json } from '#kernel';
import { byFacts } from '../act.ts';
import type { Member } from '../member.ts';
import type { LinkedIdentity, OidcIdentity } from './oidc-store.ts';
import type { SingleSignOn } from './provider.ts';

type Facts = { readonly [name: string]: Json };

export function identityFacts({ id, provider }: Pick<OidcIdentity, 'id' | 'provider'>, { principalId, name }: Member): Facts {
  return { identity: id, member: { id: principalId, name }, provider };
}

export function linkedFacts({ identity, member }: LinkedIdentity, authentication: SingleSignOn): Facts {
  return {
    ...identityFacts(identity, member),
    issuer: identity.linked?.issuer ?? null,
    subjectSha256: createHash('sha256')
      .update(identity.linked?.subject ?? '')
      .digest('hex'),
    ...byFacts({ principalId: member.principalId, name: member.name, authentication }),
  };
}
