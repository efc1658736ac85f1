// The worker processes: started, replaced when they die, told of changes, asked for their metrics, drained.
import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { ProbeResult } from '#access';
import type { Config } from '#config';
import { SekishoError, systemClock } from '#kernel';
import type { RoutingState } from '#routing';
import { logFailure, type Logger } from './logging.ts';
import type { ToPrimary, ToWorker, WorkerStart } from './messages.ts';
import { createPrimaryMetrics, type PrimaryReadings } from './metrics.ts';
import { Reload } from './reload.ts';
import type { TrafficCollector } from './traffic-collector.ts';

/** A worker that dies is replaced after this wait, doubled while they keep dying young. */
const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 10_000;
const HEALTHY_AFTER_MS = 30_000;
const WORKER_START_TIMEOUT_MS = 30_000;
/** Dictionaries of millions of terms take seconds. */
const CONFIGURE_TIMEOUT_MS = 30_000;
/** How long a worker may take to go after its drain deadline has passed. */
const DRAIN_GRACE_MS = 5_000;

/**
 * Requests live briefly: with a larger nursery most of their garbage is gone before the collector looks at it, and with a floor under the
 * heap limit long bodies, whose bytes lie outside the heap, do not start a full collection every few dozen requests. Measured on Node 24
 * (bench/README.md); V8's own names, so no other version is asked to know them.
 */
const WORKER_FLAGS = [
  ...process.execArgv,
  '--max-semi-space-size=32',
  ...(process.versions.node.startsWith('24.') ? ['--external-memory-accounted-in-global-limit', '--initial-old-space-size=128'] : []),
];

export interface CrewOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  /** Base64. */
  readonly pepper: string;
  readonly ledgerDirectory: string;
  readonly vkey: string;
  /** Asks a deployment something small, for a worker that was asked to. */
  readonly probe: (deployment: string) => Promise<ProbeResult>;
  readonly isSequencerHealthy: () => boolean;
  readonly routingState: () => RoutingState;
  readonly traffic: Pick<TrafficCollector, 'received' | 'forget' | 'shares'>;
  readonly readings: Omit<PrimaryReadings, 'workers'>;
  readonly logger: Logger;
  /** What becomes the workers' standard output; undefined: this process's own. */
  readonly logDescriptor: number | undefined;
}

interface Member {
  readonly worker: Worker;
  readonly name: string;
  readonly startedAt: number;
  /** It has been told what it needs to start; before, it hears nothing else. */
  hasStarted: boolean;
  isListening: boolean;
  /** Version of the routing state that it goes by. */
  routingVersion: number;
}

/** One question for metrics: who has yet to answer, and what came in. */
interface Collection {
  readonly waiting: Set<number>;
  readonly parts: object[];
  readonly done: () => void;
}

/** The workers: started, replaced when they die, told of changes, drained. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #members = new Map<number, Member>();
  readonly #collections = new Map<number, Collection>();
  readonly #primaryMetrics: Registry;
  #config: Config;
  #configuredAtMs = systemClock.now();
  #generation = 0;
  #lastGeneration = 0;
  #reload: Reload | undefined;
  #lastCollection = 0;
  #restarts = 0;
  #routingInForce = -1;
  #isDraining = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#primaryMetrics = createPrimaryMetrics({
      workers: () => [...this.#members.values()].filter((member) => member.isListening).length,
      ...options.readings,
    });
    const main = new URL('../main.ts', import.meta.url);
    cluster.setupPrimary({
      exec: fileURLToPath(import.meta.url.endsWith('.ts') ? main : new URL('../main.js', import.meta.url)),
      args: [],
      execArgv: WORKER_FLAGS,
      stdio: ['ignore', options.logDescriptor ?? 'inherit', 'inherit', 'ipc'],
    });
  }

  /** Resolves with the port once every worker listens; rejects when one cannot start. */
  async start(): Promise<number> {
    const ports = await Promise.all(Array.from({ length: this.#config.server.workers }, (_, index) => this.#hire(`w${index + 1}`)));
    return ports[0]!;
  }

  broadcast(message: ToWorker): void {
    for (const { worker, hasStarted } of this.#members.values()) if (hasStarted && worker.isConnected()) worker.send(message);
  }

  /** Resolves once every worker goes by it, with the reasons of those that cannot and keep what they had. One at a time. */
  async configure(config: Config): Promise<readonly string[]> {
    return await this.#tell(config, ++this.#lastGeneration);
  }

  /** Back to a configuration that the workers had, whoever of them has left it. */
  async configureBack({ config, generation }: { readonly config: Config; readonly generation: number }): Promise<void> {
    await this.#tell(config, generation);
  }

  /** What workers go by, or are to go by. */
  get configuration(): { readonly config: Config; readonly generation: number } {
    return { config: this.#config, generation: this.#generation };
  }

  async #tell(config: Config, generation: number): Promise<readonly string[]> {
    this.#config = config;
    this.#configuredAtMs = systemClock.now();
    this.#generation = generation;
    const told = [...this.#members.values()].filter(({ worker, hasStarted }) => hasStarted && worker.isConnected());
    this.#reload = new Reload({ generation, workers: told.map(({ worker }) => worker.id), timeoutMs: CONFIGURE_TIMEOUT_MS });
    this.broadcast({ type: 'configure', config, configuredAtMs: this.#configuredAtMs, generation });
    return await this.#reload.ended;
  }

  async drain(deadlineMs: number): Promise<void> {
    this.#isDraining = true;
    const gone = this.#allGone();
    this.broadcast({ type: 'drain', deadlineMs });
    for (const { worker, hasStarted } of this.#members.values()) if (!hasStarted) worker.process.kill('SIGKILL');
    const timer = setTimeout(() => void this.cut(), deadlineMs + DRAIN_GRACE_MS);
    await gone;
    clearTimeout(timer);
  }

  /** Ends every worker at once; what was in progress is closed as interrupted in the ledger. */
  async cut(): Promise<void> {
    this.#isDraining = true;
    const gone = this.#allGone();
    for (const { worker } of this.#members.values()) worker.process.kill('SIGKILL');
    await gone;
  }

  async #allGone(): Promise<void> {
    await Promise.all([...this.#members.values()].map(({ worker }) => untilGone(worker)));
  }

  #hire(name: string): Promise<number> {
    const worker = cluster.fork();
    const member: Member = { worker, name, startedAt: systemClock.monotonic(), hasStarted: false, isListening: false, routingVersion: -1 };
    this.#members.set(worker.id, member);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new SekishoError('worker-start-timeout', `worker ${name} did not begin to listen in ${WORKER_START_TIMEOUT_MS / 1000} s`));
        worker.process.kill('SIGKILL');
      }, WORKER_START_TIMEOUT_MS);
      // A message to a worker that has just died fails here; its exit is heard of in a moment.
      worker.on('error', (error) => logFailure(this.#options.logger, `worker ${name} could not be told something`, error));
      worker.on('message', (message: ToPrimary) => {
        if (message.type === 'booted') {
          worker.send(this.#startMessage(member));
          member.hasStarted = true;
        } else if (message.type === 'listening') {
          clearTimeout(timer);
          member.isListening = true;
          this.#tellRoutingInForce();
          resolve(message.port);
        } else if (message.type === 'fatal') {
          reject(new SekishoError(message.code, message.message, message.hint === undefined ? {} : { hint: message.hint }));
          worker.process.kill('SIGKILL');
        } else this.#hear(member, message);
      });
      worker.once('exit', (code, signal) => {
        clearTimeout(timer);
        this.#members.delete(worker.id);
        this.#options.traffic.forget(countsOf(member));
        this.#tellRoutingInForce();
        this.#reload?.gone(worker.id);
        for (const [request, collection] of this.#collections) this.#collected(request, worker.id, collection, undefined);
        reject(new SekishoError('worker-died', `worker ${name} ended before it listened (${signal ?? code})`));
        if (member.isListening && !this.#isDraining) this.#replace(member, signal ?? code);
      });
    });
  }

  #startMessage(member: Member): WorkerStart {
    return {
      type: 'start',
      worker: member.name,
      countsAs: countsOf(member),
      config: this.#config,
      configuredAtMs: this.#configuredAtMs,
      generation: this.#generation,
      isSequencerHealthy: this.#options.isSequencerHealthy(),
      databaseUrl: this.#options.databaseUrl,
      pepper: this.#options.pepper,
      ledgerDirectory: this.#options.ledgerDirectory,
      vkey: this.#options.vkey,
      routingState: this.#options.routingState(),
      routingInForce: this.#routingInForce,
      shares: this.#options.traffic.shares(),
    };
  }

  #replace(member: Pick<Member, 'name' | 'startedAt'>, reason: string): void {
    if (systemClock.monotonic() - member.startedAt > HEALTHY_AFTER_MS) this.#restarts = 0;
    const waitMs = Math.min(FIRST_RESTART_MS * 2 ** this.#restarts++, LONGEST_RESTART_MS);
    this.#options.logger.error({ died: member.name, reason, waitMs }, 'a worker died and is replaced');
    setTimeout(() => {
      if (this.#isDraining) return;
      this.#hire(member.name).catch((error: unknown) => {
        logFailure(this.#options.logger, 'a worker could not be replaced', error);
        this.#replace({ name: member.name, startedAt: systemClock.monotonic() }, 'could not start');
      });
    }, waitMs);
  }

  #hear(member: Member, message: ToPrimary): void {
    const { worker } = member;
    if (message.type === 'traffic') {
      this.#options.traffic.received(countsOf(member), message);
      // Its last words may arrive after its end.
      if (!this.#members.has(worker.id)) this.#options.traffic.forget(countsOf(member));
    } else if (message.type === 'configured') this.#reload?.answered(worker.id, message.generation, message.problem);
    else if (message.type === 'routing-state-known') {
      member.routingVersion = message.version;
      this.#tellRoutingInForce();
    } else if (message.type === 'metrics-wanted') {
      this.#collect()
        .then((text) => worker.isConnected() && worker.send({ type: 'metrics', request: message.request, text } satisfies ToWorker))
        .catch((error: unknown) => logFailure(this.#options.logger, 'metrics could not be collected', error));
    } else if (message.type === 'probe-wanted') {
      void this.#options.probe(message.deployment).then((result) => {
        if (worker.isConnected()) worker.send({ type: 'probed', request: message.request, result } satisfies ToWorker);
      });
    } else if (message.type === 'collected') {
      const collection = this.#collections.get(message.request);
      if (collection !== undefined) this.#collected(message.request, worker.id, collection, message.metrics);
    }
  }

  /** What the slowest of those that serve goes by. */
  #tellRoutingInForce(): void {
    const serving = [...this.#members.values()].filter(({ isListening }) => isListening);
    const version = Math.min(...serving.map(({ routingVersion }) => routingVersion));
    if (serving.length === 0 || version === this.#routingInForce) return;
    this.#routingInForce = version;
    this.broadcast({ type: 'routing-in-force', version });
  }

  #collect(): Promise<string> {
    const request = ++this.#lastCollection;
    const members = [...this.#members.values()].filter((member) => member.isListening && member.worker.isConnected());
    return new Promise((resolve, reject) => {
      const parts: object[] = [];
      const finish = async (): Promise<string> => {
        parts.push(await this.#primaryMetrics.getMetricsAsJSON());
        return AggregatorRegistry.aggregate(parts).metrics();
      };
      // A worker that does not answer in time is left out rather than everything.
      const timer = setTimeout(() => done(), 2_000);
      const done = (): void => {
        clearTimeout(timer);
        this.#collections.delete(request);
        finish().then(resolve, reject);
      };
      this.#collections.set(request, { waiting: new Set(members.map(({ worker }) => worker.id)), parts, done });
      for (const { worker } of members) worker.send({ type: 'collect', request } satisfies ToWorker);
    });
  }

  #collected(request: number, workerId: number, collection: Collection, metrics: object | undefined): void {
    if (!this.#collections.has(request) || !collection.waiting.delete(workerId)) return;
    if (metrics !== undefined) collection.parts.push(metrics);
    if (collection.waiting.size === 0) collection.done();
  }
}

/** Flushes are numbered by each process for itself, so a worker that takes a dead one's place needs a name of its own. */
function countsOf({ name, worker }: Pick<Member, 'name' | 'worker'>): string {
  return `${name}.${worker.id}`;
}

/** Ended, and everything that it said has arrived. */
function untilGone(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.isDead() && !worker.isConnected()) resolve();
    };
    worker.once('exit', look);
    worker.once('disconnect', look);
  });
}
