// Holds: opening, deciding, delivering. A held call is delivered at most once, only while an approval by somebody else is on record, and
// only if it is the very call that was approved. What cannot be recorded in the ledger is not done. Reviews no call itself.
import { timingSafeEqual } from 'node:crypto';
import { err, ok, ulid, type Clock, type Json, type PrincipalId, type Random, type RequestId, type Result } from '#kernel';
import type { FoundTarget, Reason, ToolCall } from '#scope';
import type { Actor } from '../actor.ts';
import type { Concerned } from '../desk/concerned.ts';
import { hashOf } from '../desk/facts.ts';
import { STRONG } from '../desk/model.ts';
import { createHoldCipher } from './cipher.ts';
import type { HeldCall, Hold, HoldStep, HoldFilter, HoldRefusal, HoldStore, RecordAct, StoredHold } from './hold.ts';
import { isReason, toolLabel } from './text.ts';

export interface HoldsOptions {
  readonly store: HoldStore;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  /** At least 32 random bytes; the same on every node. */
  readonly secret: Buffer;
  /** Asked right before a call is delivered: the principal's grant still counts, and its standing allows governed work. */
  stillGranted(input: { readonly principalId: PrincipalId; readonly grantId: string }): boolean | Promise<boolean>;
  /** Who answers for a grant, and so decides about no call under it. */
  readonly concerned: Pick<Concerned, 'ofGrant'>;
  /** Told after a denial is in force; what it throws is the caller's to see, and changes nothing about the denial. */
  onDenied?(hold: Hold): Promise<void>;
  /** How long somebody may take to decide. Default: an hour. */
  readonly waitSeconds?: number;
  /** How long an approval is good for. Default: 15 minutes. */
  readonly validSeconds?: number;
  /** Default: 20 of one principal, 1,000 overall. */
  readonly most?: { readonly ofPrincipal: number; readonly overall: number };
}

export interface OpenHold {
  readonly call: ToolCall;
  readonly reasons: readonly Reason[];
  /** What the call would touch, for whoever decides. */
  readonly targets?: readonly FoundTarget[];
  readonly principalId: PrincipalId;
  readonly grantId: string;
  readonly requestId: RequestId;
  readonly route: string;
  readonly deployment: string;
  readonly isTainted: boolean;
}

export interface Consume {
  readonly principalId: PrincipalId;
  readonly grantId: string;
  /** The request that gets the call. */
  readonly requestId: RequestId;
  readonly call: ToolCall;
  /** The hold that the request waited for; left out: one that was approved for the same call. */
  readonly holdId?: string;
}

export interface Holds {
  /** The same call that waits already is not held twice: its hold is answered. */
  open(input: OpenHold): Promise<Result<Hold, HoldRefusal>>;
  /** Once. `reason`: 1 to 4096 bytes without control characters. */
  decide(input: {
    readonly holdId: string;
    readonly actor: Actor;
    readonly decision: 'approve' | 'deny';
    readonly reason: string;
  }): Promise<Result<Hold, HoldRefusal>>;
  /** Takes the approval: after `ok`, and only then, the call may go to the client, once. */
  consume(input: Consume): Promise<Result<Hold, HoldRefusal>>;
  /** Whether a client that comes back has an approval to take; `consume` takes it. */
  findApproved(input: { readonly principalId: PrincipalId; readonly grantId: string; readonly call: ToolCall }): Promise<Hold | undefined>;
  /** Newest first. Approvers and auditors see all, everybody else their own. */
  list(filter: HoldFilter, actor: Actor): Promise<readonly Hold[]>;
  /** With what was held, in the clear; `held` undefined: erased, or unreadable. A hold that is not the actor's to see is unknown. */
  get(holdId: string, actor: Actor): Promise<Result<{ readonly hold: Hold; readonly held: HeldCall | undefined }, HoldRefusal>>;
  /** Ends what is over its time. How many that were. */
  expire(): Promise<number>;
  /** Erases sealed calls of holds that are over and older than `retentionSeconds`; up to `limit` per call. How many that were. */
  prune(input: { readonly retentionSeconds: number; readonly limit: number }): Promise<number>;
}

const MOST_CALL_BYTES = 256 * 1024;
const MOST_SEALED_BYTES = 1_900_000;
const MOST_REASONS = 32;
const MOST_TARGETS = 100;

const CHECKPOINT = { principal: null, name: 'checkpoint', authentication: 'none' } as const;

export function createHolds(options: HoldsOptions): Holds {
  const { store, record, clock, random } = options;
  const { waitSeconds = 3600, validSeconds = 900, most = { ofPrincipal: 20, overall: 1000 } } = options;
  const cipher = createHoldCipher(options.secret, random);

  async function open(input: OpenHold): Promise<Result<Hold, HoldRefusal>> {
    const { call, principalId, grantId, requestId } = input;
    if (Buffer.byteLength(call.name) + Buffer.byteLength(call.arguments) > MOST_CALL_BYTES)
      return err({ kind: 'call-too-large', maxBytes: MOST_CALL_BYTES });
    const createdAtMs = clock.now();
    const bound = {
      id: `hld_${ulid(createdAtMs, random.bytes(10))}`,
      principalId,
      grantId,
      fingerprint: cipher.fingerprint(call, grantId),
    };
    const reasons = input.reasons.slice(0, MOST_REASONS);
    const sealedCall = cipher.seal({ call, reasons, targets: input.targets?.slice(0, MOST_TARGETS) ?? [] }, bound);
    if (sealedCall.length > MOST_SEALED_BYTES) return err({ kind: 'call-too-large', maxBytes: MOST_CALL_BYTES });
    const hold: StoredHold = {
      ...bound,
      requestId,
      route: input.route,
      deployment: input.deployment,
      tool: toolLabel(call.name),
      reasonCodes: [...new Set(reasons.map(({ code }) => code))],
      isTainted: input.isTainted,
      status: 'waiting',
      createdAtMs,
      expiresAtMs: createdAtMs + waitSeconds * 1000,
      decision: null,
      deliveredAtMs: null,
      deliveredTo: null,
      sealedCall,
    };
    const { reasonCodes, isTainted } = hold;
    const facts = { ...factsOf(hold), type: 'hold-opened', by: CHECKPOINT, reasons: reasonCodes, tainted: isTainted };
    const inserted = await store.insert(hold, most, () => record(hold.id, facts));
    if (inserted === 'too-many-of-principal') return err({ kind: 'too-many-waiting', whose: 'principal', most: most.ofPrincipal });
    if (inserted === 'too-many') return err({ kind: 'too-many-waiting', whose: 'everybody', most: most.overall });
    return ok(shown(inserted.hold));
  }

  async function decide(input: Parameters<Holds['decide']>[0]): Promise<Result<Hold, HoldRefusal>> {
    const { actor, reason } = input;
    const refused = await dutyProblem(options, input);
    if (refused !== undefined) return err(refused);
    const outcome = await acting(input.holdId, async (hold): Promise<Acted> => {
      const atMs = clock.now();
      if (hold.status !== 'waiting') return err({ kind: 'already-decided', status: hold.status });
      if (hold.expiresAtMs <= atMs) return err({ kind: 'already-decided', status: 'expired' });
      const decision = { by: actor.principalId, byName: actor.name, atMs, reason };
      const change: HoldStep =
        input.decision === 'approve' ? { to: 'approved', decision, expiresAtMs: atMs + validSeconds * 1000 } : { to: 'denied', decision };
      const by = { principal: actor.principalId, name: actor.name, authentication: actor.authentication };
      return ok({
        change,
        facts: { ...factsOf(hold), type: `hold-${change.to}`, by, reasonHash: hashOf(reason) },
        undone: 'hold-not-decided',
      });
    });
    if (outcome.ok && outcome.value.status === 'denied') await options.onDenied?.(outcome.value);
    return outcome;
  }

  async function consume(input: Consume): Promise<Result<Hold, HoldRefusal>> {
    const { principalId, grantId, requestId, call } = input;
    const fingerprint = cipher.fingerprint(call, grantId);
    const holdId = input.holdId ?? (await store.findApproved({ principalId, grantId, fingerprint, nowMs: clock.now() }))?.id;
    if (holdId === undefined) return err({ kind: 'unknown-hold' });
    return await acting(holdId, async (hold): Promise<Acted> => {
      if (hold.principalId !== principalId || hold.grantId !== grantId) return err({ kind: 'unknown-hold' });
      if (!timingSafeEqual(hold.fingerprint, fingerprint)) return err({ kind: 'other-call' });
      const atMs = clock.now();
      if (hold.status !== 'approved') return err({ kind: 'not-approved', status: hold.status });
      if (hold.expiresAtMs <= atMs) return err({ kind: 'not-approved', status: 'expired' });
      if (!(await options.stillGranted({ principalId, grantId }))) return err({ kind: 'no-longer-granted' });
      const facts = { ...factsOf(hold), type: 'hold-delivered', by: CHECKPOINT, deliveredTo: requestId };
      return ok({ change: { to: 'delivered', atMs, requestId }, facts, undone: 'hold-not-delivered' });
    });
  }

  /** Looks, records, changes: in this order, and with nobody in between. */
  async function acting(holdId: string, look: (hold: StoredHold) => Promise<Acted>): Promise<Result<Hold, HoldRefusal>> {
    let recorded: { readonly facts: Facts; readonly undone: string } | undefined;
    try {
      const outcome = await store.change<Result<Hold, HoldRefusal>>(holdId, async (hold) => {
        const acted = await look(hold);
        if (!acted.ok) return { result: acted };
        const { change, facts, undone } = acted.value;
        await record(holdId, facts);
        recorded = { facts, undone };
        return { change, result: ok(shown(changed(hold, change))) };
      });
      return outcome ?? err({ kind: 'unknown-hold' });
    } catch (error) {
      // The ledger may be what failed next; the first failure is the one to be told.
      if (recorded !== undefined)
        await record(holdId, { ...recorded.facts, type: recorded.undone, because: 'database-failed' }).catch(() => undefined);
      throw error;
    }
  }

  return {
    open,
    decide,
    consume,
    async findApproved({ principalId, grantId, call }) {
      const fingerprint = cipher.fingerprint(call, grantId);
      const hold = await store.findApproved({ principalId, grantId, fingerprint, nowMs: clock.now() });
      return hold === undefined ? undefined : shown(hold);
    },
    async list(filter, actor) {
      const own = seesAll(actor) ? filter : { ...filter, principalId: actor.principalId };
      if (filter.principalId !== undefined && filter.principalId !== own.principalId) return [];
      return (await store.list(own)).map(shown);
    },
    async get(holdId, actor) {
      const hold = await store.find(holdId);
      if (hold === undefined || (hold.principalId !== actor.principalId && !seesAll(actor))) return err({ kind: 'unknown-hold' });
      // Somebody's call holds real values: who else looks at it is on record.
      if (hold.principalId !== actor.principalId) await record(hold.id, readFacts(hold, actor));
      return ok({ hold: shown(hold), held: hold.sealedCall === null ? undefined : cipher.open(hold.sealedCall, hold) });
    },
    expire: () => store.expire(clock.now()),
    prune: ({ retentionSeconds, limit }) => store.prune(clock.now() - retentionSeconds * 1000, limit),
  };
}

type Facts = { readonly [name: string]: Json };
type Acted = Result<{ readonly change: HoldStep; readonly facts: Facts; readonly undone: string }, HoldRefusal>;

function readFacts({ id }: StoredHold, { principalId, name, authentication }: Actor): Facts {
  return { type: 'hold-read', by: { principal: principalId, name, authentication }, hold: id };
}

function seesAll({ roles }: Actor): boolean {
  return roles.has('approver') || roles.has('auditor');
}

/**
 * Who may decide, and separation of duties. Whose call it is, and under which grant, never changes; so it is asked before the hold is locked: another question to
 * the database may have to wait for a connection.
 */
async function dutyProblem(
  { store, concerned }: Pick<HoldsOptions, 'store' | 'concerned'>,
  { holdId, actor, decision, reason }: Parameters<Holds['decide']>[0],
): Promise<HoldRefusal | undefined> {
  if (!actor.roles.has('approver')) return { kind: 'role-missing', role: 'approver' };
  if (!isReason(reason)) return { kind: 'invalid-reason' };
  const hold = await store.find(holdId);
  if (hold === undefined) return { kind: 'unknown-hold' };
  if (hold.principalId === actor.principalId) return { kind: 'own-call' };
  const { people, tier } = await concerned.ofGrant(hold.grantId);
  if (people.has(actor.principalId)) return { kind: 'own-call' };
  return decision === 'approve' && tier === 2 && !STRONG.has(actor.authentication) ? { kind: 'authentication-too-weak' } : undefined;
}

/** What the ledger says of a hold: no arguments, and no text that quotes them. */
function factsOf({ id, principalId, grantId, requestId, route, deployment, tool }: Hold): Facts {
  return { hold: id, principal: principalId, grant: grantId, request: requestId, route, deployment, tool };
}

function changed(hold: StoredHold, change: HoldStep): StoredHold {
  if (change.to === 'delivered') return { ...hold, status: 'delivered', deliveredAtMs: change.atMs, deliveredTo: change.requestId };
  const expiresAtMs = change.to === 'approved' ? change.expiresAtMs : hold.expiresAtMs;
  return { ...hold, status: change.to, decision: change.decision, expiresAtMs };
}

/** Without what is sealed. */
function shown({ sealedCall: _sealed, fingerprint: _fingerprint, ...hold }: StoredHold): Hold {
  return hold;
}
