// Secrets that stand for something in the database: 256 random bits, of which only the SHA-256 is kept. With that much entropy a plain hash
// is as good as a slow one, and whoever reads the database gets nothing to come in with.
import { createHash } from 'node:crypto';
import type { Random } from '#kernel';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** 43 characters of base64url. */
export function newToken(random: Random): string {
  return random.bytes(32).toString('base64url');
}

/** Undefined for what cannot be a token. */
export function tokenHash(token: string): Buffer | undefined {
  return TOKEN.test(token) ? createHash('sha256').update(token, 'latin1').digest() : undefined;
}
