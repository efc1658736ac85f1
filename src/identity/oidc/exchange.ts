// Turns what a provider sent the browser back with into what the provider says of the person: RFC 6749 section 4.1, OpenID Connect Core 1.0
// section 3.1.3, RFC 9207. Every check of tokens is openid-client's; this says which checks, and what a failure means. Keeps nothing.
import { authorizationCodeGrant, AuthorizationResponseError, fetchUserInfo, type Configuration } from 'openid-client';
import { err, ok, type Result } from '#kernel';
import type { Attempt } from './attempt.ts';
import { ProviderUnreachable } from './bounded-fetch.ts';
import { strengthOf, type OidcProvider, type SingleSignOn } from './provider.ts';

/** The parameters of the authorization response that count; no others are looked at. */
export interface AuthorizationResponse {
  readonly state: string;
  readonly code?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
}

export interface SignedInThere {
  readonly issuer: string;
  readonly subject: string;
  readonly authentication: SingleSignOn;
  /** What the provider calls the person now; asks it where the ID token does not say. Undefined: it does not say. */
  name(): Promise<string | undefined>;
}

export type ExchangeRefusal =
  /** The person, or the provider for the person, said no. */
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'provider-unavailable'; readonly reason: string }
  /** What came does not hold. `reason`: for the operator's log; holds nothing of what was sent. */
  | { readonly kind: 'not-accepted'; readonly reason: string };

export interface ExchangeTask {
  readonly provider: OidcProvider;
  readonly configuration: Configuration;
  readonly redirectUri: string;
  readonly attempt: Attempt;
  readonly response: AuthorizationResponse;
}

/** OpenID Connect Core 1.0, section 2. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;

export async function redeemCode({
  provider,
  configuration,
  redirectUri,
  attempt,
  response,
}: ExchangeTask): Promise<Result<SignedInThere, ExchangeRefusal>> {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(response)) if (value !== undefined) url.searchParams.set(name, String(value));
  let tokens: Awaited<ReturnType<typeof authorizationCodeGrant>>;
  try {
    tokens = await authorizationCodeGrant(configuration, url, {
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.codeVerifier,
      idTokenExpected: true,
    });
  } catch (error) {
    return err(refusalOf(error));
  }
  const claims = tokens.claims();
  // A provider for many organisations signs for each under another issuer: only the one that is configured counts.
  if (claims?.iss !== configuration.serverMetadata().issuer) return err({ kind: 'not-accepted', reason: 'issuer' });
  const { iss: issuer, sub: subject } = claims;
  if (!SUBJECT.test(subject)) return err({ kind: 'not-accepted', reason: 'subject' });
  return ok({
    issuer,
    subject,
    authentication: strengthOf(provider, { acr: claims['acr'], amr: claims['amr'] }),
    name: async () =>
      textOf(claims, provider.nameClaim) ?? textOf(await userInfo(configuration, tokens.access_token, subject), provider.nameClaim),
  });
}

/** OpenID Connect Core 1.0, section 5.3; many providers state names nowhere else. */
async function userInfo(configuration: Configuration, accessToken: string, subject: string): Promise<object> {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {};
  return fetchUserInfo(configuration, accessToken, subject);
}

function textOf(claims: object, name: string): string | undefined {
  const value: unknown = Object.hasOwn(claims, name) ? Reflect.get(claims, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

export function refusalOf(error: unknown): ExchangeRefusal {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (cause instanceof ProviderUnreachable) return { kind: 'provider-unavailable', reason: cause.message };
  }
  if (error instanceof AuthorizationResponseError) return { kind: 'declined', reason: harmless(error.error) };
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  const told = error instanceof Error && 'error' in error && typeof error.error === 'string' ? error.error : '';
  return { kind: 'not-accepted', reason: harmless(told === '' ? code : `${code} ${told}`) };
}

/** Error codes of OAuth are words; a provider may send anything. */
function harmless(code: string): string {
  return code.slice(0, 100).replace(/[^A-Za-z0-9_ -]/g, '?');
}
