// The names trusted access is spoken in: capabilities, tiers, standings. What they mean for a request is policy.

/** What somebody may be let to do with models. The first six defend; the last three attack, with authorisation. */
export const CAPABILITIES = [
  'code-review',
  'vulnerability-triage',
  'malware-analysis',
  'reverse-engineering',
  'detection-engineering',
  'patch-validation',
  'red-teaming',
  'penetration-testing',
  'exploit-validation',
] as const;

export type Capability = (typeof CAPABILITIES)[number];

/** 1: defensive work. 2: authorised offensive work; needs two approvers, and named targets. */
export type Tier = 1 | 2;

export const TIERS: readonly Tier[] = [1, 2];

/** The least tier at which a capability may be granted. */
export function tierOf(capability: Capability): Tier {
  return OFFENSIVE.has(capability) ? 2 : 1;
}

const OFFENSIVE: ReadonlySet<Capability> = new Set(['red-teaming', 'penetration-testing', 'exploit-validation']);

/** What misuse signals have made of a principal. `restricted`: no governed routes. `suspended`: nothing at all. */
export type Standing = 'clear' | 'review' | 'restricted' | 'suspended';

export const STANDINGS: readonly Standing[] = ['clear', 'review', 'restricted', 'suspended'];

export type { Authentication } from '#identity';
