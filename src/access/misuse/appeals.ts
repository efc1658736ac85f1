// Appeals: by whom a case is about, answered by somebody who put no restriction there.
import { err, ok, type Clock, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import { isText } from '../holds/text.ts';
import type { Act, CarryOut } from './acting.ts';
import type { MisuseCase, MisuseState } from './case.ts';
import { clearStanding, type Moving } from './moving.ts';
import type { MisuseRefusal } from './refusal.ts';
import { decayed } from './score.ts';
import type { MisuseCatalogue } from './signals.ts';
import { DECIDERS, eventOf, has, MOST_TEXT_BYTES, textFacts, type CaseText, type Written } from './written.ts';

export interface Appeals {
  /** One at a time. */
  appeal(input: CaseText): Promise<Result<MisuseCase, MisuseRefusal>>;
  /** By an approver or administrator. `granted`: the standing is clear again, and the case closed. */
  answerAppeal(input: CaseText & { readonly outcome: 'granted' | 'upheld' }): Promise<Result<MisuseCase, MisuseRefusal>>;
}

export interface AppealsOptions {
  readonly clock: Clock;
  readonly catalogue: Pick<MisuseCatalogue, 'signals'>;
  readonly carryOut: CarryOut;
  readonly moving: Moving;
  readonly written: Written;
  readonly isOwn: (caseId: string, actor: Actor) => Promise<boolean>;
}

const MOST_APPEALS = 5;

export function createAppeals({ clock, catalogue, carryOut, moving, written, isOwn }: AppealsOptions): Appeals {
  /** Clear again: the standing moves, and takes the case with it. */
  function granted({ caseId, actor, text }: CaseText, found: MisuseCase, state: MisuseState): Act<MisuseCase> {
    const nowMs = clock.now();
    const facts = { outcome: 'granted' };
    const answered = eventOf({ kind: 'appeal-answered', actor, text, facts, atMs: nowMs });
    const record = { subject: caseId, facts: textFacts({ kind: 'appeal-answered', found, actor, text, facts }) };
    const principalId = found.principalId!;
    const present = state.standing ?? clearStanding(principalId);
    const closed: MisuseCase = { ...found, state: 'closed', closedAtMs: nowMs };
    if (present.standing === 'clear') return { change: { case: closed, events: [answered] }, records: [record], result: closed };
    const score = decayed(present.score, nowMs, catalogue);
    const reason = `the appeal in case ${caseId} was granted`;
    const moved = moving({ principalId, state, present, score, to: 'clear', reason, actor, nowMs });
    const events = [answered, ...(moved.change.events ?? [])];
    return { change: { ...moved.change, events }, records: [record, ...moved.records], result: moved.change.case ?? closed };
  }

  async function answerAppeal(input: Parameters<Appeals['answerAppeal']>[0]): Promise<Result<MisuseCase, MisuseRefusal>> {
    const { caseId, actor, text, outcome } = input;
    if (!has(actor, DECIDERS)) return err({ kind: 'role-missing', roles: DECIDERS });
    if (await isOwn(caseId, actor)) return err({ kind: 'own-case' });
    const answerable = (found: MisuseCase): MisuseRefusal | undefined => {
      if (found.state !== 'appealed') return { kind: 'case-state', state: found.state };
      return found.imposedBy.includes(actor.principalId) ? { kind: 'imposed-by-actor' } : undefined;
    };
    if (outcome === 'upheld') {
      return await written(
        input,
        'appeal-answered',
        (found) => {
          const refusal = answerable(found);
          return refusal === undefined ? ok({ state: 'open' }) : err(refusal);
        },
        { outcome },
      );
    }
    if (!isText(text, MOST_TEXT_BYTES)) return err({ kind: 'invalid-text', maxBytes: MOST_TEXT_BYTES });
    return await carryOut({ caseId }, (state): Result<Act<MisuseCase>, MisuseRefusal> => {
      const found = state.openCase;
      if (found === undefined) return err({ kind: 'unknown-case' });
      const refusal = answerable(found);
      return refusal === undefined ? ok(granted(input, found, state)) : err(refusal);
    });
  }

  return {
    answerAppeal,
    appeal: (input) =>
      written(input, 'appeal', (found) => {
        if (found.principalId !== input.actor.principalId) return err({ kind: 'not-concerned' });
        if (found.state !== 'open') return err({ kind: 'case-state', state: found.state });
        if (found.appeals >= MOST_APPEALS) return err({ kind: 'too-many-appeals', most: MOST_APPEALS });
        return ok({ state: 'appealed', appeals: found.appeals + 1 });
      }),
  };
}
