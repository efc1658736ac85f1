// What approvers do: approve terms that are within what was applied for, or reject. The last approval that is needed makes the grant.
import { ok, type Json, type Result } from '#kernel';
import type { Condition } from '../grant.ts';
import { currentRound, deed, outside, stateProblem, withRound } from './acts-of-applicants.ts';
import type { Move, Situation } from './application.ts';
import { hashOf, scopeHash, timeOf } from './facts.ts';
import { complete } from './form.ts';
import { scopeOf } from './form-scope.ts';
import { newGrant } from './grant-record.ts';
import type { Act, ActRefusal, Application } from './model.ts';
import { authenticationProblem, earlierRoundProblem, involvementProblem, refuse, roleProblem, screenerProblem } from './separation.ts';
import { approvalsNeeded, DAY_MS, GRANT_LIMITS, termsProblem, widening, type Terms, type TermsChanges } from './terms.ts';

export function approve(
  situation: Situation,
  { terms: changes, reason, grantId }: Extract<Act, { readonly kind: 'approve' }>,
): Result<Move, ActRefusal> {
  const { application, actor, nowMs, rules } = situation;
  const problem = approverProblem(situation, 'approve this application');
  if (problem !== undefined) return problem;
  if (rules.isOutside) return outside();
  const round = currentRound(application);
  if (round.approvals.some(({ by }) => by === actor.principalId)) {
    return refuse('one-approval-each', 'You have approved this application.', 'A second approval has to come from somebody else.');
  }
  const failed = rules.checklist.items.filter(
    ({ id, blocking }) => blocking && !round.screening.some(({ item, verdict }) => item === id && verdict !== 'fail'),
  );
  if (failed.length > 0) {
    const items = failed.map(({ id }) => id).join(', ');
    return refuse('screening-failed', `Screening failed: ${items}.`, 'Reject the application; the applicant can appeal with new evidence.');
  }
  const widest = widestTerms(situation);
  const terms = narrowed(widest, changes, nowMs);
  const wider = widening(terms, widest);
  if (wider !== undefined) return refuse('terms-too-wide', wider, 'Approve less, or have the applicant make another application.');
  const impossible = termsProblem(terms);
  if (impossible !== undefined) return refuse('terms-impossible', impossible, 'Approve other terms, or reject the application.');
  const weak = authenticationProblem(actor, terms.tier);
  if (weak !== undefined) return weak;
  const approvals = [...round.approvals, { ...deed(situation), terms, reason }];
  const facts = { ...termsFacts(terms), reasonHash: hashOf(reason), approvals: approvals.map(({ by }) => by) };
  const rounds = withRound(application, { approvals });
  const missing = approvalsNeeded(terms.tier) - approvals.length;
  if (missing > 0) return ok({ changes: { rounds }, facts: { type: 'application-approved-in-part', ...facts, missing } });
  const grant = newGrant({ id: grantId, application, approvals, terms, conditionsMet: conditionsMet(application, terms) });
  return ok({
    changes: { state: 'approved', rounds, grantId },
    facts: { type: 'application-approved', ...facts, grant: grantId },
    grant,
  });
}

export function reject(situation: Situation, { code, reason }: Extract<Act, { readonly kind: 'reject' }>): Result<Move, ActRefusal> {
  const { application } = situation;
  const problem = approverProblem(situation, 'reject this application');
  if (problem !== undefined) return problem;
  return ok({
    changes: { state: 'rejected', rounds: withRound(application, { rejection: { ...deed(situation), code, reason } }) },
    facts: { type: 'application-rejected', code, reasonHash: hashOf(reason) },
  });
}

function approverProblem({ application, actor, rules }: Situation, doing: string) {
  return (
    roleProblem(actor, ['approver'], doing) ??
    involvementProblem(actor, rules.involved, doing) ??
    stateProblem(application, ['screened'], 'decided') ??
    earlierRoundProblem(actor, application.rounds) ??
    screenerProblem(actor, currentRound(application))
  );
}

/** What may be approved at most: what was applied for, or what the approver before has approved. */
export function widestTerms({ application, nowMs, rules }: Pick<Situation, 'application' | 'nowMs' | 'rules'>): Terms {
  const before = currentRound(application).approvals.at(-1)?.terms;
  if (before !== undefined) return { ...before, startsAtMs: Math.max(before.startsAtMs, nowMs) };
  const { tier, capabilities, programs = [], endDate } = complete(application.form);
  return {
    tier,
    capabilities,
    scope: scopeOf(application.form),
    conditions: conditionsNeeded(application, rules),
    programs,
    startsAtMs: nowMs,
    endsAtMs: Math.min(rules.form.endOf(endDate), nowMs + GRANT_LIMITS[tier].longestDays * DAY_MS),
  };
}

function narrowed(widest: Terms, changes: TermsChanges, nowMs: number): Terms {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<Terms>;
  // A moment that passed while the approver was reading is now.
  return { ...widest, ...given, startsAtMs: Math.max(given.startsAtMs ?? widest.startsAtMs, nowMs) };
}

/** Tier 2 always takes a second factor; so does what an item of the checklist that did not pass asks for. */
function conditionsNeeded({ form, rounds }: Application, { checklist }: Situation['rules']): readonly Condition[] {
  const needed = new Set<Condition>(form.tier === 2 ? ['sso-mfa'] : []);
  for (const { id, condition } of checklist.items) {
    const passed = rounds.at(-1)!.screening.some(({ item, verdict }) => item === id && verdict === 'pass');
    if (condition !== undefined && !passed) needed.add(condition);
  }
  return [...needed].sort();
}

/** The screener has already said that the training was completed, where that item passed. */
function conditionsMet(application: Application, { conditions }: Terms): readonly Condition[] {
  const trained = currentRound(application).screening.some(({ item, verdict }) => item === 'training' && verdict === 'pass');
  return trained && conditions.includes('training') ? ['training'] : [];
}

function termsFacts({ tier, capabilities, scope, conditions, programs, startsAtMs, endsAtMs }: Terms): { readonly terms: Json } {
  return {
    terms: {
      tier,
      capabilities,
      conditions,
      programs,
      scope: scopeHash(scope),
      startsAt: timeOf(startsAtMs),
      endsAt: timeOf(endsAtMs),
    },
  };
}
