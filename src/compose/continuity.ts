// Deciding about cuts, drills and evidence from the command line, whether a checkpoint is running or not. Whoever decides records it here
// first: what cannot be recorded is not done. Decides nothing about who may: whoever can write the data directory may.
import type { Config } from '#config';
import type { CanaryStore, ControlStore, TrafficStore } from '#continuity';
import { createCanaryStore, createControlStore, createTrafficStore } from '#store';
import { createDiary, refuseOtherAccount, type Administrator, type Facts } from './diary.ts';
import { ledgerDirectory, withDatabase } from './foundations.ts';

export interface ContinuityControl {
  readonly controlStore: ControlStore;
  readonly trafficStore: TrafficStore;
  readonly canaryStore: CanaryStore;
  /**
   * Resolves when the record of an act is durable, and is called before the act takes effect. `subject`: the id of what the act is about
   * (`cut_…`, `drl_…`, a run), 1 to 32 printable ASCII characters. Rejects with `ledger-unwritable`: then the act must not be done.
   */
  readonly record: (subject: string, facts: Facts) => Promise<void>;
}

export interface ContinuityTask<T> {
  readonly config: Config;
  readonly by: Administrator;
  readonly onProgress: (message: string) => void;
  readonly work: (control: ContinuityControl) => Promise<T>;
}

/** Runs `work` with the configured database, or the embedded one, which is started for the moment unless it runs already. */
export async function withContinuity<T>({ config, by, onProgress, work }: ContinuityTask<T>): Promise<T> {
  await refuseOtherAccount(config.server.dataDirectory);
  return withDatabase(config, onProgress, async (database) => {
    const diary = createDiary(ledgerDirectory(config), by);
    try {
      return await work({
        controlStore: createControlStore(database),
        trafficStore: createTrafficStore(database),
        canaryStore: createCanaryStore(database),
        record: (subject, facts) => diary.record(subject, facts),
      });
    } finally {
      await diary.close();
    }
  });
}
