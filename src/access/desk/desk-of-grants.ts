// The desk's side of grants: finds, checks who may see, asks grant-acts.ts, records, writes. A suspension does
// not wait for the ledger.
import { ok, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import type { DeskOptions, DueGrant, GrantDesk } from './desk.ts';
import { changedMeanwhile, readReason, recordThen, writeEvenUnrecorded } from './doing.ts';
import { actOnGrant, type GrantAct } from './grant-acts.ts';
import type { GrantRecord } from './grant-record.ts';
import type { ActRefusal } from './model.ts';
import type { People } from './people.ts';
import { refuse } from './separation.ts';
import { DAY_MS } from './terms.ts';
import { seesGrant, seesStates } from './views.ts';

const MOST_LISTED = 200;
const MOST_DUE = 500;

export interface GrantDeskOptions extends DeskOptions {
  readonly people: People;
}

interface Doing {
  readonly actor: Actor;
  readonly id: string;
  readonly version?: number | undefined;
  readonly reason: string;
}

export function createGrantDesk(options: GrantDeskOptions): GrantDesk {
  const { store, clock } = options;
  const perform = (doing: Doing, actOf: (reason: string) => GrantAct) => performAct(options, doing, actOf);
  return {
    async get({ actor, id }) {
      const grant = await store.findGrant(id);
      return grant === undefined || !seesGrant(actor, grant) ? unknownGrant() : ok(grant);
    },
    async list({ actor, principalId, states, before, limit = MOST_LISTED }) {
      const own = seesStates(actor) ? undefined : actor.principalId;
      const found = await store.listGrants({ concerning: own ?? principalId, states, before, limit: Math.min(limit, MOST_LISTED) });
      return principalId === undefined
        ? found
        : found.filter((grant) => grant.principalId === principalId || grant.ownerId === principalId);
    },
    narrow: (input) => perform(input, (reason) => ({ kind: 'narrow', changes: input.changes, reason })),
    suspend: (input) => perform(input, (reason) => ({ kind: 'suspend', reason })),
    resume: (input) => perform(input, (reason) => ({ kind: 'resume', reason })),
    revoke: (input) => perform(input, (reason) => ({ kind: 'revoke', reason })),
    end: (input) => perform(input, (reason) => ({ kind: 'end', reason })),
    recertify: (input) => perform(input, (reason) => ({ kind: 'recertify', reason })),
    meetCondition: (input) => perform(input, (reason) => ({ kind: 'meet-condition', condition: input.condition, reason })),
    async calendar({ actor, withinDays }) {
      const nowMs = clock.now();
      const beforeMs = nowMs + withinDays * DAY_MS;
      const concerning = seesStates(actor) ? undefined : actor.principalId;
      const grants = await store.listDue({ nowMs, beforeMs, concerning, limit: MOST_DUE });
      return grants.map((grant) => dueOf(grant, nowMs));
    },
  };
}

async function performAct(
  { store, record, clock, people }: GrantDeskOptions,
  { actor, id, version, reason }: Doing,
  actOf: (reason: string) => GrantAct,
): Promise<Result<GrantRecord, ActRefusal>> {
  const why = readReason(reason);
  if (!why.ok) return why;
  const grant = await store.findGrant(id);
  if (grant === undefined || !seesGrant(actor, grant)) return unknownGrant();
  if (version !== undefined && version !== grant.version) return changedMeanwhile();
  const application = await store.findApplication(grant.applicationId);
  if (application === undefined) throw new Error(`grant ${id} belongs to an application that the store does not have`);
  const [involved, isOutside] = await Promise.all([people.involved(application), people.isOutside(application)]);
  const outcome = actOnGrant(grant, actOf(why.value), actor, clock.now(), { involved, isOutside });
  if (!outcome.ok) return outcome;
  const { grant: next, facts } = outcome.value;
  const event = {
    applicationId: next.applicationId,
    grantId: id,
    version: next.version,
    atMs: next.updatedAtMs,
    by: actor.principalId,
    name: actor.name,
    type: facts.type,
    reason: why.value,
    facts,
  };
  const perform = next.state === 'suspended' && grant.state === 'active' ? writeEvenUnrecorded : recordThen;
  const done = await perform(record, id, facts, () => store.saveGrant({ grant: next, event }));
  return done.ok ? ok(next) : done;
}

function dueOf({ id, applicationId, principalId, tier, recertifyByMs, endsAtMs }: GrantRecord, nowMs: number): DueGrant {
  const atMs = Math.min(recertifyByMs, endsAtMs);
  return {
    grantId: id,
    applicationId,
    principalId,
    tier,
    what: recertifyByMs < endsAtMs ? 'recertification' : 'end',
    atMs,
    isOverdue: atMs <= nowMs,
  };
}

function unknownGrant(): Result<never, ActRefusal> {
  return refuse('unknown-grant', 'There is no such grant.', 'Look for it in the list of grants.');
}
