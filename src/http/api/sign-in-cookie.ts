// The cookie of a browser that is on its way to an identity provider and back. It has to come along when the provider sends the browser
// here, and so is Lax where the session's is Strict; it opens nothing by itself.
import { isHttps } from './cookies.ts';

const SECRET = /^[A-Za-z0-9_-]{43}$/;

function nameOf(publicUrl: string): string {
  return isHttps(publicUrl) ? '__Host-sekisho-sign-in' : 'sekisho-sign-in';
}

/** The value of `Set-Cookie`. */
export function signInCookie(publicUrl: string, secret: string, validSeconds: number): string {
  const secure = isHttps(publicUrl) ? '; Secure' : '';
  return `${nameOf(publicUrl)}=${secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${validSeconds}${secure}`;
}

/** Two cookies of the name are none: one of them was planted. */
export function signInSecretOf(publicUrl: string, cookieHeader: string | undefined): string | undefined {
  const prefix = `${nameOf(publicUrl)}=`;
  const found = (cookieHeader ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix));
  const secret = found.length === 1 ? found[0]!.slice(prefix.length) : '';
  return SECRET.test(secret) ? secret : undefined;
}
