// What is done with a grant after it was made: narrowed, suspended, resumed, revoked, ended, recertified, conditions met. Nothing here
// gives more than was approved; renewing is a new application.
import { err, ok, type Err, type PrincipalId, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import type { Condition, GrantState } from '../grant.ts';
import { byFacts, hashOf, scopeHash, timeOf, type Facts } from './facts.ts';
import type { GrantRecord } from './grant-record.ts';
import type { ActRefusal } from './model.ts';
import { authenticationProblem, LET_ANOTHER, refuse, roleProblem } from './separation.ts';
import { recertificationDue, termsProblem, widening, type Terms } from './terms.ts';

/** What may be taken away from a grant. `conditions`: those that it gets in addition. */
export type Narrowing = { readonly [Name in 'capabilities' | 'scope' | 'programs' | 'endsAtMs' | 'conditions']?: Terms[Name] | undefined };

export type GrantAct =
  | { readonly kind: 'narrow'; readonly changes: Narrowing; readonly reason: string }
  | { readonly kind: 'suspend'; readonly reason: string }
  | { readonly kind: 'resume'; readonly reason: string }
  | { readonly kind: 'revoke'; readonly reason: string }
  /** The holder gives it back. */
  | { readonly kind: 'end'; readonly reason: string }
  | { readonly kind: 'recertify'; readonly reason: string }
  | { readonly kind: 'meet-condition'; readonly condition: Condition; readonly reason: string };

export interface GrantRules {
  /** The holder, whoever answers for it, and the supervisor: see separation.ts. */
  readonly involved: ReadonlySet<PrincipalId>;
  readonly isOutside: boolean;
}

export interface GrantChange {
  readonly grant: GrantRecord;
  readonly facts: Facts;
}

interface GrantSituation {
  readonly grant: GrantRecord;
  readonly actor: Actor;
  readonly nowMs: number;
  readonly rules: GrantRules;
}

export function actOnGrant(
  grant: GrantRecord,
  wanted: GrantAct,
  actor: Actor,
  nowMs: number,
  rules: GrantRules,
): Result<GrantChange, ActRefusal> {
  const changes = changesOf(wanted, { grant, actor, nowMs, rules });
  if (!changes.ok) return changes;
  const next: GrantRecord = { ...grant, ...changes.value, version: grant.version + 1, updatedAtMs: nowMs };
  return ok({ grant: next, facts: factsOf(wanted, next, actor) });
}

function changesOf(wanted: GrantAct, situation: GrantSituation): Result<Partial<GrantRecord>, ActRefusal> {
  const problem = actorProblem(wanted.kind, situation);
  if (problem !== undefined) return problem;
  const { grant, actor, nowMs, rules } = situation;
  switch (wanted.kind) {
    case 'narrow':
      return narrow(wanted.changes, situation);
    case 'suspend':
      return stateProblem(grant, ['active']) ?? ok({ state: 'suspended', stateReason: wanted.reason });
    case 'resume':
      if (rules.isOutside) return outside();
      return stateProblem(grant, ['suspended']) ?? ok({ state: 'active', stateReason: wanted.reason });
    case 'revoke':
      return stateProblem(grant, ['active', 'suspended']) ?? ok({ state: 'revoked', stateReason: wanted.reason });
    case 'end':
      return stateProblem(grant, ['active', 'suspended']) ?? ok({ state: 'ended', stateReason: wanted.reason });
    case 'recertify':
      if (rules.isOutside) return outside();
      return (
        stateProblem(grant, ['active']) ??
        runningProblem(grant, nowMs) ??
        ok({ recertifyByMs: recertificationDue(grant.tier, nowMs), recertified: { by: actor.principalId, atMs: nowMs } })
      );
    case 'meet-condition':
      return stateProblem(grant, ['active', 'suspended']) ?? meetCondition(grant, wanted.condition);
  }
}

/** Roles, separation of duties and, for what lets somebody go on, the strength of the session. */
function actorProblem(kind: GrantAct['kind'], { grant, actor, rules }: GrantSituation): Err<ActRefusal> | undefined {
  switch (kind) {
    case 'end':
      if (grant.ownerId === actor.principalId || grant.principalId === actor.principalId) return undefined;
      return refuse('not-yours', 'Only whoever holds a grant gives it back.', 'An approver can revoke it.');
    // Stopping something in doubt must not wait for the right person.
    case 'suspend':
      return roleProblem(actor, ['approver', 'screener'], 'suspend a grant') ?? involvementProblem(actor, rules);
    case 'revoke':
    case 'narrow':
      return roleProblem(actor, ['approver'], `${kind} a grant`) ?? involvementProblem(actor, rules);
    case 'resume':
    case 'recertify':
      return (
        roleProblem(actor, ['approver'], `${kind} a grant`) ?? involvementProblem(actor, rules) ?? authenticationProblem(actor, grant.tier)
      );
    case 'meet-condition':
      return roleProblem(actor, ['screener'], 'say that a condition is met') ?? involvementProblem(actor, rules);
  }
}

function involvementProblem(actor: Actor, { involved }: GrantRules): Err<ActRefusal> | undefined {
  if (!involved.has(actor.principalId)) return undefined;
  return refuse(
    'own-grant',
    'Nobody decides about a grant of their own, of a service of theirs, or of somebody they supervise.',
    LET_ANOTHER,
  );
}

function narrow(changes: Narrowing, { grant, nowMs }: GrantSituation): Result<Partial<GrantRecord>, ActRefusal> {
  const problem = stateProblem(grant, ['active', 'suspended']) ?? runningProblem(grant, nowMs);
  if (problem !== undefined) return problem;
  const next: Terms = {
    tier: grant.tier,
    capabilities: changes.capabilities ?? grant.capabilities,
    scope: changes.scope ?? grant.scope,
    programs: changes.programs ?? grant.programs,
    endsAtMs: changes.endsAtMs ?? grant.endsAtMs,
    conditions: [...new Set([...grant.conditions, ...(changes.conditions ?? [])])].sort(),
    startsAtMs: grant.startsAtMs,
  };
  const wider = widening(next, grant);
  if (wider !== undefined)
    return refuse('terms-too-wide', wider, 'A grant only becomes narrower; for more, there has to be an application.');
  const impossible = termsProblem(next);
  if (impossible !== undefined) return refuse('terms-impossible', impossible, 'Revoke the grant if nothing is to be left of it.');
  const { capabilities, scope, programs, endsAtMs, conditions } = next;
  return ok({ capabilities, scope, programs, endsAtMs, conditions });
}

/** Only training is for a person to confirm; the others show in how somebody signs in. */
function meetCondition(grant: GrantRecord, condition: Condition): Result<Partial<GrantRecord>, ActRefusal> {
  if (condition !== 'training' || !grant.conditions.includes(condition)) {
    return refuse(
      'condition-unknown',
      'This is no condition of the grant that a person confirms.',
      'Only "training" is; the others show at sign-in.',
    );
  }
  return ok({ conditionsMet: [...new Set([...grant.conditionsMet, condition])] });
}

function stateProblem({ state }: GrantRecord, states: readonly GrantState[]): Err<ActRefusal> | undefined {
  if (states.includes(state)) return undefined;
  return refuse('wrong-state', `The grant is ${state}.`, `This can be done while a grant is ${states.join(' or ')}.`);
}

function runningProblem({ endsAtMs }: GrantRecord, nowMs: number): Err<ActRefusal> | undefined {
  if (nowMs < endsAtMs) return undefined;
  return refuse('wrong-state', 'The grant has ended.', 'Renew it with a new application.');
}

function outside(): Err<ActRefusal> {
  return err({
    rule: 'outside',
    reason: 'Whoever holds this grant is no longer one of the operator’s own.',
    next: 'Revoke the grant, or have an administrator correct the list of members.',
  });
}

const TYPES: Readonly<Record<GrantAct['kind'], string>> = {
  narrow: 'grant-narrowed',
  suspend: 'grant-suspended',
  resume: 'grant-resumed',
  revoke: 'grant-revoked',
  end: 'grant-ended',
  recertify: 'grant-recertified',
  'meet-condition': 'grant-condition-met',
};

function factsOf(wanted: GrantAct, grant: GrantRecord, actor: Actor): Facts {
  return {
    type: TYPES[wanted.kind],
    grant: grant.id,
    application: grant.applicationId,
    by: byFacts(actor),
    principal: grant.principalId,
    state: grant.state,
    version: grant.version,
    tier: grant.tier,
    capabilities: grant.capabilities,
    conditions: grant.conditions,
    conditionsMet: grant.conditionsMet,
    programs: grant.programs,
    scope: scopeHash(grant.scope),
    endsAt: timeOf(grant.endsAtMs),
    recertifyBy: timeOf(grant.recertifyByMs),
    reasonHash: hashOf(wanted.reason),
  };
}
