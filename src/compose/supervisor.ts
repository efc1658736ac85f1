// The primary process: prepares database, secrets and ledger, keeps the workers running, integrates their journals, reloads and stops.
// It serves no requests itself.
import { damageRecord, interruptedRecord } from '#checkpoint';
import type { Config } from '#config';
import { canonicalJson, createSystemRandom, SekishoError, systemClock } from '#kernel';
import { openJournal, openLog, type Journal } from '#ledger';
import { startContinuity, type Continuity } from './continuity-keeping.ts';
import { startAccessKeeping, type AccessKeeping } from './access-keeping.ts';
import { startCanaries, type Canaries } from './canaries.ts';
import { createCanaryAsker, inconclusive, type CanaryAsker } from './canary-asker.ts';
import { Crew } from './crew.ts';
import { createDictionaryCopies, type DictionaryCopies } from './dictionary-copies.ts';
import { leaseDatabase, ledgerDirectory, pepperOf, signerOf, type DatabaseLease } from './foundations.ts';
import { startLocalModels, type LocalModels } from './local-models.ts';
import { createLogger, logFailure, type Logger } from './logging.ts';
import { startSequencing, type Sequencing } from './sequencing.ts';
import { startVaultKeeping, type VaultKeeping } from './vault-keeping.ts';

export interface SupervisorOptions {
  readonly config: Config;
  readonly onProgress: (message: string) => void;
  /** An open file that gets the logs of this process and its workers. Default: standard output. */
  readonly logDescriptor?: number;
}

export interface Supervisor {
  readonly host: string;
  readonly port: number;
  /** The ledger's verifier key: what an outsider needs to check its signatures. */
  readonly vkey: string;
  /** Where the first administrator registers a passkey; undefined: somebody has. */
  readonly firstEnrolment: { readonly url: string; readonly expiresAtMs: number } | undefined;
  readonly logger: Logger;
  /**
   * Takes a new configuration into use without dropping a request, in every worker or in none. Resolves with what needs a restart to change;
   * rejects with a SekishoError where the running configuration stays.
   */
  configure(config: Config): Promise<readonly string[]>;
  /** Integrates everything recorded so far, so that the next checkpoint covers it. */
  catchUp(): Promise<void>;
  /** Finishes what is in progress up to the configured deadline, then stops everything. A second call cuts at once. */
  close(): Promise<void>;
}

export async function startSupervisor({ config, onProgress, logDescriptor }: SupervisorOptions): Promise<Supervisor> {
  const logger = createLogger({ level: config.server.logLevel, worker: 'primary', bufferBytes: 0, descriptor: logDescriptor });
  const dictionaries = createDictionaryCopies(config.server.dataDirectory);
  // First of all: with a bad dictionary nothing is started.
  const checked = dictionaries.checked(config);
  const signer = await signerOf(config);
  const pepper = await pepperOf(config);
  onProgress('starting the database');
  const database = await leaseDatabase(config, onProgress);
  const closers: (() => Promise<void>)[] = [() => database.release()];
  try {
    onProgress('opening the ledger');
    const ledger = await openLedger(config, signer, logger);
    closers.push(() => ledger.close());
    const continuity = await startContinuity({ config, databaseUrl: database.url, logger });
    closers.push(() => continuity.close());
    const vault = startVaultKeeping({ databaseUrl: database.url, logger });
    closers.push(() => vault.close());
    const localModels = await startLocalModels(config, logger, onProgress);
    closers.push(() => localModels.close());
    onProgress(`starting ${config.server.workers} worker${config.server.workers === 1 ? '' : 's'}`);
    /** Made once somebody listens. */
    const asking: { asker: CanaryAsker | undefined } = { asker: undefined };
    const crew = new Crew({
      config: localModels.addressed(checked),
      databaseUrl: database.url,
      pepper: pepper.toString('base64'),
      ledgerDirectory: ledgerDirectory(config),
      vkey: signer.vkey,
      // The first worker serves before the last one does.
      probe: (deployment) => asking.asker?.probe(deployment) ?? Promise.resolve(inconclusive('not-ready')),
      isSequencerHealthy: () => ledger.sequencing.isHealthy,
      routingState: () => continuity.routingState,
      traffic: continuity.traffic,
      readings: {
        ledgerSize: ledger.size,
        secondsSinceRound: () => (systemClock.monotonic() - ledger.sequencing.lastRoundAt) / 1000,
        routingStateAgeSeconds: () => continuity.routingStateAgeSeconds(),
        trafficWaiting: () => continuity.traffic.waiting,
      },
      logger,
      logDescriptor,
    });
    closers.push(() => crew.cut());
    ledger.onHealth = (isHealthy) => crew.broadcast({ type: 'sequencer', isHealthy });
    continuity.broadcast = (message) => crew.broadcast(message);
    const port = await crew.start();
    dictionaries.prune([checked]);
    const asker = (asking.asker = createCanaryAsker({ config, port, databaseUrl: database.url, pepper, logger }));
    closers.push(() => asker.close());
    const canaries = startCanaries({ config, databaseUrl: database.url, asker, logger });
    closers.push(async () => canaries?.close());
    const accessKeeping = await startAccessKeeping({ config, port, databaseUrl: database.url, pepper, journal: ledger.journal, logger });
    closers.push(() => accessKeeping.close());
    return running({
      config,
      dictionaries,
      crew,
      ledger,
      continuity,
      vault,
      localModels,
      canaries,
      asker,
      accessKeeping,
      database,
      logger,
      port,
      vkey: signer.vkey,
    });
  } catch (error) {
    for (const close of closers.toReversed()) await close().catch((failure: unknown) => logFailure(logger, 'clean-up failed', failure));
    throw error;
  }
}

interface Ledger {
  readonly journal: Journal;
  readonly sequencing: Sequencing;
  readonly size: () => number;
  onHealth: (isHealthy: boolean) => void;
  close(): Promise<void>;
}

async function openLedger(config: Config, signer: Awaited<ReturnType<typeof signerOf>>, logger: Logger): Promise<Ledger> {
  const directory = ledgerDirectory(config);
  const random = createSystemRandom();
  const log = await openLog({
    directory,
    origin: config.ledger.origin,
    signer,
    describeInterrupted: (key) => Buffer.from(interruptedRecord(key, systemClock.now(), random.bytes(16).toString('hex'))),
    describeDamage: (message) => Buffer.from(damageRecord(message, systemClock.now(), random.bytes(16).toString('hex'))),
    onWarning: (message) => logger.warn(message),
  });
  const ledger: Partial<Ledger> & { onHealth: Ledger['onHealth'] } = { onHealth: () => undefined };
  const sequencing = startSequencing({
    log,
    clock: systemClock,
    intervalMs: config.ledger.checkpointIntervalMs,
    onHealth: (isHealthy) => ledger.onHealth(isHealthy),
    onError: (error) => logFailure(logger, 'journals cannot be integrated into the ledger', error),
  });
  const journal = await openJournal({
    directory,
    name: 'primary',
    segmentBytes: 256 * 1024,
    onError: (error) => logFailure(logger, 'the ledger journal cannot be written', error),
  });
  return Object.assign(ledger, {
    journal,
    sequencing,
    size: () => log.size,
    async close() {
      await journal.close();
      await sequencing.close();
    },
  });
}

function running(parts: {
  config: Config;
  dictionaries: DictionaryCopies;
  crew: Crew;
  ledger: Ledger;
  continuity: Continuity;
  vault: VaultKeeping;
  localModels: LocalModels;
  canaries: Canaries | undefined;
  asker: CanaryAsker;
  accessKeeping: AccessKeeping;
  database: DatabaseLease;
  logger: Logger;
  port: number;
  vkey: string;
}): Supervisor {
  const { crew, ledger, continuity, vault, localModels, canaries, asker, accessKeeping, database, logger } = parts;
  let { config } = parts;
  let reloading: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  recordConfiguration(ledger.journal, config, logger);
  logger.info(
    { host: config.server.host, port: parts.port, workers: config.server.workers, version: config.version, vkey: parts.vkey },
    'listening',
  );

  /** What the workers are told in the same turn: no worker gets totals of limits that it does not have. */
  function comesIntoForce({ concentration: limits, routes }: Config): void {
    continuity.traffic.reconfigure({ limits, routes });
  }

  async function reload(next: Config): Promise<readonly string[]> {
    const checked = parts.dictionaries.checked(next);
    const before = crew.configuration;
    const answered = crew.configure(localModels.addressed(checked));
    comesIntoForce(next);
    recordConfiguration(ledger.journal, next, logger);
    const [refusal] = await answered;
    if (refusal !== undefined) {
      const back = crew.configureBack(before);
      comesIntoForce(config);
      recordConfiguration(ledger.journal, config, logger);
      await back;
      throw new SekishoError('configuration-refused', `a worker could not take the configuration into use: ${refusal}`);
    }
    const fixed = needsRestart(config, next);
    config = next;
    parts.dictionaries.prune([checked, before.config]);
    return fixed;
  }

  async function stop(): Promise<void> {
    await canaries?.close();
    await asker.close();
    await accessKeeping.close();
    await crew.drain(config.server.shutdownDeadlineSeconds * 1000);
    await localModels.close();
    await continuity.close();
    await vault.close();
    await ledger.close();
    await database.release();
    logger.info('stopped');
  }

  return {
    host: config.server.host,
    port: parts.port,
    vkey: parts.vkey,
    firstEnrolment: accessKeeping.firstEnrolment,
    logger,
    configure(next) {
      const reloaded = inTurn(reloading, () => reload(next));
      reloading = reloaded.catch(() => undefined);
      return reloaded;
    },
    catchUp: () => ledger.sequencing.catchUp(),
    close() {
      if (closing === undefined) closing = stop();
      else void crew.cut();
      return closing;
    },
  };
}

async function inTurn<T>(before: Promise<unknown>, work: () => Promise<T>): Promise<T> {
  await before;
  return await work();
}

/** Decision records name a configuration by its version; this says when it came into force. */
function recordConfiguration(journal: Journal, config: Config, logger: Logger): void {
  const at = new Date(systemClock.now()).toISOString();
  const record = canonicalJson({
    at,
    deployments: config.deployments.map((deployment) => deployment.id),
    operator: config.operator.name,
    routes: config.routes.map((route) => route.name),
    salt: createSystemRandom().bytes(16).toString('hex'),
    type: 'configuration',
    v: 1,
    version: config.version,
  });
  // A configuration with thousands of names does not fit an entry; its version alone still identifies it.
  const fits = Buffer.byteLength(record) <= 60_000;
  const entry = fits ? record : canonicalJson({ at, type: 'configuration', v: 1, version: config.version });
  journal
    .append('note', 'configuration', entry)
    .catch((error: unknown) => logFailure(logger, 'the configuration could not be recorded', error));
}

/** Of trusted access, what is not taken into use while it runs. */
function accessText({ access: { publicUrl, holds, misuse, judge, oidc, webhooks } }: Config): string {
  const { validMinutes, keepDays } = holds;
  return JSON.stringify({ publicUrl, validMinutes, keepDays, misuse, judge, oidc, webhooks });
}

/** Settings that a running checkpoint cannot change. */
function needsRestart(current: Config, next: Config): string[] {
  const fixed: [string, unknown, unknown][] = [
    ['server.listen', `${current.server.host}:${current.server.port}`, `${next.server.host}:${next.server.port}`],
    ['server.workers', current.server.workers, next.server.workers],
    ['server.dataDirectory', current.server.dataDirectory, next.server.dataDirectory],
    ['database', current.database.url, next.database.url],
    ['canary', JSON.stringify(current.canaries), JSON.stringify(next.canaries)],
    ['llama', JSON.stringify(current.localModels), JSON.stringify(next.localModels)],
    ['identity.pepper', current.identity.pepper, next.identity.pepper],
    ['access', accessText(current), accessText(next)],
    ['identity.maxStaleSeconds', current.identity.maxStaleSeconds, next.identity.maxStaleSeconds],
    [
      'ledger',
      canonicalJson({ ...current.ledger, signingKey: current.ledger.signingKey ?? null }),
      canonicalJson({ ...next.ledger, signingKey: next.ledger.signingKey ?? null }),
    ],
  ];
  return fixed.filter(([, before, after]) => before !== after).map(([name]) => name);
}
