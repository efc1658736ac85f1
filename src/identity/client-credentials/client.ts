// OAuth clients: services that come with a signature instead of a key that lasts. A client says which service it is, what its tokens may do
// and which public keys count. No secret is kept for any of them.
import type { PrincipalId } from '#kernel';
import type { ClientAlgorithm } from './client-key.ts';

/** Of its tokens: using models, or acting in the management API with the service's own roles there. */
export const CLIENT_ROLES = ['caller', 'member'] as const;
export type ClientRole = (typeof CLIENT_ROLES)[number];

export interface ClientKey {
  /** Names the key in the header of an assertion. */
  readonly kid: string;
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string;
  readonly alg: ClientAlgorithm;
  readonly createdAtMs: number;
}

export interface Client {
  /** `cli_` and a ULID: the OAuth `client_id`. */
  readonly id: string;
  readonly service: { readonly id: PrincipalId; readonly name: string };
  readonly label: string;
  readonly roles: readonly ClientRole[];
  /** Names of routes; null: every route. */
  readonly routes: readonly string[] | null;
  /** How long a token lives. */
  readonly tokenSeconds: number;
  readonly registeredBy: { readonly id: PrincipalId; readonly name: string };
  /** By no administrator: it counts as long as whoever registered it answers for the service. */
  readonly asOwner: boolean;
  /** In the order in which they were added. */
  readonly keys: readonly ClientKey[];
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
  readonly revokedReason: string | null;
}
