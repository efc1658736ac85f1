// The one path that every request walks:
//
//   identify → inspect → decide → look inside → route → mask → record → forward → restore → record the outcome
//
// Nothing reaches a provider except through here, and nothing leaves before its decision record is durable.
import { createRequestIds, err, ok, type Result } from '#kernel';
import { endUserOf, type Caller } from '#identity';
import { decide } from './decide.ts';
import type { Inbound, Reply } from './exchange.ts';
import { govern } from './governance.ts';
import { inspect, type Inspection } from './inspect.ts';
import { Passage } from './passage.ts';
import type { Ports } from './ports.ts';
import type { Refusal } from './refusal.ts';
import { createSender } from './send.ts';
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
  const send = createSender(ports);

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
    const decided = decide(caller, inspected.value.model, rules);
    if (!decided.ok) return passage.refuse(decided.error);
    const received = { body: body.value, inspection: inspected.value };
    const governed = govern({
      ...received,
      caller,
      route: decided.value,
      capability: inbound.demands.capability,
      grantId: inbound.demands.grant,
      format: inbound.operation.format,
      rules: rules.access,
      directory: ports.access.directory,
      clock: ports.clock,
    });
    if (!governed.ok) return refuseAccess(passage, governed.error);
    if (governed.value !== undefined)
      ports.access.watch.visited({ principalId: caller.principalId, requestId: passage.id, address: inbound.address });
    passage.receivedBytes = body.value.length;
    await send({ ...received, ...governed.value, passage, route: decided.value, governed: governed.value });
  }

  function refuseAccess(passage: Passage, refusal: Refusal): void {
    if (PROBED_WITH.has(refusal.rule)) passage.probed(refusal.rule, passage.routeName ?? '');
    passage.refuse(refusal);
  }

  return {
    pass,
    get inProgress() {
      return slots.inProgress;
    },
    close: () => turnedAway.write(),
  };
}

/** What somebody meets who looks for what passes; not what the checkpoint cannot do just now, nor what is no request at all. */
const PROBED_WITH: ReadonlySet<Refusal['rule']> = new Set([
  'unknown-capability',
  'grant-missing',
  'tools-refused',
  'tool-choice-refused',
  'background-refused',
  'stored-prompt-refused',
]);

function nameEndUser(inbound: Inbound, inspection: Inspection): Result<string | undefined, Refusal> {
  const found = endUserOf({ headerValue: inbound.endUserHeader, bodyValue: inspection.endUser });
  return found.ok ? ok(found.value?.id) : err({ rule: 'end-user-malformed' });
}
