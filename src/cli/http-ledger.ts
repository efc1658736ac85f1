// A ledger read over HTTP: exactly the paths of the tlog-tiles layout below the given URL, no redirects, bounded answers. The key goes
// with entries only: everything else is public. Trusts nothing it reads; whoever asked verifies.
import { SekishoError, systemErrorCode } from '#kernel';
import { parseTilePath, type TileSource } from '#ledger';
import { usageError } from './failure.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_CHECKPOINT_BYTES = 1 << 20;
/** 256 entries of 65,535 bytes, each with its length. */
const MAX_BUNDLE_BYTES = 256 * 65_537;
const MAX_TILE_BYTES = 256 * 32;

/** `url`: the prefix that ends in /ledger/. `key`: an API key with the auditor role, for entries. */
export function httpSource({ url, key, signal }: { url: URL; key: string | undefined; signal: AbortSignal }): TileSource {
  const prefix = url.href.endsWith('/') ? url.href : `${url.href}/`;
  return {
    async read(path) {
      const tile = parseTilePath(path);
      const isEntries = tile?.level === 'entries';
      const limit = tile === undefined ? MAX_CHECKPOINT_BYTES : isEntries ? MAX_BUNDLE_BYTES : MAX_TILE_BYTES;
      const headers: Record<string, string> = isEntries && key !== undefined ? { authorization: `Bearer ${key}` } : {};
      const response = await get(prefix + path, headers, signal);
      if (response.status === 200) return await readBounded(response, limit);
      await response.body?.cancel();
      if (response.status === 404) return undefined;
      throw answerError(response.status, prefix + path, isEntries);
    },
  };
}

/** The URL of a ledger as a person gives it. Throws `usage` for one with a query, a fragment or a password in it. */
export function parseLedgerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw usageError(`${JSON.stringify(text)} is not an http or https URL`);
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw usageError('the URL of a ledger has no query, fragment or password', 'The key for entries goes into SEKISHO_KEY or --key.');
  }
  return url;
}

export function isLoopback(url: URL): boolean {
  return /^(?:127\.[\d.]+|localhost|\[::1\])$/.test(url.hostname);
}

async function get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'manual', headers, signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]) });
  } catch (error) {
    throw unreachable(url, error);
  }
}

async function readBounded(response: Response, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > limit) throw new SekishoError('ledger-answer-too-large', `${response.url} is larger than ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof SekishoError) throw error;
    throw unreachable(response.url, error);
  }
  return Buffer.concat(chunks, bytes);
}

function unreachable(url: string, cause: unknown): SekishoError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : undefined;
  const reason = systemErrorCode(inner) ?? (cause instanceof Error ? cause.message : String(cause));
  return new SekishoError('ledger-unreachable', `${url} cannot be read: ${reason}`, {
    hint: 'Is the checkpoint running, and is this its address?',
  });
}

function answerError(status: number, url: string, isEntries: boolean): SekishoError {
  if (status >= 300 && status < 400) {
    return new SekishoError('ledger-redirected', `${url} answers with a redirect, which is not followed`, {
      hint: 'Give the address it leads to.',
    });
  }
  if (isEntries && (status === 401 || status === 403)) {
    return new SekishoError('ledger-entries-refused', `the entries of this ledger are for auditors only (it answered ${status})`, {
      hint: 'Set SEKISHO_KEY, or --key, to a key made with `sekisho keys create --role auditor`.',
    });
  }
  return new SekishoError('ledger-unreadable', `${url} answers with status ${status}`);
}
