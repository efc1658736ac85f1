// One failure, the end of the process, or the end of the power at every single file operation in the life of a ledger. On a file system
// in memory that models what each of them may lose; kill.test.ts does it to a real process on a real disk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openJournal, type Journal } from './journal.ts';
import type { Log } from './sequencer.ts';
import { createFaultFs, type FaultFs, type FaultKind } from './testing/fault-fs.ts';
import { createMemoryLedger, type MemoryLedger } from './testing/memory-ledger.ts';
import { integrateAll, signer } from './testing/ledger-fixture.ts';
import { verifyCheckpoint } from './checkpoint-note.ts';
import { verifyConsistency } from './merkle.ts';
import { proveConsistency } from './proofs.ts';
import { parseVkey } from './signed-note.ts';
import { verifyLog } from './verify.ts';

const PARALLEL_LIVES = 6;

/** What the outside world knows after a life: which records were acknowledged or taken, and every checkpoint that was seen. */
interface Witnessed {
  readonly acknowledged: Set<string>;
  readonly attempted: Set<string>;
  readonly lazy: Set<string>;
  readonly checkpoints: string[];
}

const padding = 'x'.repeat(20_000);

// Fills a tile, changes segments, closes decisions or leaves them open, integrates in between, ends in order.
async function live(
  ledger: MemoryLedger,
  fs: FaultFs,
  witnessed: Witnessed,
  end: 'close' | 'stay',
): Promise<{ journal?: Journal; log?: Log }> {
  const log = await ledger.open(fs);
  witnessed.checkpoints.push(log.checkpoint());
  const integrate = async (): Promise<void> => {
    await log.integrate().catch(() => undefined);
    const published = ledger.published();
    if (published !== undefined) witnessed.checkpoints.push(published);
  };
  const journal = await openJournal({ directory: ledger.directory, name: 'w1', fs, segmentBytes: 128 * 1024, lingerMs: 1 }).catch(
    () => undefined,
  );
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
  for (let index = 0; index < 8; index++) await decide(`big${index} ${padding}`);
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

async function assertNothingLostOrDoubled(ledger: MemoryLedger, log: Log, witnessed: Witnessed, label: string): Promise<Set<string>> {
  const entries = await ledger.entries(log.size);
  const logged = new Set(entries);
  assert.equal(logged.size, entries.length, `${label}: an entry is there twice`);
  for (const entry of witnessed.acknowledged) assert.ok(logged.has(entry), `${label}: lost ${entry.slice(0, 20)}`);
  for (const entry of entries) {
    const known =
      witnessed.attempted.has(entry) ||
      witnessed.lazy.has(entry) ||
      /^interrupted |^damage .* ends in bytes that are no record/.test(entry);
    assert.ok(known, `${label}: nobody appended ${entry.slice(0, 60)}`);
  }
  const report = await verifyLog({ source: ledger.source, vkey: signer.vkey });
  assert.ok(report.ok, `${label}: ${report.ok ? '' : report.fault.message}`);
  const { size, root } = report.checkpoint;
  for (const note of new Set(witnessed.checkpoints)) {
    const seen = verifyCheckpoint(note, parseVkey(signer.vkey));
    assert.ok(seen.ok, label);
    const proof = await proveConsistency(ledger.source, seen.value.size, size);
    const holds = verifyConsistency({ oldSize: seen.value.size, oldRoot: seen.value.root, size, root, proof });
    assert.ok(holds, `${label}: a checkpoint of ${seen.value.size} entries was published and is not part of the history`);
  }
  return logged;
}

/** What is lost with a crash besides the process: nothing, all that was not flushed, some of it, or that only after a restart. */
type Loss = 'nothing' | 'unflushed' | 'some' | 'unflushed later';

async function crashAt(operation: number, loss: Loss): Promise<boolean> {
  const ledger = createMemoryLedger();
  const fs = createFaultFs(ledger.fs);
  const witnessed: Witnessed = { acknowledged: new Set(), attempted: new Set(), lazy: new Set(), checkpoints: [] };
  const label = `crash at operation ${operation}, losing ${loss}`;
  fs.fail(operation, 'crash');
  const { journal, log } = await live(ledger, fs, witnessed, 'close').catch(() => ({ journal: undefined, log: undefined }));
  await journal?.close().catch(() => undefined);
  await log?.close().catch(() => undefined);
  const struck = fs.struck;
  const random = createRandom(operation);
  if (loss === 'unflushed later') await liveOn(ledger, witnessed, operation % 3 === 0);
  if (loss !== 'nothing') ledger.fs.losePower(() => loss === 'some' && random() < 0.5);
  ledger.bury();
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
  for (const warning of ledger.warnings)
    assert.ok(fs.seen[operation] === 'write' && warning.includes('ends in bytes that are no record'), label);
  return struck;
}

// A restart after a crash: integrates what was left and takes one more record. A brief one only shows the checkpoint that it finds.
async function liveOn(ledger: MemoryLedger, witnessed: Witnessed, brief: boolean): Promise<void> {
  ledger.bury();
  const log = await ledger.open();
  witnessed.checkpoints.push(log.checkpoint());
  if (!brief) {
    const journal = await openJournal({ directory: ledger.directory, name: 'w2', fs: ledger.fs, segmentBytes: 128 * 1024 });
    await integrateAll(log);
    witnessed.attempted.add('later');
    await journal.append('decision', 'later', 'later');
    witnessed.acknowledged.add('later');
    await log.integrate();
    witnessed.checkpoints.push(log.checkpoint());
    // The power fails here: closing would flush more.
    ledger.fs.losePower(() => false);
    await journal.close().catch(() => undefined);
  }
  await log.close();
}

// A small deterministic generator (mulberry32, public domain), so that a failing seed can be run again.
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function failAt(operation: number, kind: FaultKind, code: string): Promise<boolean> {
  const ledger = createMemoryLedger();
  const fs = createFaultFs(ledger.fs);
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

const LOSSES: readonly [Loss, string][] = [
  ['nothing', 'a killed process'],
  ['unflushed', 'a power failure that loses all it may'],
  ['some', 'a power failure that loses some'],
  ['unflushed later', 'a killed process and, after its restart, a power failure'],
];
for (const [loss, what] of LOSSES) {
  test(`${what} at any file operation loses no acknowledged record, doubles none, and every decision is closed once`, async () => {
    const lives = await everywhere((operation) => crashAt(operation, loss));
    assert.ok(lives > 150, `only ${lives} operations`);
  });
}

for (const kind of ['error', 'late-error'] as const) {
  const what = kind === 'error' ? 'an I/O error' : 'a write that fails after it was done';
  test(`${what} loses neither acknowledged nor lazy records, and the ledger goes on`, async () => {
    const lives = await everywhere((operation) => failAt(operation, kind, operation % 2 === 0 ? 'EIO' : 'ENOSPC'));
    assert.ok(lives > 150, `only ${lives} operations`);
  });
}
