// One failure, or the end of the process, at every single file operation of a life of a ledger.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJournal, type Journal } from './journal.ts';
import type { Log } from './sequencer.ts';
import { createFaultFs, type FaultFs, type FaultKind } from './testing/fault-fs.ts';
import { buryThisProcess, createLedgerFixture, integrateAll, signer, type LedgerFixture } from './testing/ledger-fixture.ts';
import { directorySource } from './tiles.ts';
import { verifyLog } from './verify.ts';

const PARALLEL_LIVES = 6;

/** What the outside world knows after a life: which records were acknowledged or taken, and every checkpoint that was seen. */
interface Witnessed {
  readonly acknowledged: Set<string>;
  readonly attempted: Set<string>;
  readonly lazy: Set<string>;
  readonly checkpoints: string[];
}

const padding = 'x'.repeat(30_000);

// Fills a tile, changes segments, closes decisions or leaves them open, integrates in between, ends in order.
async function live(ledger: LedgerFixture, fs: FaultFs, witnessed: Witnessed, end: 'close' | 'stay'): Promise<{ journal?: Journal; log?: Log }> {
  const log = await ledger.open(fs);
  witnessed.checkpoints.push(log.checkpoint());
  const integrate = async (): Promise<void> => {
    await log.integrate().catch(() => undefined);
    const path = join(ledger.directory, 'checkpoint');
    if (existsSync(path)) witnessed.checkpoints.push(readFileSync(path, 'utf8'));
  };
  const journal = await openJournal({ directory: ledger.directory, name: 'w1', fs, segmentBytes: 256 * 1024, lingerMs: 1 }).catch(() => undefined);
  if (journal === undefined) return { log };
  const decide = async (entry: string): Promise<void> => {
    witnessed.attempted.add(entry);
    await journal.append('decision', entry.split(' ')[0]!, entry).then(
      () => witnessed.acknowledged.add(entry),
      () => undefined,
    );
  };
  const conclude = (key: string): void => {
    journal.appendLazily('outcome', key, `outcome-of ${key}`);
    witnessed.lazy.add(`outcome-of ${key}`);
  };
  await Promise.all(['a', 'b', 'c'].map(decide));
  conclude('a');
  await integrate();
  for (let index = 0; index < 10; index++) await decide(`big${index} ${padding}`);
  conclude('big3');
  await decide('d');
  await integrate();
  await Promise.all(Array.from({ length: 260 }, (_, index) => decide(`small${index}`)));
  conclude('small7');
  await journal.flush().catch(() => undefined);
  await integrate();
  if (end === 'close') await journal.close().catch(() => undefined);
  await integrate();
  await integrate();
  return { journal, log };
}

async function assertNothingLostOrDoubled(ledger: LedgerFixture, log: Log, witnessed: Witnessed, label: string): Promise<Set<string>> {
  const entries = await ledger.entries(log.size);
  const logged = new Set(entries);
  assert.equal(logged.size, entries.length, `${label}: an entry is there twice`);
  for (const entry of witnessed.acknowledged) assert.ok(logged.has(entry), `${label}: lost ${entry.slice(0, 20)}`);
  for (const entry of entries) {
    const known = witnessed.attempted.has(entry) || witnessed.lazy.has(entry) || /^interrupted |^damage .* ends in bytes that are no record/.test(entry);
    assert.ok(known, `${label}: nobody appended ${entry.slice(0, 60)}`);
  }
  for (const previous of witnessed.checkpoints) {
    const report = await verifyLog({ source: directorySource(ledger.directory), vkey: signer.vkey, previous });
    assert.ok(report.ok, `${label}: ${report.ok ? '' : report.fault.message}`);
  }
  return logged;
}

async function crashAt(operation: number): Promise<boolean> {
  const ledger = createLedgerFixture();
  const fs = createFaultFs();
  const witnessed: Witnessed = { acknowledged: new Set(), attempted: new Set(), lazy: new Set(), checkpoints: [] };
  const label = `crash at operation ${operation}`;
  try {
    fs.fail(operation, 'crash');
    const { journal, log } = await live(ledger, fs, witnessed, 'close').catch(() => ({ journal: undefined, log: undefined }));
    await journal?.close().catch(() => undefined);
    await log?.close().catch(() => undefined);
    const struck = fs.struck;
    buryThisProcess(ledger.directory);
    const reopened = await ledger.open();
    await integrateAll(reopened);
    const logged = await assertNothingLostOrDoubled(ledger, reopened, witnessed, `${label} (${fs.seen[operation]})`);
    for (const entry of logged) {
      if (!witnessed.attempted.has(entry)) continue;
      const key = entry.split(' ')[0]!;
      const closed = [`outcome-of ${key}`, `interrupted ${key} ${entry}`].filter((closing) => logged.has(closing));
      assert.equal(closed.length, 1, `${label}: decision ${key} is closed by ${closed.length} entries`);
    }
    const { size } = reopened;
    await reopened.close();
    const once = await ledger.open();
    await integrateAll(once);
    assert.equal(once.size, size, `${label}: the next start adds nothing`);
    await once.close();
    // A write that was cut off is reported; nothing else is.
    for (const warning of ledger.warnings) assert.ok(fs.seen[operation] === 'write' && warning.includes('ends in bytes that are no record'), label);
    return struck;
  } finally {
    ledger.remove();
  }
}

async function failAt(operation: number, kind: FaultKind, code: string): Promise<boolean> {
  const ledger = createLedgerFixture();
  const fs = createFaultFs();
  const witnessed: Witnessed = { acknowledged: new Set(), attempted: new Set(), lazy: new Set(), checkpoints: [] };
  const label = `${code} at operation ${operation}`;
  let journal: Journal | undefined;
  let log: Log | undefined;
  try {
    fs.fail(operation, kind, code);
    ({ journal, log } = await live(ledger, fs, witnessed, 'stay').catch(() => ({ journal: undefined, log: undefined })));
    const { struck } = fs;
    fs.heal();
    await journal?.flush();
    log ??= await ledger.open();
    await integrateAll(log);
    const logged = await assertNothingLostOrDoubled(ledger, log, witnessed, `${label} (${fs.seen[operation]})`);
    for (const entry of witnessed.lazy) assert.ok(logged.has(entry), `${label} (${fs.seen[operation]}): lost ${entry}`);
    assert.deepEqual(ledger.warnings, [], label);
    return struck;
  } finally {
    await journal?.close().catch(() => undefined);
    await log?.close().catch(() => undefined);
    ledger.remove();
  }
}

// Runs lives with the failure one operation later each, until one ends before its failure comes.
async function everywhere(attempt: (operation: number) => Promise<boolean>): Promise<number> {
  let next = 0;
  let over = false;
  const run = async (): Promise<void> => {
    while (!over) {
      const struck = await attempt(next++);
      if (!struck) over = true;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_LIVES }, run));
  return next;
}

test('a crash at any file operation loses no acknowledged record, doubles none, and closes every decision once', async () => {
  const lives = await everywhere(crashAt);
  assert.ok(lives > 150, `only ${lives} operations`);
});

test('an I/O error at any file operation loses neither acknowledged nor lazy records, and the ledger goes on', async () => {
  const lives = await everywhere((operation) => failAt(operation, 'error', operation % 2 === 0 ? 'EIO' : 'ENOSPC'));
  assert.ok(lives > 150, `only ${lives} operations`);
});
