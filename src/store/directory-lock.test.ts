import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { SekishoError } from '#kernel';
import { withDirectoryLock } from './directory-lock.ts';

let base: string;
let directory: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'sekisho-lock-'));
  directory = join(base, 'lock');
});
afterEach(async () => {
  await rm(base, { recursive: true });
});

/** Runs `body` (with `directory`, `counter` and `withDirectoryLock` in scope) in a process of its own; resolves to how it ended. */
function run(body: string): { readonly pid: number; readonly ended: Promise<string> } {
  const script = `
    import { withDirectoryLock } from '#store';
    import { readFile, writeFile } from 'node:fs/promises';
    import { setTimeout as sleep } from 'node:timers/promises';
    const [directory, counter] = process.argv.slice(1);
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, directory, join(base, 'counter')], {
    cwd: new URL('../../', import.meta.url),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return { pid: child.pid!, ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? String(code)))) };
}

test('processes that count under the lock lose no count, even when some are killed while they hold it', async () => {
  await writeFile(join(base, 'counter'), '0');
  const count = `
    for (let turn = 0; turn < 25; turn++) {
      await withDirectoryLock({ directory, waitSeconds: 60 }, async () => {
        const value = Number(await readFile(counter, 'utf8'));
        await sleep(1);
        await writeFile(counter, String(value + 1));
      });
    }`;
  const killed = `await withDirectoryLock({ directory, waitSeconds: 60 }, () => process.kill(process.pid, 'SIGKILL'));`;
  const outcomes = await Promise.all([count, killed, count, killed, count, killed].map((body) => run(body).ended));
  assert.deepEqual(outcomes, ['0', 'SIGKILL', '0', 'SIGKILL', '0', 'SIGKILL']);
  assert.equal(await readFile(join(base, 'counter'), 'utf8'), '75');
  assert.equal((await readdir(directory)).length, 1);
});

test('the next holder is told that the one before died while holding it', async () => {
  const heard: boolean[] = [];
  const listen = (): Promise<void> =>
    withDirectoryLock({ directory, waitSeconds: 10 }, (afterDeath) => {
      heard.push(afterDeath);
      return Promise.resolve();
    });
  await listen();
  await run(`await withDirectoryLock({ directory, waitSeconds: 10 }, () => process.kill(process.pid, 'SIGKILL'));`).ended;
  await listen();
  await listen();
  assert.deepEqual(heard, [false, true, false]);
});

test('two calls in one process exclude each other, and work that throws frees the lock', async () => {
  let inside = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const work = async (): Promise<void> => {
        assert.equal(++inside, 1);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        throw new Error('work failed');
      };
      await assert.rejects(withDirectoryLock({ directory, waitSeconds: 30 }, work), /work failed/);
    }),
  );
});

test('waiting ends with an error that names the holder', async () => {
  await withDirectoryLock({ directory, waitSeconds: 1 }, async () => {
    const told: number[] = [];
    const waiting = withDirectoryLock({ directory, waitSeconds: 0.1, onWait: (pid) => told.push(pid) }, () => Promise.resolve());
    await assert.rejects(waiting, (error: unknown) => error instanceof SekishoError && error.code === 'directory-busy');
    assert.deepEqual(told, [process.pid]);
  });
});

test('a holder whose number now belongs to another process counts as dead', async () => {
  await withDirectoryLock({ directory, waitSeconds: 1 }, () => Promise.resolve());
  const [name] = await readdir(directory);
  await writeFile(join(directory, name!), JSON.stringify({ pid: process.pid, identity: 'an earlier boot', released: false }));
  assert.equal(await withDirectoryLock({ directory, waitSeconds: 1 }, (afterDeath) => Promise.resolve(afterDeath)), true);
});
