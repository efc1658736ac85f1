// What a grant would let somebody do, and whether one set of terms is within another. An approver narrows terms and never widens them.
import type { PrincipalId } from '#kernel';
import type { Scope } from '#scope';
import type { Condition } from '../grant.ts';
import { tierOf, type Capability, type Tier } from '../taxonomy.ts';
import { scopeProblem, scopeWidening } from './scope-within.ts';

export interface Terms {
  readonly tier: Tier;
  readonly capabilities: readonly Capability[];
  readonly scope: Scope;
  readonly conditions: readonly Condition[];
  readonly programs: readonly string[];
  readonly startsAtMs: number;
  /** The first millisecond at which it is no longer valid. */
  readonly endsAtMs: number;
}

/** What an approver may ask for instead of everything that was applied for. */
export type TermsChanges = { readonly [Name in keyof Terms]?: Terms[Name] | undefined };

export const DAY_MS = 24 * 3600 * 1000;

/** Bounds of each tier, in days. */
export const GRANT_LIMITS: Readonly<Record<Tier, { readonly longestDays: number; readonly recertifyDays: number }>> = {
  1: { longestDays: 365, recertifyDays: 90 },
  2: { longestDays: 180, recertifyDays: 30 },
};

/** Different people who must approve. */
export function approvalsNeeded(tier: Tier): 1 | 2 {
  return tier === 2 ? 2 : 1;
}

/** Why `narrow` is not within `wide`, as a sentence; undefined: it is. */
export function widening(narrow: Terms, wide: Terms): string | undefined {
  if (narrow.tier > wide.tier) return 'The tier is higher than what it is taken from.';
  if (!isSubset(narrow.capabilities, wide.capabilities)) return 'There is a capability in it that was not asked for.';
  const wider = scopeWidening(narrow.scope, wide.scope);
  if (wider !== undefined) return wider;
  if (!isSubset(narrow.programs, wide.programs)) return 'There is a vendor program in it that was not asked for.';
  if (!isSubset(wide.conditions, narrow.conditions)) return `It lacks a condition that it needs: ${wide.conditions.join(', ')}.`;
  if (narrow.startsAtMs < wide.startsAtMs) return 'It begins before it may.';
  if (narrow.endsAtMs > wide.endsAtMs) return 'It ends later than what it is taken from.';
  return undefined;
}

/** Why terms make no grant, whatever they are taken from; undefined: they may. */
export function termsProblem({ tier, capabilities, scope, startsAtMs, endsAtMs }: Terms): string | undefined {
  if (capabilities.length === 0) return 'There is no capability in it.';
  if (capabilities.some((capability) => tierOf(capability) > tier)) return 'A capability in it belongs to a higher tier.';
  if (tier === 2 && scope.targets.length === 0) return 'Tier 2 needs at least one named target.';
  const unreadable = scopeProblem(scope);
  if (unreadable !== undefined) return `Its scope cannot be read: ${unreadable}.`;
  if (!(endsAtMs > startsAtMs)) return 'It ends before it begins.';
  const { longestDays } = GRANT_LIMITS[tier];
  if (endsAtMs - startsAtMs > longestDays * DAY_MS) return `A grant of tier ${tier} lasts ${longestDays} days at most.`;
  return undefined;
}

export function isSubset<T>(inner: readonly T[], outer: readonly T[]): boolean {
  return inner.every((each) => outer.includes(each));
}

/** When a grant has to be recertified, counted from `fromMs`. */
export function recertificationDue(tier: Tier, fromMs: number): number {
  return fromMs + GRANT_LIMITS[tier].recertifyDays * DAY_MS;
}

/** Who approved which terms. */
export interface Approval {
  readonly by: PrincipalId;
  readonly name: string;
  readonly atMs: number;
  readonly terms: Terms;
  readonly reason: string;
}
