// One request on its way: what is known of it so far, and the records it leaves. Every passage ends in exactly one of `refuse`, `ended`,
// `abandoned`, `exhausted` or `crashed`, and each of these writes the outcome and tells the observer.
import { err, ok, type RequestId, type Result } from '#kernel';
import type { Caller } from '#identity';
import { mismatchOf, type ProgramMismatch, type UpstreamWire } from '#providers';
import type { Candidate } from '#routing';
import type { Inbound, Reply } from './exchange.ts';
import type { AttemptResult } from './attempt.ts';
import type { MemoryOutcome } from './masking-memory.ts';
import type { Ports, Rules } from './ports.ts';
import {
  decisionRecord,
  outcomeRecord,
  refusalRecord,
  saltedHash,
  type ContentFacts,
  type Restored,
  type RoutingFacts,
} from './records.ts';
import type { FailedAttempt, Refusal } from './refusal.ts';

/** What is about to leave, and for whom. */
export interface Forwarding {
  /** As the client sent it. */
  readonly body: Buffer;
  readonly sent: Buffer;
  readonly candidate: Candidate;
  readonly routing: RoutingFacts;
  readonly content: ContentFacts | undefined;
  readonly isStream: boolean;
}

const SALT_BYTES = 16;
const CLIENT_REQUEST_ID = 'x-client-request-id';

export class Passage {
  readonly id: RequestId;
  readonly rules: Rules;
  readonly inbound: Inbound;
  readonly reply: Reply;
  caller: Caller | undefined;
  endUser: string | undefined;
  routeName: string | undefined;
  drill: string | undefined;
  dataClasses: readonly string[] = [];
  maskingMemory: MemoryOutcome;
  /** What was put back into the answer; undefined: nothing had been masked. */
  restored: Restored | undefined;
  /** Those that were asked, by id: an answer is judged by what was asked of whoever gave it. */
  readonly #asked = new Map<string, Candidate>();
  readonly #ports: Ports;
  readonly #startedAt: number;
  readonly #failures: FailedAttempt[] = [];
  #attempt = 0;
  #recordMs = 0;
  #hasEnded = false;
  #salt: Buffer | undefined;

  constructor(options: { ports: Ports; rules: Rules; id: RequestId; inbound: Inbound; reply: Reply }) {
    this.#ports = options.ports;
    this.rules = options.rules;
    this.id = options.id;
    this.inbound = options.inbound;
    this.reply = options.reply;
    this.#startedAt = options.ports.clock.monotonic();
  }

  /** Makes "this goes there" durable. An error means that it must not go. */
  async recordDecision(leaving: Forwarding): Promise<Result<true, Refusal>> {
    const { clock, random, journal } = this.#ports;
    const startedAt = clock.monotonic();
    this.#salt ??= random.bytes(SALT_BYTES);
    this.#asked.set(leaving.candidate.deployment.id, leaving.candidate);
    const record = decisionRecord({
      id: this.id,
      atMs: clock.now(),
      attempt: ++this.#attempt,
      caller: this.caller!,
      endUser: this.endUser,
      operation: this.inbound.operation,
      route: this.routeName!,
      deployment: leaving.candidate.deployment,
      routing: leaving.routing,
      content: leaving.content,
      isStream: leaving.isStream,
      receivedBytes: leaving.body.length,
      sentBytes: leaving.sent.length,
      sentHash: saltedHash(this.#salt, leaving.sent),
      salt: this.#salt.toString('hex'),
      policyVersion: this.rules.version,
    });
    try {
      await journal.append('decision', this.id, record);
    } catch (error) {
      this.#ports.observer.failed(this.id, error);
      return err({ rule: 'ledger-unwritable', retryAfterSeconds: 1 });
    }
    if (this.#attempt === 1) this.#recordMs = clock.monotonic() - startedAt;
    return ok(true);
  }

  /** The client's provider headers, and our id, by which the provider's own records can be matched with the ledger. */
  upstreamHeaders(wire: UpstreamWire): readonly string[] {
    return [CLIENT_REQUEST_ID, this.id, ...this.inbound.forwardHeaders(wire)];
  }

  attemptFailed(deployment: string, result: Pick<FailedAttempt, 'reason' | 'status'>, durationMs: number): void {
    this.#failures.push({ deployment, reason: result.reason, status: result.status, durationMs });
  }

  /** Says no in the client's own format. */
  refuse(refusal: Refusal): void {
    if (this.#hasEnded) return;
    if (!this.reply.isClosed) this.reply.refuse(refusal, this.id);
    if (this.#attempt > 0) this.#recordOutcome(undefined, undefined, refusal);
    else if (this.caller !== undefined) this.#recordRefusal(this.caller, refusal);
    this.#end(undefined, undefined, refusal);
  }

  ended(result: AttemptResult, deployment: string): void {
    this.#recordOutcome(result, deployment, undefined);
    this.#end(result, deployment, undefined);
  }

  /** The client went away before anything was sent to it. */
  abandoned(): void {
    const result: AttemptResult = { kind: 'abandoned' };
    if (this.#attempt > 0) this.#recordOutcome(result, undefined, undefined);
    this.#end(result, undefined, undefined);
  }

  /** Every attempt failed: the client gets the last provider's own error where there is one. */
  exhausted(last: AttemptResult, route: string): void {
    const answer = last.kind === 'failed' ? last.answer : undefined;
    if (answer === undefined || this.reply.isClosed) return this.refuse({ rule: 'upstream-failed', route, attempts: this.#failures });
    this.reply.start(answer.status, [...answer.headers, 'content-length', String(answer.body.length)]);
    this.reply.end(answer.body);
    const refusal: Refusal = { rule: 'upstream-failed', route, attempts: this.#failures };
    this.#recordOutcome(last, undefined, refusal);
    this.#end(last, undefined, refusal);
  }

  /** A bug or failed I/O. The client learns nothing of it but the request id. */
  crashed(error: unknown): void {
    this.#ports.observer.failed(this.id, error);
    try {
      this.refuse({ rule: 'internal' });
    } catch (failure) {
      // The journal is closed, or the reply cannot be used any more: nobody is left to tell.
      this.#ports.observer.failed(this.id, failure);
    }
  }

  #recordOutcome(result: AttemptResult | undefined, deployment: string | undefined, refusal: Refusal | undefined): void {
    const record = outcomeRecord({
      id: this.id,
      atMs: this.#ports.clock.now(),
      salt: this.#newSalt(),
      deployment,
      result,
      failures: this.#failures,
      refusal,
      mismatch: this.#mismatch(result, deployment),
      maskingMemory: this.maskingMemory,
      restored: this.restored,
      totalMs: this.#elapsedMs(),
      recordMs: this.#recordMs,
    });
    this.#ports.journal.appendLazily('outcome', this.id, record);
  }

  #recordRefusal(caller: Caller, refusal: Refusal): void {
    const record = refusalRecord({
      id: this.id,
      atMs: this.#ports.clock.now(),
      salt: this.#newSalt(),
      caller,
      endUser: this.endUser,
      operation: this.inbound.operation,
      route: this.routeName,
      drill: this.drill,
      refusal,
      policyVersion: this.rules.version,
    });
    this.#ports.journal.appendLazily('note', this.id, record);
  }

  #mismatch(result: AttemptResult | undefined, deployment: string | undefined): ProgramMismatch | undefined {
    const asked = deployment === undefined ? undefined : this.#asked.get(deployment);
    if (result?.kind !== 'answered' || asked === undefined) return undefined;
    const { model, accessProgram } = asked.deployment;
    return mismatchOf({ model, program: accessProgram }, result.observation);
  }

  #newSalt(): string {
    return this.#ports.random.bytes(SALT_BYTES).toString('hex');
  }

  #elapsedMs(): number {
    return this.#ports.clock.monotonic() - this.#startedAt;
  }

  #end(result: AttemptResult | undefined, deployment: string | undefined, refusal: Refusal | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      this.#ports.observer.passed({
        id: this.id,
        operation: this.inbound.operation,
        caller: this.caller?.name,
        keyId: this.caller?.keyId,
        route: this.routeName,
        deployment,
        drill: this.drill,
        dataClasses: this.dataClasses,
        mismatch: this.#mismatch(result, deployment),
        result,
        failures: this.#failures,
        refusal,
        totalMs: this.#elapsedMs(),
        recordMs: this.#recordMs,
      });
    } catch (error) {
      this.#ports.observer.failed(this.id, error);
    }
  }
}
