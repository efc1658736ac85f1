// The public test vectors of others, where the development data lies beside the project; skipped where it does not.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { verifyCheckpoint } from './checkpoint-note.ts';
import { leafHash, merkleRoot, verifyConsistency, verifyInclusion } from './merkle.ts';
import { parseVkey, verifyNote } from './signed-note.ts';
import { verifyLog } from './verify.ts';

const folder = fileURLToPath(new URL('../../../shared/data/ledger/', import.meta.url));
const skip = existsSync(folder) ? false : 'skipped: ../shared/data/ledger absent';

const json = (path: string): unknown => JSON.parse(readFileSync(folder + path, 'utf8'));
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');

// ustar: 512-byte headers; name at 0, size in octal at 124, type at 156, prefix at 345. Long names do not occur in these archives.
function readTar(path: string): Map<string, Buffer> {
  const archive = gunzipSync(readFileSync(folder + path));
  const files = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const text = (from: number, to: number): string => archive.toString('utf8', at + from, at + to).replace(/\0.*/s, '');
    const size = Number.parseInt(text(124, 136), 8);
    const name = [text(345, 500), text(0, 100)].filter(Boolean).join('/');
    if (text(156, 157) === '0') files.set(name, archive.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

// Sizes go up to the last of 64 bits, beyond what JSON.parse keeps exactly.
function readVector(file: Buffer): Record<string, string | string[] | boolean | null> {
  return JSON.parse(file.toString('utf8').replaceAll(/: ([0-9]+)(,?\n)/g, ': "$1"$2')) as Record<
    string,
    string | string[] | boolean | null
  >;
}

test('the inclusion and consistency vectors of transparency-dev/merkle', { skip }, () => {
  let [inclusion, consistency] = [0, 0];
  for (const [name, file] of readTar('transparency-dev-merkle-testdata.tar.gz')) {
    const vector = readVector(file);
    const count = (member: string): bigint => BigInt(vector[member] as string);
    const hash = (member: string): Buffer => bytes((vector[member] as string | null) ?? '');
    const proof = ((vector['proof'] as string[] | null) ?? []).map(bytes);
    let verified: boolean;
    if (name.startsWith('testdata/inclusion/')) {
      inclusion += 1;
      const claim = { index: count('leafIdx'), size: count('treeSize'), leafHash: hash('leafHash'), root: hash('root'), proof };
      verified = verifyInclusion(claim);
    } else if (name.startsWith('testdata/consistency/')) {
      consistency += 1;
      verified = verifyConsistency({ oldSize: count('size1'), size: count('size2'), oldRoot: hash('root1'), root: hash('root2'), proof });
    } else continue;
    // One vector expects two equal "roots" of 12 bytes to pass; here a root that is no SHA-256 hash never does.
    const hashes = ['root', 'root1', 'root2'].filter((member) => member in vector).every((member) => hash(member).length === 32);
    assert.equal(verified, vector['wantErr'] !== true && hashes, `${name}: ${String(vector['desc'])}`);
  }
  assert.deepEqual([inclusion, consistency], [98, 98]);
});

test('a real Certificate Transparency leaf and consistency proof', { skip }, () => {
  const sth = json('golang-sumdb-argon2020/sth.json') as { tree_size: number; sha256_root_hash: string };
  const { entries } = json('golang-sumdb-argon2020/entries.json') as { entries: { leaf_input: string }[] };
  const { leaf_index, audit_path } = json('golang-sumdb-argon2020/proof.json') as { leaf_index: number; audit_path: string[] };
  const { consistency } = json('golang-sumdb-argon2020/consistency.json') as { consistency: string[] };
  const root = bytes(sth.sha256_root_hash);
  const leaf = leafHash(bytes(entries[0]!.leaf_input));
  assert.ok(verifyInclusion({ index: leaf_index, size: sth.tree_size, leafHash: leaf, root, proof: audit_path.map(bytes) }));
  const oldRoot = bytes('AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=');
  assert.ok(verifyConsistency({ oldSize: 3_654_490, size: sth.tree_size, oldRoot, root, proof: consistency.map(bytes) }));
});

interface NoteVectors {
  readonly notes: readonly { name: string; vkey: string; text: string; signature_line: string }[];
  readonly bad_vkeys: readonly { vkey: string }[];
  readonly tessera_testdata_log_vkey: string;
  readonly tessera_testdata_log_leaves: readonly string[];
}

test('the notes and keys of golang.org/x/mod', { skip }, () => {
  const vectors = json('note_vectors.json') as NoteVectors;
  const [peter, ...others] = vectors.notes;
  assert.deepEqual(verifyNote(`${peter!.text}\n${peter!.signature_line}`, [parseVkey(peter!.vkey)]), { ok: true, value: peter!.text });
  const both = `${peter!.text}\n${vectors.notes.map(({ signature_line }) => signature_line).join('')}`;
  assert.ok(verifyNote(both, [parseVkey(peter!.vkey)]).ok);
  for (const { vkey } of vectors.bad_vkeys) assert.throws(() => parseVkey(vkey), { code: 'ledger-vkey-malformed' });
  assert.ok(others.length > 0);
});

test('the log of transparency-dev/tessera at each of its sizes', { skip }, async () => {
  const vectors = json('note_vectors.json') as NoteVectors;
  const files = readTar('tessera-testdata-log.tar.gz');
  const vkey = vectors.tessera_testdata_log_vkey;
  const leaves = vectors.tessera_testdata_log_leaves.map((leaf) => leafHash(Buffer.from(leaf)));
  let previous: string | undefined;
  for (let size = 0; size <= leaves.length; size++) {
    const note = files.get(`testdata/log/checkpoint.${size}`)!;
    const checkpoint = verifyCheckpoint(note, parseVkey(vkey));
    assert.ok(checkpoint.ok, `size ${size}: ${checkpoint.ok ? '' : checkpoint.error.message}`);
    assert.equal(checkpoint.value.size, size);
    assert.deepEqual(checkpoint.value.root, merkleRoot(leaves.slice(0, size)));
    const { origin } = checkpoint.value;
    const source = { read: async (path: string) => (path === 'checkpoint' ? note : files.get(`testdata/log/${path}`)) };
    const report = await verifyLog({ source, vkey, origin, ...(previous === undefined ? {} : { previous }) });
    assert.ok(report.ok, `size ${size}: ${report.ok ? '' : report.fault.message}`);
    previous = note.toString();
  }
});
