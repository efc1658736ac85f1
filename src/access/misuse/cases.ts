// What people do with cases: read, comment, close, and make the pack that tells a vendor of a false positive. Whom a case
// is about sees their own, without what others noted, and is never the one who decides it.
import { err, ok, type Clock, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import type { Concerned } from '../desk/concerned.ts';
import { isText } from '../holds/text.ts';
import { byOf, type Act, type CarryOut } from './acting.ts';
import { createAppeals, type Appeals } from './appeals.ts';
import type { CaseDetails, CaseFilter, MisuseCase, MisuseStore } from './case.ts';
import { falsePositivePack, type FalsePositivePack } from './false-positive-pack.ts';
import type { Moving } from './moving.ts';
import type { MisuseRefusal } from './refusal.ts';
import type { MisuseCatalogue } from './signals.ts';
import { createWritten, DECIDERS, eventOf, has, maySee, MOST_TEXT_BYTES, OVERSEERS, sha256, type CaseText } from './written.ts';

export interface Cases extends Appeals {
  /** Newest first. Approvers, auditors and administrators see all, everybody else their own. */
  listCases(filter: CaseFilter, actor: Actor): Promise<readonly MisuseCase[]>;
  /** A case that is not the actor's to see is unknown. */
  getCase(caseId: string, actor: Actor): Promise<Result<CaseDetails, MisuseRefusal>>;
  comment(input: CaseText): Promise<Result<MisuseCase, MisuseRefusal>>;
  /** Of a case that stands for no standing: nobody is known, or it is clear. */
  closeCase(input: CaseText): Promise<Result<MisuseCase, MisuseRefusal>>;
  /** `task`: what the work was, in the actor's words; masked before it goes into the pack. */
  makeFalsePositivePack(input: {
    readonly caseId: string;
    readonly actor: Actor;
    readonly task?: string;
  }): Promise<Result<FalsePositivePack, MisuseRefusal>>;
}

export interface CasesOptions {
  readonly store: MisuseStore;
  readonly clock: Clock;
  readonly catalogue: MisuseCatalogue;
  readonly carryOut: CarryOut;
  readonly moving: Moving;
  readonly mask: (text: string) => Promise<string | undefined>;
  readonly concerned: Pick<Concerned, 'ofPrincipal'>;
}

export function createCases({ store, clock, catalogue, carryOut, moving, mask, concerned }: CasesOptions): Cases {
  const written = createWritten({ carryOut, clock });

  /** Its own case, or that of a service it answers for. Whom a case is about never changes. */
  async function isOwn(caseId: string, actor: Actor): Promise<boolean> {
    const about = (await store.findCase(caseId))?.principalId ?? null;
    return about !== null && (await concerned.ofPrincipal(about)).has(actor.principalId);
  }

  async function getCase(caseId: string, actor: Actor): Promise<Result<CaseDetails, MisuseRefusal>> {
    const found = await store.findCase(caseId);
    if (found === undefined || !maySee(found, actor)) return err({ kind: 'unknown-case' });
    return ok(found.principalId === actor.principalId ? ownView(found, actor) : found);
  }

  return {
    ...createAppeals({ clock, catalogue, carryOut, moving, written, isOwn }),
    getCase,
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
    async closeCase(input) {
      if (!has(input.actor, DECIDERS)) return err({ kind: 'role-missing', roles: DECIDERS });
      if (await isOwn(input.caseId, input.actor)) return err({ kind: 'own-case' });
      return await written(input, 'closed', (found, { standing }) => {
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

/** Whom it is about does not read what others noted about them. */
function ownView(found: CaseDetails, { principalId }: Actor): CaseDetails {
  return { ...found, events: found.events.filter(({ kind, by }) => kind !== 'comment' || by?.principalId === principalId) };
}
