// An identity provider as it is configured, and how strong a sign-in there counts here. Asks nobody.
import { AUTHENTICATIONS, type Authentication } from '../authentication.ts';

/** What a provider can vouch for. */
export type SingleSignOn = Exclude<Authentication, 'none'>;

export interface OidcProvider {
  /** As the configuration calls it; part of the redirect URI. */
  readonly id: string;
  /** Issuer identifier: `https:`, but on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
  /** Claim that an invitation names a person by. */
  readonly nameClaim: string;
  /** What values of `acr` count as. */
  readonly acr: Readonly<Record<string, SingleSignOn>>;
  /** What values of `amr` count as. */
  readonly amr: Readonly<Record<string, SingleSignOn>>;
}

/** More are not looked at. */
const MOST_METHODS = 32;

/**
 * OpenID Connect Core 1.0, section 2; RFC 8176. A provider whose `acr` is mapped is taken at its word: what it states and the map does not
 * know is `sso`, whatever `amr` says. `amr` counts where no `acr` is stated, or none is mapped; then the strongest of its values does.
 */
export function strengthOf(
  { acr, amr }: Pick<OidcProvider, 'acr' | 'amr'>,
  claims: { readonly acr?: unknown; readonly amr?: unknown },
): SingleSignOn {
  if (claims.acr !== undefined && Object.keys(acr).length > 0)
    return (typeof claims.acr === 'string' ? own(acr, claims.acr) : undefined) ?? 'sso';
  if (!Array.isArray(claims.amr)) return 'sso';
  const methods: readonly unknown[] = claims.amr.slice(0, MOST_METHODS);
  const known = methods.map((method) => (typeof method === 'string' ? own(amr, method) : undefined));
  return AUTHENTICATIONS.find((each): each is SingleSignOn => each !== 'none' && known.includes(each)) ?? 'sso';
}

function own(map: Readonly<Record<string, SingleSignOn>>, value: string): SingleSignOn | undefined {
  return Object.hasOwn(map, value) ? map[value] : undefined;
}
