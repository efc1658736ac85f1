// Sends one decided request: of those who qualify, asks one deployment after another until an answer has begun, and writes what it
// learned. Decides about no caller, and knows no wire error.
import { ulid, type RequestId } from '#kernel';
import type { AccessDecision } from '#policy';
import { createAttempts, type Candidate, type Selection } from '#routing';
import type { StreamTranslator, TranslationNote } from '#providers';
import type { Answered, AttemptResult } from './attempt.ts';
import { createCallReviewer, type CallReviewer } from './call-review.ts';
import { ClientAnswer } from './client-answer.ts';
import type { ContentProblem, Leaving, RequestContent } from './content.ts';
import { forward } from './forward.ts';
import type { Reply } from './exchange.ts';
import { remembering, type Remembering } from './masking-memory.ts';
import { prepareOutgoing, type Outgoing } from './outgoing.ts';
import type { Ports } from './ports.ts';
import type { FailureReason } from './refusal.ts';
import { ownHeaders } from './own-headers.ts';
import type { AccessFactsRecorded, ContentFacts } from './records.ts';
import { levelFor, lookInside, select, type Sending } from './select.ts';
import { refusesProhibited } from './signs.ts';

/** A stream that broke off and that the next deployment may continue. */
interface Broken {
  readonly stream: StreamTranslator;
  readonly soFar: Answered;
  readonly deployment: string;
}

type Ended = 'ended' | 'next' | 'barred';
/** Nothing was sent because of it. */
type Barred = Extract<FailureReason, 'cut-off' | 'cut-off-waiting' | 'access-withdrawn'>;

export function createSender(ports: Ports): (sending: Sending) => Promise<void> {
  return async (sending) => {
    const content = await lookInside(sending, ports);
    if (content === 'refused' || refusesProhibited(sending, content, ports)) return;
    const selection = select(sending, content, ports);
    if (selection !== undefined) await new Voyage(sending, { selection, content }, ports).run();
  };
}

/** One request on its way from deployment to deployment. */
class Voyage {
  readonly #sending: Sending;
  readonly #selection: Selection;
  readonly #content: RequestContent | undefined;
  readonly #ports: Ports;
  readonly #newId: () => string;
  readonly #startedWith: number;
  #endUser: string | undefined;
  #last: AttemptResult | undefined;
  #broken: Broken | undefined;
  #untranslatable: { readonly fields: readonly TranslationNote[]; readonly passesLeniently: boolean } | undefined;
  /** Candidates whose format cannot carry the request. */
  readonly #unable = new Set<string>();
  /** Why candidates that qualified must not get what the request holds. */
  #withheld: ContentProblem | undefined;
  #wasBarred = false;
  readonly #reviewer: CallReviewer | undefined;
  readonly #answer: ClientAnswer;
  /** Whoever gives the answer just now. */
  #answering: Candidate | undefined;

  constructor(
    sending: Sending,
    { selection, content }: { readonly selection: Selection; readonly content: RequestContent | undefined },
    ports: Ports,
  ) {
    this.#sending = sending;
    this.#selection = selection;
    this.#content = content;
    this.#ports = ports;
    this.#startedWith = ports.routingState().version;
    this.#newId = () => ulid(ports.clock.now(), ports.random.bytes(10)).toLowerCase();
    this.#reviewer = this.#createReviewer();
    this.#answer = new ClientAnswer({
      format: sending.passage.inbound.operation.format,
      restorer: () => content?.restorer(),
      review: this.#reviewer?.review,
    });
  }

  async run(): Promise<void> {
    const { passage, route } = this.#sending;
    const { candidates } = this.#selection;
    const { health, random } = this.#ports;
    const attempts = createAttempts({ candidates, maxAttempts: route.maxAttempts, health, random });
    for (let next = attempts.next(); next !== undefined; next = attempts.next()) {
      const { candidate, waitMs } = next;
      if (waitMs > 0) await pause(waitMs, passage.reply);
      if (passage.reply.isClosed) return this.#abandoned();
      const { id } = candidate.deployment;
      const barred = this.#barred(candidate);
      if (barred !== undefined) {
        this.#passOver(id, barred);
        attempts.exclude(id);
        continue;
      }
      const leaving = await this.#leaving(candidate);
      if (leaving === undefined) {
        attempts.exclude(id);
        continue;
      }
      const outgoing = this.#prepare(candidate, leaving);
      if (outgoing === 'refused') return;
      if (outgoing === 'untranslatable') {
        passage.attemptFailed(id, { reason: 'untranslatable', status: undefined }, 0);
        attempts.exclude(id);
        continue;
      }
      if (!health.claim(id)) continue;
      const outcome = await this.#attempt(candidate, outgoing, leaving);
      if (outcome === 'ended') return;
      // Nothing was sent: this was no attempt.
      if (outcome === 'barred') attempts.exclude(id);
      else if (this.#last?.kind === 'failed' && this.#last.restMs !== undefined) attempts.askedToWait(id, this.#last.restMs);
    }
    this.#giveUp(candidates);
  }

  #passOver(id: string, reason: Barred, durationMs = 0): void {
    this.#wasBarred = true;
    this.#sending.passage.attemptFailed(id, { reason, status: undefined }, durationMs);
  }

  /** What became forbidden while this request was under way is not asked any more. */
  #barred(candidate: Candidate): 'cut-off' | 'access-withdrawn' | undefined {
    const state = this.#ports.routingState();
    const isCut = state.version !== this.#startedWith && this.#sending.passage.rules.router.isCut(candidate.deployment, state);
    if (isCut) return 'cut-off';
    return this.#access(candidate)?.allowed === false ? 'access-withdrawn' : undefined;
  }

  /** Undefined: the route needs no grant. */
  #access(candidate: Candidate): AccessDecision | undefined {
    return this.#sending.governed?.permits(candidate, levelFor(candidate, this.#content));
  }

  /** The request as it may leave towards the candidate; undefined: it must not get it. */
  async #leaving({ deployment: { id } }: Candidate): Promise<Leaving | undefined> {
    const { body, inspection, passage } = this.#sending;
    if (this.#content === undefined) return { scan: inspection.scan, body, masked: [] };
    const mayContinue = this.#broken === undefined || this.#content.mayContinue(this.#broken.deployment, id);
    const leaving = await this.#content.leavingTowards(id);
    if (leaving.ok && mayContinue) return leaving.value;
    if (!leaving.ok) this.#withheld = leaving.error;
    this.#unable.add(id);
    passage.attemptFailed(id, { reason: 'content-refused', status: undefined }, 0);
    return undefined;
  }

  #prepare(candidate: Candidate, { scan }: Leaving): Outgoing | 'refused' | 'untranslatable' {
    const { passage, inspection, route } = this.#sending;
    const prepared = prepareOutgoing({
      operation: passage.inbound.operation,
      inspection,
      scan,
      route,
      candidate,
      endUser: candidate.deployment.endUserField === 'none' ? undefined : (this.#endUser ??= this.#pseudonym()),
      textSoFar: this.#broken?.stream.textSoFar,
      newId: this.#newId,
      nowSeconds: Math.floor(this.#ports.clock.now() / 1000),
    });
    if (prepared.ok) return prepared.value;
    if (prepared.error.kind === 'untranslatable') {
      const { fields, passesLeniently } = prepared.error;
      this.#untranslatable = { fields, passesLeniently };
      this.#unable.add(candidate.deployment.id);
      return 'untranslatable';
    }
    if (this.#broken === undefined) passage.refuse(prepared.error.refusal);
    else this.#interrupted(this.#broken);
    return 'refused';
  }

  /** Undefined: nobody looks at the calls of tools that an answer proposes. */
  #createReviewer(): CallReviewer | undefined {
    const { passage, governed } = this.#sending;
    if (governed === undefined) return undefined;
    return createCallReviewer({
      passage,
      governed,
      deployment: () => this.#answering?.deployment.id ?? '',
      scope: () =>
        this.#answering === undefined || this.#barred(this.#answering) === 'access-withdrawn' ? undefined : governed.scopeNow(),
      // What nobody looked at may have come from anywhere.
      isTainted: this.#content?.content.isTainted ?? true,
      ports: this.#ports,
      waitMs: passage.rules.access.holdWaitMs,
    });
  }

  #accessFacts(candidate: Candidate): AccessFactsRecorded | undefined {
    const { governed } = this.#sending;
    if (governed === undefined) return undefined;
    const { grant, capability, removedTools } = governed;
    return { grant: grant.id, tier: grant.tier, capability, policies: this.#access(candidate)!.policies, removedTools };
  }

  #pseudonym(): string {
    const { passage } = this.#sending;
    return this.#ports.pseudonym(passage.caller!, passage.endUser);
  }

  /** Records and sends. 'next': another deployment may do better. */
  async #attempt(candidate: Candidate, outgoing: Outgoing, leaving: Leaving): Promise<Ended> {
    const { passage, inspection, route } = this.#sending;
    const { health, clock, concentration, traffic } = this.#ports;
    const { deployment } = candidate;
    const recorded = await passage.recordDecision({
      sent: outgoing.body,
      candidate,
      isStream: inspection.isStream,
      content: this.#content && contentFacts(this.#content, leaving),
      access: this.#accessFacts(candidate),
      routing: {
        dataClasses: this.#selection.dataClasses,
        jurisdiction: passage.inbound.demands.jurisdiction,
        drill: this.#selection.drill,
        degraded: candidate.degraded,
        breaches: concentration.breachesOf(route.name, deployment.id),
        leftOut: this.#selection.leftOut,
        translatedTo: candidate.isTranslated ? candidate.wire : undefined,
        notes: outgoing.notes,
        program: deployment.accessProgram,
        resumes: this.#broken !== undefined,
      },
    });
    if (!recorded.ok || passage.reply.isClosed) {
      health.released(deployment.id);
      if (recorded.ok) this.#abandoned();
      else if (this.#broken !== undefined) this.#interrupted(this.#broken);
      else passage.refuse(recorded.error);
      return 'ended';
    }
    // Making the record durable takes time as well.
    const barred = this.#barred(candidate);
    if (barred !== undefined) {
      health.released(deployment.id);
      this.#passOver(deployment.id, barred);
      return 'barred';
    }
    concentration.took(route.name, deployment.id);
    traffic.sent(route.name, deployment.id, this.#selection.drill, this.#selection.dataClasses);
    const startedAt = clock.monotonic();
    let result: AttemptResult;
    try {
      result = await this.#forward(candidate, outgoing, leaving);
    } catch (error) {
      concentration.gaveBack(route.name, deployment.id);
      health.released(deployment.id);
      throw error;
    }
    learn(result, deployment.id, this.#ports);
    return this.#concluded(result, candidate, clock.monotonic() - startedAt);
  }

  async #forward(candidate: Candidate, outgoing: Outgoing, { masked }: Leaving): Promise<AttemptResult> {
    const { passage, route, inspection } = this.#sending;
    const { deployment } = candidate;
    const { translator, format, dropUsage, path } = outgoing;
    const broken = this.#broken;
    const memory = this.#remembering(candidate, outgoing);
    this.#answering = candidate;
    const result = await forward({
      transport: passage.rules.transport,
      clock: this.#ports.clock,
      endpoint: deployment,
      request: { path, headers: [...passage.upstreamHeaders(format.wire), ...outgoing.headers], body: outgoing.body },
      format: memory?.format ?? format,
      dropUsage,
      translator,
      answer: this.#answer.isTransparent ? undefined : this.#answer,
      continues: broken && { stream: broken.stream, seam: seam(broken.deployment, deployment.id, passage.id) },
      isResumable: route.resumption && inspection.isStream,
      mayStillLeave: () => this.#barred(candidate) === undefined,
      ownHeaders: ownHeaders(candidate, this.#selection, masked),
      reply: memory?.reply ?? passage.reply,
      requestId: passage.id,
    });
    passage.maskingMemory = await memory?.outcome();
    passage.restored = this.#content?.restorer()?.counts;
    passage.calls = this.#reviewer?.reviewed;
    passage.unreadCalls = this.#answer.unreadCalls;
    return result;
  }

  /** Undefined where nothing is masked, or where the client gets an id of ours, from which no provider can continue. */
  #remembering({ deployment }: Candidate, { format, translator }: Outgoing): Remembering | undefined {
    const { passage, inspection } = this.#sending;
    const vault = passage.rules.content?.vault;
    if (translator !== undefined || vault === undefined) return undefined;
    const entry = () => this.#content?.toRemember(deployment.id);
    return remembering({ format, vault, entry, passage, inspection, observer: this.#ports.observer });
  }

  #concluded(result: AttemptResult, { deployment }: Candidate, durationMs: number): Ended {
    const { passage, route } = this.#sending;
    const { concentration } = this.#ports;
    if (result.kind === 'failed' && result.reason === 'cut-off-waiting') {
      concentration.gaveBack(route.name, deployment.id);
      this.#passOver(deployment.id, result.reason, durationMs);
      return 'barred';
    }
    this.#last = result;
    if (result.kind === 'failed') {
      concentration.gaveBack(route.name, deployment.id);
      passage.attemptFailed(deployment.id, result, durationMs);
      return 'next';
    }
    if (result.kind === 'broken') {
      concentration.spent(route.name, deployment.id, undefined);
      this.#broken = { stream: result.stream, soFar: result.soFar, deployment: deployment.id };
      passage.attemptFailed(
        deployment.id,
        { reason: result.soFar.failure ?? 'connection-broken', status: result.soFar.status },
        durationMs,
      );
      return 'next';
    }
    if (result.kind === 'abandoned') {
      concentration.gaveBack(route.name, deployment.id);
      this.#abandoned();
      return 'ended';
    }
    const { usage } = result.observation;
    concentration.spent(route.name, deployment.id, usage === undefined ? undefined : usage.inputTokens + usage.outputTokens);
    passage.ended(result, deployment.id);
    return 'ended';
  }

  #abandoned(): void {
    const { passage } = this.#sending;
    if (this.#broken === undefined) passage.abandoned();
    else passage.ended({ ...this.#broken.soFar, ended: 'client-gone' }, this.#broken.deployment);
  }

  /** Nobody could go on with a stream that had broken off. */
  #interrupted({ soFar, deployment }: Broken): void {
    const { passage } = this.#sending;
    // What was held back because it could have become a placeholder belongs to the client.
    const held = this.#answer.end();
    if (held.length > 0) passage.reply.write(held);
    passage.reply.interrupt(soFar.failure ?? 'connection-broken', passage.id, true);
    passage.ended(soFar, deployment);
  }

  #giveUp(candidates: readonly Candidate[]): void {
    const { passage, route } = this.#sending;
    if (this.#broken !== undefined) return this.#interrupted(this.#broken);
    if (this.#last !== undefined) return passage.exhausted(this.#last, route.name);
    // What was forbidden meanwhile is said as if the request came now.
    if (this.#wasBarred && select(this.#sending, this.#content, this.#ports) === undefined) return;
    // Somebody who rests might have understood it.
    const able = candidates.filter(({ deployment }) => !this.#unable.has(deployment.id));
    if (this.#withheld !== undefined && able.length === 0) return passage.refuse(this.#withheld);
    if (this.#untranslatable !== undefined && able.length === 0)
      return passage.refuse({ rule: 'untranslatable', route: route.name, ...this.#untranslatable });
    const restMs = Math.min(...able.map(({ deployment }) => this.#ports.health.restMs(deployment.id)));
    const retryAfterSeconds = Math.max(1, Math.ceil(restMs / 1000));
    passage.refuse({ rule: 'deployments-resting', route: route.name, leftOut: this.#selection.leftOut, retryAfterSeconds });
  }
}

function contentFacts({ content }: RequestContent, { masked }: Leaving): ContentFacts {
  const { found, level, isTainted, data, missing, signals } = content;
  return { found, level: level.level, because: level.because, masked, isTainted, unreadable: data.length, missing, signals };
}

/** Our own argument, limit or decision: nothing was asked of the deployment. */
const NOTHING_ASKED: ReadonlySet<FailureReason> = new Set(['send-failed', 'no-connection', 'cut-off-waiting']);

/** What one attempt says about the deployment's health. */
function learn(result: AttemptResult, deploymentId: string, { health }: Pick<Ports, 'health'>): void {
  if (result.kind === 'abandoned') return health.released(deploymentId);
  if (result.kind === 'broken') return health.failed(deploymentId);
  // Whoever declines is well, also where that ended a stream that another one had begun.
  if (result.kind === 'answered' && (result.ended !== 'interrupted' || result.observation.refusal !== undefined))
    return health.succeeded(deploymentId);
  if (result.kind === 'answered') return health.failed(deploymentId);
  if (NOTHING_ASKED.has(result.reason)) return health.released(deploymentId);
  if (result.status === 429) return health.askedToRest(deploymentId, result.restMs ?? 0);
  health.failed(deploymentId);
  if (result.restMs !== undefined) health.askedToRest(deploymentId, result.restMs);
}

/** A comment, which every client of event streams passes over (WHATWG HTML §9.2), and a person who looks at the stream sees. */
function seam(from: string, to: string, requestId: RequestId): Buffer {
  return Buffer.from(`: sekisho: ${from} broke off; ${to} goes on from here (request ${requestId})\n\n`);
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
