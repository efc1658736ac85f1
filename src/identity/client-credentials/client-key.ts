// Public keys of clients: which ones are good enough, and their plain form. Private parts are refused: whoever sends one has given it away.
import { calculateJwkThumbprint, importJWK } from 'jose';
import { err, ok, type Result } from '#kernel';
import { isPlainText } from '../plain-text.ts';

/** RFC 7518, section 3.1; RFC 8037, section 3.1. Each key is for one of them, whatever an assertion says. */
export const CLIENT_ALGORITHMS = ['ES256', 'EdDSA', 'RS256'] as const;
export type ClientAlgorithm = (typeof CLIENT_ALGORITHMS)[number];

/** RFC 7517, the members that make the key and no others. */
export type PublicJwk = { readonly kty: string } & { readonly [name: string]: string };

export interface ReadKey {
  readonly kid: string;
  readonly thumbprint: string;
  readonly alg: ClientAlgorithm;
  readonly jwk: PublicJwk;
}

export interface KeyProblem {
  readonly kind: 'key-invalid';
  readonly problem: string;
}

const KID_BYTES = 128;
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const LEAST_RSA_BITS = 2048;
/** Verifying takes time that grows with the square of it. */
const MOST_RSA_BITS = 8192;
const COORDINATE = /^[A-Za-z0-9_-]{43}$/;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** `kid` is the thumbprint where the key has none. */
export async function readPublicKey(given: Readonly<Record<string, unknown>>): Promise<Result<ReadKey, KeyProblem>> {
  if (PRIVATE.some((name) => Object.hasOwn(given, name))) {
    return problem('must be a public key; this one holds a secret, which has to be replaced now');
  }
  const shape = shapeOf(given);
  if (typeof shape === 'string') return problem(shape);
  const { alg, jwk } = shape;
  if (given['alg'] !== undefined && given['alg'] !== alg && !(alg === 'EdDSA' && given['alg'] === 'Ed25519'))
    return problem(`is for ${alg}`);
  if (given['use'] !== undefined && given['use'] !== 'sig') return problem('must be for signatures (use: sig)');
  try {
    await importJWK(jwk, alg);
  } catch {
    return problem('is no key of its kind');
  }
  const thumbprint = await calculateJwkThumbprint(jwk, 'sha256');
  const kid = given['kid'] ?? thumbprint;
  if (typeof kid !== 'string' || !isPlainText(kid, KID_BYTES)) return problem(`must have a kid of 1 to ${KID_BYTES} bytes, or none`);
  return ok({ kid, thumbprint, alg, jwk });
}

function shapeOf({
  kty,
  crv,
  x,
  y,
  n,
  e,
}: Readonly<Record<string, unknown>>): { readonly alg: ClientAlgorithm; readonly jwk: PublicJwk } | string {
  switch (kty) {
    case 'EC':
      if (crv !== 'P-256') return 'must be on the curve P-256';
      return isText(x, COORDINATE) && isText(y, COORDINATE)
        ? { alg: 'ES256', jwk: { kty, crv, x, y } }
        : 'must have x and y of 32 bytes each';
    case 'OKP':
      if (crv !== 'Ed25519') return 'must be on the curve Ed25519';
      return isText(x, COORDINATE) ? { alg: 'EdDSA', jwk: { kty, crv, x } } : 'must have x of 32 bytes';
    case 'RSA': {
      if (!isText(n, BASE64URL) || n.length > (MOST_RSA_BITS / 8 + 1) * 2 || !isText(e, BASE64URL)) return 'must have n and e';
      const bits = bitsOf(Buffer.from(n, 'base64url'));
      if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) return `must have a modulus of ${LEAST_RSA_BITS} to ${MOST_RSA_BITS} bits`;
      return e === 'AQAB' ? { alg: 'RS256', jwk: { kty, n, e } } : 'must have the exponent 65537';
    }
    default:
      return 'must be an EC, OKP or RSA key';
  }
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

function bitsOf(number: Buffer): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (number.length - first) * 8 - (Math.clz32(number[first]!) - 24);
}

function problem(text: string): Result<never, KeyProblem> {
  return err({ kind: 'key-invalid', problem: text });
}
