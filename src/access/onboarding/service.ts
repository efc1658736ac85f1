// Onboarding to vendors' programs: kept, recorded first, and proved by live probes. Asking a deployment, the store and the obligations come
// in through ports. A lost access takes effect even when it cannot be recorded: nothing stays `ready` that is known not to be.
import { err, ok, ulid, type Clock, type Json, type Random, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import { programNamed, type ObligationsMatrix, type ProgramObligations } from '../obligations/index.ts';
import {
  afterProbe,
  mayStep,
  provesAccess,
  type Onboarding,
  type OnboardingEvent,
  type OnboardingState,
  type OnboardingStep,
  type ProbeFinding,
  type ProbeResult,
} from './state.ts';

export interface OnboardingStore {
  /** False: one that is not closed exists for this program and account. */
  insert(onboarding: Onboarding): Promise<boolean>;
  find(id: string): Promise<Onboarding | undefined>;
  /** Newest first. */
  list(limit: number): Promise<readonly Onboarding[]>;
  /** Adds the event and what follows from it. False: somebody else was faster, and `event.revision` is taken. */
  append(id: string, event: OnboardingEvent, changes: { readonly reference?: string }): Promise<boolean>;
}

export type OnboardingRefusal =
  | { readonly kind: 'unknown-program'; readonly program: string }
  | { readonly kind: 'unknown-onboarding'; readonly id: string }
  /** One that is not closed exists for this program and account. */
  | { readonly kind: 'already-open'; readonly id: string }
  | { readonly kind: 'wrong-state'; readonly state: OnboardingState; readonly wanted: string }
  | { readonly kind: 'no-deployment'; readonly program: string; readonly deployments: readonly string[] }
  /** Hard obligations of the program are unmet: it does not become ready. */
  | { readonly kind: 'obligations-unmet'; readonly program: string; readonly missing: readonly string[] }
  | { readonly kind: 'changed-meanwhile'; readonly id: string };

export interface OnboardingService {
  list(): Promise<readonly Onboarding[]>;
  find(id: string): Promise<Onboarding | undefined>;
  submit(
    actor: Actor,
    input: {
      readonly program: string;
      readonly account: string;
      readonly reference?: string | undefined;
      readonly note?: string | undefined;
    },
  ): Promise<Result<Onboarding, OnboardingRefusal>>;
  advance(
    actor: Actor,
    input: {
      readonly id: string;
      readonly to: OnboardingStep;
      readonly reference?: string | undefined;
      readonly note?: string | undefined;
    },
  ): Promise<Result<Onboarding, OnboardingRefusal>>;
  close(actor: Actor, input: { readonly id: string; readonly note: string }): Promise<Result<Onboarding, OnboardingRefusal>>;
  /** Asks a deployment now. `deployment` undefined: the first under the program. */
  probe(
    actor: Actor,
    input: { readonly id: string; readonly deployment?: string | undefined },
  ): Promise<Result<{ readonly onboarding: Onboarding; readonly finding: ProbeFinding }, OnboardingRefusal>>;
  /** What a canary found, for every onboarding whose program the deployment is under. Returns those whose state changed. */
  observe(deployment: string, result: ProbeResult): Promise<readonly Onboarding[]>;
}

export interface OnboardingPorts {
  readonly matrix: ObligationsMatrix;
  readonly store: OnboardingStore;
  /** Sends one small request through the checkpoint to this deployment. */
  readonly probe: (deployment: string) => Promise<ProbeResult>;
  /** Ids of deployments under the program. */
  readonly deploymentsOf: (program: ProgramObligations) => readonly string[];
  /** Ids of hard obligations that are not met now. */
  readonly missingObligations: (program: ProgramObligations) => Promise<readonly string[]>;
  /** Rejects when it cannot be made durable. */
  readonly record: (subject: string, facts: { readonly [name: string]: Json }) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
}

const MOST_ONBOARDINGS = 1_000;
const ID_ENTROPY_BYTES = 10;
const LONGEST_CLAIM = 128;
const MOST_TRIES = 3;

export function createOnboarding(ports: OnboardingPorts): OnboardingService {
  return {
    list: () => ports.store.list(MOST_ONBOARDINGS),
    find: (id) => ports.store.find(id),
    submit: (actor, input) => submit(ports, actor, input),
    async advance(actor, { id, to, reference, note = '' }) {
      const found = await ports.store.find(id);
      if (found === undefined) return err({ kind: 'unknown-onboarding', id });
      if (!mayStep(found.state, to)) return err({ kind: 'wrong-state', state: found.state, wanted: to });
      return await move(ports, found, { to, by: byOf(actor), note, probe: null }, reference);
    },
    async close(actor, { id, note }) {
      const found = await ports.store.find(id);
      if (found === undefined) return err({ kind: 'unknown-onboarding', id });
      if (found.state === 'closed') return err({ kind: 'wrong-state', state: found.state, wanted: 'closed' });
      return await move(ports, found, { to: 'closed', by: byOf(actor), note, probe: null });
    },
    probe: (actor, input) => probe(ports, actor, input),
    observe: (deployment, result) => observe(ports, deployment, result),
  };
}

async function submit(
  ports: OnboardingPorts,
  actor: Actor,
  input: Parameters<OnboardingService['submit']>[1],
): Promise<Result<Onboarding, OnboardingRefusal>> {
  const { matrix, store, clock, random } = ports;
  const program = programNamed(matrix, input.program);
  if (program === undefined) return err({ kind: 'unknown-program', program: input.program });
  const open = (await store.list(MOST_ONBOARDINGS)).find(
    (each) => each.program === program.id && each.account === input.account && each.state !== 'closed',
  );
  if (open !== undefined) return err({ kind: 'already-open', id: open.id });
  const atMs = clock.now();
  const id = `onb_${ulid(atMs, random.bytes(ID_ENTROPY_BYTES))}`;
  const event: OnboardingEvent = {
    revision: 1,
    atMs,
    from: null,
    to: 'submitted',
    by: byOf(actor),
    note: input.note ?? '',
    probe: null,
  };
  await recordEvent(ports, { id, program: program.id, account: input.account }, event);
  const onboarding: Onboarding = {
    id,
    program: program.id,
    account: input.account,
    reference: input.reference ?? null,
    state: 'submitted',
    createdAtMs: atMs,
    changedAtMs: atMs,
    revision: 1,
    history: [event],
  };
  return (await store.insert(onboarding)) ? ok(onboarding) : err({ kind: 'changed-meanwhile', id });
}

async function probe(
  ports: OnboardingPorts,
  actor: Actor,
  { id, deployment: given }: { readonly id: string; readonly deployment?: string | undefined },
): Promise<Result<{ readonly onboarding: Onboarding; readonly finding: ProbeFinding }, OnboardingRefusal>> {
  const found = await ports.store.find(id);
  if (found === undefined) return err({ kind: 'unknown-onboarding', id });
  const program = programNamed(ports.matrix, found.program);
  if (program === undefined) return err({ kind: 'unknown-program', program: found.program });
  if (found.state !== 'provisioned' && found.state !== 'ready') return err({ kind: 'wrong-state', state: found.state, wanted: 'ready' });
  const deployments = ports.deploymentsOf(program);
  const deployment = given ?? deployments[0];
  if (deployment === undefined || !deployments.includes(deployment))
    return err({ kind: 'no-deployment', program: program.id, deployments });
  if (found.state === 'provisioned') {
    const missing = await ports.missingObligations(program);
    if (missing.length > 0) return err({ kind: 'obligations-unmet', program: program.id, missing });
  }
  const finding = findingOf(deployment, await ports.probe(deployment), program);
  // Asked again: the state may have changed while the vendor thought.
  const current = await ports.store.find(id);
  if (current === undefined) return err({ kind: 'unknown-onboarding', id });
  const to = afterProbe(current.state, finding) ?? current.state;
  const moved = await move(ports, current, { to, by: byOf(actor), note: '', probe: finding });
  return moved.ok ? ok({ onboarding: moved.value, finding }) : moved;
}

async function observe(ports: OnboardingPorts, deployment: string, result: ProbeResult): Promise<readonly Onboarding[]> {
  const changed: Onboarding[] = [];
  for (const { id } of await ports.store.list(MOST_ONBOARDINGS)) {
    const moved = await observeOne(ports, id, deployment, result);
    if (moved !== undefined) changed.push(moved);
  }
  return changed;
}

/** A change of state is told once, so it is tried again where somebody else was faster. */
async function observeOne(ports: OnboardingPorts, id: string, deployment: string, result: ProbeResult): Promise<Onboarding | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const onboarding = await ports.store.find(id);
    const program = onboarding === undefined ? undefined : programNamed(ports.matrix, onboarding.program);
    if (onboarding === undefined || program === undefined || !ports.deploymentsOf(program).includes(deployment)) return undefined;
    const finding = findingOf(deployment, result, program);
    const to = afterProbe(onboarding.state, finding);
    // What comes by itself may take away. `ready` is for a person to ask for, with the obligations looked at.
    if (to === undefined || to === 'ready') return undefined;
    const moved = await move(ports, onboarding, { to, by: null, note: '', probe: finding });
    if (moved.ok) return moved.value;
  }
  return undefined;
}

/** Recorded, then done; but losing `ready` is done in any case, and then the failure to record it is thrown. */
async function move(
  ports: OnboardingPorts,
  onboarding: Onboarding,
  step: Pick<OnboardingEvent, 'to' | 'by' | 'note' | 'probe'>,
  reference?: string,
): Promise<Result<Onboarding, OnboardingRefusal>> {
  const event: OnboardingEvent = { ...step, revision: onboarding.revision + 1, atMs: ports.clock.now(), from: onboarding.state };
  const isLoss = onboarding.state === 'ready' && event.to !== 'ready';
  const recorded = await recordEvent(ports, onboarding, event).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (recorded !== undefined && !isLoss) throw recorded.error;
  const isDone = await ports.store.append(onboarding.id, event, reference === undefined ? {} : { reference });
  if (recorded !== undefined) throw recorded.error;
  if (!isDone) return err({ kind: 'changed-meanwhile', id: onboarding.id });
  return ok({
    ...onboarding,
    reference: reference ?? onboarding.reference,
    state: event.to,
    changedAtMs: event.atMs,
    revision: event.revision,
    history: [...onboarding.history, event],
  });
}

async function recordEvent(
  ports: OnboardingPorts,
  { id, program, account }: Pick<Onboarding, 'id' | 'program' | 'account'>,
  event: OnboardingEvent,
): Promise<void> {
  const { from, to, by, note, probe: found, revision } = event;
  const type = from === null ? 'onboarding-submitted' : found === null ? 'onboarding-moved' : 'onboarding-probed';
  await ports.record(id, {
    type,
    onboarding: id,
    program,
    account,
    revision,
    from,
    to,
    by,
    note,
    probe: found === null ? null : { ...found },
  });
}

function findingOf(deployment: string, result: ProbeResult, program: ProgramObligations): ProbeFinding {
  const cut = (text: string | null): string | null => text?.slice(0, LONGEST_CLAIM) ?? null;
  return {
    deployment,
    ok: result.ok,
    isConclusive: result.isConclusive,
    effectiveModel: cut(result.effectiveModel),
    effectiveProgram: cut(result.effectiveProgram),
    requestId: cut(result.requestId),
    reason: cut(result.reason),
    proves: provesAccess(result, program.accessProgram),
  };
}

function byOf({ principalId, name, authentication }: Actor): NonNullable<OnboardingEvent['by']> {
  return { principal: principalId, name, authentication };
}
