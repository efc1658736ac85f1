// What the management API needs of the composition root, beside what its handlers work with.
import type { Member, SignedIn } from '#identity';
import type { Clock, KeyId } from '#kernel';
import type { ApiServices } from './services.ts';

/** Who stands behind a credential, read from the database at every call: what was ended a moment ago counts no more. */
export interface ApiCredentials {
  /** `token`: as the cookie carries it. Undefined: no such session, over, ended, or its member may not act. */
  session(token: string): Promise<SignedIn | undefined>;
  /** Undefined: the key was revoked, or its owner is no member or may not act. */
  keyOwner(keyId: KeyId): Promise<Member | undefined>;
}

export interface ApiContext {
  readonly services: ApiServices;
  readonly credentials: ApiCredentials;
  readonly clock: Clock;
}
