// What people do with cases: read, comment, appeal, answer, close, and make the pack that tells a vendor of a false positive. Whom a case
// is about sees their own, without what others noted, and is never the one who decides it.
import { createHash } from 'node:crypto';
import { err, ok, type Clock, type Json, type Result } from '#kernel';
import type { MemberRole } from '#identity';
import type { Actor } from '../actor.ts';
import { isText } from '../holds/text.ts';
import { byOf, type Act, type CarryOut } from './acting.ts';
import type { CaseDetails, CaseEvent, CaseEventKind, CaseFilter, MisuseCase, MisuseState, MisuseStore } from './case.ts';
import { falsePositivePack, type FalsePositivePack } from './false-positive-pack.ts';
import { clearStanding, type Moving } from './moving.ts';
import type { MisuseRefusal } from './refusal.ts';
import { decayed } from './score.ts';
import type { MisuseCatalogue } from './signals.ts';

export interface Cases {
  /** Newest first. Approvers, auditors and administrators see all, everybody else their own. */
  listCases(filter: CaseFilter, actor: Actor): Promise<readonly MisuseCase[]>;
  /** A case that is not the actor's to see is unknown. */
  getCase(caseId: string, actor: Actor): Promise<Result<CaseDetails, MisuseRefusal>>;
  comment(input: CaseText): Promise<Result<MisuseCase, MisuseRefusal>>;
  /** By whom it is about; one at a time. */
  appeal(input: CaseText): Promise<Result<MisuseCase, MisuseRefusal>>;
  /** By an approver or administrator who put no restriction there. `granted`: the standing is clear again, and the case closed. */
  answerAppeal(input: CaseText & { readonly outcome: 'granted' | 'upheld' }): Promise<Result<MisuseCase, MisuseRefusal>>;
  /** Of a case that stands for no standing: nobody is known, or it is clear. */
  closeCase(input: CaseText): Promise<Result<MisuseCase, MisuseRefusal>>;
  /** `task`: what the work was, in the actor's words; masked before it goes into the pack. */
  makeFalsePositivePack(input: {
    readonly caseId: string;
    readonly actor: Actor;
    readonly task?: string;
  }): Promise<Result<FalsePositivePack, MisuseRefusal>>;
}

export interface CaseText {
  readonly caseId: string;
  readonly actor: Actor;
  /** 1 to 16384 bytes. */
  readonly text: string;
}

export interface CasesOptions {
  readonly store: MisuseStore;
  readonly clock: Clock;
  readonly catalogue: MisuseCatalogue;
  readonly carryOut: CarryOut;
  readonly moving: Moving;
  readonly mask: (text: string) => Promise<string | undefined>;
}

/** Who sees every case and standing. */
export const OVERSEERS = ['approver', 'auditor', 'administrator'] as const satisfies readonly MemberRole[];

const DECIDERS = ['approver', 'administrator'] as const satisfies readonly MemberRole[];
const MOST_TEXT_BYTES = 16_384;
const MOST_APPEALS = 5;

export function createCases({ store, clock, catalogue, carryOut, moving, mask }: CasesOptions): Cases {
  async function getCase(caseId: string, actor: Actor): Promise<Result<CaseDetails, MisuseRefusal>> {
    const found = await store.findCase(caseId);
    if (found === undefined || !maySee(found, actor)) return err({ kind: 'unknown-case' });
    return ok(found.principalId === actor.principalId ? ownView(found, actor) : found);
  }

  /** What somebody wrote in a case, and what came of it. */
  async function written(
    { caseId, actor, text }: CaseText,
    kind: CaseEventKind,
    look: (found: MisuseCase, state: MisuseState) => Result<Partial<MisuseCase>, MisuseRefusal>,
    facts: { readonly [name: string]: Json } = {},
  ): Promise<Result<MisuseCase, MisuseRefusal>> {
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
  }

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

  async function answerAppeal(input: Parameters<Cases['answerAppeal']>[0]): Promise<Result<MisuseCase, MisuseRefusal>> {
    const { caseId, actor, text, outcome } = input;
    if (!has(actor, DECIDERS)) return err({ kind: 'role-missing', roles: DECIDERS });
    const answerable = (found: MisuseCase): MisuseRefusal | undefined => {
      if (found.principalId === actor.principalId) return { kind: 'own-case' };
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
    getCase,
    answerAppeal,
    async listCases(filter, actor) {
      const own = has(actor, OVERSEERS) ? filter : { ...filter, principalId: actor.principalId };
      if (filter.principalId !== undefined && filter.principalId !== own.principalId) return [];
      return await store.listCases(own);
    },
    async comment(input) {
      if (!has(input.actor, OVERSEERS)) return err({ kind: 'role-missing', roles: OVERSEERS });
      return await written(input, 'comment', (found) => {
        if (found.principalId === input.actor.principalId) return err({ kind: 'own-case' });
        return found.state === 'closed' ? err({ kind: 'case-state', state: 'closed' }) : ok({});
      });
    },
    appeal: (input) =>
      written(input, 'appeal', (found) => {
        if (found.principalId !== input.actor.principalId) return err({ kind: 'not-concerned' });
        if (found.state !== 'open') return err({ kind: 'case-state', state: found.state });
        if (found.appeals >= MOST_APPEALS) return err({ kind: 'too-many-appeals', most: MOST_APPEALS });
        return ok({ state: 'appealed', appeals: found.appeals + 1 });
      }),
    async closeCase(input) {
      if (!has(input.actor, DECIDERS)) return err({ kind: 'role-missing', roles: DECIDERS });
      return await written(input, 'closed', (found, { standing }) => {
        if (found.principalId === input.actor.principalId) return err({ kind: 'own-case' });
        if (found.state !== 'open') return err({ kind: 'case-state', state: found.state });
        if (found.principalId !== null && standing !== undefined && standing.standing !== 'clear')
          return err({ kind: 'standing-in-force', standing: standing.standing });
        return ok({ state: 'closed', closedAtMs: clock.now() });
      });
    },
    async makeFalsePositivePack({ caseId, actor, task }) {
      if (!has(actor, OVERSEERS)) return err({ kind: 'role-missing', roles: OVERSEERS });
      const found = await store.findCase(caseId);
      if (found === undefined) return err({ kind: 'unknown-case' });
      if (found.principalId === actor.principalId) return err({ kind: 'own-case' });
      if (task !== undefined && !isText(task, MOST_TEXT_BYTES)) return err({ kind: 'invalid-text', maxBytes: MOST_TEXT_BYTES });
      const masked = task === undefined ? undefined : await mask(task);
      if (task !== undefined && masked === undefined) return err({ kind: 'unmaskable' });
      const pack = falsePositivePack(found, { madeAtMs: clock.now(), ...(masked === undefined ? {} : { task: masked }) });
      const facts = { sha256: sha256(JSON.stringify(pack.json)), requests: pack.json.requests.length };
      const made = await carryOut({ caseId }, (): Result<Act<FalsePositivePack>, MisuseRefusal> => {
        const event = eventOf({ kind: 'pack-made', actor, text: null, facts, atMs: clock.now() });
        return ok({
          change: { events: [event] },
          records: [{ subject: caseId, facts: { type: 'case-pack-made', by: byOf(actor), case: caseId, ...facts } }],
          result: pack,
        });
      });
      return made;
    },
  };
}

function has({ roles }: Actor, wanted: readonly MemberRole[]): boolean {
  return wanted.some((role) => roles.has(role));
}

function maySee({ principalId }: MisuseCase, actor: Actor): boolean {
  return principalId === actor.principalId || has(actor, OVERSEERS);
}

/** Whom it is about does not read what others noted about them. */
function ownView(found: CaseDetails, { principalId }: Actor): CaseDetails {
  return { ...found, events: found.events.filter(({ kind, by }) => kind !== 'comment' || by?.principalId === principalId) };
}

function eventOf(input: {
  readonly kind: CaseEventKind;
  readonly actor: Actor;
  readonly text: string | null;
  readonly facts: { readonly [name: string]: Json };
  readonly atMs: number;
}): CaseEvent {
  const { kind, actor, text, facts, atMs } = input;
  return { atMs, kind, by: { principalId: actor.principalId, name: actor.name }, text, facts };
}

/** The ledger proves a text, and does not repeat it: people write names and values. */
function textFacts(input: {
  readonly kind: CaseEventKind;
  readonly found: MisuseCase;
  readonly actor: Actor;
  readonly text: string;
  readonly facts: { readonly [name: string]: Json };
}): { readonly [name: string]: Json } {
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

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
