// Answers "what may this principal be trusted with?" from memory, with a copy that follows the store within a fraction of a second.
// Writes nothing, decides nothing, and never answers from a copy that is too old: then it refuses for everyone.
import { err, ok, type Clock, type Ok, type PrincipalId, type Result } from '#kernel';
import { createAccessCopy } from './copy.ts';
import { createAccessFollower } from './follower.ts';
import type { AccessFeed, AccessRecord, HoldState } from './record.ts';

/** The copy is too old to say anything. `ageSeconds` null: none was ever read. */
export interface StaleDirectory {
  readonly kind: 'stale';
  readonly ageSeconds: number | null;
}

export interface AccessDirectory {
  /** Synchronous and free of I/O. A principal that nobody granted anything has a record too: no member, clear, no grants. */
  of(principalId: PrincipalId): Result<AccessRecord, StaleDirectory>;
  /** What became of a hold, as far as it is remembered; undefined for one that is not known, and while the copy is stale. */
  holdState(holdId: string): HoldState | undefined;
  /** The number of the newest change that the copy holds. Equal numbers mean equal answers, until a backup is restored. */
  readonly version: number;
  /** Reads the first copy and begins to follow the store; rejects when the store cannot be read. Call once. */
  start(): Promise<void>;
  /** Brings the copy up to date now; joins a poll that is under way and then polls once more. Rejects when the store cannot be read. */
  refresh(): Promise<void>;
  status(): AccessDirectoryStatus;
  /** Stops following and waits for the poll under way. Afterwards `of` refuses once the copy is too old. */
  close(): Promise<void>;
}

export interface AccessDirectoryStatus {
  /** Of whom there is something to say. */
  readonly principals: number;
  readonly version: number;
  /** Seconds since the copy was known to be current; null: never. */
  readonly ageSeconds: number | null;
  /** `of` would refuse for everyone. */
  readonly stale: boolean;
}

export interface AccessDirectoryOptions {
  readonly store: AccessFeed;
  readonly clock: Clock;
  readonly maxStaleSeconds: number;
  /** From the start of one poll to the start of the next. Default 250. */
  readonly pollMs?: number;
  /** Told about every failed poll; must not throw. */
  readonly onError?: (error: unknown) => void;
}

export function createAccessDirectory(options: AccessDirectoryOptions): AccessDirectory {
  const { clock } = options;
  const maxStaleMs = options.maxStaleSeconds * 1000;
  const copy = createAccessCopy();
  const follower = createAccessFollower({ ...options, copy });

  return {
    of(principalId) {
      const ageMs = follower.ageMs(clock.now());
      if (!(ageMs <= maxStaleMs)) return err({ kind: 'stale', ageSeconds: secondsOf(ageMs) });
      return copy.get(principalId) ?? NOBODY;
    },
    holdState(holdId) {
      return follower.ageMs(clock.now()) <= maxStaleMs ? copy.holdState(holdId) : undefined;
    },
    get version() {
      return follower.version();
    },
    start: () => follower.start(),
    refresh: () => follower.refresh(),
    close: () => follower.close(),
    status() {
      const ageMs = follower.ageMs(clock.now());
      return { principals: copy.size(), version: follower.version(), ageSeconds: secondsOf(ageMs), stale: !(ageMs <= maxStaleMs) };
    },
  };
}

const NOBODY: Ok<AccessRecord> = Object.freeze(ok(Object.freeze({ member: undefined, standing: 'clear', grants: Object.freeze([]) })));

function secondsOf(ageMs: number): number | null {
  return Number.isFinite(ageMs) ? ageMs / 1000 : null;
}
