import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '#kernel';
import { openJournal, type Journal, type JournalOptions } from './journal.ts';
import { createFaultFs } from './testing/fault-fs.ts';
import { createLedgerFixture, integrateAll } from './testing/ledger-fixture.ts';

const SEGMENT_BYTES = 256 * 1024;

async function withJournal(
  options: Partial<JournalOptions>,
  use: (context: { journal: Journal; logged: () => Promise<string[]>; directory: string }) => Promise<void>,
): Promise<void> {
  const ledger = createLedgerFixture();
  const journal = await openJournal({ directory: ledger.directory, name: 'w1', segmentBytes: SEGMENT_BYTES, ...options });
  const logged = async (): Promise<string[]> => {
    const log = await ledger.open();
    await integrateAll(log);
    const { size } = log;
    await log.close();
    return ledger.entries(size);
  };
  try {
    await use({ journal, logged, directory: ledger.directory });
  } finally {
    await journal.close().catch(() => undefined);
    ledger.remove();
  }
}

test('records appended together share commits and come out in order', async () => {
  await withJournal({}, async ({ journal, logged }) => {
    await Promise.all(Array.from({ length: 500 }, (_, index) => journal.append('decision', `k${index}`, `entry ${index}`)));
    assert.ok(journal.stats.commits <= 3, `${journal.stats.commits} commits`);
    assert.equal(journal.stats.records, 500);
    assert.equal(journal.stats.queuedBytes, 0);
    assert.deepEqual(
      await logged(),
      Array.from({ length: 500 }, (_, index) => `entry ${index}`),
    );
  });
});

test('strings, buffers, empty and largest entries come out byte for byte', async () => {
  await withJournal({}, async ({ journal, logged }) => {
    const entries = ['', '関所 🚧', 'x'.repeat(65_535), 'あ'.repeat(21_845)];
    for (const [index, entry] of entries.entries()) await journal.append('note', `k${index}`, index % 2 === 0 ? entry : Buffer.from(entry));
    await journal.append('note', 'k', entries[3]!);
    assert.deepEqual(await logged(), [...entries, entries[3]!]);
  });
});

test('an entry or key that does not fit is refused and leaves no trace', async () => {
  await withJournal({}, async ({ journal, logged }) => {
    const invalid = { code: 'ledger-entry-invalid' };
    await assert.rejects(journal.append('decision', 'k', 'x'.repeat(65_536)), invalid);
    await assert.rejects(journal.append('decision', 'k', 'あ'.repeat(21_846)), invalid);
    await assert.rejects(journal.append('decision', 'k', Buffer.alloc(65_536)), invalid);
    for (const key of ['', 'x'.repeat(33), 'a b', 'ä', 'a\n']) await assert.rejects(journal.append('decision', key, 'entry'), invalid);
    assert.throws(() => journal.appendLazily('outcome', '', 'entry'), invalid);
    await journal.append('decision', 'k', 'fits');
    assert.deepEqual(await logged(), ['fits']);
  });
});

test('a lazy record starts no commit at once, rides on the next one, and goes alone after the linger time', async () => {
  await withJournal({ lingerMs: 60 }, async ({ journal }) => {
    journal.appendLazily('outcome', 'a', 'lazy');
    await setTimeout(15);
    assert.equal(journal.stats.commits, 0);
    await journal.append('decision', 'b', 'eager');
    assert.deepEqual([journal.stats.commits, journal.stats.records], [1, 2]);
    journal.appendLazily('outcome', 'c', 'alone');
    const deadline = performance.now() + 5000;
    while (journal.stats.records < 3 && performance.now() < deadline) await setTimeout(5);
    assert.equal(journal.stats.records, 3);
  });
});

test('segments follow one another without losing or doubling a record', async () => {
  await withJournal({}, async ({ journal, logged, directory }) => {
    const expected: string[] = [];
    for (let index = 0; index < 30; index++) {
      const entry = `${index} ${'x'.repeat(60_000)}`;
      expected.push(entry);
      if (index % 3 === 0) await journal.append('decision', `k${index}`, entry);
      else journal.appendLazily('outcome', `k${index}`, entry);
    }
    await journal.flush();
    assert.ok(readdirSync(join(directory, 'journal')).filter((name) => name.endsWith('.wal')).length >= 7);
    assert.deepEqual(await logged(), expected);
    assert.equal(readdirSync(join(directory, 'journal')).filter((name) => name.endsWith('.wal')).length, 1);
  });
});

test('a full disk rejects what waits, keeps lazy records, fails fast, and heals by itself', async () => {
  const fs = createFaultFs();
  const errors: string[] = [];
  await withJournal({ fs, onError: (error) => errors.push(error.code) }, async ({ journal, logged }) => {
    await journal.append('decision', 'k0', 'before');
    journal.appendLazily('outcome', 'k0', 'lazy before');
    fs.failAlways(['write'], 'ENOSPC');
    await assert.rejects(journal.append('decision', 'k1', 'refused'), (error: Error & { code?: string; hint?: string }) => {
      return error.code === 'ledger-unwritable' && error.message.includes('ENOSPC') && error.hint !== undefined;
    });
    assert.equal(journal.healthy, false);
    const seen = fs.seen.length;
    await assert.rejects(journal.append('decision', 'k2', 'refused too'), { code: 'ledger-unwritable' });
    assert.equal(fs.seen.length, seen, 'no attempt while the disk is known to be full');
    journal.appendLazily('outcome', 'k1', 'lazy during');
    fs.heal();
    const deadline = performance.now() + 10_000;
    while (!journal.healthy && performance.now() < deadline) await setTimeout(10);
    assert.equal(journal.healthy, true, 'recovers without a new append');
    await journal.append('decision', 'k3', 'after');
    assert.deepEqual(await logged(), ['before', 'lazy before', 'lazy during', 'after']);
    assert.ok(errors.length > 0 && errors.every((code) => code === 'ledger-unwritable'));
  });
});

test('recovers from a read-only disk with nothing waiting, because it tries a fresh segment', async () => {
  const fs = createFaultFs();
  await withJournal({ fs }, async ({ journal }) => {
    fs.failAlways(['write', 'open', 'rename'], 'EROFS');
    await assert.rejects(journal.append('decision', 'k', 'refused'), { code: 'ledger-unwritable' });
    await setTimeout(80);
    assert.equal(journal.healthy, false);
    fs.heal();
    const deadline = performance.now() + 10_000;
    while (!journal.healthy && performance.now() < deadline) await setTimeout(10);
    assert.equal(journal.healthy, true);
  });
});

test('above its queue limit it refuses decisions but still takes outcomes', async () => {
  await withJournal({ maxQueueBytes: 100_000 }, async ({ journal, logged }) => {
    const first = [journal.append('decision', 'a', 'x'.repeat(60_000)), journal.append('decision', 'b', 'y'.repeat(60_000))];
    await assert.rejects(journal.append('decision', 'c', 'z'), { code: 'ledger-overloaded' });
    journal.appendLazily('outcome', 'a', 'outcome');
    await Promise.all(first);
    await journal.append('decision', 'd', 'again');
    assert.deepEqual((await logged()).slice(2), ['outcome', 'again']);
  });
});

test('a short write is continued where it stopped', async () => {
  const fs = createFaultFs();
  await withJournal({ fs }, async ({ journal, logged }) => {
    // The preparation of the next segment writes as well: wait until it is done.
    await setTimeout(100);
    fs.fail(0, 'short-write');
    await journal.append('decision', 'a', 'whole');
    assert.ok(fs.struck);
    assert.deepEqual(await logged(), ['whole']);
  });
});

test('closing makes lazy records durable, leaves no prepared segment, and refuses what comes later', async () => {
  await withJournal({ lingerMs: 60_000 }, async ({ journal, logged, directory }) => {
    journal.appendLazily('outcome', 'a', 'last words');
    await journal.close();
    await assert.rejects(journal.append('decision', 'b', 'late'), { code: 'ledger-closed' });
    assert.throws(() => journal.appendLazily('outcome', 'b', 'late'), { code: 'ledger-closed' });
    assert.equal(journal.healthy, false);
    assert.deepEqual(await logged(), ['last words']);
    assert.deepEqual(readdirSync(join(directory, 'journal')), []);
  });
});

test('opening where nothing can be written says so', async () => {
  const fs = createFaultFs();
  fs.failAlways(['write'], 'ENOSPC');
  const ledger = createLedgerFixture();
  try {
    await assert.rejects(openJournal({ directory: ledger.directory, name: 'w1', fs, clock: systemClock }), { code: 'ledger-unwritable' });
  } finally {
    ledger.remove();
  }
});
