// Who may do what: roles, and the separation of duties. Every act on an application or a grant passes through one of these.
import { err, type Err, type PrincipalId } from '#kernel';
import type { MemberRole } from '#identity';
import type { Actor } from '../actor.ts';
import type { Tier } from '../taxonomy.ts';
import { STRONG, type ActRefusal, type Application, type Round, type Rule } from './model.ts';

export function refuse(rule: Rule, reason: string, next: string): Err<ActRefusal> {
  return err({ rule, reason, next });
}

/** Undefined: the actor has one of the roles. */
export function roleProblem(actor: Actor, roles: readonly MemberRole[], doing: string): Err<ActRefusal> | undefined {
  if (roles.some((role) => actor.roles.has(role))) return undefined;
  return refuse(
    'role-missing',
    `To ${doing} takes the role ${roles.join(' or ')}.`,
    'Ask an administrator for the role, or somebody who has it.',
  );
}

export function ownerProblem(actor: Actor, application: Application, doing: string): Err<ActRefusal> | undefined {
  const missing = roleProblem(actor, ['applicant', 'defender'], doing);
  if (missing !== undefined) return missing;
  if (application.ownerId === actor.principalId) return undefined;
  return refuse('not-yours', `Only ${application.ownerName} can ${doing}.`, 'Work on an application of your own.');
}

/**
 * `involved`: whose application it is in any way: the applicant, who would use the grant, whoever answers for that service, and the
 * supervisor. None of them has a part in deciding it.
 */
export function involvementProblem(actor: Actor, involved: ReadonlySet<PrincipalId>, doing: string): Err<ActRefusal> | undefined {
  if (!involved.has(actor.principalId)) return undefined;
  return refuse(
    'own-application',
    `Nobody can ${doing} where it concerns themselves, a service of theirs or somebody they supervise.`,
    LET_ANOTHER,
  );
}

export const LET_ANOTHER = 'Somebody else with the role has to do it.';

/** Everybody who screened or decided in rounds that are over. */
export function decidedBefore(rounds: readonly Round[]): ReadonlySet<PrincipalId> {
  const people = new Set<PrincipalId>();
  for (const { screeners, approvals, rejection } of rounds.slice(0, -1)) {
    for (const id of screeners) people.add(id);
    for (const { by } of approvals) people.add(by);
    if (rejection !== null) people.add(rejection.by);
  }
  return people;
}

export function earlierRoundProblem(actor: Actor, rounds: readonly Round[]): Err<ActRefusal> | undefined {
  if (!decidedBefore(rounds).has(actor.principalId)) return undefined;
  return refuse('decided-before', 'An appeal is decided by people who had no part in the decision before.', LET_ANOTHER);
}

export function screenerProblem(actor: Actor, round: Round): Err<ActRefusal> | undefined {
  if (!round.screeners.includes(actor.principalId)) return undefined;
  return refuse('screener-not-approver', 'Whoever screened an application does not decide about it.', LET_ANOTHER);
}

export function authenticationProblem(actor: Actor, tier: Tier): Err<ActRefusal> | undefined {
  if (tier === 1 || STRONG.has(actor.authentication)) return undefined;
  return refuse(
    'authentication-too-weak',
    'Deciding about tier 2 takes a session that began with a passkey, or with single sign-on and a second factor.',
    'Sign in with a passkey, or by single sign-on with a second factor, and do it again.',
  );
}
