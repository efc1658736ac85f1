// Assertions by which a client shows that it holds its private key: RFC 7523 section 3, with the audience as strict as RFC 9700 asks for.
// Signatures are jose's to check; this says which key and algorithm count and what the claims must say. Keeps nothing: that an assertion
// counts once is the store's to say.
import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose';
import { err, ok, type Result } from '#kernel';
import type { ReadKey } from './client-key.ts';

export interface AssertionHeader {
  readonly clientId: string;
  readonly kid: string | undefined;
}

export interface GoodAssertion {
  readonly jtiHash: Buffer;
  /** From then on it would be refused for its age: until then it has to be remembered. */
  readonly rememberUntilMs: number;
}

/** For whoever holds the client. Undefined where the signature is not good: others are told nothing. */
export type AssertionProblem = { readonly problem: string | undefined };

const MOST_BYTES = 8192;
const MOST_LIFE_SECONDS = 300;
/** How far the clocks of a client and this machine may differ. */
const SKEW_SECONDS = 30;
const CLIENT_ID = /^cli_[0-9A-HJKMNP-TV-Z]{26}$/;
const LONGEST_JTI = 256;
/** RFC 7523, section 3, item 8 leaves it out; updates of it name it. Any other type is a token made for something else (RFC 8725, 3.11). */
const TYPES: readonly unknown[] = [undefined, 'JWT', 'client-authentication+jwt'];

/** Who it claims to be from, before anything of it is believed. Undefined: it is no such assertion. */
export function readAssertion(text: string): AssertionHeader | undefined {
  if (text.length > MOST_BYTES) return undefined;
  try {
    const { kid, typ, crit } = decodeProtectedHeader(text);
    const { iss, sub } = decodeJwt(text);
    if (crit !== undefined || !TYPES.includes(typ) || (kid !== undefined && typeof kid !== 'string')) return undefined;
    return iss !== undefined && iss === sub && CLIENT_ID.test(iss) ? { clientId: iss, kid } : undefined;
  } catch {
    return undefined;
  }
}

/** `key`: the one that the client has under the assertion's `kid`. `audiences`: this server's names. */
export async function verifyAssertion(
  text: string,
  {
    key,
    clientId,
    audiences,
    nowMs,
  }: { readonly key: ReadKey; readonly clientId: string; readonly audiences: readonly string[]; readonly nowMs: number },
): Promise<Result<GoodAssertion, AssertionProblem>> {
  try {
    const { payload } = await jwtVerify(text, await importJWK(key.jwk, key.alg), {
      // The key says which algorithm, never the assertion. Ed25519 is the newer name of the same one (RFC 9864).
      algorithms: key.alg === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [key.alg],
      issuer: clientId,
      subject: clientId,
      audience: [...audiences],
      currentDate: new Date(nowMs),
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['exp', 'jti'],
    });
    const { aud, exp, iat, jti } = payload;
    const nowSeconds = nowMs / 1000;
    // Meant for several servers, it could be used here by one of the others.
    if (Array.isArray(aud) && aud.length !== 1) return err({ problem: 'its aud names more than this server' });
    if (exp === undefined || exp > nowSeconds + MOST_LIFE_SECONDS + SKEW_SECONDS)
      return err({ problem: `its exp is more than ${MOST_LIFE_SECONDS} seconds ahead` });
    if (iat !== undefined && iat > nowSeconds + SKEW_SECONDS) return err({ problem: 'its iat is in the future' });
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI)
      return err({ problem: `its jti is not a text of 1 to ${LONGEST_JTI} characters` });
    return ok({
      jtiHash: createHash('sha256').update(jti).digest(),
      rememberUntilMs: Math.ceil((exp + SKEW_SECONDS) * 1000) + 1,
    });
  } catch (error) {
    if (error instanceof errors.JWTExpired) return err({ problem: 'it has expired' });
    if (error instanceof errors.JWTClaimValidationFailed) return err({ problem: `its ${error.claim} is missing or wrong` });
    return err({ problem: undefined });
  }
}
