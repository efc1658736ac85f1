// Refuses what another site made a browser send. Three things have to be wrong at once before it succeeds: the cookie is SameSite=Strict,
// the browser says where a request comes from, and a form cannot add a header.
import type { IncomingHttpHeaders } from 'node:http';
import { ApiRefusal } from './refusal.ts';

export const CSRF_HEADER = 'x-sekisho-csrf';

/** For calls that change something and carry a session cookie. */
export function crossSiteProblem(headers: IncomingHttpHeaders, publicUrl: string): ApiRefusal | undefined {
  if (!isFromHere(headers, publicUrl, false)) return REFUSED;
  if (headers[CSRF_HEADER] !== '1') {
    return new ApiRefusal(403, 'csrf-header-missing', `A call that changes something needs the header ${CSRF_HEADER}.`, {
      next: `Send the header ${CSRF_HEADER} with the value 1.`,
    });
  }
  return undefined;
}

/** For calls that change something and carry no session: whoever is no browser says nothing of where it comes from. */
export function foreignPageProblem(headers: IncomingHttpHeaders, publicUrl: string): ApiRefusal | undefined {
  return isFromHere(headers, publicUrl, true) ? undefined : REFUSED;
}

/** Fetch Metadata (W3C), section 2.4: browsers tell https and local servers. Where they do not, `Origin` (RFC 6454) has to be ours. */
function isFromHere(headers: IncomingHttpHeaders, publicUrl: string, ifNothingSaid: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return headers.origin === undefined ? ifNothingSaid : headers.origin === new URL(publicUrl).origin;
}

const REFUSED = new ApiRefusal(403, 'cross-site', 'This call comes from a page of another site.', {
  next: 'Open the console under the address that server.publicUrl names, and try again there.',
});
