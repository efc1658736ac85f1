// What postmaster.pid says about the server over a data directory, and whether to believe it.
import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '#kernel';
import type { Cluster } from './embedded-cluster.ts';
import { processDirectory } from './process-identity.ts';

export interface PidFile {
  readonly pid: number;
  readonly status: string;
}

/** postmaster.pid: the pid in line 1, the status in line 8 (PostgreSQL 18, src/include/utils/pidfile.h). */
export async function readPidFile(cluster: Pick<Cluster, 'dataDirectory'>): Promise<PidFile | undefined> {
  try {
    const lines = (await readFile(join(cluster.dataDirectory, 'postmaster.pid'), 'utf8')).split('\n');
    const pid = Math.abs(Number(lines[0]));
    return Number.isSafeInteger(pid) && pid > 1 ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A server works inside its data directory: the one sign of belonging that a reused pid cannot fake by accident. */
export async function worksIn(pid: number, dataDirectory: string): Promise<boolean> {
  return processDirectory(pid) === (await realpath(dataDirectory));
}

/**
 * PostgreSQL refuses to start while any process has the number in postmaster.pid, and after a restart of a container that is often some
 * other program. Removed only when that number belongs to a process that runs elsewhere; in every other case PostgreSQL judges itself,
 * because it also looks for children that a killed server left behind.
 */
export async function removeStalePidFile(cluster: Pick<Cluster, 'dataDirectory'>): Promise<void> {
  const file = await readPidFile(cluster);
  if (file === undefined || !pidIsTaken(file.pid)) return;
  if (await worksIn(file.pid, cluster.dataDirectory)) return;
  await rm(join(cluster.dataDirectory, 'postmaster.pid'), { force: true });
}

/** True for zombies too: this asks what PostgreSQL will ask. */
function pidIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
