import assert from 'node:assert/strict';
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyCheckpoint } from './checkpoint-note.ts';
import { openJournal, type Journal } from './journal.ts';
import { openLog } from './sequencer.ts';
import { parseVkey } from './signed-note.ts';
import { createSigner, generateSigningKey } from './signer.ts';
import { buryThisProcess, createLedgerFixture, integrateAll, ORIGIN, signer, type LedgerFixture } from './testing/ledger-fixture.ts';
import { directorySource } from './tiles.ts';
import { verifyLog } from './verify.ts';

const SEGMENT_BYTES = 256 * 1024;

async function withLedger(use: (ledger: LedgerFixture, journal: (name: string) => Promise<Journal>) => Promise<void>): Promise<void> {
  const ledger = createLedgerFixture();
  const journals: Journal[] = [];
  const open = async (name: string): Promise<Journal> => {
    const journal = await openJournal({ directory: ledger.directory, name, segmentBytes: SEGMENT_BYTES, lingerMs: 5 });
    journals.push(journal);
    return journal;
  };
  try {
    await use(ledger, open);
  } finally {
    for (const journal of journals) await journal.close().catch(() => undefined);
    ledger.remove();
  }
}

async function assertVerifies(ledger: LedgerFixture): Promise<void> {
  const report = await verifyLog({ source: directorySource(ledger.directory), vkey: signer.vkey });
  assert.ok(report.ok, report.ok ? '' : report.fault.message);
}

const journalFiles = (ledger: LedgerFixture): string[] => readdirSync(join(ledger.directory, 'journal'));

test('a new log has a signed checkpoint of size 0', async () => {
  await withLedger(async (ledger) => {
    const log = await ledger.open();
    const published = readFileSync(join(ledger.directory, 'checkpoint'), 'utf8');
    assert.equal(published, log.checkpoint());
    const checkpoint = verifyCheckpoint(published, parseVkey(signer.vkey), ORIGIN);
    assert.equal(checkpoint.ok && checkpoint.value.size, 0);
    assert.deepEqual(await log.integrate(), { size: 0, appended: 0, more: false });
    await log.close();
    await assertVerifies(ledger);
  });
});

test('journals of several workers end up in one tree, each in its own order, however rounds are cut', async () => {
  await withLedger(async (ledger, openWorker) => {
    const workers = [await openWorker('w1'), await openWorker('w2'), await openWorker('w3')];
    let log = await ledger.open();
    const sizes = [1, 2, 253, 1, 255, 3, 300, 0, 40];
    let next = 0;
    for (const [round, count] of sizes.entries()) {
      const appends = Array.from({ length: count }, () => {
        const number = next++;
        return workers[number % 3]!.append('note', `k${number}`, `${number % 3}:${number}`);
      });
      await Promise.all(appends);
      const report = await log.integrate();
      assert.deepEqual(report, { size: next, appended: count, more: false });
      assert.equal(readFileSync(join(ledger.directory, 'checkpoint'), 'utf8'), log.checkpoint());
      await assertVerifies(ledger);
      if (round % 3 === 2) {
        await log.close();
        log = await ledger.open();
        assert.equal(log.size, next);
      }
    }
    const entries = await ledger.entries(log.size);
    for (const worker of [0, 1, 2]) {
      const own = entries.filter((entry) => entry.startsWith(`${worker}:`)).map((entry) => Number(entry.slice(2)));
      assert.deepEqual(
        own,
        [...own].sort((a, b) => a - b),
      );
      assert.equal(own.length, Array.from({ length: next }).filter((_, number) => number % 3 === worker).length);
    }
    await log.close();
  });
});

test('partial tiles go once the full tile is there, and not before', async () => {
  await withLedger(async (ledger, openWorker) => {
    const worker = await openWorker('w1');
    const log = await ledger.open();
    const append = (count: number): Promise<void[]> =>
      Promise.all(Array.from({ length: count }, () => worker.append('note', 'k', 'entry')));
    await append(200);
    await log.integrate();
    await append(50);
    await log.integrate();
    assert.deepEqual(readdirSync(join(ledger.directory, 'tile/0/000.p')).sort(), ['200', '250']);
    await append(10);
    await log.integrate();
    assert.deepEqual(readdirSync(join(ledger.directory, 'tile/0')).sort(), ['000', '001.p']);
    assert.deepEqual(readdirSync(join(ledger.directory, 'tile/entries')).sort(), ['000', '001.p']);
    assert.deepEqual(readdirSync(join(ledger.directory, 'tile/1/000.p')), ['1']);
    await log.close();
  });
});

test('a round takes a bounded share of a backlog and says that there is more', async () => {
  await withLedger(async (ledger, openWorker) => {
    const workers = [await openWorker('w1'), await openWorker('w2')];
    for (let index = 0; index < 60; index++) await workers[index % 2]!.append('note', `k${index}`, `${index} ${'x'.repeat(60_000)}`);
    const log = await openLog({
      directory: ledger.directory,
      origin: ORIGIN,
      signer,
      roundBytes: 200_000,
      describeInterrupted: () => undefined,
    });
    const first = await log.integrate();
    assert.ok(first.more && first.appended < 60);
    const entries = await ledger.entries(first.size);
    assert.ok(
      [0, 1].every((worker) => entries.some((entry) => Number.parseInt(entry, 10) % 2 === worker)),
      'no journal starves',
    );
    await integrateAll(log);
    assert.equal(log.size, 60);
    await log.close();
  });
});

test('decisions of a killed process get one interrupted entry each, in the commit that closes them', async () => {
  await withLedger(async (ledger, openWorker) => {
    const worker = await openWorker('w1');
    let log = await ledger.open();
    await worker.append('decision', 'a', 'decision a');
    await worker.append('decision', 'b', 'decision b');
    await log.integrate();
    await worker.append('decision', 'c', 'decision c');
    worker.appendLazily('outcome', 'a', 'outcome a');
    await worker.flush();
    assert.equal((await log.integrate()).appended, 2);
    assert.equal((await log.integrate()).appended, 0, 'a live process may still close its decisions');
    await log.close();
    buryThisProcess(ledger.directory);
    log = await ledger.open();
    await integrateAll(log);
    await integrateAll(log);
    const expected = ['decision a', 'decision b', 'decision c', 'outcome a', 'interrupted b decision b', 'interrupted c decision c'];
    assert.deepEqual(await ledger.entries(log.size), expected);
    await log.close();
    assert.deepEqual(journalFiles(ledger), []);
    log = await ledger.open();
    await integrateAll(log);
    assert.equal(log.size, expected.length);
    await log.close();
    await assertVerifies(ledger);
  });
});

test('an open decision does not hold back the removal of integrated segments', async () => {
  await withLedger(async (ledger, openWorker) => {
    const worker = await openWorker('w1');
    const log = await ledger.open();
    await worker.append('decision', 'long', 'a stream of hours');
    for (let index = 0; index < 20; index++) await worker.append('note', 'n', 'x'.repeat(60_000));
    await log.integrate();
    assert.equal(journalFiles(ledger).filter((name) => name.endsWith('.wal')).length, 1);
    await worker.close();
    await integrateAll(log);
    assert.equal((await ledger.entries(log.size)).at(-1), 'interrupted long a stream of hours');
    await log.close();
  });
});

test('a torn last frame is left out, reported, recorded and kept for examination', async () => {
  await withLedger(async (ledger, openWorker) => {
    const worker = await openWorker('w1');
    await worker.append('note', 'a', 'whole');
    await worker.append('note', 'b', 'torn');
    const name = journalFiles(ledger).find((file) => file.endsWith('.wal'))!;
    const path = join(ledger.directory, 'journal', name);
    const at = readFileSync(path).indexOf('torn');
    const fd = openSync(path, 'r+');
    writeSync(fd, Buffer.from('TORN'), 0, 4, at);
    closeSync(fd);
    buryThisProcess(ledger.directory);
    const log = await ledger.open();
    await integrateAll(log);
    const entries = await ledger.entries(log.size);
    assert.equal(entries[0], 'whole');
    assert.match(entries[1] ?? '', /^damage .* ends in bytes that are no record/);
    assert.equal(entries.length, 2);
    assert.equal(ledger.warnings.length, 1);
    assert.deepEqual(
      journalFiles(ledger).map((file) => file.replace(/.*\.wal/, '.wal')),
      ['.wal.damaged'],
    );
    await log.close();
  });
});

test('acknowledged records that vanish from a journal before integration are noticed', async () => {
  for (const harm of ['cut', 'delete'] as const) {
    await withLedger(async (ledger, openWorker) => {
      const worker = await openWorker('w1');
      await worker.append('note', 'a', 'first');
      for (let index = 0; index < 6; index++) await worker.append('note', 'b', 'x'.repeat(60_000));
      const [name] = journalFiles(ledger)
        .filter((file) => file.endsWith('.wal'))
        .sort();
      const path = join(ledger.directory, 'journal', name!);
      if (harm === 'delete') rmSync(path);
      else {
        const fd = openSync(path, 'r+');
        ftruncateSync(fd, 70_000);
        closeSync(fd);
      }
      const log = await ledger.open();
      await integrateAll(log);
      assert.equal(ledger.warnings.length, 1, ledger.warnings.join('; '));
      assert.match(ledger.warnings[0]!, harm === 'cut' ? /acknowledged records up to byte/ : /is missing/);
      assert.ok((await ledger.entries(log.size)).some((entry) => entry.startsWith('damage ')));
      await log.close();
    });
  }
});

test('a second sequencer on the same directory is refused, a lock of a dead process is not in the way', async () => {
  await withLedger(async (ledger) => {
    const log = await ledger.open();
    await assert.rejects(ledger.open(), { code: 'ledger-locked' });
    await log.close();
    const again = await ledger.open();
    await again.close();
    writeFileSync(join(ledger.directory, 'lock.7'), '9999999 00000000\n');
    const after = await ledger.open();
    assert.deepEqual(
      readdirSync(ledger.directory).filter((name) => name.startsWith('lock')),
      ['lock.8'],
    );
    await after.close();
  });
});

test('refuses to go on from tiles, entries or a commit that were changed', async () => {
  const harms: readonly [string, (directory: string) => void, string][] = [
    ['edge tile', (directory) => corrupt(join(directory, 'tile/0/000.p/3'), 40), 'ledger-damaged'],
    ['edge bundle', (directory) => corrupt(join(directory, 'tile/entries/000.p/3'), 4), 'ledger-damaged'],
    ['missing tile', (directory) => rmSync(join(directory, 'tile/0/000.p/3')), 'ledger-tile-missing'],
    ['commit size', (directory) => edit(join(directory, 'commit.json'), '"size":3', '"size":2'), 'ledger-damaged'],
    ['commit syntax', (directory) => writeFileSync(join(directory, 'commit.json'), '{'), 'ledger-damaged'],
    ['missing commit', (directory) => rmSync(join(directory, 'commit.json')), 'ledger-damaged'],
  ];
  for (const [name, harm, code] of harms) {
    await withLedger(async (ledger, openWorker) => {
      const worker = await openWorker('w1');
      const log = await ledger.open();
      for (const entry of ['one', 'two', 'three']) await worker.append('note', 'k', entry);
      await log.integrate();
      await log.close();
      harm(ledger.directory);
      await assert.rejects(ledger.open(), { code }, name);
      assert.deepEqual(
        readdirSync(ledger.directory).filter((file) => file.startsWith('lock')),
        [],
      );
    });
  }
});

test('refuses an older commit than the published checkpoint, and another key or origin', async () => {
  await withLedger(async (ledger, openWorker) => {
    const worker = await openWorker('w1');
    const log = await ledger.open();
    await worker.append('note', 'k', 'one');
    await log.integrate();
    const older = readFileSync(join(ledger.directory, 'commit.json'));
    await worker.append('note', 'k', 'two');
    await log.integrate();
    await log.close();
    const newer = readFileSync(join(ledger.directory, 'commit.json'));
    writeFileSync(join(ledger.directory, 'commit.json'), older);
    await assert.rejects(ledger.open(), { code: 'ledger-rolled-back' });
    writeFileSync(join(ledger.directory, 'commit.json'), newer);
    const stranger = createSigner({ name: ORIGIN, privateKeyPem: generateSigningKey() });
    const options = { directory: ledger.directory, describeInterrupted: () => undefined };
    await assert.rejects(openLog({ ...options, origin: ORIGIN, signer: stranger }), { code: 'ledger-key-mismatch' });
    await assert.rejects(openLog({ ...options, origin: 'ledger.example/other', signer }), { code: 'ledger-key-mismatch' });
    const again = await ledger.open();
    assert.equal(again.size, 2);
    await again.close();
  });
});

test('a damaged published checkpoint is replaced with the committed one', async () => {
  await withLedger(async (ledger) => {
    const log = await ledger.open();
    await log.close();
    writeFileSync(join(ledger.directory, 'checkpoint'), 'nonsense');
    const again = await ledger.open();
    assert.equal(readFileSync(join(ledger.directory, 'checkpoint'), 'utf8'), again.checkpoint());
    assert.equal(ledger.warnings.length, 1);
    await again.close();
    assert.ok(existsSync(join(ledger.directory, 'commit.json')));
  });
});

function corrupt(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  assert.ok(text.includes(from));
  writeFileSync(path, text.replace(from, to));
}
