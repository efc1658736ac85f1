export type { AccessDecision, AccessFacts } from './types.ts';
