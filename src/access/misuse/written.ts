// What somebody does in a case, written down: on the timeline with its text, in the ledger with the text's hash.
import { createHash } from 'node:crypto';
import { err, ok, type Clock, type Json, type Result } from '#kernel';
import type { MemberRole } from '#identity';
import type { Actor } from '../actor.ts';
import { isText } from '../holds/text.ts';
import { byOf, type Act, type CarryOut } from './acting.ts';
import type { CaseEvent, CaseEventKind, MisuseCase, MisuseState } from './case.ts';
import type { MisuseRefusal } from './refusal.ts';

export interface CaseText {
  readonly caseId: string;
  readonly actor: Actor;
  /** 1 to 16384 bytes. */
  readonly text: string;
}

/** Who sees every case and standing. */
export const OVERSEERS = ['approver', 'auditor', 'administrator'] as const satisfies readonly MemberRole[];

/** Who changes standings and ends cases. */
export const DECIDERS = ['approver', 'administrator'] as const satisfies readonly MemberRole[];
export const MOST_TEXT_BYTES = 16_384;

export type Written = (
  input: CaseText,
  kind: CaseEventKind,
  look: (found: MisuseCase, state: MisuseState) => Result<Partial<MisuseCase>, MisuseRefusal>,
  facts?: Facts,
) => Promise<Result<MisuseCase, MisuseRefusal>>;

type Facts = { readonly [name: string]: Json };

export function createWritten({ carryOut, clock }: { readonly carryOut: CarryOut; readonly clock: Clock }): Written {
  return async ({ caseId, actor, text }, kind, look, facts = {}) => {
    if (!isText(text, MOST_TEXT_BYTES)) return err({ kind: 'invalid-text', maxBytes: MOST_TEXT_BYTES });
    return await carryOut({ caseId }, (state): Result<Act<MisuseCase>, MisuseRefusal> => {
      const found = state.openCase;
      if (found === undefined || !maySee(found, actor)) return err({ kind: 'unknown-case' });
      const looked = look(found, state);
      if (!looked.ok) return looked;
      const after: MisuseCase = { ...found, ...looked.value };
      const event = eventOf({ kind, actor, text, facts, atMs: clock.now() });
      return ok({
        change: { case: after, events: [event] },
        records: [{ subject: caseId, facts: textFacts({ kind, found, actor, text, facts }) }],
        result: after,
      });
    });
  };
}

export function has({ roles }: Actor, wanted: readonly MemberRole[]): boolean {
  return wanted.some((role) => roles.has(role));
}

export function maySee({ principalId }: MisuseCase, actor: Actor): boolean {
  return principalId === actor.principalId || has(actor, OVERSEERS);
}

export function eventOf(input: {
  readonly kind: CaseEventKind;
  readonly actor: Actor;
  readonly text: string | null;
  readonly facts: Facts;
  readonly atMs: number;
}): CaseEvent {
  const { kind, actor, text, facts, atMs } = input;
  return { atMs, kind, by: { principalId: actor.principalId, name: actor.name }, text, facts };
}

/** The ledger proves a text, and does not repeat it: people write names and values. */
export function textFacts(input: {
  readonly kind: CaseEventKind;
  readonly found: MisuseCase;
  readonly actor: Actor;
  readonly text: string;
  readonly facts: Facts;
}): Facts {
  const { kind, found, actor, text, facts } = input;
  const type = TYPES[kind];
  return { type, by: byOf(actor), case: found.id, principal: found.principalId, textSha256: sha256(text), ...facts };
}

const TYPES: Readonly<Record<CaseEventKind, string>> = {
  opened: 'case-opened',
  'standing-changed': 'standing-changed',
  'provider-notice': 'provider-notice',
  comment: 'case-commented',
  appeal: 'case-appealed',
  'appeal-answered': 'appeal-answered',
  'pack-made': 'case-pack-made',
  closed: 'case-closed',
};

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
