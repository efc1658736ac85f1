// Obligations for those who run the checkpoint: the report, and the attestations of people. Recorded first, then done; facts and rows come
// in through ports.
import { err, ok, ulid, type Clock, type Json, type Random, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import { assessObligations, deploymentsUnder, mayEnable, missingOf, type EnablementRefusal, type ObligationAssessment } from './assess.ts';
import { attestationCounts, type Attestation, type AttestationStore } from './attestation.ts';
import type { GrantFact, ObligationFacts } from './facts.ts';
import { programNamed, type ObligationsMatrix, type ProgramObligations } from './matrix.ts';

export interface ProgramReport {
  readonly id: string;
  readonly vendor: string;
  readonly en: string;
  readonly ja: string;
  readonly tier: 1 | 2;
  readonly apply: string | null;
  /** A deployment is under it, or an active grant opens it. */
  readonly isInUse: boolean;
  readonly deployments: readonly string[];
  readonly mayEnable: boolean;
  readonly obligations: readonly ObligationAssessment[];
}

export interface ObligationReport {
  readonly atMs: number;
  /** Version of the matrix. */
  readonly version: string;
  readonly programs: readonly ProgramReport[];
}

export type AttestRefusal =
  | { readonly kind: 'unknown-program'; readonly program: string }
  | { readonly kind: 'unknown-obligation'; readonly program: string; readonly obligation: string }
  /** A machine sees it; nobody's word is needed or taken. */
  | { readonly kind: 'not-attestable'; readonly obligation: string }
  | { readonly kind: 'invalid-until'; readonly latestMs: number };

export type WithdrawRefusal =
  | { readonly kind: 'unknown-attestation'; readonly id: string }
  | { readonly kind: 'already-withdrawn'; readonly id: string };

export interface AttestInput {
  readonly program: string;
  readonly obligation: string;
  readonly statement: string;
  readonly untilMs: number;
}

export interface ObligationsService {
  /** `program`: that one alone, by its id or by what requests name; undefined: all. */
  report(program?: string): Promise<Result<ObligationReport, { readonly kind: 'unknown-program'; readonly program: string }>>;
  /** Why a grant must not be made: for each program that it would open and that could then not be enabled, what is missing. */
  unmetWith(grant: Omit<GrantFact, 'id'>): Promise<readonly EnablementRefusal[]>;
  attest(actor: Actor, input: AttestInput): Promise<Result<Attestation, AttestRefusal>>;
  withdraw(actor: Actor, input: { readonly id: string; readonly reason: string }): Promise<Result<Attestation, WithdrawRefusal>>;
  /** Newest first, those that count no longer as well. */
  attestations(): Promise<readonly Attestation[]>;
}

export interface ObligationsPorts {
  readonly matrix: ObligationsMatrix;
  /** Everything but what this service knows by itself. */
  readonly facts: () => Promise<Omit<ObligationFacts, 'atMs' | 'attestations'>>;
  readonly store: AttestationStore;
  /** Rejects when it cannot be made durable. */
  readonly record: (subject: string, facts: { readonly [name: string]: Json }) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
}

/** An attestation is given anew every year at the latest, with a month to do it in. */
export const LONGEST_ATTESTATION_MS = 400 * 24 * 60 * 60_000;
/** How evidence names a grant that has no id yet. */
const TO_BE_MADE = '(this one)';
const MOST_ATTESTATIONS = 5_000;
const ID_ENTROPY_BYTES = 10;

export function createObligations(ports: ObligationsPorts): ObligationsService {
  const { matrix, store, clock } = ports;
  return {
    async report(program) {
      const chosen = program === undefined ? matrix.programs : [programNamed(matrix, program)];
      if (chosen.some((one) => one === undefined)) return err({ kind: 'unknown-program', program: program! });
      const facts = await currentObligationFacts(ports);
      return ok({
        atMs: facts.atMs,
        version: matrix.version,
        programs: chosen.map((one) => reportOf(one!, facts)),
      });
    },
    async unmetWith(grant) {
      if (grant.programs.length === 0) return [];
      const facts = await currentObligationFacts(ports);
      // What is demanded of grants is demanded of this one as well.
      const together = { ...facts, grants: facts.grants === null ? null : [...facts.grants, { ...grant, id: TO_BE_MADE }] };
      return grant.programs.flatMap((name) => {
        const allowed = mayEnable(programNamed(matrix, name), together, name);
        return allowed.ok ? [] : [allowed.error];
      });
    },
    attest: (actor, input) => attest(ports, actor, input),
    async withdraw(actor, { id, reason }) {
      const found = await store.find(id);
      if (found === undefined) return err({ kind: 'unknown-attestation', id });
      if (found.withdrawnAtMs !== null) return err({ kind: 'already-withdrawn', id });
      await ports.record(id, {
        type: 'attestation-withdrawn',
        attestation: id,
        program: found.program,
        obligation: found.obligation,
        reason,
        by: byOf(actor),
      });
      const atMs = clock.now();
      const isDone = await store.withdraw({ id, atMs, by: actor.name, reason });
      return isDone
        ? ok({ ...found, withdrawnAtMs: atMs, withdrawnBy: actor.name, withdrawnReason: reason })
        : err({ kind: 'already-withdrawn', id });
    },
    attestations: () => store.list(MOST_ATTESTATIONS),
  };
}

/** With the attestations that count now. Attestations that cannot be read are not known, and the rest is assessed all the same. */
export async function currentObligationFacts(ports: Pick<ObligationsPorts, 'facts' | 'store' | 'clock'>): Promise<ObligationFacts> {
  const [facts, attestations] = await Promise.all([ports.facts(), ports.store.list(MOST_ATTESTATIONS).catch(() => null)]);
  const atMs = ports.clock.now();
  return { ...facts, atMs, attestations: attestations?.filter((one) => attestationCounts(one, atMs)) ?? null };
}

async function attest(ports: ObligationsPorts, actor: Actor, input: AttestInput): Promise<Result<Attestation, AttestRefusal>> {
  const { matrix, clock, random, store } = ports;
  const program = programNamed(matrix, input.program);
  if (program === undefined) return err({ kind: 'unknown-program', program: input.program });
  const demand = program.demands.find(({ obligation }) => obligation.id === input.obligation);
  if (demand === undefined) return err({ kind: 'unknown-obligation', program: program.id, obligation: input.obligation });
  const { obligation } = demand;
  if (obligation.attestation === 'none') return err({ kind: 'not-attestable', obligation: obligation.id });
  const nowMs = clock.now();
  const latestMs = nowMs + LONGEST_ATTESTATION_MS;
  if (input.untilMs <= nowMs || input.untilMs > latestMs) return err({ kind: 'invalid-until', latestMs });
  const id = `att_${ulid(nowMs, random.bytes(ID_ENTROPY_BYTES))}`;
  await ports.record(id, {
    type: 'obligation-attested',
    attestation: id,
    program: program.id,
    obligation: obligation.id,
    obligationHash: obligation.hash,
    matrix: matrix.version,
    statement: input.statement,
    until: new Date(input.untilMs).toISOString(),
    by: byOf(actor),
  });
  const attestation: Attestation = {
    id,
    program: program.id,
    obligation: obligation.id,
    obligationHash: obligation.hash,
    statement: input.statement,
    by: { principal: actor.principalId, name: actor.name, authentication: actor.authentication },
    atMs: nowMs,
    untilMs: input.untilMs,
    withdrawnAtMs: null,
    withdrawnBy: null,
    withdrawnReason: null,
  };
  await store.insert(attestation);
  return ok(attestation);
}

function reportOf(program: ProgramObligations, facts: ObligationFacts): ProgramReport {
  const deployments = deploymentsUnder(program, facts.deployments).map(({ id }) => id);
  const obligations = assessObligations(program, facts);
  const { id, vendor, en, ja, tier, apply } = program;
  const isOpened = facts.grants?.some(({ programs }) => programs.includes(id)) ?? false;
  return {
    id,
    vendor,
    en,
    ja,
    tier,
    apply,
    isInUse: deployments.length > 0 || isOpened,
    deployments,
    mayEnable: missingOf(obligations).length === 0,
    obligations,
  };
}

function byOf({ principalId, name, authentication }: Actor): Json {
  return { principal: principalId, name, authentication };
}
