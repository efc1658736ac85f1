// A file system that is really full: a small tmpfs, where this process may mount one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { nodeFs } from './files.ts';
import { openJournal } from './journal.ts';
import { integrateAll, openTestLog, readEntries } from './testing/ledger-fixture.ts';
import { directorySource } from './tiles.ts';

test('on a disk that is full it refuses, keeps lazy records, and goes on once there is space', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'none', directory]);
  if (mounted.status !== 0) {
    rmSync(directory, { recursive: true });
    return context.skip('skipped: a tmpfs cannot be mounted here');
  }
  const warnings: string[] = [];
  try {
    const ballast = join(directory, 'ballast');
    writeFileSync(ballast, Buffer.alloc(2500 * 1024));
    const ledger = join(directory, 'ledger');
    const log = await openTestLog(ledger, nodeFs, warnings);
    const journal = await openJournal({ directory: ledger, name: 'w1', segmentBytes: 128 * 1024 });
    const acknowledged: string[] = [];
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 100; index++) {
        const entry = `${index} ${'x'.repeat(30_000)}`;
        await journal.append('note', `k${index}`, entry);
        acknowledged.push(entry);
      }
    };
    await assert.rejects(fill(), { code: 'ledger-unwritable', message: /ENOSPC/ });
    journal.appendLazily('outcome', 'k', 'kept');
    rmSync(ballast);
    const deadline = performance.now() + 10_000;
    while (!journal.healthy && performance.now() < deadline) await setTimeout(10);
    await journal.append('note', 'after', 'after');
    await integrateAll(log);
    const entries = await readEntries(directorySource(ledger), log.size);
    // The refused one may be there or not; nobody was told that it is.
    assert.deepEqual(
      entries.filter((entry) => acknowledged.includes(entry)),
      acknowledged,
    );
    assert.deepEqual(entries.slice(-2), ['kept', 'after']);
    await journal.close();
    await log.close();
    assert.deepEqual(warnings, []);
  } finally {
    // Lazily, because a failed assertion leaves files open.
    spawnSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  }
});
