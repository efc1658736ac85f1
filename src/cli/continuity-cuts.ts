// How cuts are shown, found again, and known to be in force at the checkpoint on this machine.
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '#config';
import type { CutRecord } from '#continuity';
import { SekishoError, systemClock } from '#kernel';
import { iso } from './continuity-access.ts';

export function cutView(cut: CutRecord) {
  return {
    id: cut.id,
    selector: cut.selector,
    state: cut.restoredAtMs === null ? ('in force' as const) : ('restored' as const),
    reason: cut.reason,
    by: cut.by,
    at: new Date(cut.atMs).toISOString(),
    restoredAt: iso(cut.restoredAtMs),
    restoredBy: cut.restoredBy,
    restoredReason: cut.restoredReason,
  };
}

export const CUT_ID = /^cut_[0-9A-HJKMNP-TV-Z]{26}$/;

/** The promise is two seconds; a busy machine gets a little more before we say that we do not know. */
const IN_FORCE_WITHIN_MS = 5_000;
const ASK_EVERY_MS = 50;
const ANSWER_WITHIN_MS = 1_000;

export type InForce =
  /** Every worker of the checkpoint on this machine has it; `ms` since `sinceMs` of `waitUntilInForce`. */
  | { readonly kind: 'in-force'; readonly ms: number }
  /** Nothing answers there. */
  | { readonly kind: 'unreachable' }
  /** It answers, and does not say so in time. */
  | { readonly kind: 'not-confirmed' };

/** Asks the checkpoint's public readiness page until all its workers know `version` of the routing state. */
export async function waitUntilInForce(options: {
  readonly url: string;
  readonly version: number;
  /** When the change was written, on the wall clock. */
  readonly sinceMs: number;
  readonly signal: AbortSignal;
}): Promise<InForce> {
  const { url, version, sinceMs, signal } = options;
  const until = systemClock.monotonic() + IN_FORCE_WITHIN_MS;
  for (let tries = 0; ; tries++) {
    const known = await knownVersion(url, signal);
    if (known === undefined && tries === 0) return { kind: 'unreachable' };
    if (known !== undefined && known !== null && known >= version)
      return { kind: 'in-force', ms: Math.max(0, systemClock.now() - sinceMs) };
    if (systemClock.monotonic() >= until || signal.aborted) return { kind: 'not-confirmed' };
    await pause(ASK_EVERY_MS);
  }
}

/** The version that every worker of this checkpoint knows at least; null: it does not say; undefined: no answer. */
async function knownVersion(url: string, signal: AbortSignal): Promise<number | null | undefined> {
  try {
    const response = await fetch(`${url}/readyz`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      redirect: 'error',
    });
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null || !('routingVersion' in body)) return null;
    return typeof body.routingVersion === 'number' ? body.routingVersion : null;
  } catch {
    return undefined;
  }
}

/** Where the checkpoint of this configuration listens, as seen from this machine. */
export function localUrl({ server }: Pick<Config, 'server'>): string {
  const host =
    server.host === '0.0.0.0' ? '127.0.0.1' : server.host === '::' ? '[::1]' : server.host.includes(':') ? `[${server.host}]` : server.host;
  return `http://${host}:${server.port}`;
}

/** Words for what was found out about the checkpoint on this machine. */
export function inForceText(found: InForce, what: string): string {
  switch (found.kind) {
    case 'in-force':
      return `${what} on every worker of this machine's checkpoint after ${found.ms} ms; other nodes follow within two seconds of the act`;
    case 'unreachable':
      return 'no checkpoint answers on this machine; those that run elsewhere on this database follow within two seconds';
    case 'not-confirmed':
      return "this machine's checkpoint has not confirmed it yet: see that it reaches the database";
  }
}

/** The one cut in force that an id or a selector means. Throws `unknown-cut` or `ambiguous-cut`. */
export function findCut(given: string, inForce: readonly CutRecord[], keyOf: (selector: string) => string): CutRecord {
  const found = CUT_ID.test(given)
    ? inForce.filter(({ id }) => id === given)
    : inForce.filter(({ selector }) => keyOf(selector) === keyOf(given));
  const [first, ...others] = found;
  if (first === undefined) {
    throw new SekishoError('unknown-cut', `no cut in force is ${JSON.stringify(given)}`, { hint: 'sekisho cuts shows those there are.' });
  }
  if (others.length > 0) {
    throw new SekishoError(
      'ambiguous-cut',
      `${found.length} cuts in force are ${JSON.stringify(given)}: ${found.map(({ id }) => id).join(', ')}`,
      {
        hint: 'Restore them by id, each with its reason.',
      },
    );
  }
  return first;
}
