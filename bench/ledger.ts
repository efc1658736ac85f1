// Benchmark of the ledger: `node bench/ledger.ts [--rounds 5] [--seconds 1] [--directory DIR] [--json]`.
//
// What it measures, interleaved in each round on the same disk: a raw reference (append one record, fdatasync, one after another), the
// journal's `append` at concurrency 1, 16, 64 and 256 with one lazily appended outcome per decision, then the sequencer over what those
// runs left, then a full verification. It runs alone in one process: latencies under a loaded gateway are the gateway benchmark's.
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSigner, directorySource, generateSigningKey, openJournal, openLog, verifyLog } from '#ledger';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    directory: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});

const DECISION = JSON.stringify({ kind: 'decision', filler: 'd'.repeat(560) });
const OUTCOME = JSON.stringify({ kind: 'outcome', filler: 'o'.repeat(260) });
const CONCURRENCIES = [1, 16, 64, 256];
const ORIGIN = 'bench.example/ledger';

interface Measurement {
  readonly name: string;
  readonly values: Record<string, number>;
}

const measurements: Measurement[] = [];
const directory = mkdtempSync(join(options.directory, 'sekisho-bench-ledger-'));
let keyCounter = 0;
try {
  for (let round = 0; round < Number(options.rounds); round++) await runRound(round);
  report();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function runRound(round: number): Promise<void> {
  const milliseconds = Number(options.seconds) * 1000;
  const ledger = join(directory, `round-${round}`);
  // The order turns with the round, so that a slow moment of the disk does not always hit the same one.
  const runs = [
    () => measureReference(milliseconds),
    ...CONCURRENCIES.map((concurrency) => () => measureJournal(ledger, concurrency, milliseconds)),
  ];
  for (let index = 0; index < runs.length; index++) await runs[(index + round) % runs.length]!();
  await measureSequencerAndVerify(ledger);
}

async function measureReference(milliseconds: number): Promise<void> {
  const fd = openSync(join(directory, 'reference'), 'w');
  const record = Buffer.from(DECISION);
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let position = 0; performance.now() - start < milliseconds; position += record.length) {
    const from = performance.now();
    await new Promise<void>((resolve, reject) => {
      write(fd, record, 0, record.length, position, (error) => {
        if (error !== null) return reject(error);
        fdatasync(fd, (failed) => (failed === null ? resolve() : reject(failed)));
      });
    });
    latencies.push(performance.now() - from);
  }
  recordCalls('reference: write + fdatasync, one at a time', latencies, performance.now() - start, process.cpuUsage(cpu), 1);
  closeSync(fd);
}

async function measureJournal(ledger: string, concurrency: number, milliseconds: number): Promise<void> {
  const journal = await openJournal({ directory: ledger, name: `c${concurrency}` });
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - start < milliseconds) {
      const key = `req_${keyCounter++}`;
      const from = performance.now();
      await journal.append('decision', key, DECISION);
      latencies.push(performance.now() - from);
      journal.appendLazily('outcome', key, OUTCOME);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const elapsed = performance.now() - start;
  const used = process.cpuUsage(cpu);
  const { commits } = journal.stats;
  await journal.close();
  recordCalls(`journal c=${concurrency}`, latencies, elapsed, used, 2, { 'decisions/commit': latencies.length / commits });
}

function recordCalls(
  name: string,
  latencies: number[],
  elapsed: number,
  cpu: NodeJS.CpuUsage,
  recordsPerCall: number,
  more: Record<string, number> = {},
): void {
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]!;
  const values = {
    'calls/s': (latencies.length * 1000) / elapsed,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'max ms': at(1),
    'CPU us/record': (cpu.user + cpu.system) / latencies.length / recordsPerCall,
    ...more,
  };
  measurements.push({ name, values });
}

async function measureSequencerAndVerify(ledger: string): Promise<void> {
  const signer = createSigner({ name: ORIGIN, privateKeyPem: generateSigningKey() });
  const log = await openLog({ directory: ledger, origin: ORIGIN, signer, describeInterrupted: () => undefined });
  const cpu = process.cpuUsage();
  const start = performance.now();
  let appended = 0;
  for (;;) {
    const round = await log.integrate();
    appended += round.appended;
    if (!round.more) break;
  }
  const elapsed = performance.now() - start;
  const used = process.cpuUsage(cpu);
  measurements.push({
    name: 'sequencer, rounds of 8 MiB',
    values: { 'records/s': (appended * 1000) / elapsed, 'CPU us/record': (used.user + used.system) / appended, 'RSS MiB': rssMebibytes() },
  });
  await log.close();
  await measureVerify(ledger, signer.vkey);
}

async function measureVerify(ledger: string, vkey: string): Promise<void> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const verified = await verifyLog({ source: directorySource(ledger), vkey });
  if (!verified.ok) throw new Error(`the benchmark's log does not verify: ${verified.fault.message}`);
  const elapsed = performance.now() - start;
  const used = process.cpuUsage(cpu);
  measurements.push({
    name: 'verify, whole log',
    values: {
      'records/s': (verified.entries * 1000) / elapsed,
      'CPU us/record': (used.user + used.system) / verified.entries,
      'RSS MiB': rssMebibytes(),
    },
  });
}

function rssMebibytes(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

function report(): void {
  const names = [...new Set(measurements.map(({ name }) => name))].sort(
    (a, b) => Number(b.startsWith('ref')) - Number(a.startsWith('ref')),
  );
  const summary = names.map((name) => ({ name, values: spreads(measurements.filter((item) => item.name === name)) }));
  if (options.json) return console.log(JSON.stringify(summary));
  console.log(`median of ${options.rounds} rounds (lowest to highest); records of ${DECISION.length} and ${OUTCOME.length} bytes`);
  for (const { name, values } of summary) {
    console.log(`\n${name}`);
    for (const [metric, { median, low, high }] of Object.entries(values)) {
      console.log(`  ${metric.padEnd(18)} ${format(median).padStart(10)}   (${format(low)} to ${format(high)})`);
    }
  }
  const reference = summary[0]!.values;
  console.log('\nratios to the reference');
  for (const { name, values } of summary.filter((item) => item.name.startsWith('journal'))) {
    const throughput = values['calls/s']!.median / reference['calls/s']!.median;
    const p50 = values['p50 ms']!.median / reference['p50 ms']!.median;
    console.log(`  ${name.padEnd(16)} durable decisions/s x${format(throughput)}, p50 x${format(p50)}`);
  }
}

function spreads(items: readonly Measurement[]): Record<string, { median: number; low: number; high: number }> {
  return Object.fromEntries(
    Object.keys(items[0]!.values).map((metric) => {
      const sorted = items.map((item) => item.values[metric]!).sort((a, b) => a - b);
      return [metric, { median: sorted[Math.floor(sorted.length / 2)]!, low: sorted[0]!, high: sorted.at(-1)! }];
    }),
  );
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3);
}
