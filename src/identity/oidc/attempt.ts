// One way to a provider and back. Everything that has to come back as it went follows from a secret that the browser alone holds, so that
// whoever reads the database can finish nobody's attempt.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Random } from '#kernel';
import { newToken, tokenHash } from '../secret-token.ts';

export interface Attempt {
  /** For the browser's cookie. */
  readonly secret: string;
  /** RFC 6749, section 10.12. */
  readonly state: string;
  /** OpenID Connect Core 1.0, section 15.5.2. */
  readonly nonce: string;
  /** RFC 7636, section 4.1: 43 characters. */
  readonly codeVerifier: string;
}

export function newAttempt(random: Random): Attempt {
  return attemptOf(newToken(random));
}

/** Undefined: this browser did not set out with that state. */
export function resumedAttempt(secret: string, state: string): Attempt | undefined {
  if (tokenHash(secret) === undefined) return undefined;
  const attempt = attemptOf(secret);
  const [expected, given] = [Buffer.from(attempt.state), Buffer.from(state)];
  return expected.length === given.length && timingSafeEqual(expected, given) ? attempt : undefined;
}

function attemptOf(secret: string): Attempt {
  const derived = (purpose: string) => createHmac('sha256', secret).update(purpose).digest('base64url');
  return { secret, state: derived('state'), nonce: derived('nonce'), codeVerifier: derived('code verifier') };
}
