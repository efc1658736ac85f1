// The session cookie. It is never sent along from another site, never read by scripts, and over https bound to this very host.

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** RFC 6265bis, section 4.1.3.2: browsers take a `__Host-` cookie only over https, for this host and for every path. */
export function sessionCookieName(publicUrl: string): string {
  return isHttps(publicUrl) ? '__Host-sekisho-session' : 'sekisho-session';
}

/** The value of `Set-Cookie`. It lasts until the browser closes or the session ends, whichever comes first. */
export function sessionCookie(publicUrl: string, token: string): string {
  return `${sessionCookieName(publicUrl)}=${token}; ${attributes(publicUrl)}`;
}

/** The value of `Set-Cookie` that makes the browser forget. */
export function forgottenSessionCookie(publicUrl: string): string {
  return `${sessionCookieName(publicUrl)}=; ${attributes(publicUrl)}; Max-Age=0`;
}

/** The token in a `Cookie` header. Two cookies of the name are none: one of them was planted. */
export function sessionTokenOf(publicUrl: string, cookieHeader: string | undefined): string | undefined {
  if (cookieHeader === undefined) return undefined;
  const prefix = `${sessionCookieName(publicUrl)}=`;
  const found = cookieHeader
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix));
  const token = found.length === 1 ? found[0]!.slice(prefix.length) : '';
  return TOKEN.test(token) ? token : undefined;
}

export function isHttps(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}

function attributes(publicUrl: string): string {
  return `Path=/; HttpOnly; SameSite=Strict${isHttps(publicUrl) ? '; Secure' : ''}`;
}
