// Entitlement canaries in the primary: small requests that go through the checkpoint like everybody's, with a key of their own, on time.
// What they find is kept in the database; a change is logged, counted and recorded.
import type { Config } from '#config';
import { alertFacts, createCanaryRunner, type CanarySubject } from '#continuity';
import { createSystemRandom, systemClock } from '#kernel';
import { createCanaryStore, openDatabase } from '#store';
import { subjectOf, type CanaryAsker } from './canary-asker.ts';
import { createCanaryObservations } from './canary-observations.ts';
import type { Diary } from './diary.ts';
import { logFailure, type Logger } from './logging.ts';
import { createOnboardingObserver } from './programs.ts';

export interface Canaries {
  /** Sends no more. */
  close(): Promise<void>;
}

export interface CanariesOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly asker: CanaryAsker;
  readonly logger: Logger;
}

/** Undefined: no deployment has a canary. */
export function startCanaries({ config, databaseUrl, asker, logger }: CanariesOptions): Canaries | undefined {
  const schedule = subjectsOf(config);
  if (schedule.length === 0) return undefined;
  const clock = systemClock;
  const random = createSystemRandom();
  const database = openDatabase(databaseUrl, { max: 2, onIdleError: (error) => logFailure(logger, 'database connection lost', error) });
  const record: Diary['record'] = (subject, facts) => asker.diary.record(subject, facts);
  const observations = createCanaryObservations({
    ask: (request) => asker.ask(request),
    onboarding: createOnboardingObserver({ config: () => config, database, record, clock, random }),
    onError: (error, deployment) => logFailure(logger, 'what a canary found could not be told to an onboarding', error, { deployment }),
  });
  const runner = createCanaryRunner({
    schedule,
    store: createCanaryStore(database),
    clock,
    random,
    send: observations.send,
    async onAlert(alert) {
      const { deployment, program } = alert.record;
      logger.warn({ deployment, program, from: alert.from, to: alert.to }, 'an entitlement has changed');
      await record(alert.record.id, alertFacts(alert));
    },
    onError: (subject, error) => logFailure(logger, 'a canary could not run', error, { deployment: subject.deployment }),
  });
  runner.start();
  return {
    async close() {
      await runner.stop();
      await observations.close();
      await database.destroy();
    },
  };
}

function subjectsOf(config: Config): CanarySubject[] {
  return config.canaries.flatMap(({ deployment, route, everyMinutes }) => {
    const subject = subjectOf(config, deployment);
    return subject === undefined ? [] : [{ ...subject, route, everyMinutes }];
  });
}
