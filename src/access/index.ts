export type { Actor } from './actor.ts';
export type { Condition, Grant, GrantProblem, GrantState } from './grant.ts';
export { CAPABILITIES, STANDINGS, TIERS, tierOf } from './taxonomy.ts';
export type { Authentication, Capability, Standing, Tier } from './taxonomy.ts';
