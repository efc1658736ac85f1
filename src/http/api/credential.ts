// What a call of the management API was made with.
import type { Session } from '#identity';
import type { KeyId } from '#kernel';

export type Credential = { readonly kind: 'session'; readonly session: Session } | { readonly kind: 'key'; readonly keyId: KeyId };
