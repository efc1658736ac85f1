// What `sekisho explain` says of trusted access: whether a grant is needed, which one would be used, and what the policies say of a deployment.
import type { ConsideredDeployment, Explanation } from '#compose';
import { plain } from './terminal.ts';

type Decision = ConsideredDeployment['access'];

/** Undefined there is null here. */
export function accessView({ access }: Explanation) {
  if (access === undefined) return null;
  const { isGoverned, capability, grant, removedTools } = access;
  return {
    needsGrant: isGoverned,
    capability: capability ?? null,
    grant:
      grant === undefined
        ? null
        : {
            id: grant.id,
            tier: grant.tier,
            capabilities: grant.capabilities,
            programs: grant.programs,
            endsAt: new Date(grant.endsAtMs).toISOString(),
          },
    removedTools,
  };
}

export function decisionView(decision: Decision) {
  if (decision === undefined) return null;
  return decision.allowed
    ? { allowed: true, policies: decision.policies, reason: null, next: null }
    : { allowed: false, policies: decision.policies, reason: decision.reason, next: decision.next };
}

/** `isAssumed`: nobody's grants were looked at. */
export function accessRows({ access }: Explanation, { isAssumed }: { readonly isAssumed: boolean }): string[][] {
  if (access === undefined) return [];
  const { isGoverned, capability, grant, removedTools } = access;
  if (!isGoverned) return [['grant', 'none is needed']];
  const work = capability === undefined || capability === 'general' ? '' : ` that covers ${plain(capability)}`;
  if (grant === undefined) return [['grant', `one is needed${work}${isAssumed ? '; whether somebody has one is said with a key' : ''}`]];
  const until = new Date(grant.endsAtMs).toISOString().slice(0, 10);
  const programs = grant.programs.length === 0 ? '' : `, opens ${grant.programs.map(plain).join(', ')}`;
  const used = `${grant.id}, tier ${grant.tier}: ${grant.capabilities.map(plain).join(', ')}${programs}, until ${until}`;
  const rows = [['grant', `${used}${work === '' ? '' : `; used for ${plain(capability!)}`}`]];
  return removedTools.length === 0 ? rows : [...rows, ['tools', `taken out: ${removedTools.map(plain).join(', ')}`]];
}

/** For people. */
export function decisionText(decision: NonNullable<Decision>): string {
  const policies = decision.policies.map(plain).join(', ');
  if (decision.allowed) return `the grant opens it (${policies})`;
  return `the grant does not open it${policies === '' ? '' : ` (${policies})`}: ${plain(decision.reason)} ${plain(decision.next)}`;
}
