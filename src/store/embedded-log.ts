// The server's own log beside its data: warnings and errors with the text of failed statements, never their values.
import { open, readFile, rename, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './embedded-account.ts';
import type { Cluster } from './embedded-cluster.ts';

const LOG_LIMIT_BYTES = 8 * 1024 * 1024;

export function logPath(cluster: Cluster): string {
  return join(cluster.root, 'postgres.log');
}

export interface Log {
  readonly file: FileHandle;
  /** Where this start's lines begin. */
  readonly offset: number;
}

export async function openLog(cluster: Cluster, account: Account | undefined): Promise<Log> {
  const path = logPath(cluster);
  const bytes = await stat(path).then(
    (state) => state.size,
    () => 0,
  );
  if (bytes > LOG_LIMIT_BYTES) await rename(path, `${path}.1`);
  const file = await open(path, 'a', 0o600);
  if (account !== undefined) await file.chown(account.uid, account.gid);
  return { file, offset: bytes > LOG_LIMIT_BYTES ? 0 : bytes };
}

/** The lines that tell why, without the time and process number in front. */
export async function readLogSince(cluster: Cluster, offset: number): Promise<string> {
  const written = (await readFile(logPath(cluster))).subarray(offset).toString('utf8');
  const lines = written.split('\n').filter((line) => /\b(FATAL|PANIC|HINT|could not|error while loading)\b/.test(line));
  return lines
    .map((line) => line.replace(/^.*?\b(?=FATAL|PANIC|HINT)/, ''))
    .slice(-3)
    .join(' ');
}
