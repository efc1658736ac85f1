// One worker process: wires store, identity, routing, ledger and HTTP into a checkpoint and serves the shared port until told to drain.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProbeResult } from '#access';
import { createCheckpoint, type Checkpoint, type Observer } from '#checkpoint';
import type { Config } from '#config';
import { createHttpServer, stopAccepting, type ApiContext, type ReadinessCheck } from '#http';
import { createKeyring, type Keyring } from '#identity';
import { createRequestIds, createSystemRandom, describeError, SekishoError, systemClock } from '#kernel';
import { directorySource, openJournal, type Journal } from '#ledger';
import { createConcentration, createHealth, type Concentration } from '#routing';
import { createKeyStore, createMaskingVaultStore, openDatabase, type MaskingVaultStore } from '#store';
import { createApi } from './api.ts';
import { openWorkerAccess, type WorkerAccess } from './access.ts';
import { publicUrlOf } from './identity-services.ts';
import { createLogger, logFailure, logPassage, type Logger } from './logging.ts';
import type { ToPrimary, ToWorker, WorkerStart } from './messages.ts';
import { createWorkerMetrics } from './metrics.ts';
import { ownUrl } from './own-checkpoint.ts';
import { createTrafficMeter, type TrafficMeter } from './traffic-meter.ts';
import { openWorkerRules } from './worker-rules.ts';

const LOG_BUFFER_BYTES = 4096;
const HAND_OVER_EVERY_MS = 500;
/** Longer than the primary gives a probe. */
const PROBE_TIMEOUT_MS = 70_000;
const VAULT_CONNECTIONS = 4;
/** A client waits for it. */
const VAULT_TIMEOUT_SECONDS = 2;

let isDrained = false;

/** Runs until the primary says drain, or is gone. */
export function runWorker(): void {
  // A terminal sends Ctrl-C to the whole group; the primary decides when workers stop.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  // Without the primary nobody integrates this worker's journal: stop at once rather than serve unwatched.
  process.on('disconnect', () => process.exit(isDrained ? 0 : 1));
  process.once('message', (message: ToWorker) => {
    if (message.type === 'start') serve(message).catch(reportFatal);
  });
  tell({ type: 'booted' });
}

function tell(message: ToPrimary): void {
  process.send?.(message);
}

function reportFatal(error: unknown): void {
  const known = error instanceof SekishoError ? error : undefined;
  tell({ type: 'fatal', code: known?.code ?? 'worker-failed', message: describeError(error), hint: known?.hint });
}

async function serve(start: WorkerStart): Promise<void> {
  const inbox = openInbox();
  const clock = systemClock;
  const random = createSystemRandom();
  const pepper = Buffer.from(start.pepper, 'base64');
  let { isSequencerHealthy, routingState, routingInForce } = start;
  const config = (): Config => rules.configured.config;
  const logger = createLogger({ level: start.config.server.logLevel, worker: start.worker, bufferBytes: LOG_BUFFER_BYTES });

  const onIdleError = (error: Error): void => logFailure(logger, 'database connection lost', error);
  const database = openDatabase(start.databaseUrl, { max: 2, onIdleError });
  const vault = openVault(start.databaseUrl, onIdleError);
  const rules = await openWorkerRules(start, { pepper, vault: vault.entries });
  const common = { config, pepper, clock, random };
  const keyring = createKeyring({
    store: createKeyStore(database),
    pepper,
    clock,
    maxStaleSeconds: config().identity.maxStaleSeconds,
    onError: (error) => logFailure(logger, 'keys could not be brought up to date', error),
  });
  await keyring.start();
  const onError = (error: unknown): void => logFailure(logger, 'the ledger journal cannot be written', error);
  const journal = await openJournal({ directory: start.ledgerDirectory, name: start.worker, onError });
  const access = await openWorkerAccess({
    ...common,
    databaseUrl: start.databaseUrl,
    journal,
    onError: (what, error) => logFailure(logger, what, error),
  });
  const health = createHealth({ clock, random });
  const concentration = createConcentration({ limits: config().concentration, routes: config().routes, clock });
  if (start.shares !== undefined) concentration.adopt({ upTo: 0, totals: start.shares.totals });
  const traffic = createTrafficMeter({ clock, isRoute: (name) => rules.current.routes.has(name) });

  const metrics = createWorkerMetrics({
    inProgress: () => checkpoint.inProgress,
    keys: () => keyring.status().keys,
    keyCopyAgeSeconds: () => keyring.status().ageSeconds ?? 0,
    journal: () => journal.stats,
    deploymentStates: () => config().deployments.map(({ id }) => [id, health.state(id)] as const),
  });
  const checkpoint = createCheckpoint({
    clock,
    random,
    keyring,
    journal,
    health,
    concentration,
    traffic,
    routingState: () => routingState,
    pseudonym: (caller, endUser) => access.pseudonym(caller, endUser),
    access: access.ports,
    rules: () => rules.current,
    observer: observerOf(metrics, traffic, logger),
  });

  const ledgerFiles = directorySource(start.ledgerDirectory);
  const metricsRequests = createRequests<string>();
  const probes = createRequests<ProbeResult>(PROBE_TIMEOUT_MS);
  /** Made once the port is known. */
  const api: { current: ApiContext | undefined } = { current: undefined };
  const server = createHttpServer({
    checkpoint,
    keyring,
    ledgerFiles,
    get api() {
      return api.current;
    },
    newRequestId: createRequestIds(clock, random),
    rules: () => rules.current,
    settings: () => ({
      endUserHeader: config().identity.endUserHeader,
      metricsAccess: config().server.metricsAccess,
      configuredAt: Math.floor(rules.configured.configuredAtMs / 1000),
    }),
    readiness: () => Promise.resolve(readinessOf({ keyring, access, journal, isSequencerHealthy })),
    routingVersion: () => routingInForce,
    metrics: () => metricsRequests.ask((request) => tell({ type: 'metrics-wanted', request })),
    onError: (request, error) => logFailure(logger, 'request failed', error, { request }),
  });

  const handingOver = startHandingOver(traffic, concentration);

  inbox.hear(async (message) => {
    if (message.type === 'sequencer') isSequencerHealthy = message.isHealthy;
    else if (message.type === 'routing-state') {
      routingState = message.state;
      tell({ type: 'routing-state-known', version: routingState.version });
    } else if (message.type === 'routing-in-force') routingInForce = message.version;
    else if (message.type === 'shares') concentration.adopt({ upTo: message.upTo[start.countsAs] ?? 0, totals: message.totals });
    else if (message.type === 'metrics') metricsRequests.answer(message.request, message.text);
    else if (message.type === 'probed') probes.answer(message.request, message.result);
    else if (message.type === 'collect')
      void metrics.export().then((collected) => tell({ type: 'collected', request: message.request, metrics: collected }));
    else if (message.type === 'configure') {
      const problem = message.generation === rules.configured.generation ? undefined : await rules.take(message);
      concentration.reconfigure({ limits: config().concentration, routes: config().routes });
      logger.level = config().server.logLevel;
      tell({ type: 'configured', generation: message.generation, problem });
    } else if (message.type === 'drain') {
      void drain({ deadlineMs: message.deadlineMs, server, checkpoint, logger, close, handingOver }).catch(reportFatal);
    }
  });

  async function close(): Promise<void> {
    // What is still to be noted of misuse is recorded as well.
    await access.close();
    await journal.close();
    await Promise.all([keyring.close(), rules.close()]);
    await Promise.all([database.destroy(), vault.close()]);
  }

  const port = await listen(server, config().server);
  access.listensAt(ownUrl(config().server.host, port));
  api.current = createApi({
    ...common,
    publicUrl: publicUrlOf(config(), port),
    access,
    ledgerFiles,
    vkey: start.vkey,
    policies: () => rules.current.access.policies,
    onSignInProblem: (provider, problem) => logger.warn({ provider, ...problem }, 'signing in through an identity provider did not work'),
    probe: (deployment) => probes.ask((request) => tell({ type: 'probe-wanted', request, deployment })),
  });
  tell({ type: 'routing-state-known', version: routingState.version });
  tell({ type: 'listening', port });
}

function readinessOf(parts: {
  readonly keyring: Pick<Keyring, 'status'>;
  readonly access: Pick<WorkerAccess, 'directory'>;
  readonly journal: Pick<Journal, 'healthy'>;
  readonly isSequencerHealthy: boolean;
}): ReadinessCheck[] {
  return [
    { name: 'keys', ok: !parts.keyring.status().stale },
    { name: 'grants', ok: !parts.access.directory.status().stale },
    { name: 'journal', ok: parts.journal.healthy },
    { name: 'sequencer', ok: parts.isSequencerHealthy },
  ];
}

interface Draining {
  readonly deadlineMs: number;
  readonly server: Server;
  readonly checkpoint: Checkpoint;
  readonly logger: Logger;
  readonly handingOver: { end(): void };
  /** What is closed once nobody is served any more. */
  readonly close: () => Promise<unknown>;
}

async function drain({ deadlineMs, server, checkpoint, logger, close, handingOver }: Draining): Promise<void> {
  stopAccepting(server);
  const until = systemClock.monotonic() + deadlineMs;
  while (checkpoint.inProgress > 0 && systemClock.monotonic() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  if (checkpoint.inProgress > 0) logger.warn({ inProgress: checkpoint.inProgress }, 'deadline passed: cutting what is still in progress');
  server.closeAllConnections();
  while (checkpoint.inProgress > 0 && systemClock.monotonic() < until + 1_000) await new Promise((resolve) => setTimeout(resolve, 5));
  checkpoint.close();
  await close();
  handingOver.end();
  await new Promise<void>((resolve) => logger.flush(() => resolve()));
  isDrained = true;
  process.disconnect();
}

function observerOf(metrics: ReturnType<typeof createWorkerMetrics>, traffic: TrafficMeter, logger: Logger): Observer {
  return {
    passed(report) {
      metrics.passed(report);
      traffic.passed(report);
      logPassage(logger, report);
    },
    failed: (request, error) => logFailure(logger, 'request failed inside the checkpoint', error, { request }),
  };
}

/**
 * Messages that come before there is anybody to hear them wait: a worker that starts during a reload must not miss it. Heard one after
 * another: taking a configuration into use needs a moment, and what follows is about the new one.
 */
function openInbox(): { hear(listener: (message: ToWorker) => Promise<void>): void } {
  const waiting: ToWorker[] = [];
  let take = (message: ToWorker): void => void waiting.push(message);
  process.on('message', (message: ToWorker) => take(message));
  return {
    hear(listener) {
      let heard: Promise<void> = Promise.resolve();
      take = (message) => void (heard = heard.then(() => listener(message)).catch(reportFatal));
      for (const message of waiting.splice(0)) take(message);
    },
  };
}

/** Connections of its own: keys are read whatever conversations ask for. The first is made by the first request that needs it. */
function openVault(url: string, onIdleError: (error: Error) => void): { readonly entries: MaskingVaultStore; close(): Promise<void> } {
  const database = openDatabase(url, {
    max: VAULT_CONNECTIONS,
    statementTimeoutSeconds: VAULT_TIMEOUT_SECONDS,
    connectTimeoutSeconds: VAULT_TIMEOUT_SECONDS,
    onIdleError,
  });
  return { entries: createMaskingVaultStore(database), close: () => database.destroy() };
}

/** Both at the same moment: the flush's number says what of this worker's traffic everybody's totals include. */
function startHandingOver(traffic: TrafficMeter, concentration: Concentration): { end(): void } {
  const handOver = (): void => {
    const sums = traffic.flush();
    const { seq, deltas } = concentration.flush();
    if (sums.length > 0 || deltas.length > 0) tell({ type: 'traffic', seq, sums });
  };
  const timer = setInterval(handOver, HAND_OVER_EVERY_MS);
  return {
    end() {
      clearInterval(timer);
      handOver();
    },
  };
}

async function listen(server: Server, { host, port }: Config['server']): Promise<number> {
  server.listen({ host, port });
  await once(server, 'listening').catch((error: unknown) => {
    throw new SekishoError('address-unusable', `cannot listen on ${host}:${port}: ${describeError(error)}`, {
      cause: error,
      hint: 'If another program uses the address, end it or change server.listen.',
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Questions over the channel that wait for an answer of the same number. */
function createRequests<T>(timeoutMs = 5_000): {
  ask(send: (request: number) => void): Promise<T>;
  answer(request: number, value: T): void;
} {
  const waiting = new Map<number, (value: T) => void>();
  let last = 0;
  return {
    ask(send) {
      const request = ++last;
      return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(request);
          reject(new SekishoError('primary-silent', 'the primary process did not answer in time'));
        }, timeoutMs);
        waiting.set(request, (value) => {
          clearTimeout(timer);
          resolve(value);
        });
        send(request);
      });
    },
    answer(request, value) {
      waiting.get(request)?.(value);
      waiting.delete(request);
    },
  };
}
