// How an identity provider is asked: over https unless it is on this machine, following no redirect, for a bounded time, and reading a
// bounded answer. Knows nothing of OpenID Connect.

/** As openid-client calls it. */
type Fetch = (
  url: string,
  options: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body: ReadableStream | Blob | ArrayBuffer | URLSearchParams | Uint8Array | string | null | undefined;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;

/** The provider did not answer in time, or not like one. */
export class ProviderUnreachable extends Error {}

/** For one request with its answer. Signing in takes at most four. */
const REQUEST_MS = 5_000;
/** Large providers' key sets have some 20 KiB. */
const MOST_ANSWER_BYTES = 512 * 1024;

/** A redirect comes back as it is: nothing that is asked of a provider has a reason to be elsewhere. */
export const boundedFetch: Fetch = async (url, { method, headers, body, signal }) => {
  if (!isSafe(url)) throw new ProviderUnreachable('a provider is asked over https, or on this machine');
  const limit = AbortSignal.timeout(REQUEST_MS);
  try {
    const answer = await fetch(url, {
      method,
      headers,
      body: body ?? null,
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const bytes = await readBounded(answer.body);
    const hasBody = answer.status !== 204 && answer.status !== 205 && answer.status !== 304;
    return new Response(hasBody ? bytes : null, { status: answer.status, headers: answer.headers });
  } catch (cause) {
    throw cause instanceof ProviderUnreachable ? cause : new ProviderUnreachable('a provider did not answer', { cause });
  }
};

/** Secure Contexts, section 3.1: what does not leave this machine needs no https. */
export function isSafe(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOnThisMachine(url.hostname));
}

function isOnThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}

async function readBounded(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the stream.
  for await (const part of body ?? []) {
    length += part.length;
    if (length > MOST_ANSWER_BYTES) throw new ProviderUnreachable('a provider answered too much');
    parts.push(part);
  }
  return Uint8Array.from(Buffer.concat(parts));
}
