// What OAuth clients need of a store.
import type { KeyId, PrincipalId, Result } from '#kernel';
import type { Confirm } from '../act.ts';
import type { Client } from './client.ts';
import type { ReadKey } from './client-key.ts';

export interface NewClient extends Omit<Client, 'service' | 'registeredBy' | 'keys' | 'revokedAtMs' | 'revokedReason'> {
  /** Name or id. */
  readonly service: string;
  readonly registeredBy: PrincipalId;
  readonly keys: readonly ReadKey[];
}

/** Whose clients somebody may change: anybody's, or those of services that the person answers for by a grant that is in force. */
export type Reach = 'all' | { readonly owner: PrincipalId };

export type InsertClientRefusal =
  /** No such principal, it may not act, it is no service, or, for an owner, it is somebody else's. */
  { readonly kind: 'unknown-service' } | { readonly kind: 'key-in-use' | 'too-many-clients' };

export type ChangeClientRefusal =
  /** Or, for an owner, somebody else's. */
  | { readonly kind: 'unknown-client' }
  /** An owner gives keys only to clients that count as long as that same owner answers for the service. */
  | { readonly kind: 'not-your-client' }
  | { readonly kind: 'client-revoked' | 'key-in-use' | 'too-many-keys' | 'unknown-client-key' | 'last-client-key' };

export type ReserveRefusal = { readonly kind: 'client-revoked' | 'replayed' | 'too-many-tokens' };

/** Changes of one client wait for each other. */
export interface ClientStore {
  insert(
    client: NewClient,
    limits: { readonly reach: Reach; readonly most: number },
    confirm: Confirm<Client>,
  ): Promise<Result<Client, InsertClientRefusal>>;
  /** Oldest first. */
  list(reach: Reach, page: { readonly nowMs: number; readonly after: string; readonly limit: number }): Promise<readonly Client[]>;
  /** A client that counts, with the key of that `kid`; without a `kid`, the only one it has. */
  findForToken(input: {
    readonly id: string;
    readonly kid: string | undefined;
    readonly nowMs: number;
  }): Promise<{ readonly client: Client; readonly key: ReadKey } | undefined>;
  addKey(
    input: { readonly id: string; readonly key: ReadKey; readonly most: number; readonly nowMs: number; readonly reach: Reach },
    confirm: Confirm<Client>,
  ): Promise<Result<Client, ChangeClientRefusal>>;
  /** With the API keys that live because of it. */
  removeKey(
    input: { readonly id: string; readonly kid: string; readonly nowMs: number; readonly reach: Reach },
    confirm: Confirm<Client>,
  ): Promise<Result<{ readonly client: Client; readonly apiKeys: readonly KeyId[] }, ChangeClientRefusal>>;
  /** Final, and again no error: then it is not confirmed. With the API keys that still live. */
  revoke(
    input: { readonly id: string; readonly reason: string; readonly nowMs: number; readonly reach: Reach },
    confirm: Confirm<Client>,
  ): Promise<Result<{ readonly client: Client; readonly apiKeys: readonly KeyId[] }, ChangeClientRefusal>>;
  /** Uses the assertion up and takes a place among the tokens that live, before there is a token. */
  reserve(input: {
    readonly clientId: string;
    readonly kid: string;
    readonly jtiHash: Buffer;
    readonly rememberUntilMs: number;
    readonly token: { readonly id: string; readonly expiresAtMs: number };
    readonly most: number;
    readonly nowMs: number;
  }): Promise<Result<void, ReserveRefusal>>;
  /** False: the client or its key has been ended in the meantime. */
  attach(input: { readonly clientId: string; readonly tokenId: string; readonly apiKey: KeyId }): Promise<boolean>;
  /** Gives a place back. */
  release(tokenId: string): Promise<void>;
}
