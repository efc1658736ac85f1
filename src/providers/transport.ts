// Connections to deployments: one undici pool each, low-level dispatch, no redirects, no decoding. It decides nothing: which deployment
// is asked, and what a failure means, is the checkpoint's business.
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { Pool, type Dispatcher } from 'undici';
import { SekishoError } from '#kernel';

/** The part of a deployment that sending needs. */
export interface Endpoint {
  readonly id: string;
  readonly baseUrl: string;
  readonly credential: string | undefined;
  readonly authentication: 'bearer' | 'x-api-key' | 'none';
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: { readonly connectSeconds: number; readonly firstByteSeconds: number; readonly idleSeconds: number };
  readonly maxConnections: number;
}

export interface OutgoingRequest {
  readonly path: string;
  /** Per-request headers as name, value, name, value, … */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export interface Transport {
  /** Sends one request; everything that follows, failures included, reaches the handler exactly once. */
  dispatch(endpoint: Endpoint, request: OutgoingRequest, handler: Dispatcher.DispatchHandler): void;
  /** Lets running exchanges finish and then closes every connection. */
  close(): Promise<void>;
  /** Cuts every connection now. */
  destroy(): Promise<void>;
}

interface Line {
  readonly pool: Pool;
  readonly pathPrefix: string;
  readonly headers: readonly string[];
}

export function createTransport(endpoints: readonly Endpoint[]): Transport {
  const lines = new Map<string, Line>();
  for (const endpoint of endpoints) lines.set(endpoint.id, openLine(endpoint));
  const pools = [...lines.values()].map((line) => line.pool);
  return {
    dispatch(endpoint, request, handler) {
      const line = lines.get(endpoint.id);
      if (line === undefined) throw new SekishoError('unknown-endpoint', `no connection pool for ${endpoint.id}`);
      line.pool.dispatch(
        { path: line.pathPrefix + request.path, method: 'POST', headers: [...line.headers, ...request.headers], body: request.body },
        handler,
      );
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.close()));
    },
    async destroy() {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

function openLine(endpoint: Endpoint): Line {
  const url = new URL(endpoint.baseUrl);
  const { connectSeconds, firstByteSeconds, idleSeconds } = endpoint.timeouts;
  const pool = new Pool(url.origin, {
    connections: endpoint.maxConnections,
    pipelining: 1,
    connect: { timeout: connectSeconds * 1000, lookup: guardedLookup },
    headersTimeout: firstByteSeconds * 1000,
    bodyTimeout: idleSeconds * 1000,
    // Shorter than what common servers allow, so that a reused connection is rarely one the server is closing.
    keepAliveTimeout: 4000,
    maxHeaderSize: 65_536,
  });
  return { pool, pathPrefix: url.pathname.replace(/\/+$/, ''), headers: fixedHeaders(endpoint) };
}

function fixedHeaders(endpoint: Endpoint): string[] {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity', 'user-agent', 'sekisho'];
  if (endpoint.credential !== undefined && endpoint.authentication === 'bearer')
    headers.push('authorization', `Bearer ${endpoint.credential}`);
  if (endpoint.credential !== undefined && endpoint.authentication === 'x-api-key') headers.push('x-api-key', endpoint.credential);
  for (const [name, value] of Object.entries(endpoint.headers)) headers.push(name.toLowerCase(), value);
  return headers;
}

/** Link-local and unspecified addresses: cloud metadata services live there, models do not. */
const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4');
FORBIDDEN.addSubnet('0.0.0.0', 8, 'ipv4');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');
FORBIDDEN.addAddress('::', 'ipv6');

export function isForbiddenAddress(address: string): boolean {
  const family = isIP(address);
  return family === 0 || FORBIDDEN.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Checked at connect time and on the address really used, so that a name cannot be re-pointed after the configuration was read. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const allowed = addresses.filter((entry) => !isForbiddenAddress(entry.address));
    const first = allowed[0];
    if (first === undefined) {
      const refusal: NodeJS.ErrnoException = new Error(`${hostname} resolves to a forbidden address`);
      refusal.code = 'EFORBIDDENADDRESS';
      return callback(refusal, []);
    }
    if (options.all === true) return callback(null, allowed);
    return callback(null, first.address, first.family);
  });
};
