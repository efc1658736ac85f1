// The names that facts are spoken in, as src/access/taxonomy.ts and the schema have them; a test holds the three together. No rules.
import type { AccessFacts } from './types.ts';

export const DEFENSIVE_CAPABILITIES = [
  'code-review',
  'vulnerability-triage',
  'malware-analysis',
  'reverse-engineering',
  'detection-engineering',
  'patch-validation',
] as const;

export const OFFENSIVE_CAPABILITIES = ['red-teaming', 'penetration-testing', 'exploit-validation'] as const;

/** Work that names no capability. */
export const GENERAL = 'general';

/** Every name that may stand as `capability` in facts. */
export const CAPABILITY_NAMES: readonly string[] = [...DEFENSIVE_CAPABILITIES, ...OFFENSIVE_CAPABILITIES, GENERAL];

type Principal = AccessFacts['principal'];

export const PRINCIPAL_KINDS: readonly Principal['kind'][] = ['person', 'service', 'agent'];

/** Best first. */
export const STANDING_NAMES: readonly Principal['standing'][] = ['clear', 'review', 'restricted', 'suspended'];

/** Strongest first. */
export const AUTHENTICATION_NAMES: readonly Principal['authentication'][] = ['passkey', 'sso-mfa', 'sso', 'none'];

/** Lowest first: the position is the number that policies compare. */
export const DATA_LEVELS: readonly AccessFacts['dataLevel'][] = ['public', 'internal', 'confidential', 'restricted'];

export const JURISDICTIONS: readonly AccessFacts['deployment']['jurisdiction'][] = ['domestic', 'foreign'];
