// Keeps the copy of access records up to date. Decides about nobody.
import { followChanges, type ChangeFollower } from '#kernel';
import type { AccessCopy } from './copy.ts';
import type { AccessDirectoryOptions } from './directory.ts';

/** Grants that ended longer ago than this are not read at start: nobody is told that they once had them. Bounds memory over the years. */
const REMEMBER_GRANTS_MS = 30 * 24 * 3600 * 1000;
/** Whoever waits for a decision has given up by then. */
const REMEMBER_HOLDS_MS = 24 * 3600 * 1000;

export function createAccessFollower(options: AccessDirectoryOptions & { readonly copy: AccessCopy }): ChangeFollower {
  const { store, clock, copy, pollMs = 250, onError } = options;
  return followChanges({
    ask: ({ afterSeq, whole, nowMs }) =>
      store.changesSince({
        afterSeq,
        endedSince: whole ? { grantsMs: nowMs - REMEMBER_GRANTS_MS, holdsMs: nowMs - REMEMBER_HOLDS_MS } : null,
      }),
    apply: (pages, whole) => copy.apply(pages, whole),
    what: 'access store',
    clock,
    pollMs,
    onError,
  });
}
