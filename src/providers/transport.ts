// Connections to deployments: one line each (line.ts), low-level dispatch, no redirects, no decoding. It decides nothing: which deployment
// is asked, and what a failure means, is the checkpoint's business.
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { Pool, type Dispatcher } from 'undici';
import { SekishoError } from '#kernel';
import { Line, type TakeBack } from './line.ts';

/** The part of a deployment that sending needs. */
export interface Endpoint {
  readonly id: string;
  readonly baseUrl: string;
  /** Query of every request, without the question mark: `api-version=2026-10-01`. */
  readonly query: string | undefined;
  readonly credential: string | undefined;
  /** `api-key`: the header that Azure OpenAI reads. */
  readonly authentication: 'bearer' | 'x-api-key' | 'api-key' | 'none';
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
  /**
   * Sends one request as soon as a connection may be had; everything that follows, failures included, reaches the handler exactly once.
   * What it returns takes a request back that still waits for a connection: true when it did, and then the handler hears nothing more.
   */
  dispatch(endpoint: Endpoint, request: OutgoingRequest, handler: Dispatcher.DispatchHandler): TakeBack;
  /** Says that somebody is about to dispatch; every `enter` is followed by one `leave`. */
  enter(): void;
  leave(): void;
  /** Waits until everybody has left, lets running exchanges finish and then closes every connection. */
  close(): Promise<void>;
  /** Cuts every connection now. */
  destroy(): Promise<void>;
}

export function createTransport(endpoints: readonly Endpoint[]): Transport {
  const lines = new Map<string, Line>();
  for (const endpoint of endpoints) lines.set(endpoint.id, openLine(endpoint));
  let users = 0;
  let everybodyLeft: (() => void) | undefined;
  return {
    dispatch(endpoint, request, handler) {
      const line = lines.get(endpoint.id);
      if (line === undefined) throw new SekishoError('unknown-endpoint', `no connection pool for ${endpoint.id}`);
      return line.send(request, handler);
    },
    enter() {
      users++;
    },
    leave() {
      users--;
      if (users === 0) everybodyLeft?.();
    },
    async close() {
      if (users > 0) await new Promise<void>((resolve) => (everybodyLeft = resolve));
      await Promise.all([...lines.values()].map((line) => line.close()));
    },
    async destroy() {
      await Promise.all([...lines.values()].map((line) => line.destroy()));
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
  return new Line({
    pool,
    connections: endpoint.maxConnections,
    pathPrefix: url.pathname.replace(/\/+$/, ''),
    pathSuffix: endpoint.query === undefined ? '' : `?${endpoint.query}`,
    headers: fixedHeaders(endpoint),
  });
}

function fixedHeaders(endpoint: Endpoint): string[] {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity', 'user-agent', 'sekisho'];
  const { credential, authentication } = endpoint;
  if (credential !== undefined && authentication === 'bearer') headers.push('authorization', `Bearer ${credential}`);
  else if (credential !== undefined && authentication !== 'none') headers.push(authentication, credential);
  for (const [name, value] of Object.entries(endpoint.headers)) headers.push(name.toLowerCase(), value);
  return headers;
}

/** Addresses where metadata services and no models live: the same as the configuration refuses, here for what names resolve to. */
const FORBIDDEN = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const)
  FORBIDDEN.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  // IPv4 link-local behind NAT64 (RFC 6052) and 6to4 (RFC 3056); the list itself sees through IPv4-mapped addresses.
  ['64:ff9b::a9fe:0', 112],
  ['2002:a9fe::', 32],
] as const)
  FORBIDDEN.addSubnet(network, prefix, 'ipv6');

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
