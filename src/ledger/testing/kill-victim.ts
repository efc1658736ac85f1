// For tests only: appends, integrates and prints what was acknowledged until it is killed. Reads the signing key from its input.
import { readFileSync, writeSync } from 'node:fs';
import { openJournal } from '../journal.ts';
import { openLog } from '../sequencer.ts';
import { createSigner } from '../signer.ts';
import { ORIGIN } from './ledger-fixture.ts';

const [, , directory = ''] = process.argv;
const signer = createSigner({ name: ORIGIN, privateKeyPem: readFileSync(0, 'utf8') });
const log = await openLog({ directory, origin: ORIGIN, signer, describeInterrupted: (key) => Buffer.from(`interrupted ${key}`) });
const journal = await openJournal({ directory, name: 'w1', segmentBytes: 256 * 1024, lingerMs: 2 });

let next = 0;
async function appendForever(): Promise<void> {
  for (;;) {
    const id = `${process.pid}.${next++}`;
    await journal.append('decision', id, `decision ${id}`);
    // Straight to the pipe: what is acknowledged must be seen outside even when the next instruction never runs.
    writeSync(1, `${id}\n`);
    if (next % 5 > 0) journal.appendLazily('outcome', id, `outcome ${id}`);
  }
}

async function integrateForever(): Promise<void> {
  for (;;) await log.integrate();
}

await Promise.all([...Array.from({ length: 8 }, appendForever), integrateForever()]);
