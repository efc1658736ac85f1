// How often somebody may try to sign in: per address, and everybody together. There is nothing to guess at passkeys; this bounds what the
// tries cost. Counted by this process alone, in bounded memory.
import { isIPv6 } from 'node:net';
import type { Clock } from '#kernel';
import { ApiRefusal } from './refusal.ts';

export interface Attempts {
  /** Counts one, and says why not when there were too many. */
  take(address: string): ApiRefusal | undefined;
}

export interface AttemptsOptions {
  readonly clock: Clock;
  /** Calls a minute; signing in once takes two. Default 120: behind a proxy, many people have one address. */
  readonly perAddress?: number;
  /** Calls a minute. Default 1200. */
  readonly overall?: number;
}

const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;

export function createAttempts({ clock, perAddress = 120, overall = 1200 }: AttemptsOptions): Attempts {
  let startedMs = clock.monotonic();
  let all = 0;
  const counts = new Map<string, number>();
  return {
    take(address) {
      const nowMs = clock.monotonic();
      if (nowMs - startedMs >= WINDOW_MS) {
        startedMs = nowMs;
        all = 0;
        counts.clear();
      }
      const name = networkOf(address);
      const count = (counts.get(name) ?? 0) + 1;
      if (counts.size < MOST_ADDRESSES || counts.has(name)) counts.set(name, count);
      // What is refused counts for nobody else: one address cannot use up what everybody has.
      if (count <= perAddress) all++;
      return count > perAddress || all > overall ? tooMany(startedMs + WINDOW_MS - nowMs) : undefined;
    },
  };
}

/** Who has one IPv6 address has all of its /64. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}

function tooMany(leftMs: number): ApiRefusal {
  return new ApiRefusal(429, 'too-many-attempts', 'Somebody tried to sign in too often in a short time.', {
    next: 'Wait a minute and try again.',
    facts: { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) },
  });
}
