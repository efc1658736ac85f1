// What the primary keeps for its workers beside their lives: cuts, drills and evidence as the database has them, and the traffic of
// everybody. The database is asked here and nowhere on a request's path.
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Config } from '#config';
import { createSystemRandom, systemClock } from '#kernel';
import type { RoutingState } from '#routing';
import { createControlStore, createTrafficStore, openDatabase } from '#store';
import { logFailure, type Logger } from './logging.ts';
import type { ToWorker } from './messages.ts';
import { followRoutingState, MOST_READS_AT_ONCE } from './routing-state.ts';
import { createTrafficCollector, type TrafficCollector } from './traffic-collector.ts';

/** A slower answer is no answer: a cut has to be in force within two seconds, so another read has long begun. */
const READ_TIMEOUT_SECONDS = 1;
/** Nobody waits for these. */
const TRAFFIC_TIMEOUT_SECONDS = 60;

/** What of the configuration matters here. */
type Settings = Pick<Config, 'concentration' | 'routes'> & { readonly server: Pick<Config['server'], 'dataDirectory'> };

export interface Continuity {
  readonly routingState: RoutingState;
  routingStateAgeSeconds(): number;
  readonly traffic: TrafficCollector;
  /** Tells every worker; set it before workers start. */
  broadcast: (message: ToWorker) => void;
  close(): Promise<void>;
}

/** Resolves once the routing state is read; rejects when it cannot be: nobody serves without knowing what is cut off. */
export async function startContinuity(options: {
  readonly config: Settings;
  readonly databaseUrl: string;
  readonly logger: Logger;
}): Promise<Continuity> {
  const { config, databaseUrl, logger } = options;
  const onIdleError = (error: Error): void => logFailure(logger, 'database connection lost', error);
  const quick = openDatabase(databaseUrl, {
    max: MOST_READS_AT_ONCE,
    statementTimeoutSeconds: READ_TIMEOUT_SECONDS,
    connectTimeoutSeconds: READ_TIMEOUT_SECONDS,
    onIdleError,
  });
  const patient = openDatabase(databaseUrl, { max: 2, statementTimeoutSeconds: TRAFFIC_TIMEOUT_SECONDS, onIdleError });
  const follower = followRoutingState({
    store: createControlStore(quick),
    clock: systemClock,
    onChange: (state) => {
      logger.info({ version: state.version, cuts: state.cuts.length, drills: state.drills.length }, 'cuts, drills or evidence changed');
      continuity.broadcast({ type: 'routing-state', state });
    },
    onError: (error) => logFailure(logger, 'cuts and drills cannot be read; those in force stay in force', error),
    onRecovered: () => logger.info('cuts and drills can be read again'),
  });
  const traffic = createTrafficCollector({
    store: createTrafficStore(patient),
    clock: systemClock,
    random: createSystemRandom(),
    node: nodeName(hostname(), config.server.dataDirectory),
    limited: { limits: config.concentration, routes: config.routes },
    onShares: (shares) => continuity.broadcast({ type: 'shares', ...shares }),
    onError: (what, error) => logFailure(logger, what, error),
    onLost: (facts) => logger.warn(facts, 'counts of traffic were lost'),
  });
  const continuity: Continuity = {
    get routingState() {
      return follower.state;
    },
    routingStateAgeSeconds: () => follower.ageMs() / 1000,
    traffic,
    broadcast: () => undefined,
    async close() {
      await Promise.all([follower.close(), traffic.close()]);
      await Promise.all([quick.destroy(), patient.destroy()]);
    },
  };
  try {
    await follower.start();
    await traffic.start();
  } catch (error) {
    await continuity.close();
    throw error;
  }
  return continuity;
}

/** The same after a restart, and another one for a second checkpoint on the same machine. At most 100 characters. */
export function nodeName(host: string, dataDirectory: string): string {
  const directory = createHash('sha256').update(realpathSync(dataDirectory)).digest('hex').slice(0, 8);
  return `${host.replaceAll(/[^A-Za-z0-9.-]/g, '_').slice(0, 90)}/${directory}`;
}
