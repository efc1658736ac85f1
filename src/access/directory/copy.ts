// The access records that a worker holds in memory, each made once and shared until it changes. Knows no store and no clock.
import { ok, type Ok, type PrincipalId } from '#kernel';
import type { MemberRole } from '#identity';
import type { Grant } from '../grant.ts';
import type { Standing } from '../taxonomy.ts';
import type { AccessChanges, AccessRecord, HoldState } from './record.ts';

/** Decided holds that are remembered; the ones decided longest ago are forgotten first. */
const MOST_HOLDS = 10_000;

export interface AccessCopy {
  get(principalId: PrincipalId): Ok<AccessRecord> | undefined;
  holdState(holdId: string): HoldState | undefined;
  size(): number;
  /** Applies changes on top (`whole` false) or in place of everything held (`whole` true), without a moment in between. */
  apply(pages: readonly AccessChanges[], whole: boolean): void;
}

interface Held {
  member: AccessRecord['member'];
  standing: Standing;
  readonly grants: Map<string, Grant>;
}

export function createAccessCopy(): AccessCopy {
  let people = new Map<PrincipalId, Held>();
  let records = new Map<PrincipalId, Ok<AccessRecord>>();
  let holds = new Map<string, HoldState>();

  function apply(pages: readonly AccessChanges[], whole: boolean): void {
    const nextPeople = whole ? new Map<PrincipalId, Held>() : people;
    const nextRecords = whole ? new Map<PrincipalId, Ok<AccessRecord>>() : records;
    const nextHolds = whole ? new Map<string, HoldState>() : holds;
    const changed = new Set<PrincipalId>();
    function held(id: PrincipalId): Held {
      changed.add(id);
      const known = nextPeople.get(id) ?? { member: undefined, standing: 'clear', grants: new Map<string, Grant>() };
      nextPeople.set(id, known);
      return known;
    }
    for (const page of pages) {
      for (const { principalId, roles, isOutside } of page.members) held(principalId).member = memberOf(roles, isOutside);
      for (const { principalId, standing } of page.standings) held(principalId).standing = standing;
      for (const grant of page.grants) held(grant.principalId).grants.set(grant.id, frozen(grant));
      for (const { id, state } of page.holds) {
        // Put at the end again: what changed last is forgotten last.
        nextHolds.delete(id);
        nextHolds.set(id, state);
      }
    }
    for (const id of changed) nextRecords.set(id, recordOf(nextPeople.get(id)!));
    for (const id of nextHolds.keys()) {
      if (nextHolds.size <= MOST_HOLDS) break;
      nextHolds.delete(id);
    }
    people = nextPeople;
    records = nextRecords;
    holds = nextHolds;
  }

  return { get: (id) => records.get(id), holdState: (id) => holds.get(id), size: () => records.size, apply };
}

function memberOf(roles: readonly MemberRole[], isOutside: boolean): AccessRecord['member'] {
  return Object.freeze({ roles: new Set(roles), isOutside });
}

/** Grant ids sort by the time they were made. */
function recordOf({ member, standing, grants }: Held): Ok<AccessRecord> {
  const sorted = [...grants.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return Object.freeze(ok(Object.freeze({ member, standing, grants: Object.freeze(sorted) })));
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const item of Object.values(value)) frozen(item);
    Object.freeze(value);
  }
  return value;
}
