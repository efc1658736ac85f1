// The ledger from the command line: verified from disk and over HTTP, looked up, proven; and every kind of tampering found.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho, type CliRun } from '#test/cli';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

let simulator: Simulator;
let checkpoint: StartedCheckpoint;
let vkey: string;
let auditorKey: string;
let requestId: string;
let scratch: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sekisho-ledger-cli-'));
  simulator = await startSimulator({ name: 'only', label: 'JP' });
  checkpoint = await startCheckpoint({
    yaml: `providers:\n${providerYaml('only', { url: simulator.url, country: 'JP' })}\nroutes:\n  work: { candidates: [only/d] }\n`,
  });
  vkey = String(checkpoint.logs.find((line) => line['msg'] === 'listening')!['vkey']);
  const key = await checkpoint.createKey();
  auditorKey = await checkpoint.createKey({ roles: ['auditor'], owner: 'auditor' });
  for (let sent = 0; sent < 5; sent++) requestId = await send(key, 'work');
  await checkpoint.recordsOf(requestId);
});

after(async () => {
  await simulator.close();
  await rm(scratch, { recursive: true, force: true });
});

async function send(key: string, model: string): Promise<string> {
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  });
  await response.arrayBuffer();
  return response.headers.get('x-request-id')!;
}

function ledger(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliRun> {
  return sekisho(['ledger', ...args], { cwd: checkpoint.directory, env });
}

function json(run: CliRun): Record<string, unknown> {
  assert.equal(run.stderr, '');
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

/** A copy of the ledger's public files as they are now. */
async function copyOf(name: string): Promise<string> {
  const directory = join(scratch, name);
  await cp(checkpoint.ledgerDirectory, directory, { recursive: true });
  return directory;
}

async function largestBundle(directory: string): Promise<string> {
  const folder = join(directory, 'tile', 'entries', '000.p');
  const widths = (await readdir(folder)).map(Number).sort((a, b) => a - b);
  return join(folder, String(widths.at(-1)));
}

describe('verify', () => {
  test('a running ledger is in order, by the configuration', async () => {
    const run = await ledger(['verify']);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /is in order: example\.jp\/sekisho-test with \d+ entries/);
  });

  test('over HTTP an auditor can verify it from outside', async () => {
    const report = json(await ledger(['verify', `${checkpoint.url}/ledger/`, '--vkey', vkey, '--json'], { SEKISHO_KEY: auditorKey }));
    assert.equal(report['ok'], true);
    assert.ok((report['entries'] as number) >= 11);
  });

  test('over HTTP without an auditor’s key it says what is missing', async () => {
    const run = await ledger(['verify', `${checkpoint.url}/ledger`, '--vkey', vkey]);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /for auditors only[^]*SEKISHO_KEY/);
  });

  test('an older checkpoint is extended by the newer ledger, and one from the future is not', async () => {
    const old = await copyOf('previous');
    const key = await checkpoint.createKey({ owner: 'later' });
    await checkpoint.recordsOf(await send(key, 'work'));
    assert.equal((await ledger(['verify', '--previous', join(old, 'checkpoint')])).code, 0);
    const newer = join(scratch, 'newer-checkpoint');
    await cp(join(checkpoint.ledgerDirectory, 'checkpoint'), newer);
    const shrunk = await ledger(['verify', old, '--vkey', vkey, '--previous', newer]);
    assert.equal(shrunk.code, 4);
    assert.match(shrunk.stdout, /history: the log has shrunk/);
  });

  test('a flipped byte anywhere in the entries is found, and the entry is named', async () => {
    const directory = await copyOf('flipped');
    const path = await largestBundle(directory);
    const bundle = await readFile(path);
    // The fourth entry: skip three length-prefixed ones.
    let offset = 0;
    for (let entry = 0; entry < 3; entry++) offset += 2 + bundle.readUInt16BE(offset);
    bundle[offset + 20]! ^= 1;
    await writeFile(path, bundle);
    const run = await ledger(['verify', directory, '--vkey', vkey]);
    assert.equal(run.code, 4);
    assert.match(run.stdout, /is NOT in order\n {2}entry 3: entry 3 is not the one that was logged/);
    const report = json(await ledger(['verify', directory, '--vkey', vkey, '--json']));
    assert.deepEqual(
      [report['ok'], (report['fault'] as Record<string, unknown>)['kind'], (report['fault'] as Record<string, unknown>)['index']],
      [false, 'entry', 3],
    );
  });

  test('a forged checkpoint, another log’s key and a missing directory are told apart', async () => {
    const directory = await copyOf('forged');
    const path = join(directory, 'checkpoint');
    const note = await readFile(path, 'utf8');
    await writeFile(path, note.replace(/^\d+$/m, '1'));
    assert.equal((await ledger(['verify', directory, '--vkey', vkey])).code, 4);
    assert.equal((await ledger(['verify', join(scratch, 'nowhere'), '--vkey', vkey])).code, 1);
  });

  test('the key of a ledger that does not exist is not made by asking for it', async () => {
    const cwd = await mkdtemp(join(scratch, 'fresh-'));
    await cp(checkpoint.configPath, join(cwd, 'sekisho.config.yaml'));
    for (const name of ['database-url', 'pepper']) await cp(join(checkpoint.directory, name), join(cwd, name));
    const run = await sekisho(['ledger', 'verify'], { cwd });
    assert.equal(run.code, 1);
    assert.match(run.stderr, /there is no ledger in/);
    assert.ok(!(await readdir(cwd)).includes('.sekisho'));
  });
});

describe('show', () => {
  test('the records of a request, with their places and their inclusion', async () => {
    const shown = json(await ledger(['show', requestId, '--json']));
    const records = shown['records'] as { index: number; included: boolean; record: Record<string, unknown> }[];
    assert.deepEqual(
      records.map(({ included, record }) => [included, record['type'], record['id']]),
      [
        [true, 'decision', requestId],
        [true, 'outcome', requestId],
      ],
    );
    assert.ok(records[0]!.index < records[1]!.index);
    const text = await ledger(['show', requestId, '--from', `${checkpoint.url}/ledger/`, '--vkey', vkey, '--key', auditorKey]);
    assert.equal(text.code, 0);
    assert.match(text.stdout, /decision {2}tester may send chat-completions to only\/d \(vendor JP · weights JP · hosted JP\)/);
    assert.match(text.stdout, /outcome {3}complete by only\/d, status 200/);
    assert.equal(text.stdout.match(/✓ included: \d+ hashes/g)?.length, 2);
  });

  test('a record that the signed tree does not include is shown as such, with exit code 4', async () => {
    const directory = await copyOf('swapped');
    const path = await largestBundle(directory);
    const bundle = await readFile(path);
    const at = bundle.indexOf(Buffer.from(`"id":"${requestId}"`));
    const caller = bundle.lastIndexOf(Buffer.from('"name":"tester"'), at);
    bundle.write('"name":"nobody"', caller, 'utf8');
    await writeFile(path, bundle);
    const run = await ledger(['show', requestId, '--from', directory, '--vkey', vkey]);
    assert.equal(run.code, 4);
    assert.match(run.stdout, /nobody may send[^]*✗ NOT included in the signed tree/);
  });

  test('an unknown request and something that is no request id', async () => {
    const unknown = await ledger(['show', 'req_00000000000000000000000000']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /no record of req_0/);
    assert.equal((await ledger(['show', 'chatcmpl-1'])).code, 2);
  });
});

describe('proof', () => {
  test('is a C2SP tlog-proof that holds the record and verifies with nothing but the verifier key', async () => {
    const run = await ledger(['proof', requestId, '--record', 'outcome']);
    assert.equal(run.code, 0, run.stderr);
    const [head, note] = splitOnce(run.stdout, '\n\n');
    const [format, extra, index, ...hashes] = head.split('\n');
    assert.equal(format, 'c2sp.org/tlog-proof@v1');
    const entry = Buffer.from(extra!.replace(/^extra /, ''), 'base64');
    const record = JSON.parse(entry.toString()) as Record<string, unknown>;
    assert.deepEqual([record['type'], record['id']], ['outcome', requestId]);

    // Recomputed here from RFC 6962 and the signed-note specification, without the program's own code.
    const [text, signatures] = splitOnce(note, '\n\n');
    const [origin, size, root] = text.split('\n');
    assert.equal(origin, 'example.jp/sekisho-test');
    let node = Number(index!.replace(/^index /, ''));
    let last = Number(size) - 1;
    let hash = sha256(Buffer.from([0]), entry);
    for (const sibling of hashes.map((line) => Buffer.from(line, 'base64'))) {
      if (node % 2 === 1 || node === last) {
        hash = sha256(Buffer.from([1]), sibling, hash);
        while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
      } else hash = sha256(Buffer.from([1]), hash, sibling);
      [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    }
    assert.equal(hash.toString('base64'), root);

    const publicKey = Buffer.from(vkey.split('+').slice(2).join('+'), 'base64').subarray(1);
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
    const signature = Buffer.from(signatures.trim().split(' ').at(-1)!, 'base64').subarray(4);
    assert.ok(verify(null, Buffer.from(`${text}\n`), createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature));
  });

  test('a record that is not there has no proof', async () => {
    const run = await ledger(['proof', requestId, '--record', 'refusal']);
    assert.equal(run.code, 1);
    assert.equal(run.stdout, '');
    assert.match(run.stderr, /has no refusal record/);
  });
});

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
