// One request on its way: what is known of it so far, and the records it leaves. Every passage ends in exactly one of `refuse`, `ended`,
// `abandoned`, `exhausted` or `crashed`, and each of these writes the outcome and tells the observer.
import { err, ok, type RequestId, type Result } from '#kernel';
import type { Caller } from '#identity';
import { mismatchOf, type ProgramMismatch, type UpstreamWire } from '#providers';
import type { Candidate } from '#routing';
import type { ReviewedCall } from './call-review.ts';
import type { Inbound, Reply } from './exchange.ts';
import type { Answered, AttemptResult } from './attempt.ts';
import type { MemoryOutcome } from './masking-memory.ts';
import type { MisuseKind, MisuseSign, Ports, Rules } from './ports.ts';
import {
  decisionRecord,
  outcomeRecord,
  refusalRecord,
  saltedHash,
  type AccessFactsRecorded,
  type ContentFacts,
  type Restored,
  type RoutingFacts,
} from './records.ts';
import type { FailedAttempt, Refusal } from './refusal.ts';

/** What is about to leave, and for whom. */
export interface Forwarding {
  readonly sent: Buffer;
  readonly candidate: Candidate;
  readonly routing: RoutingFacts;
  readonly content: ContentFacts | undefined;
  readonly access: AccessFactsRecorded | undefined;
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
  /** Size of the body as the client sent it. */
  receivedBytes = 0;
  maskingMemory: MemoryOutcome;
  /** What was put back into the answer; undefined: nothing had been masked. */
  restored: Restored | undefined;
  /** Calls of tools that the answer proposed, and what became of them; undefined: nobody looked. */
  calls: readonly ReviewedCall[] | undefined;
  /** Calls that could not be reviewed, and did not reach the client. */
  unreadCalls = 0;
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
      access: leaving.access,
      isStream: leaving.isStream,
      receivedBytes: this.receivedBytes,
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

  /** Takes note of a refusal that somebody might probe with; `detail` tells it from others of the same rule. */
  probed(rule: string, detail: string): void {
    this.#ports.access.watch.refused({
      principalId: this.caller!.principalId,
      requestId: this.id,
      what: `${rule} ${detail}`.slice(0, 200),
    });
  }

  /** Takes note of a sign of misuse. */
  suspect(kind: MisuseKind, evidence: MisuseSign['evidence']): void {
    const { clock, access } = this.#ports;
    access.suspect({ principalId: this.caller!.principalId, kind, requestId: this.id, atMs: clock.now(), evidence });
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
    if (result.kind === 'answered') this.#noteRefusal(result, deployment);
    this.#recordOutcome(result, deployment, undefined);
    this.#end(result, deployment, undefined);
  }

  /** A program that is not enabled is the operator's affair, and other rules of safety are not about cyber work. */
  #noteRefusal({ observation, upstreamRequestId }: Answered, deployment: string): void {
    const { refusal, effectiveModel, effectiveProgram } = observation;
    if (refusal?.kind !== 'cyber-policy') return;
    const ids = {
      deployment,
      route: this.routeName,
      effectiveModel,
      effectiveProgram,
      requestedProgram: this.#asked.get(deployment)?.deployment.accessProgram,
      providerRequest: upstreamRequestId,
    };
    const known = Object.entries(ids).filter(([, id]) => id !== undefined);
    this.suspect('provider-refusal', { codes: [refusal.code], ids: Object.fromEntries(known) });
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
      calls: this.calls,
      unreadCalls: this.unreadCalls,
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
