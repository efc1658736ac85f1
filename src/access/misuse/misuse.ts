// Misuse: signals add up per principal, and what they add up to moves its standing and opens a case. People set a standing too, with a
// reason, never their own. Finds no signal by itself, and talks to nobody about it: cases.ts does, provider-notices.ts hears of others'.
import { err, ok, ulid, type Clock, type PrincipalId, type Random, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import type { Concerned } from '../desk/concerned.ts';
import type { RecordAct } from '../holds/hold.ts';
import { isReason, MOST_REASON_BYTES } from '../holds/text.ts';
import type { Standing } from '../taxonomy.ts';
import { createCarryOut, rounded, type Act } from './acting.ts';
import type { ListedSignal, SignalEvidence, SignalFilter, MisuseState, MisuseStore, Signal, StandingRecord } from './case.ts';
import { createCases, type Cases } from './cases.ts';
import { boundedEvidence, signalFacts } from './evidence.ts';
import { clearStanding, createMoving, viewOf, type NewId, type StandingView } from './moving.ts';
import { createProviderNotices, type ProviderNotices } from './provider-notices.ts';
import type { MisuseRefusal } from './refusal.ts';
import { createReportQueue, type PendingSignal } from './report-queue.ts';
import { decayed, totalOf, withSignal } from './score.ts';
import type { MisuseCatalogue, MisuseThresholds, SignalKind } from './signals.ts';
import { isWorse, standingAt } from './standing.ts';
import { DECIDERS, has, OVERSEERS } from './written.ts';

export interface MisuseOptions {
  readonly store: MisuseStore;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  readonly catalogue: MisuseCatalogue;
  /** Default: the catalogue's. */
  readonly thresholds?: MisuseThresholds;
  /** Whom a provider means by a pseudonym; undefined: nobody that is known. */
  readonly resolvePseudonym: (identifier: string) => Promise<PrincipalId | undefined>;
  /** Who answers for a service, and so decides nothing about its standing. */
  readonly concerned: Pick<Concerned, 'ofPrincipal'>;
  /** What of a text may go to a vendor; undefined: it cannot be masked, and goes nowhere. */
  readonly mask: (text: string) => Promise<string | undefined>;
}

export interface MisuseReport {
  readonly principalId: PrincipalId;
  readonly kind: SignalKind;
  readonly requestId: string | null;
  readonly atMs: number;
  /** What is not a code, a number or an id of a known kind is left out. */
  readonly evidence: SignalEvidence;
}

export interface Misuse extends Cases, ProviderNotices {
  /**
   * Takes note of a signal. Resolves when what follows from it is in force. Rejects when it could not be recorded or kept; `not-recorded`: a
   * suspension is in force all the same.
   */
  report(report: MisuseReport): Promise<Result<StandingView, MisuseRefusal>>;
  /** By an approver or administrator, never of themselves. Lifting a restriction begins the score anew; while an appeal waits, only its answer lifts. */
  setStanding(input: {
    readonly principalId: PrincipalId;
    readonly actor: Actor;
    readonly standing: Standing;
    /** 1 to 4096 bytes. */
    readonly reason: string;
  }): Promise<Result<StandingView, MisuseRefusal>>;
  /** One's own, or anybody's for approvers, auditors and administrators. */
  standingOf(principalId: PrincipalId, actor: Actor): Promise<Result<StandingView, MisuseRefusal>>;
  /** Those that are not clear, the latest first; for approvers, auditors and administrators. */
  listStandings(limit: number, actor: Actor): Promise<Result<readonly StandingView[], MisuseRefusal>>;
  /** Newest first, of everybody, clear or not: what there is to look at before a case is opened. For approvers, auditors and administrators. */
  listSignals(filter: SignalFilter, actor: Actor): Promise<Result<readonly ListedSignal[], MisuseRefusal>>;
  /** Ends reviews whose score has decayed. How many ended. */
  settle(limit: number): Promise<number>;
  /** Deletes up to `limit` signals that belong to no case and are older. How many that were. */
  prune(input: { readonly retentionSeconds: number; readonly limit: number }): Promise<number>;
}

export function createMisuse(options: MisuseOptions): Misuse {
  const { store, clock, random, catalogue } = options;
  const thresholds = options.thresholds ?? catalogue.thresholds;
  const carryOut = createCarryOut(options);
  const newId: NewId = (prefix, atMs) => `${prefix}_${ulid(atMs, random.bytes(10))}`;

  const moving = createMoving(newId);

  function signalOf(principalId: PrincipalId, pending: PendingSignal, nowMs: number): Signal {
    const { kind, requestId, evidence, count } = pending;
    // A clock ahead of ours would keep what it says from decaying.
    const atMs = Math.min(pending.atMs, nowMs);
    return { id: newId('sig', atMs), principalId, kind, weight: catalogue.signals[kind].weight, requestId, atMs, count, evidence };
  }

  const enqueue = createReportQueue((principalId: PrincipalId, pending) =>
    carryOut({ principalId }, (state) => {
      const nowMs = clock.now();
      return ok(
        counted(
          principalId,
          pending.map((each) => signalOf(principalId, each, nowMs)),
          state,
          nowMs,
        ),
      );
    }),
  );

  /** What signals, or time alone, make of a principal. */
  function counted(principalId: PrincipalId, signals: readonly Signal[], state: MisuseState, nowMs: number): Act<StandingView> {
    const present = state.standing ?? clearStanding(principalId);
    const score = decayed(
      signals.reduce((sum, signal) => withSignal(sum, signal, catalogue), present.score),
      nowMs,
      catalogue,
    );
    const total = totalOf(score);
    const to = standingAt(total, { standing: present.standing, isOrdered: present.setBy !== null }, thresholds);
    const records = signals.map((signal) => ({ subject: principalId, facts: signalFacts(signal) }));
    if (to === present.standing) {
      const standing = { ...present, score };
      return { change: { signals, standing }, records, result: viewOf(standing, total) };
    }
    const reason = isWorse(to, present.standing)
      ? `the score of ${rounded(total)} reached ${to}`
      : `the score of ${rounded(total)} has decayed below ${thresholds.reviewEndsBelow}`;
    const moved = moving({ principalId, state, present, score, to, reason, actor: null, nowMs });
    return { ...moved, change: { ...moved.change, signals }, records: [...records, ...moved.records] };
  }

  async function setStanding(input: Parameters<Misuse['setStanding']>[0]): Promise<Result<StandingView, MisuseRefusal>> {
    const { principalId, actor, standing: to, reason } = input;
    if (!has(actor, DECIDERS)) return err({ kind: 'role-missing', roles: DECIDERS });
    if (actor.principalId === principalId) return err({ kind: 'own-case' });
    if (!isReason(reason)) return err({ kind: 'invalid-text', maxBytes: MOST_REASON_BYTES });
    if (!(await store.hasPrincipal(principalId))) return err({ kind: 'unknown-principal' });
    if ((await options.concerned.ofPrincipal(principalId)).has(actor.principalId)) return err({ kind: 'own-case' });
    return await carryOut<StandingView>({ principalId }, (state) => {
      const nowMs = clock.now();
      const present = state.standing ?? clearStanding(principalId);
      if (present.standing === to) return err({ kind: 'standing-unchanged', standing: to });
      if (!isWorse(to, present.standing) && state.openCase?.state === 'appealed') return err({ kind: 'case-state', state: 'appealed' });
      const score = decayed(present.score, nowMs, catalogue);
      return ok(moving({ principalId, state, present, score, to, reason, actor, nowMs }));
    });
  }

  function viewNow(standing: StandingRecord): StandingView {
    return viewOf(standing, totalOf(decayed(standing.score, clock.now(), catalogue)));
  }

  const parts = { store, clock, catalogue, carryOut, newId, moving };
  return {
    ...createCases({ ...parts, mask: options.mask, concerned: options.concerned }),
    ...createProviderNotices({ ...parts, resolvePseudonym: options.resolvePseudonym, signalOf }),
    setStanding,
    report: ({ principalId, kind, requestId, atMs, evidence }) =>
      enqueue(principalId, { kind, requestId, atMs, evidence: boundedEvidence(evidence), count: 1 }),
    async standingOf(principalId, actor) {
      const isOwn = principalId === actor.principalId;
      if (!isOwn && !has(actor, OVERSEERS)) return err({ kind: 'unknown-principal' });
      const standing = await store.findStanding(principalId);
      if (standing === undefined && !isOwn && !(await store.hasPrincipal(principalId))) return err({ kind: 'unknown-principal' });
      return ok(standing === undefined ? viewOf(clearStanding(principalId), 0) : viewNow(standing));
    },
    async listStandings(limit, actor) {
      if (!has(actor, OVERSEERS)) return err({ kind: 'role-missing', roles: OVERSEERS });
      return ok((await store.listStandings(limit)).map(viewNow));
    },
    async listSignals(filter, actor) {
      if (!has(actor, OVERSEERS)) return err({ kind: 'role-missing', roles: OVERSEERS });
      return ok(await store.listSignals(filter));
    },
    async settle(limit) {
      let ended = 0;
      for (const principalId of await store.reviewsToSettle(limit)) {
        const settled = await carryOut({ principalId }, (state) => ok(counted(principalId, [], state, clock.now())));
        if (settled.ok && settled.value.standing === 'clear') ended++;
      }
      return ended;
    },
    prune: ({ retentionSeconds, limit }) => store.pruneSignals(clock.now() - retentionSeconds * 1000, limit),
  };
}
