// Everything that goes with a new standing, whoever or whatever brings it: the case, its timeline, the records. Decides no standing.
import type { PrincipalId } from '#kernel';
import type { Actor } from '../actor.ts';
import { hashOf } from '../desk/facts.ts';
import type { Standing } from '../taxonomy.ts';
import { BY_ITSELF, byOf, caseOpened, rounded, standingChanged, type Act } from './acting.ts';
import type { CaseCause, CaseEvent, MisuseCase, MisuseState, StandingRecord } from './case.ts';
import { NO_SCORE, totalOf, type Score } from './score.ts';
import { isWorse } from './standing.ts';

export interface StandingView {
  readonly principalId: PrincipalId;
  readonly standing: Standing;
  /** Points, decayed to now. */
  readonly score: number;
  readonly sinceMs: number | null;
  readonly reason: string | null;
  readonly caseId: string | null;
}

export interface Move {
  readonly principalId: PrincipalId;
  readonly state: MisuseState;
  readonly present: StandingRecord;
  /** As of now. */
  readonly score: Score;
  readonly to: Standing;
  readonly reason: string;
  /** Null: signals, or time. */
  readonly actor: Actor | null;
  readonly nowMs: number;
}

export type Moving = (move: Move) => Act<StandingView>;

export type NewId = (prefix: 'sig' | 'cas', atMs: number) => string;

/** A new case takes what was counted in this time before it. */
const CASE_LOOKS_BACK_MS = 30 * 24 * 3_600_000;

export function createMoving(newId: NewId): Moving {
  return (move) => {
    const { principalId, present, to, reason, actor, nowMs } = move;
    const isUp = isWorse(to, present.standing);
    // A person who lets somebody back in has weighed what was counted.
    const score = actor !== null && !isUp ? { parts: {}, atMs: nowMs } : move.score;
    const { known, isNew, after } = caseOf(move, isUp);
    const isClosing = after?.state === 'closed';
    const standing: StandingRecord = {
      principalId,
      standing: to,
      score,
      sinceMs: nowMs,
      reason,
      caseId: after === undefined || isClosing ? null : after.id,
      setBy: actor?.principalId ?? null,
    };
    const by = actor === null ? BY_ITSELF : byOf(actor);
    const counted = totalOf(move.score);
    const changed = standingChanged({
      principalId,
      from: present.standing,
      to,
      score: counted,
      // What a person wrote is proved, and not repeated.
      ...(actor === null ? { reason } : { reasonHash: hashOf(reason) }),
      by,
      caseId: known?.id ?? null,
    });
    return {
      change: {
        standing,
        ...(after === undefined ? {} : { case: after, events: eventsOf(move, { isNew, isClosing }) }),
        ...(isNew ? { signalsSinceMs: nowMs - CASE_LOOKS_BACK_MS } : {}),
      },
      records: isNew && known !== undefined ? [changed, caseOpened(known, by)] : [changed],
      result: viewOf(standing, totalOf(score)),
    };
  };

  function caseOf({ principalId, state, to, actor, nowMs }: Move, isUp: boolean) {
    const isNew = state.openCase === undefined && isUp;
    const known = isNew
      ? newCase({ id: newId('cas', nowMs), principalId, cause: actor === null ? 'signals' : 'person', atMs: nowMs })
      : state.openCase;
    if (known === undefined) return { known, isNew, after: undefined };
    const imposedBy = actor === null || !isUp ? known.imposedBy : withOne(known.imposedBy, actor.principalId);
    const after: MisuseCase = to === 'clear' ? { ...known, imposedBy, state: 'closed', closedAtMs: nowMs } : { ...known, imposedBy };
    return { known, isNew, after };
  }
}

function eventsOf(
  { present, score, to, reason, actor, nowMs: atMs }: Move,
  { isNew, isClosing }: { readonly isNew: boolean; readonly isClosing: boolean },
): readonly CaseEvent[] {
  const by = actor === null ? null : { principalId: actor.principalId, name: actor.name };
  const facts = { from: present.standing, to, score: rounded(totalOf(score)) };
  return [
    ...(isNew ? [{ atMs, kind: 'opened', by, text: null, facts: {} } as const] : []),
    { atMs, kind: 'standing-changed', by, text: reason, facts },
    ...(isClosing ? [{ atMs, kind: 'closed', by, text: null, facts: {} } as const] : []),
  ];
}

export function newCase(input: {
  readonly id: string;
  readonly principalId: PrincipalId | null;
  readonly cause: CaseCause;
  readonly atMs: number;
}): MisuseCase {
  const { id, principalId, cause, atMs } = input;
  return { id, principalId, cause, state: 'open', openedAtMs: atMs, closedAtMs: null, vendorNotice: null, imposedBy: [], appeals: 0 };
}

export function clearStanding(principalId: PrincipalId): StandingRecord {
  return { principalId, standing: 'clear', score: NO_SCORE, sinceMs: 0, reason: 'nothing was counted', caseId: null, setBy: null };
}

export function viewOf({ principalId, standing, sinceMs, reason, caseId }: StandingRecord, score: number): StandingView {
  const isSet = sinceMs > 0;
  return { principalId, standing, score: rounded(score), sinceMs: isSet ? sinceMs : null, reason: isSet ? reason : null, caseId };
}

function withOne(list: readonly PrincipalId[], one: PrincipalId): readonly PrincipalId[] {
  return list.includes(one) ? list : [...list, one];
}
