// The one path that every request walks:
//
//   identify → inspect → decide → route → record → forward → record the outcome
//
// Nothing reaches a provider except through here, and nothing leaves before its decision record is durable.
import { createRequestIds, err, ok, type Result } from '#kernel';
import { endUserOf, type Caller } from '#identity';
import { createAttempts } from '#routing';
import { decide, type Decision } from './decide.ts';
import type { Inbound, Reply } from './exchange.ts';
import { forward, type AttemptResult } from './forward.ts';
import { inspect, type Inspection } from './inspect.ts';
import { Passage } from './passage.ts';
import type { Ports } from './ports.ts';
import type { Refusal } from './refusal.ts';
import { Slots, type BodyMemory } from './slots.ts';
import { TurnedAway } from './turned-away.ts';

export interface Checkpoint {
  /** Handles one request to its end. Never rejects: whatever goes wrong, the client gets an answer or a broken connection. */
  pass(inbound: Inbound, reply: Reply): Promise<void>;
  /** Requests that have been let in and have not ended. */
  readonly inProgress: number;
  /** Writes what is only counted so far; for shutdown. */
  close(): void;
}

export function createCheckpoint(ports: Ports): Checkpoint {
  const newId = createRequestIds(ports.clock, ports.random);
  const slots = new Slots();
  const turnedAway = new TurnedAway(ports);

  async function pass(inbound: Inbound, reply: Reply): Promise<void> {
    const passage = new Passage({ ports, rules: ports.rules(), id: newId(), inbound, reply });
    try {
      const caller = admit(passage);
      if (caller !== undefined) await attend(passage, caller);
    } catch (error) {
      passage.crashed(error);
    }
  }

  /** The caller, when it may go on. */
  function admit(passage: Passage): Caller | undefined {
    const caller = ports.keyring.identify(passage.inbound.credential);
    if (!caller.ok) {
      turnedAway.count(caller.error.kind);
      passage.refuse({ rule: 'identity', reason: caller.error.kind });
      return undefined;
    }
    passage.caller = caller.value;
    if (!caller.value.roles.has('caller')) {
      passage.refuse({ rule: 'role', needed: 'caller' });
      return undefined;
    }
    return caller.value;
  }

  async function attend(passage: Passage, caller: Caller): Promise<void> {
    const { rules, reply } = passage;
    const place = slots.enter(caller.keyId, rules.limits);
    if (!place.ok) return passage.refuse(place.error);
    const memory = slots.memory(rules.limits);
    // A reload closes the connections of earlier rules only when nobody is left who may still send over them.
    rules.transport.enter();
    try {
      await examine(passage, caller, memory);
    } catch (error) {
      passage.crashed(error);
    } finally {
      memory.release();
      rules.transport.leave();
      // The place is free when the answer has left: a client that does not read holds memory here.
      reply.onDone(() => slots.leave(caller.keyId));
    }
  }

  async function examine(passage: Passage, caller: Caller, memory: BodyMemory): Promise<void> {
    const { inbound, rules } = passage;
    const body = await inbound.readBody(rules.limits.maxBodyBytes, memory.claim);
    if (!body.ok) return passage.refuse(body.error);
    const inspected = inspect(body.value, inbound.operation.format);
    if (!inspected.ok) return passage.refuse(inspected.error);
    passage.routeName = inspected.value.model;
    const endUser = nameEndUser(inbound, inspected.value);
    if (!endUser.ok) return passage.refuse(endUser.error);
    passage.endUser = endUser.value;
    const decided = decide(caller, inspected.value.model, inbound.operation, rules);
    if (!decided.ok) return passage.refuse(decided.error);
    await send(passage, body.value, inspected.value, decided.value);
  }

  async function send(passage: Passage, body: Buffer, inspection: Inspection, { route, candidates }: Decision): Promise<void> {
    const { inbound, rules, reply } = passage;
    const attempts = createAttempts({ candidates, maxAttempts: route.maxAttempts, health: ports.health, random: ports.random });
    let last: AttemptResult | undefined;
    for (let next = attempts.next(); next !== undefined; next = attempts.next()) {
      const { deployment, waitMs } = next;
      if (waitMs > 0) await pause(waitMs, reply);
      if (reply.isClosed) return passage.abandoned();
      if (!ports.health.claim(deployment.id)) continue;
      const prepared = inbound.operation.format.prepare(inspection.scan, deployment);
      const recorded = await passage.recordDecision({ body, sent: prepared.body, deployment, isStream: inspection.isStream });
      if (!recorded.ok || reply.isClosed) {
        ports.health.released(deployment.id);
        return recorded.ok ? passage.abandoned() : passage.refuse(recorded.error);
      }
      const startedAt = ports.clock.monotonic();
      last = await forward({
        transport: rules.transport,
        clock: ports.clock,
        endpoint: deployment,
        request: { path: inbound.operation.upstreamPath, headers: passage.upstreamHeaders(), body: prepared.body },
        format: inbound.operation.format,
        dropUsage: prepared.addedStreamUsage,
        reply,
        requestId: passage.id,
      });
      learn(last, deployment.id);
      if (last.kind !== 'failed') return passage.ended(last, deployment.id);
      passage.attemptFailed(deployment.id, last, ports.clock.monotonic() - startedAt);
      if (last.restMs !== undefined) attempts.askedToWait(deployment.id, last.restMs);
    }
    if (last === undefined) {
      const restMs = Math.min(...candidates.map((candidate) => ports.health.restMs(candidate.id)));
      return passage.refuse({ rule: 'deployments-resting', route: route.name, retryAfterSeconds: Math.max(1, Math.ceil(restMs / 1000)) });
    }
    passage.exhausted(last, route.name);
  }

  /** What one attempt says about the deployment's health. */
  function learn(result: AttemptResult, deploymentId: string): void {
    if (result.kind === 'abandoned') return ports.health.released(deploymentId);
    if (result.kind === 'answered')
      return result.ended === 'interrupted' ? ports.health.failed(deploymentId) : ports.health.succeeded(deploymentId);
    // Our own argument or our own limit: nothing was asked of the deployment.
    if (result.reason === 'send-failed' || result.reason === 'no-connection') return ports.health.released(deploymentId);
    if (result.status === 429) return ports.health.askedToRest(deploymentId, result.restMs ?? 0);
    ports.health.failed(deploymentId);
    if (result.restMs !== undefined) ports.health.askedToRest(deploymentId, result.restMs);
  }

  return {
    pass,
    get inProgress() {
      return slots.inProgress;
    },
    close: () => turnedAway.write(),
  };
}

function nameEndUser(inbound: Inbound, inspection: Inspection): Result<string | undefined, Refusal> {
  const found = endUserOf({ headerValue: inbound.endUserHeader, bodyValue: inspection.endUser });
  return found.ok ? ok(found.value?.id) : err({ rule: 'end-user-malformed' });
}

/** Ends early when the client leaves. */
function pause(ms: number, reply: Reply): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    reply.onGone(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
