// Conversations that go on by the id of an earlier answer (`previous_response_id`, `conversation`) instead of their history. Before inspection:
// what was masked in them is looked up, and not knowing it keeps the request from whoever would get it masked. After it: what was masked is
// remembered under the id of the answer, before the client can make use of that id. Nobody else waits for the database.
import { err, memberValue, ok, SekishoError, type JsonObjectScan, type Result } from '#kernel';
import type { MaskingVault, VaultEntry } from '#inspection';
import type { Observation, StreamObserver, UpstreamWire, WireFormat } from '#providers';
import type { Route } from '#routing';
import type { Reply } from './exchange.ts';
import type { Inspection } from './inspect.ts';
import type { Passage } from './passage.ts';
import type { ContentRules, Ports } from './ports.ts';
import type { Refusal } from './refusal.ts';

export type MemoryProblem = Extract<Refusal, { rule: 'masking-memory-missing' | 'masking-memory-unreachable' }>;

/** The entry; undefined: the request says itself how its conversation began. An error concerns only those for whom something is masked. */
export type Recalled = Result<VaultEntry | undefined, MemoryProblem>;

/** What became of remembering; undefined: there was nothing to remember. */
export type MemoryOutcome = 'saved' | 'failed' | undefined;

const NOTHING: Recalled = ok(undefined);
const MISSING: Recalled = err({ rule: 'masking-memory-missing' });
const RETRY_AFTER_SECONDS = 2;

export interface RecallOptions {
  readonly passage: Passage;
  readonly inspection: Inspection;
  readonly route: Route;
  readonly rules: ContentRules;
  readonly observer: Ports['observer'];
}

/** Asks the database only where the request continues from an id and may leave masked. */
export function recall({ passage, inspection: { scan }, route, rules, observer }: RecallOptions): Recalled | Promise<Recalled> {
  if (passage.inbound.operation.format.wire !== 'openai-responses') return NOTHING;
  const previous = idIn(scan, 'previous_response_id');
  const conversation = idIn(scan, 'conversation');
  const id = previous ?? conversation;
  if (id === undefined || route.candidates.every((candidate) => rules.policyFor(route.name, candidate.id).masksNothing)) return NOTHING;
  return lookUp(rules.vault, { id, tenant: passage.caller!.principalId, isAnswer: previous !== undefined }).catch((error: unknown) => {
    observer.failed(passage.id, error);
    if (error instanceof SekishoError && error.code === 'masking-memory-unreadable') return MISSING;
    return err({ rule: 'masking-memory-unreachable', retryAfterSeconds: RETRY_AFTER_SECONDS });
  });
}

async function lookUp(
  vault: MaskingVault | undefined,
  { id, tenant, isAnswer }: { readonly id: string; readonly tenant: string; readonly isAnswer: boolean },
): Promise<Recalled> {
  const entry = await vault?.load(id, tenant);
  if (entry !== undefined) return ok(entry);
  // A conversation is made at the provider, without us: nothing was masked here before the first request that names it.
  const isNew = !isAnswer && (await vault?.hasBegun(id, tenant)) !== true;
  return isNew ? NOTHING : MISSING;
}

/** `"…"` or `{"id": "…"}`. */
function idIn(scan: JsonObjectScan, member: string): string | undefined {
  if (!scan.members.has(member)) return undefined;
  const value = memberValue(scan, member);
  const id = typeof value === 'object' && value !== null ? (value as { readonly id?: unknown }).id : value;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

export interface RememberingOptions {
  readonly format: WireFormat<UpstreamWire>;
  readonly vault: MaskingVault;
  /** Undefined: nothing is masked for whoever is asked. */
  readonly entry: () => VaultEntry | undefined;
  readonly passage: Passage;
  readonly inspection: Inspection;
  readonly observer: Ports['observer'];
}

/** Undefined where there is nothing to remember, or where the provider does not keep the answer, so that nobody can continue from it. */
export function remembering(options: RememberingOptions): Remembering | undefined {
  const { format, inspection } = options;
  if (format.wire !== 'openai-responses' || memberValue(inspection.scan, 'store') === false) return undefined;
  const entry = options.entry();
  return entry && new Remembering(options, entry);
}

/** One attempt's answer on its way: saves as soon as the answer says its id, and holds its end back until that is done. */
export class Remembering {
  /** Stands for the attempt's own: sees every id. */
  readonly format: WireFormat<UpstreamWire>;
  /** Stands for the client's own: ends when everything is saved. */
  readonly reply: Reply;
  readonly #options: RememberingOptions;
  readonly #entry: VaultEntry;
  readonly #held: (() => void)[] = [];
  #saving: Promise<'saved' | 'failed'> | undefined;
  #isSaving = false;
  #hasEnded = false;

  constructor(options: RememberingOptions, entry: VaultEntry) {
    this.#options = options;
    this.#entry = entry;
    this.format = watched(options.format, (observation, hasEnded) => this.#saw(observation, hasEnded));
    this.reply = this.#holding(options.passage.reply);
  }

  /** Once the attempt has ended. */
  async outcome(): Promise<MemoryOutcome> {
    return this.#saving;
  }

  #saw({ responseId }: Observation, hasEnded: boolean): void {
    this.#hasEnded ||= hasEnded;
    if (responseId === undefined || this.#saving !== undefined) return;
    this.#isSaving = true;
    this.#saving = this.#save(responseId);
  }

  /** Never rejects: a later request is refused by itself. */
  async #save(responseId: string): Promise<'saved' | 'failed'> {
    const { vault, passage, inspection, observer } = this.#options;
    const conversation = idIn(inspection.scan, 'conversation');
    const tenant = passage.caller!.principalId;
    const saves = [vault.save(responseId, tenant, this.#entry)];
    if (conversation !== undefined) saves.push(vault.save(conversation, tenant, this.#entry), vault.begin(conversation, tenant));
    try {
      await Promise.all(saves);
      return 'saved';
    } catch (error) {
      observer.failed(passage.id, error);
      return 'failed';
    } finally {
      this.#isSaving = false;
      this.#release();
    }
  }

  #release(): void {
    for (const act of this.#held.splice(0)) act();
  }

  /** A stream flows until its own end mark, which tells clients that they may continue from it. */
  #holding(reply: Reply): Reply {
    const later = (act: () => void): void => void this.#held.push(() => (reply.isClosed ? undefined : act()));
    return {
      get isClosed() {
        return reply.isClosed;
      },
      onGone: (listener) => reply.onGone(listener),
      onDone: (listener) => reply.onDone(listener),
      start: (status, headers) => reply.start(status, headers),
      write: (chunk) => {
        if (!this.#isSaving || !this.#hasEnded) return reply.write(chunk);
        later(() => reply.write(chunk));
        return true;
      },
      onDrain: (listener) => reply.onDrain(listener),
      end: (chunk) => (this.#isSaving ? later(() => reply.end(chunk)) : reply.end(chunk)),
      trailer: (name, value) => reply.trailer(name, value),
      refuse: (refusal, requestId) => reply.refuse(refusal, requestId),
      interrupt: (reason, requestId, isEventStream) => {
        this.#release();
        reply.interrupt(reason, requestId, isEventStream);
      },
    };
  }
}

function watched(format: WireFormat<UpstreamWire>, saw: (observation: Observation, hasEnded: boolean) => void): WireFormat<UpstreamWire> {
  return {
    ...format,
    observeAnswer(body) {
      const observation = format.observeAnswer(body);
      saw(observation, true);
      return observation;
    },
    createStreamObserver: (options) => watchedObserver(format.createStreamObserver(options), saw),
  };
}

function watchedObserver(observer: StreamObserver, saw: (observation: Observation, hasEnded: boolean) => void): StreamObserver {
  return {
    observation: observer.observation,
    interesting: observer.interesting,
    get ended() {
      return observer.ended;
    },
    observe(event) {
      const kept = observer.observe(event);
      saw(observer.observation, observer.ended);
      return kept;
    },
  };
}
