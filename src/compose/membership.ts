// Members from the command line, whether a checkpoint is running or not: for a demonstration, which has nobody yet who could sign in. Every
// change is a durable ledger record before it takes effect. Decides nothing about who may: whoever can write the data directory may.
import type { Config } from '#config';
import { createMembers, type Members } from '#identity';
import { createSystemRandom, systemClock } from '#kernel';
import { createMemberStore } from '#store';
import { createDiary, refuseOtherAccount, type Administrator } from './diary.ts';
import { ledgerDirectory, withDatabase } from './foundations.ts';

export interface MembershipTask<T> {
  readonly config: Config;
  readonly by: Administrator;
  readonly onProgress: (message: string) => void;
  readonly work: (members: Members) => Promise<T>;
}

/** Runs `work` with the configured database, or the embedded one, which is started for the moment unless it runs already. */
export async function withMembers<T>({ config, by, onProgress, work }: MembershipTask<T>): Promise<T> {
  await refuseOtherAccount(config.server.dataDirectory);
  return withDatabase(config, onProgress, async (database) => {
    const diary = createDiary(ledgerDirectory(config), by);
    try {
      return await work(
        createMembers({
          store: createMemberStore(database),
          record: (subject, facts) => diary.record(subject, facts),
          clock: systemClock,
          random: createSystemRandom(),
        }),
      );
    } finally {
      await diary.close();
    }
  });
}
