// `node bench/hunt/main.ts [--data FOLDER] [--rounds N] [--quick]`: cost of a hunt against the number of rules, beside JSON.parse alone.
// Each setting runs in a process of its own, one after the other. Figures are the median of the rounds, with the lowest and the highest.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { compileRules, loadPack, packKey, serializePack } from '#hunt';

import { findData, readRules } from './data.ts';
import type { Figures } from './run.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, rounds: { type: 'string', default: '3' }, quick: { type: 'boolean', default: false } },
});

function spread(numbers: readonly number[], digits: number = 0): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const show = (value: number | undefined) => (value ?? Number.NaN).toLocaleString('en', { maximumFractionDigits: digits });
  return `${show(sorted[sorted.length >> 1])} (${show(sorted[0])}-${show(sorted.at(-1))})`;
}

function run(data: string, rules: string, events: string): Figures {
  const args = ['--expose-gc', join(import.meta.dirname, 'run.ts'), data, rules, events, values.quick ? '1' : values.rounds];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 20 })) as Figures;
}

function printLoading(data: string): void {
  const sources = readRules(data, 'all');
  const times = { cold: [] as number[], key: [] as number[], warm: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round++) {
    const start = performance.now();
    const cached = serializePack(compileRules(sources));
    times.cold.push(performance.now() - start);
    const keyed = performance.now();
    const key = packKey(sources);
    times.key.push(performance.now() - keyed);
    const warm = performance.now();
    if (loadPack(cached, key) === undefined) throw new Error('the cached pack was not taken');
    times.warm.push(performance.now() - warm);
  }
  process.stdout.write(
    `Loading ${sources.length} rules: cold (read, check, serialise) ${spread(times.cold)} ms; warm: key ${spread(times.key)} ms + load ${spread(times.warm)} ms\n\n`,
  );
}

function printTable(data: string, events: string): void {
  process.stdout.write(`Events: ${events}\n`);
  for (const rules of ['100', '1000', 'windows', '3000']) {
    const figures = run(data, rules, events);
    const perEvent = figures.megabytes / figures.events;
    process.stdout.write(
      [
        `  ${rules === 'windows' ? 'all Windows rules' : 'rules'}: ${figures.rules}; ${figures.events} events, ${figures.megabytes.toFixed(0)} MB, ${figures.findings} findings`,
        `    JSON.parse alone   ${spread(figures.parse)} events/s`,
        `    hunt               ${spread(figures.hunt)} events/s, ${spread(
          figures.hunt.map((rate) => rate * perEvent),
          0,
        )} MB/s; per CPU second ${spread(figures.huntPerCpuSecond)} events`,
        `    matching alone     ${spread(figures.matchPerCpuSecond)} events per CPU second; ${figures.candidatesPerEvent.toFixed(1)} rules evaluated per event, at most ${figures.alwaysEvaluated} without a prefilter`,
        `    compile ${figures.compileMs.toFixed(0)} ms, live after garbage collection ${figures.liveMegabytes.toFixed(0)} MB; peak of the process ${figures.peakMegabytes.toFixed(0)} MB, with a whole unpacked archive in memory`,
        '',
      ].join('\n'),
    );
  }
  process.stdout.write('\n');
}

const data = findData(values.data);
if (data === undefined) {
  process.stderr.write('bench: rules and logs are absent; name their folder with --data (it holds sigma/rules and logs/otrf)\n');
  process.exitCode = 69;
} else {
  const load = readFileSync('/proc/loadavg', { encoding: 'utf8', flag: 'r' }).split(' ').slice(0, 3).join(' ');
  process.stdout.write(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${load}; median (lowest-highest)\n\n`,
  );
  printLoading(data);
  for (const events of ['mixed', 'process_creation']) printTable(data, events);
}
