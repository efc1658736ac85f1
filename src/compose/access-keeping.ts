// What the primary does for trusted access beside its workers: the first administrator's way in, and what time alone brings about: holds that
// nobody decided, reviews that fade, what has been kept long enough. Serves nobody.
import { createHmac } from 'node:crypto';
import { createConcerned, createHolds, createMisuse } from '#access';
import type { Config } from '#config';
import { createSystemRandom, systemClock } from '#kernel';
import type { Journal } from '#ledger';
import { createDeskStore, createHoldStore, createMisuseStore, openDatabase } from '#store';
import { HOLDS_DOMAIN, misuseRules, recorder } from './access.ts';
import { createIdentityServices, publicUrlOf } from './identity-services.ts';
import { logFailure, type Logger } from './logging.ts';

export interface AccessKeeping {
  /** Undefined: an administrator can sign in already. */
  readonly firstEnrolment: { readonly url: string; readonly expiresAtMs: number } | undefined;
  close(): Promise<void>;
}

export interface AccessKeepingOptions {
  readonly config: Config;
  readonly port: number;
  readonly databaseUrl: string;
  readonly pepper: Buffer;
  readonly journal: Pick<Journal, 'append'>;
  readonly logger: Logger;
}

const EVERY_MS = 15_000;
const DAY_SECONDS = 24 * 3600;
/** Signals that belong to no case. */
const SIGNALS_KEPT_SECONDS = 400 * DAY_SECONDS;
const MOST_AT_ONCE = 1_000;
const TIMEOUT_SECONDS = 30;

export async function startAccessKeeping({
  config,
  port,
  databaseUrl,
  pepper,
  journal,
  logger,
}: AccessKeepingOptions): Promise<AccessKeeping> {
  const clock = systemClock;
  const random = createSystemRandom();
  const database = openDatabase(databaseUrl, {
    max: 2,
    statementTimeoutSeconds: TIMEOUT_SECONDS,
    onIdleError: (error) => logFailure(logger, 'database connection lost', error),
  });
  const record = recorder({ journal, clock, random });
  const concerned = createConcerned(createDeskStore(database));
  const holds = createHolds({
    concerned,
    store: createHoldStore(database),
    record,
    clock,
    random,
    secret: createHmac('sha256', pepper).update(HOLDS_DOMAIN).digest(),
    // Nothing is delivered here.
    stillGranted: () => false,
  });
  const misuse = createMisuse({
    concerned,
    store: createMisuseStore(database),
    record,
    clock,
    random,
    ...misuseRules(config.access),
    resolvePseudonym: () => Promise.resolve(undefined),
    mask: () => Promise.resolve(undefined),
  });

  async function keep(): Promise<void> {
    await holds.expire();
    await holds.prune({ retentionSeconds: config.access.holds.keepDays * DAY_SECONDS, limit: MOST_AT_ONCE });
    await misuse.settle(MOST_AT_ONCE);
    await misuse.prune({ retentionSeconds: SIGNALS_KEPT_SECONDS, limit: MOST_AT_ONCE });
  }

  let keeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    keeping = keeping
      .then(keep)
      .catch((error: unknown) => logFailure(logger, 'holds and standings could not be brought up to date', error));
  }, EVERY_MS);
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await keeping;
    await database.destroy();
  };
  try {
    const { enrolment } = createIdentityServices({ database, record, clock, random, publicUrl: publicUrlOf(config, port) });
    return { firstEnrolment: await enrolment.firstEnrolment(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
