// What a worker knows of people for access decisions, and the feed that it follows. Facts only: nothing here decides.
import type { MemberRole } from '#identity';
import type { ChangePage, PrincipalId } from '#kernel';
import type { Grant } from '../grant.ts';
import type { HoldStatus } from '../holds/hold.ts';
import type { Standing } from '../taxonomy.ts';

/** One principal. Frozen through and through; the same object until something of that principal changes, or the copy is read anew. */
export interface AccessRecord {
  /** Undefined for a principal that is no member, such as a machine that only has a key. */
  readonly member: { readonly roles: ReadonlySet<MemberRole>; readonly isOutside: boolean } | undefined;
  readonly standing: Standing;
  /** Oldest first. Also those that do not count now; what ended long ago may be missing. */
  readonly grants: readonly Grant[];
}

/** `approved`: the call may be delivered, once. Anything else, and a hold that is not known: it may not. */
export type HoldState = HoldStatus;

export interface MemberChange {
  readonly principalId: PrincipalId;
  readonly roles: readonly MemberRole[];
  readonly isOutside: boolean;
}

export interface StandingChange {
  readonly principalId: PrincipalId;
  readonly standing: Standing;
}

export interface HoldChange {
  readonly id: string;
  readonly state: HoldState;
}

/** Rows whose last change lies after the number asked for, as they are now; each list in order of change. */
export interface AccessChanges extends ChangePage {
  readonly members: readonly MemberChange[];
  readonly grants: readonly Grant[];
  readonly standings: readonly StandingChange[];
  readonly holds: readonly HoldChange[];
}

export interface AccessFeed {
  /**
   * One query per call. `endedSince` leaves out grants that ended, and holds that were decided, before these moments; null: tell every
   * change.
   */
  changesSince(input: {
    readonly afterSeq: number;
    readonly endedSince: { readonly grantsMs: number; readonly holdsMs: number } | null;
  }): Promise<AccessChanges>;
}
