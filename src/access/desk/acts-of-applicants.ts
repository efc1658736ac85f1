// What applicants do with their own applications; and remarks, which everybody who works on one may make.
import { err, ok, type Err, type Result } from '#kernel';
import type { Move, Situation } from './application.ts';
import { hashOf } from './facts.ts';
import { MOST_EVIDENCE, MOST_REMARKS, MOST_ROUNDS } from './limits.ts';
import { EMPTY_ROUND, type Act, type ActRefusal, type Application, type ApplicationState, type Deed, type Round } from './model.ts';
import { ownerProblem, refuse, roleProblem } from './separation.ts';

type Of<Kind extends Act['kind']> = Extract<Act, { readonly kind: Kind }>;

export function edit({ application, actor }: Situation, { form, principalId }: Of<'edit'>): Result<Move, ActRefusal> {
  const problem = ownerProblem(actor, application, 'edit this application') ?? stateProblem(application, ['draft'], 'edited');
  return problem ?? ok({ changes: { form, principalId }, facts: { type: 'application-edited' } });
}

export function attach(situation: Situation, { evidence }: Of<'attach'>): Result<Move, ActRefusal> {
  const { application, actor } = situation;
  const doing = 'attach documents to this application';
  const isScreener = application.state === 'screening' && currentRound(application).screener?.by === actor.principalId;
  const problem =
    (isScreener ? roleProblem(actor, ['screener'], doing) : ownerProblem(actor, application, doing)) ??
    stateProblem(application, ['draft', 'submitted', 'screening', 'appealed'], 'added to');
  if (problem !== undefined) return problem;
  if (application.evidence.length >= MOST_EVIDENCE) {
    return refuse('limit-reached', `An application holds ${MOST_EVIDENCE} documents at most.`, 'Join several documents into one.');
  }
  return ok({
    changes: { evidence: [...application.evidence, { ...evidence, ...deed(situation) }] },
    facts: { type: 'evidence-attached', evidence: { id: evidence.id, bytes: evidence.bytes, sha256: evidence.sha256 } },
  });
}

export function submit({ application, actor, nowMs, rules }: Situation): Result<Move, ActRefusal> {
  const problem = ownerProblem(actor, application, 'submit this application') ?? stateProblem(application, ['draft'], 'submitted');
  if (problem !== undefined) return problem;
  if (rules.isOutside) return outside();
  const problems = rules.form.problems(application.form, {
    nowMs,
    evidence: new Set(application.evidence.map(({ id }) => id)),
    ownerEmail: rules.ownerEmail,
    hasService: rules.hasService && application.principalId !== null,
  });
  if (problems.length > 0) {
    return err({
      rule: 'form-incomplete',
      reason: `The form is not complete: ${problems
        .map(({ path }) => path)
        .join(', ')
        .slice(0, 500)}.`,
      next: 'Edit the draft field by field as `problems` says, and submit it again.',
      problems,
    });
  }
  return ok({
    changes: { state: 'submitted', submittedAtMs: nowMs },
    facts: { type: 'application-submitted', evidence: application.evidence.map(({ sha256 }) => sha256) },
  });
}

export function withdraw({ application, actor }: Situation, { reason }: Of<'withdraw'>): Result<Move, ActRefusal> {
  const problem =
    ownerProblem(actor, application, 'withdraw this application') ??
    stateProblem(application, ['draft', 'submitted', 'screening', 'screened', 'appealed'], 'withdrawn');
  return problem ?? ok({ changes: { state: 'withdrawn' }, facts: { type: 'application-withdrawn', reasonHash: hashOf(reason) } });
}

export function appeal(situation: Situation, { reason }: Of<'appeal'>): Result<Move, ActRefusal> {
  const { application, actor } = situation;
  const problem = ownerProblem(actor, application, 'appeal') ?? stateProblem(application, ['rejected'], 'appealed');
  if (problem !== undefined) return problem;
  if (application.rounds.length >= MOST_ROUNDS) {
    return refuse(
      'limit-reached',
      `A decision can be appealed ${MOST_ROUNDS - 1} times.`,
      'Make a new application, with what has changed.',
    );
  }
  const round: Round = { ...EMPTY_ROUND, appeal: { ...deed(situation), reason } };
  return ok({
    changes: { state: 'appealed', rounds: [...application.rounds, round] },
    facts: { type: 'application-appealed', reasonHash: hashOf(reason) },
  });
}

export function remark(situation: Situation, { text, isInternal }: Of<'remark'>): Result<Move, ActRefusal> {
  const { application, actor } = situation;
  const doing = 'remark on this application';
  const isOwner = application.ownerId === actor.principalId;
  const problem = isOwner ? ownerProblem(actor, application, doing) : roleProblem(actor, ['screener', 'approver'], doing);
  if (problem !== undefined) return problem;
  const open = stateProblem(application, OPEN_TO_REMARKS, 'remarked on');
  if (open !== undefined) return open;
  if (application.remarks.length >= MOST_REMARKS) {
    return refuse('limit-reached', `An application holds ${MOST_REMARKS} remarks at most.`, 'Decide the application.');
  }
  return ok({
    // What is kept from the applicant is not made by the applicant.
    changes: { remarks: [...application.remarks, { ...deed(situation), text, isInternal: isInternal && !isOwner }] },
    facts: { type: 'application-remarked', textHash: hashOf(text) },
  });
}

const OPEN_TO_REMARKS: readonly ApplicationState[] = ['draft', 'submitted', 'screening', 'screened', 'rejected', 'appealed'];

export function outside(): Err<ActRefusal> {
  return refuse(
    'outside',
    'Trusted access is for people and services of the operator; this one is not.',
    'Ask an administrator if that is a mistake in the list of members.',
  );
}

export function deed({ actor, nowMs }: Pick<Situation, 'actor' | 'nowMs'>): Deed {
  return { by: actor.principalId, name: actor.name, atMs: nowMs };
}

export function currentRound({ rounds }: Application): Round {
  return rounds.at(-1)!;
}

/** The application's rounds with the last one changed. */
export function withRound({ rounds }: Application, changes: Partial<Round>): readonly Round[] {
  return [...rounds.slice(0, -1), { ...rounds.at(-1)!, ...changes }];
}

export function stateProblem({ state }: Application, states: readonly ApplicationState[], done: string): Err<ActRefusal> | undefined {
  if (states.includes(state)) return undefined;
  return refuse('wrong-state', `An application that is ${state} cannot be ${done}.`, `It can be while it is ${states.join(', ')}.`);
}
