import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { signCheckpoint } from './checkpoint-note.ts';
import { openJournal } from './journal.ts';
import { leafHash, verifyConsistency, verifyInclusion } from './merkle.ts';
import { findEntry, proveConsistency, proveInclusion } from './proofs.ts';
import { createLedgerFixture, ORIGIN, signer } from './testing/ledger-fixture.ts';
import { directorySource, tilePath, type TileSource } from './tiles.ts';
import { TreeWriter } from './tree-writer.ts';
import { verifyLog, type LogFault } from './verify.ts';

const SMALL = 5;
const ledger = createLedgerFixture();

before(async () => {
  const journal = await openJournal({ directory: ledger.directory, name: 'w1' });
  const log = await ledger.open();
  for (let index = 0; index < SMALL; index++) {
    await journal.append('note', `k${index}`, `entry ${index}`);
    await log.integrate();
  }
  await log.close();
  await journal.close();
});
after(() => ledger.remove());

/** A log in memory of `size` entries, with all tiles of that size. */
function memoryLog(size: number, entry: (index: number) => string = (index) => `entry ${index}`): Map<string, Buffer> {
  const tree = new TreeWriter();
  for (let index = 0; index < size; index++) {
    const bytes = Buffer.from(`\0${entry(index)}`);
    tree.append(bytes, 1, bytes.length);
  }
  const files = new Map(tree.takeFiles().map(({ path, content }) => [path, Buffer.from(content)]));
  files.set('checkpoint', Buffer.from(signCheckpoint({ origin: ORIGIN, size, root: tree.root() }, [signer])));
  return files;
}

function sourceOf(files: ReadonlyMap<string, Buffer>): TileSource {
  return { read: async (path) => files.get(path) };
}

async function faultOf(files: ReadonlyMap<string, Buffer>, previous?: string): Promise<LogFault | undefined> {
  const options = { source: sourceOf(files), vkey: signer.vkey };
  const report = await verifyLog(previous === undefined ? options : { ...options, previous });
  return report.ok ? undefined : report.fault;
}

test('logs of sizes around tile borders verify', async () => {
  for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537]) {
    let progress = 0;
    const report = await verifyLog({
      source: sourceOf(memoryLog(size)),
      vkey: signer.vkey,
      onProgress: ({ entries }) => (progress = entries),
    });
    assert.ok(report.ok, `size ${size}: ${report.ok ? '' : report.fault.message}`);
    assert.equal(report.entries, size);
    assert.equal(progress, size);
  }
});

test('every flipped bit in every file of a small log breaks verification, and the first bad entry is named', async () => {
  const copy = join(ledger.directory, 'copy');
  const paths = ['checkpoint', tilePath({ level: 0, index: 0, width: SMALL }), tilePath({ level: 'entries', index: 0, width: SMALL })];
  for (const path of paths) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(ledger.directory, path), join(copy, path));
  }
  const check = () => verifyLog({ source: directorySource(copy), vkey: signer.vkey });
  assert.ok((await check()).ok);
  for (const path of paths) {
    const original = readFileSync(join(copy, path));
    for (let bit = 0; bit < original.length * 8; bit++) {
      const changed = Buffer.from(original);
      changed[bit >>> 3]! ^= 1 << (bit & 7);
      writeFileSync(join(copy, path), changed);
      const report = await check();
      assert.ok(!report.ok, `${path} bit ${bit} went unnoticed`);
      const { fault } = report;
      if (path === 'checkpoint') assert.equal(fault.kind, 'checkpoint');
      else if (path.includes('entries')) {
        // Each entry is 2 + 7 bytes long.
        assert.deepEqual(
          [fault.kind, fault.kind === 'entry' && fault.index],
          ['entry', Math.floor((bit >>> 3) / 9)],
          `bit ${bit}: ${fault.message}`,
        );
      } else assert.deepEqual([fault.kind, fault.kind === 'tile' && fault.firstEntry], ['tile', bit >>> 8], fault.message);
    }
    writeFileSync(join(copy, path), original);
  }
  rmSync(copy, { recursive: true });
});

test('in a large log it tells a changed entry from a changed tile, at every level', async () => {
  const size = 66_000;
  const good = memoryLog(size);
  const flip = (path: string, at: number): Map<string, Buffer> => {
    const bytes = Buffer.from(good.get(path)!);
    bytes[at]! ^= 1;
    return new Map(good).set(path, bytes);
  };
  const cases: readonly [string, number, Partial<LogFault>][] = [
    ['tile/entries/001', 2, { kind: 'entry', index: 256 }],
    ['tile/0/001', 3 * 32, { kind: 'tile', path: 'tile/0/001', firstEntry: 259 }],
    ['tile/1/000', 5 * 32, { kind: 'tile', path: 'tile/1/000', firstEntry: 1280 }],
    ['tile/1/001.p/1', 0, { kind: 'tile', path: 'tile/1/001.p/1', firstEntry: 65_536 }],
    ['tile/2/000.p/1', 0, { kind: 'tile', path: 'tile/2/000.p/1', firstEntry: 0 }],
    ['tile/0/257.p/208', 32, { kind: 'tile', path: 'tile/0/257.p/208', firstEntry: 65_793 }],
    ['tile/entries/257.p/208', 2, { kind: 'entry', index: 65_792 }],
  ];
  for (const [path, at, expected] of cases) {
    const fault = await faultOf(flip(path, at));
    assert.ok(fault !== undefined, path);
    for (const [member, value] of Object.entries(expected))
      assert.equal(fault[member as keyof LogFault], value, `${path}: ${fault.message}`);
  }
  for (const path of ['tile/entries/001', 'tile/0/001', 'tile/1/000', 'tile/2/000.p/1']) {
    const missing = new Map(good);
    missing.delete(path);
    const fault = await faultOf(missing);
    assert.ok(fault?.kind === 'tile' && fault.path === path && fault.message.includes('is missing'), path);
  }
});

test('two harms at once: the earlier entry is named even when a tile was harmed before it', async () => {
  const files = memoryLog(1000);
  files.get('tile/0/000')![0]! ^= 1;
  files.get('tile/entries/002')![2]! ^= 1;
  const fault = await faultOf(files);
  assert.deepEqual([fault?.kind, fault?.kind === 'entry' && fault.index], ['entry', 512]);
});

test('an entry replaced together with its leaf hash is narrowed down to its tile', async () => {
  const files = memoryLog(1000);
  const forged = memoryLog(1000, (index) => (index === 300 ? 'entry XXX' : `entry ${index}`));
  for (const path of ['tile/entries/001', 'tile/0/001']) files.set(path, forged.get(path)!);
  const fault = await faultOf(files);
  assert.ok(fault?.kind === 'tile' && fault.firstEntry === 256, JSON.stringify(fault));
  assert.match(fault.message, /entries 256 to 511; the entries do not have the signed root either/);
});

test('a history rewritten throughout does not have the signed root', async () => {
  const forged = memoryLog(300, (index) => (index === 7 ? 'forged!' : `entry ${index}`));
  forged.set('checkpoint', memoryLog(300).get('checkpoint')!);
  assert.equal((await faultOf(forged))?.kind, 'root');
});

test('an older checkpoint exposes a log that was cut or rewritten and signed again', async () => {
  const previous = memoryLog(300).get('checkpoint')!.toString();
  assert.equal(await faultOf(memoryLog(400), previous), undefined);
  assert.equal(await faultOf(memoryLog(300), previous), undefined);
  assert.equal((await faultOf(memoryLog(299), previous))?.kind, 'inconsistent');
  const rewritten = memoryLog(400, (index) => (index === 299 ? 'other' : `entry ${index}`));
  assert.equal((await faultOf(rewritten, previous))?.kind, 'inconsistent');
  const grown = memoryLog(400, (index) => (index === 300 ? 'other' : `entry ${index}`));
  assert.equal(await faultOf(grown, previous), undefined);
  assert.equal((await faultOf(memoryLog(400), previous.replace('300', '301')))?.kind, 'checkpoint');
});

test('bytes after the last entry of a bundle are not overlooked', async () => {
  const files = memoryLog(3);
  const path = 'tile/entries/000.p/3';
  files.set(path, Buffer.concat([files.get(path)!, Buffer.from([0, 1, 65])]));
  assert.deepEqual(await faultOf(files), { kind: 'tile', path, firstEntry: 3, message: `${path} has bytes after its last entry` });
});

test('full tiles stand in for partial ones that are gone', async () => {
  const files = memoryLog(512);
  files.set('checkpoint', memoryLog(300).get('checkpoint')!);
  files.set('tile/1/000.p/1', memoryLog(300).get('tile/1/000.p/1')!);
  assert.equal(await faultOf(files), undefined);
});

test('a log without checkpoint, of another key or of another origin is refused', async () => {
  assert.equal((await faultOf(new Map()))?.kind, 'checkpoint');
  const report = await verifyLog({ source: sourceOf(memoryLog(3)), vkey: signer.vkey, origin: 'ledger.example/other' });
  assert.equal(!report.ok && report.fault.kind, 'checkpoint');
});

test('proofs from tiles hold for every entry and every older size, up to 70 and across tile borders', async () => {
  const big = sourceOf(memoryLog(66_000));
  const root = async (size: number): Promise<Buffer> =>
    Buffer.from(memoryLog(size).get('checkpoint')!.toString().split('\n')[2]!, 'base64');
  for (let size = 1; size <= 70; size++) {
    const source = sourceOf(memoryLog(size));
    for (let index = 0; index < size; index += 1 + (size >>> 4)) {
      const evidence = await proveInclusion(source, index, size);
      assert.equal(evidence.entry.toString(), `entry ${index}`);
      assert.ok(verifyInclusion({ ...evidence, root: await root(size) }));
      const proof = await proveConsistency(source, index + 1, size);
      assert.ok(verifyConsistency({ oldSize: index + 1, size, oldRoot: await root(index + 1), root: await root(size), proof }));
    }
  }
  for (const index of [0, 255, 256, 65_535, 65_536, 65_999]) {
    const evidence = await proveInclusion(big, index, 66_000);
    assert.deepEqual(evidence.leafHash, leafHash(Buffer.from(`entry ${index}`)));
    assert.ok(verifyInclusion({ ...evidence, root: await root(66_000) }));
  }
  for (const oldSize of [0, 1, 256, 257, 65_536, 65_537, 66_000]) {
    const proof = await proveConsistency(big, oldSize, 66_000);
    assert.ok(verifyConsistency({ oldSize, size: 66_000, oldRoot: await root(oldSize), root: await root(66_000), proof }), `${oldSize}`);
  }
  await assert.rejects(proveInclusion(big, 66_000, 66_000), { code: 'ledger-index-out-of-range' });
});

test('the newest matching entry is found, and no further back than allowed', async () => {
  const source = sourceOf(memoryLog(1000, (index) => `req_${index % 400}.`));
  const found = await findEntry(source, Buffer.from('req_7.'), 1000);
  assert.deepEqual([found?.index, found?.entry.toString()], [807, 'req_7.']);
  assert.equal((await findEntry(source, (entry) => entry.toString() === 'req_7.', 807))?.index, 407);
  assert.equal((await findEntry(source, Buffer.from('req_7.'), 1000, 193))?.index, 807);
  assert.equal(await findEntry(source, Buffer.from('req_7.'), 1000, 192), undefined);
  assert.equal(await findEntry(source, Buffer.from('nowhere'), 1000), undefined);
});
