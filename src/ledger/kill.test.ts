// A real process, killed for real while it appends, integrates and signs. Slow machines only make fewer records per round.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generateSigningKey, createSigner } from './signer.ts';
import { openLog } from './sequencer.ts';
import { createLedgerFixture, integrateAll, ORIGIN } from './testing/ledger-fixture.ts';
import { directorySource } from './tiles.ts';
import { verifyLog } from './verify.ts';

const ROUNDS = 6;
const VICTIM = fileURLToPath(new URL('./testing/kill-victim.ts', import.meta.url));

/** Runs the victim, kills it some time after its first acknowledgement, and returns the ids it acknowledged on its output. */
function killOnce(directory: string, privateKeyPem: string, delayMs: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [VICTIM, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(privateKeyPem);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
      output += chunk.toString('latin1');
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the victim ended by itself: ${code}`));
      // The last line may be cut.
      resolve(output.split('\n').slice(0, -1));
    });
  });
}

test(`kill -9 at ${ROUNDS} moments: all that was acknowledged is in the log once, every decision is closed`, async () => {
  const ledger = createLedgerFixture();
  const privateKeyPem = generateSigningKey();
  const signer = createSigner({ name: ORIGIN, privateKeyPem });
  const acknowledged: string[] = [];
  const checkpoints: string[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      acknowledged.push(...(await killOnce(ledger.directory, privateKeyPem, 10 + ((round * 37) % 120))));
      const path = join(ledger.directory, 'checkpoint');
      if (existsSync(path)) checkpoints.push(readFileSync(path, 'utf8'));
    }
    const log = await openLog({
      directory: ledger.directory,
      origin: ORIGIN,
      signer,
      describeInterrupted: (key) => Buffer.from(`interrupted ${key}`),
      onWarning: (message) => assert.fail(message),
    });
    await integrateAll(log);
    const entries = await ledger.entries(log.size);
    const logged = new Set(entries);
    assert.equal(logged.size, entries.length, 'no entry is there twice');
    assert.ok(acknowledged.length >= ROUNDS);
    for (const id of acknowledged) assert.ok(logged.has(`decision ${id}`), `lost ${id}`);
    for (const entry of entries) {
      const [kind, id] = entry.split(' ');
      if (kind !== 'decision') continue;
      assert.equal(Number(logged.has(`outcome ${id}`)) + Number(logged.has(`interrupted ${id}`)), 1, `decision ${id} is closed once`);
    }
    for (const previous of checkpoints) {
      const report = await verifyLog({ source: directorySource(ledger.directory), vkey: signer.vkey, previous });
      assert.ok(report.ok, report.ok ? '' : report.fault.message);
    }
    await log.close();
  } finally {
    ledger.remove();
  }
});
