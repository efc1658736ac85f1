// Keeps a keyring's copy up to date. Decides about no key.
import { followChanges, type ChangeFollower } from '#kernel';
import type { Copy } from './keyring-copy.ts';
import type { KeyringOptions } from './keyring.ts';

/** Keys that ended longer ago than this are not read at start: they are answered as `unknown`. Bounds memory over the years. */
const REMEMBER_ENDED_MS = 30 * 24 * 3600 * 1000;

export function createFollower({ store, clock, copy, pollMs = 250, onError }: KeyringOptions & { readonly copy: Copy }): ChangeFollower {
  return followChanges({
    ask: ({ afterSeq, whole, nowMs }) => store.changesSince({ afterSeq, endedSinceMs: whole ? nowMs - REMEMBER_ENDED_MS : null }),
    apply: (pages, whole) => copy.apply(pages, whole),
    what: 'key store',
    clock,
    pollMs,
    onError,
  });
}
