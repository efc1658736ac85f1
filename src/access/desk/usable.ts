// Whether a grant counts at a moment, and which of several is used. Pure; asked for every governed request.
import type { Condition, Grant, GrantProblem } from '../grant.ts';
import type { Authentication, Capability } from '../taxonomy.ts';

/**
 * Why the grant does not count now; undefined: it counts. Times are half-open: it counts from its start on, and no longer at its end or
 * at the moment its recertification is due. A passkey also does for `sso-mfa`: it is the stronger of the two.
 */
export function grantProblem(grant: Grant, nowMs: number, authentication: Authentication): GrantProblem | undefined {
  switch (grant.state) {
    case 'revoked':
    case 'suspended':
    case 'ended':
      return grant.state;
    case 'active':
      if (!(nowMs < grant.endsAtMs)) return 'ended';
      if (!(nowMs >= grant.startsAtMs)) return 'not-started';
      if (!(nowMs < grant.recertifyByMs)) return 'recertification-due';
      return grant.conditions.every((condition) => isMet(condition, grant, authentication)) ? undefined : 'condition-unmet';
  }
}

function isMet(condition: Condition, { conditionsMet }: Grant, authentication: Authentication): boolean {
  switch (condition) {
    case 'passkey':
      return authentication === 'passkey';
    case 'sso-mfa':
      return authentication === 'passkey' || authentication === 'sso-mfa';
    case 'training':
      return conditionsMet.includes('training');
  }
}

/**
 * The grant to use: among those that count and have the capability (any, where none is named), the one of the least tier; of those the
 * one that ends last, then the one made first. The same grants give the same answer in whatever order they come.
 */
export function usableGrant(
  grants: readonly Grant[],
  nowMs: number,
  authentication: Authentication,
  capability?: Capability,
): Grant | undefined {
  let best: Grant | undefined;
  for (const grant of grants) {
    if (capability !== undefined && !grant.capabilities.includes(capability)) continue;
    if (grantProblem(grant, nowMs, authentication) !== undefined) continue;
    if (best === undefined || isBefore(grant, best)) best = grant;
  }
  return best;
}

function isBefore(a: Grant, b: Grant): boolean {
  if (a.tier !== b.tier) return a.tier < b.tier;
  if (a.endsAtMs !== b.endsAtMs) return a.endsAtMs > b.endsAtMs;
  return a.id < b.id;
}
