// One sequencer per ledger directory. A lock is a file `lock.<generation>` made by an atomic link; it is stale when its process has
// ended. Works between processes of one machine, not across machines on a shared file system.
import { join } from 'node:path';
import { constants } from 'node:fs';
import { SekishoError, systemErrorCode } from '#kernel';
import { attempt, listDirectory, readWholeFile, run, runFor, writeFully, type LedgerFs } from './files.ts';
import { currentProcess, isAlive } from './processes.ts';

export interface DirectoryLock {
  release(): Promise<void>;
}

const held = new Set<string>();

/** Takes the lock or throws `ledger-locked`. */
export async function lockDirectory(fs: LedgerFs, directory: string): Promise<DirectoryLock> {
  const { pid, token } = currentProcess();
  const proposal = join(directory, `lock-proposal.${pid}`);
  if (held.has(directory)) throw locked(directory, pid);
  held.add(directory);
  try {
    await writeProposal(fs, proposal, `${pid} ${token}\n`);
    const path = await takeNextGeneration(fs, directory, proposal);
    return {
      async release() {
        await attempt(run((done) => fs.unlink(path, done)));
        held.delete(directory);
      },
    };
  } catch (error) {
    held.delete(directory);
    throw error;
  } finally {
    await attempt(run((done) => fs.unlink(proposal, done)));
  }
}

// A stale lock is never removed before the next generation is held: two processes that both find it stale compete for one new name.
async function takeNextGeneration(fs: LedgerFs, directory: string, proposal: string): Promise<string> {
  const before = await generations(fs, directory);
  const newest = before.at(-1) ?? 0;
  if (newest > 0) await refuseIfAlive(fs, directory, newest);
  const mine = newest + 1;
  const path = lockPath(directory, mine);
  try {
    await run((done) => fs.link(proposal, path, done));
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') throw locked(directory, undefined);
    throw error;
  }
  try {
    const after = await generations(fs, directory);
    // Somebody who took the name we found stale, ended, and was followed by a third: theirs is the newer one.
    if (after.at(-1) !== mine) throw locked(directory, undefined);
  } catch (error) {
    await attempt(run((done) => fs.unlink(path, done)));
    throw error;
  }
  for (const generation of before) await attempt(run((done) => fs.unlink(lockPath(directory, generation), done)));
  return path;
}

async function refuseIfAlive(fs: LedgerFs, directory: string, generation: number): Promise<void> {
  const content = (await readWholeFile(fs, lockPath(directory, generation)))?.toString('latin1') ?? '';
  const [, pid, token] = /^([1-9][0-9]*) (\w+)\n$/.exec(content) ?? [];
  // The process that took this lock may be an earlier one with our own number, as in a container; its start time tells.
  if (pid !== undefined && token !== undefined && isAlive({ pid: Number(pid), token })) throw locked(directory, Number(pid));
}

async function generations(fs: LedgerFs, directory: string): Promise<number[]> {
  const names = await listDirectory(fs, directory);
  return names
    .map((name) => /^lock\.([0-9]{1,15})$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

async function writeProposal(fs: LedgerFs, path: string, content: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  // A leftover may share its content with a stale lock through the link: never write into it.
  await attempt(run((done) => fs.unlink(path, done)));
  const fd = await runFor<number>((done) => fs.open(path, O_WRONLY | O_CREAT | O_EXCL, done));
  try {
    await writeFully(fs, fd, Buffer.from(content), 0);
  } finally {
    await attempt(run((done) => fs.close(fd, done)));
  }
}

function lockPath(directory: string, generation: number): string {
  return join(directory, `lock.${generation}`);
}

function locked(directory: string, pid: number | undefined): SekishoError {
  const holder = pid === undefined ? 'another process' : `process ${pid}`;
  return new SekishoError('ledger-locked', `the ledger ${directory} is in use by ${holder}`, {
    hint: 'Stop that process first: two sequencers on one ledger would fork its history.',
  });
}
