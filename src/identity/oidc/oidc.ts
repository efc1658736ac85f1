// Signing in through identity providers. Who somebody is here was said by an administrator once, with an invitation under the name that the
// provider uses; from the first sign-in on, only the provider's issuer and subject count. No e-mail address is ever compared.
import { buildAuthorizationUrl, calculatePKCECodeChallenge, type Configuration } from 'openid-client';
import { err, ok, type Clock, type Random, type Result } from '#kernel';
import { act, type RecordAct } from '../act.ts';
import type { Member } from '../member.ts';
import type { MemberRecord } from '../members/member-store.ts';
import { tokenHash } from '../secret-token.ts';
import type { Place, Sessions, StartedSession } from '../sessions/sessions.ts';
import { newAttempt, resumedAttempt } from './attempt.ts';
import { createDiscovery } from './discovery.ts';
import { redeemCode, refusalOf, type AuthorizationResponse, type ExchangeRefusal, type SignedInThere } from './exchange.ts';
import { linkedFacts } from './facts.ts';
import { createInvitations, isName, type Invitations } from './invitations.ts';
import type { LinkedIdentity, LinkRefusal, OidcStore } from './oidc-store.ts';
import type { OidcProvider } from './provider.ts';

export type OidcRefusal =
  | { readonly kind: 'unknown-provider' }
  | { readonly kind: 'provider-unavailable' }
  /** Nobody set out with this state, or it was used, or took too long, or another browser did. */
  | { readonly kind: 'attempt-unknown' }
  | { readonly kind: 'declined' }
  /** What the provider sent does not hold. */
  | { readonly kind: 'not-accepted' }
  /** The provider vouches for somebody, and nobody here has said who that is. `name`: what the provider calls the person. */
  | { readonly kind: 'identity-unknown'; readonly name: string | undefined }
  | { readonly kind: 'member-disabled' };

export interface Departure {
  /** Where the browser has to go. */
  readonly url: string;
  /** For a cookie of this browser alone, and for this long. */
  readonly secret: string;
  readonly validSeconds: number;
}

export interface Arrival extends Place {
  readonly provider: string;
  /** As the cookie carries it. */
  readonly secret: string;
  readonly response: AuthorizationResponse;
}

export interface Oidc extends Invitations {
  /** By their names in the configuration. */
  readonly providers: readonly string[];
  begin(provider: string): Promise<Result<Departure, OidcRefusal>>;
  complete(arrival: Arrival): Promise<Result<StartedSession & { readonly member: Member }, OidcRefusal>>;
}

export interface OidcOptions {
  readonly providers: readonly OidcProvider[];
  readonly store: OidcStore;
  readonly sessions: Pick<Sessions, 'start'>;
  readonly members: { find(nameOrId: string): Promise<MemberRecord | undefined> };
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  /** Scheme, host and port under which people reach this checkpoint. */
  readonly publicUrl: string;
  /** Told why a sign-in was not accepted, or a provider not reached; must not throw. */
  readonly onProblem?: (provider: string, problem: { readonly kind: string; readonly reason: string }) => void;
}

const ATTEMPT_SECONDS = 600;

/** Where a provider sends the browser back to; has to be registered there. */
export function redirectUriOf(publicUrl: string, provider: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/api/v1/sign-in/oidc/${encodeURIComponent(provider)}/callback`;
}

export function createOidc(options: OidcOptions): Oidc {
  const { store, sessions, record, clock, random, publicUrl, onProblem } = options;
  const known = new Map(options.providers.map((provider) => [provider.id, { provider, discover: createDiscovery(provider, clock) }]));

  function refused(provider: string, { kind, reason }: ExchangeRefusal): Result<never, OidcRefusal> {
    onProblem?.(provider, { kind, reason });
    return err({ kind });
  }

  async function configurationOf(
    id: string,
  ): Promise<Result<{ readonly provider: OidcProvider; readonly configuration: Configuration }, OidcRefusal>> {
    const found = known.get(id);
    if (found === undefined) return err({ kind: 'unknown-provider' });
    try {
      return ok({ provider: found.provider, configuration: await found.discover() });
    } catch (error) {
      return refused(id, { kind: 'provider-unavailable', reason: refusalOf(error).reason });
    }
  }

  async function memberOf(provider: string, there: SignedInThere): Promise<Result<Member, OidcRefusal>> {
    const linked = await store.findLinked(there);
    if (linked !== undefined) return ok(linked.member);
    let name: string | undefined;
    try {
      name = (await there.name())?.normalize('NFC');
    } catch (error) {
      return refused(provider, refusalOf(error));
    }
    if (name === undefined || !isName(name)) return err({ kind: 'identity-unknown', name: undefined });
    const { issuer, subject, authentication } = there;
    const made = await act<LinkedIdentity, Result<LinkedIdentity, LinkRefusal>>(
      record,
      (link) => ({ subject: link.member.principalId, facts: { type: 'oidc-identity-linked', ...linkedFacts(link, authentication) } }),
      (confirm) => store.link({ provider, name, issuer, subject, nowMs: clock.now() }, confirm),
    );
    if (made.ok) return ok(made.value.member);
    switch (made.error.kind) {
      case 'not-invited':
        return err({ kind: 'identity-unknown', name });
      case 'member-disabled':
        return err({ kind: 'member-disabled' });
      case 'already-linked':
        return err({ kind: 'attempt-unknown' });
    }
  }

  return {
    providers: [...known.keys()],
    async begin(id) {
      const found = await configurationOf(id);
      if (!found.ok) return found;
      const { provider, configuration } = found.value;
      const attempt = newAttempt(random);
      const nowMs = clock.now();
      await store.insertAttempt({ stateHash: tokenHash(attempt.state)!, provider: id, nowMs, expiresAtMs: nowMs + ATTEMPT_SECONDS * 1000 });
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUriOf(publicUrl, id),
        scope: [...new Set(['openid', ...provider.scopes])].join(' '),
        response_type: 'code',
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await calculatePKCECodeChallenge(attempt.codeVerifier),
        code_challenge_method: 'S256',
      });
      return ok({ url: url.href, secret: attempt.secret, validSeconds: ATTEMPT_SECONDS });
    },
    async complete({ provider: id, secret, response, address, userAgent }) {
      if (!known.has(id)) return err({ kind: 'unknown-provider' });
      const attempt = resumedAttempt(secret, response.state);
      if (attempt === undefined) return err({ kind: 'attempt-unknown' });
      const isTaken = await store.takeAttempt({ stateHash: tokenHash(attempt.state)!, provider: id, nowMs: clock.now() });
      if (!isTaken) return err({ kind: 'attempt-unknown' });
      const found = await configurationOf(id);
      if (!found.ok) return found;
      const there = await redeemCode({ ...found.value, redirectUri: redirectUriOf(publicUrl, id), attempt, response });
      if (!there.ok) return refused(id, there.error);
      const member = await memberOf(id, there.value);
      if (!member.ok) return member;
      const { authentication } = there.value;
      const started = await sessions.start({ member: member.value, authentication, address, userAgent });
      return started.ok ? ok({ ...started.value, member: member.value }) : err({ kind: 'member-disabled' });
    },
    ...createInvitations(options),
  };
}
