// What a worker notices of principals while they work: bursts, probing, places where they were never seen. Each becomes a sign of misuse; what a
// sign weighs, and what follows from it, is misuse's business. Works from memory alone and refuses nobody; what it forgets costs a sign.
import type { Clock, PrincipalId, RequestId } from '#kernel';
import type { SignalEvidence } from '../misuse/case.ts';

/** Signs that follow from how somebody works, and not from one request. */
export type NoticedKind = 'burst' | 'probing' | 'new-place' | 'many-holds';

export interface Noticed {
  readonly principalId: PrincipalId;
  readonly kind: NoticedKind;
  readonly requestId: RequestId;
  readonly atMs: number;
  readonly evidence: SignalEvidence;
}

export interface Watch {
  /** A governed request of somebody, from an address as the socket knows it. */
  visited(visit: { readonly principalId: PrincipalId; readonly requestId: RequestId; readonly address: string }): void;
  /** Something was refused to somebody; `what` tells different refusals apart. */
  refused(refusal: { readonly principalId: PrincipalId; readonly requestId: RequestId; readonly what: string }): void;
  /** A tool call proposed to somebody had to wait for a person. */
  held(hold: { readonly principalId: PrincipalId; readonly requestId: RequestId }): void;
}

export interface WatchOptions {
  readonly clock: Clock;
  /** Returns at once and never throws. */
  readonly report: (noticed: Noticed) => void;
  /** Principals that are remembered. Default: 10,000. */
  readonly mostPrincipals?: number;
}

const MINUTE_MS = 60_000;
/** No person sends so many governed requests in a minute; agents with many tools come near it. */
export const BURST_PER_MINUTE = 240;
const PROBING_WINDOW_MS = 10 * MINUTE_MS;
/** So many different refusals within ten minutes. */
export const PROBING_REFUSALS = 6;
const HOLDS_WINDOW_MS = 10 * MINUTE_MS;
/** So many held calls within ten minutes: whoever works in scope has few that cannot be read. */
export const MANY_HOLDS = 8;
const MOST_PLACES = 64;
const MOST_REFUSALS = 32;

interface Seen {
  minute: number;
  requests: number;
  readonly places: Set<string>;
  /** When each was last refused. */
  readonly refusals: Map<string, number>;
  probedAtMs: number;
  /** When the last calls were held, oldest first. */
  holds: readonly number[];
}

export function createWatch({ clock, report, mostPrincipals = 10_000 }: WatchOptions): Watch {
  const principals = new Map<PrincipalId, Seen>();

  /** The least recently seen is forgotten first. */
  function seenOf(principalId: PrincipalId): Seen {
    const known = principals.get(principalId);
    const seen = known ?? { minute: 0, requests: 0, places: new Set(), refusals: new Map(), probedAtMs: -Infinity, holds: [] };
    principals.delete(principalId);
    principals.set(principalId, seen);
    if (known === undefined && principals.size > mostPrincipals) principals.delete(principals.keys().next().value!);
    return seen;
  }

  return {
    visited({ principalId, requestId, address }) {
      const seen = seenOf(principalId);
      const atMs = clock.now();
      const minute = Math.floor(atMs / MINUTE_MS);
      if (minute !== seen.minute) Object.assign(seen, { minute, requests: 0 });
      seen.requests++;
      if (seen.requests === BURST_PER_MINUTE)
        report({ principalId, kind: 'burst', requestId, atMs, evidence: { counts: { requests: seen.requests, seconds: 60 } } });
      const place = networkOf(address);
      if (seen.places.has(place)) return;
      // The first place is where somebody works; a worker that just started knows none.
      const isFirst = seen.places.size === 0;
      if (seen.places.size >= MOST_PLACES) seen.places.delete(seen.places.values().next().value!);
      seen.places.add(place);
      if (!isFirst) report({ principalId, kind: 'new-place', requestId, atMs, evidence: { counts: { places: seen.places.size } } });
    },
    refused({ principalId, requestId, what }) {
      const seen = seenOf(principalId);
      const atMs = clock.now();
      for (const [known, whenMs] of seen.refusals) if (whenMs <= atMs - PROBING_WINDOW_MS) seen.refusals.delete(known);
      if (seen.refusals.size < MOST_REFUSALS) seen.refusals.set(what, atMs);
      if (seen.refusals.size < PROBING_REFUSALS || atMs - seen.probedAtMs < PROBING_WINDOW_MS) return;
      seen.probedAtMs = atMs;
      report({ principalId, kind: 'probing', requestId, atMs, evidence: { counts: { refusals: seen.refusals.size, minutes: 10 } } });
    },
    held({ principalId, requestId }) {
      const seen = seenOf(principalId);
      const atMs = clock.now();
      const holds = [...seen.holds.filter((whenMs) => whenMs > atMs - HOLDS_WINDOW_MS), atMs];
      seen.holds = holds.length < MANY_HOLDS ? holds : [];
      if (holds.length >= MANY_HOLDS)
        report({ principalId, kind: 'many-holds', requestId, atMs, evidence: { counts: { holds: holds.length, minutes: 10 } } });
    },
  };
}

/** The /24 of an IPv4 address, the /48 of an IPv6 one: people move within it. */
function networkOf(address: string): string {
  const mapped = address.startsWith('::ffff:') ? address.slice(7) : address;
  return mapped.includes(':') ? mapped.split(':').slice(0, 3).join(':') : mapped.split('.').slice(0, 3).join('.');
}
