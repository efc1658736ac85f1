// What a provider says of itself (OpenID Connect Discovery 1.0), asked for when somebody signs in and remembered for a while.
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import type { ClientAuth, ServerMetadata } from 'openid-client';
import type { Clock } from '#kernel';
import { boundedFetch, isSafe, ProviderUnreachable } from './bounded-fetch.ts';
import type { OidcProvider } from './provider.ts';

const VALID_MS = 10 * 60_000;
/** How long a provider that cannot be reached is left alone. */
const PAUSE_MS = 3_000;

/** Rejects with `ProviderUnreachable`, or with what openid-client throws at metadata that will not do. One request at a time. */
export function createDiscovery(provider: OidcProvider, clock: Clock): () => Promise<Configuration> {
  let known: { readonly outcome: Promise<Configuration>; validUntilMs: number } | undefined;
  return () => {
    if (known !== undefined && clock.monotonic() < known.validUntilMs) return known.outcome;
    const asked = { outcome: discover(provider), validUntilMs: Number.POSITIVE_INFINITY };
    known = asked;
    asked.outcome.then(
      () => void (asked.validUntilMs = clock.monotonic() + VALID_MS),
      () => void (asked.validUntilMs = clock.monotonic() + PAUSE_MS),
    );
    return asked.outcome;
  };
}

async function discover(provider: OidcProvider): Promise<Configuration> {
  const isPlain = provider.issuer.startsWith('http:');
  const found = await discovery(new URL(provider.issuer), provider.clientId, undefined, None(), {
    [customFetch]: boundedFetch,
    execute: isPlain ? [allowInsecureRequests] : [],
  });
  const metadata = found.serverMetadata();
  const { authorization_endpoint, token_endpoint, jwks_uri } = metadata;
  if (![authorization_endpoint, token_endpoint, jwks_uri].every((endpoint) => endpoint !== undefined && isSafe(endpoint))) {
    throw new ProviderUnreachable('a provider lacks an endpoint, or has one without https');
  }
  const configuration = new Configuration(metadata, provider.clientId, undefined, authenticationAt(metadata, provider.clientSecret));
  configuration[customFetch] = boundedFetch;
  if (isPlain) allowInsecureRequests(configuration);
  // Without this, an ID token's signature is not looked at: it came over TLS. Ours has to hold by itself.
  enableNonRepudiationChecks(configuration);
  return configuration;
}

/** OpenID Connect Core 1.0, section 9: `client_secret_basic` unless the provider says otherwise. */
function authenticationAt({ token_endpoint_auth_methods_supported: methods }: ServerMetadata, secret: string | undefined): ClientAuth {
  if (secret === undefined) return None();
  return methods === undefined || methods.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}
