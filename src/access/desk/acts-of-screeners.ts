// What screeners do: take an application, decide each item of the checklist with a reason, and hand it on to approvers.
import { ok, type Result } from '#kernel';
import { currentRound, deed, outside, stateProblem, withRound } from './acts-of-applicants.ts';
import type { Move, Situation } from './application.ts';
import type { ChecklistItem } from './definition.ts';
import { hashOf } from './facts.ts';
import { scopeOf } from './form-scope.ts';
import type { Act, ActRefusal, Application } from './model.ts';
import { earlierRoundProblem, involvementProblem, refuse, roleProblem } from './separation.ts';

/** Takes it, also over from another screener: what that one has decided stays, and neither decides about the application later. */
export function claim(situation: Situation): Result<Move, ActRefusal> {
  const { application, actor, rules } = situation;
  const round = currentRound(application);
  const problem =
    roleProblem(actor, ['screener'], 'screen an application') ??
    involvementProblem(actor, rules.involved, 'screen an application') ??
    earlierRoundProblem(actor, application.rounds) ??
    stateProblem(application, ['submitted', 'appealed', 'screening'], 'claimed');
  if (problem !== undefined) return problem;
  if (rules.isOutside) return outside();
  const screeners = [...new Set([...round.screeners, actor.principalId])];
  return ok({
    changes: { state: 'screening', rounds: withRound(application, { screeners, screener: deed(situation) }) },
    facts: { type: 'screening-claimed' },
  });
}

export function decideItem(
  situation: Situation,
  { item: id, verdict, reason }: Extract<Act, { readonly kind: 'decide-item' }>,
): Result<Move, ActRefusal> {
  const { application, rules } = situation;
  const problem = currentScreenerProblem(situation, 'screen this application');
  if (problem !== undefined) return problem;
  const item = rules.checklist.items.find((each) => each.id === id);
  if (item === undefined) {
    return refuse('item-unknown', 'There is no such item.', `The items are ${rules.checklist.items.map((each) => each.id).join(', ')}.`);
  }
  if (verdict === 'not-applicable' && !mayNotApply(item, application)) {
    return refuse('item-needed', `“${item.label.en}” applies to this application.`, 'Decide that it passes or fails.');
  }
  const others = currentRound(application).screening.filter((each) => each.item !== id);
  return ok({
    changes: { rounds: withRound(application, { screening: [...others, { ...deed(situation), item: id, verdict, reason }] }) },
    facts: { type: 'screening-item-decided', item: id, verdict, reasonHash: hashOf(reason) },
  });
}

export function finishScreening(situation: Situation): Result<Move, ActRefusal> {
  const { application, nowMs, rules } = situation;
  const problem = currentScreenerProblem(situation, 'finish this screening');
  if (problem !== undefined) return problem;
  const { screening } = currentRound(application);
  const open = rules.checklist.items.filter(({ id }) => !screening.some(({ item }) => item === id)).map(({ id }) => id);
  if (open.length > 0) {
    return refuse('screening-incomplete', `Not decided yet: ${open.join(', ')}.`, 'Decide every item, and finish again.');
  }
  const verdicts = Object.fromEntries(screening.map(({ item, verdict }) => [item, verdict]));
  return ok({
    changes: { state: 'screened', rounds: withRound(application, { finishedAtMs: nowMs }) },
    facts: { type: 'screening-finished', verdicts },
  });
}

function currentScreenerProblem({ application, actor, rules }: Situation, doing: string) {
  const problem =
    roleProblem(actor, ['screener'], doing) ??
    involvementProblem(actor, rules.involved, doing) ??
    earlierRoundProblem(actor, application.rounds) ??
    stateProblem(application, ['screening'], 'screened');
  if (problem !== undefined || currentRound(application).screener?.by === actor.principalId) return problem;
  return refuse('not-the-screener', 'Somebody else is screening this application.', 'Claim it to take over.');
}

function mayNotApply({ notApplicable }: ChecklistItem, { form }: Application): boolean {
  switch (notApplicable) {
    case 'never':
      return false;
    case 'without-targets':
      return scopeOf(form).targets.length === 0;
    case 'without-programs':
      return (form.programs ?? []).length === 0;
  }
}
