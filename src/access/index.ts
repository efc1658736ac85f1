export type { Actor } from './actor.ts';
export { createAccessDirectory } from './directory/directory.ts';
export type { AccessDirectory, AccessDirectoryOptions, AccessDirectoryStatus, StaleDirectory } from './directory/directory.ts';
export type { AccessChanges, AccessFeed, AccessRecord, HoldChange, HoldState, MemberChange, StandingChange } from './directory/record.ts';
export type { Condition, Grant, GrantProblem, GrantState } from './grant.ts';
export { CAPABILITIES, STANDINGS, TIERS, tierOf } from './taxonomy.ts';
export type { Authentication, Capability, Standing, Tier } from './taxonomy.ts';
