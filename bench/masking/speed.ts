// Speed: starts the measurements of speed-child.ts, one process each, one after the other, and gathers their figures.
import { execFileSync } from 'node:child_process';
import type { Part } from './inspector.ts';
import type { HostileFigures, Rate } from './speed-child.ts';

export interface DictionaryFigures {
  readonly entries: number;
  readonly isAbsent?: boolean;
  readonly csvMegabytes: number;
  readonly loadMs: readonly number[];
  readonly liveMegabytes: number;
  readonly tableMegabytes: number;
  /** Megabytes a CPU second with the dictionary, by that without it, a round each. */
  readonly ratios: readonly number[];
}

export interface Speed {
  readonly pipeline: readonly Rate[];
  /** By what takes part, on logs and code in pieces of 10 KB. */
  readonly parts: readonly { readonly name: string; readonly rates: readonly Rate[] }[];
  readonly triggers: readonly { readonly count: number; readonly rates: readonly Rate[] }[];
  readonly japanese: readonly { readonly name: string; readonly rates: readonly Rate[] }[];
  readonly hostile: readonly HostileFigures[];
  readonly request: { readonly micros: readonly number[]; readonly findings: number; readonly characters: number };
  readonly dictionaries: readonly DictionaryFigures[];
}

const DICTIONARIES = [10_000, 100_000, 1_000_000];
const TRIGGERS = [0, 100, 1000, 5000];
const LOADS = 3;

export function measureSpeed(parts: readonly Part[], rounds: number, progress: (text: string) => void): Speed {
  const run = (job: string, ...args: readonly string[]): unknown => {
    progress(`speed: ${[job, ...args].join(' ')}`);
    const script = new URL('./speed-child.ts', import.meta.url).pathname;
    const output = execFileSync(process.execPath, ['--expose-gc', script, job, ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 24,
      env: { BENCH_ROUNDS: String(rounds) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(output) as unknown;
  };
  const all = parts.join(',');
  const some = parts.map((_, index) => parts.slice(0, index + 1));
  return {
    pipeline: run('pipeline', all, '0') as readonly Rate[],
    parts: some.map((chosen) => ({ name: chosen.join(' + '), rates: run('pipeline', chosen.join(','), '0') as readonly Rate[] })),
    triggers: TRIGGERS.map((count) => ({ count, rates: run('pipeline', all, String(count)) as readonly Rate[] })),
    japanese: [
      ...(parts.includes('names') ? [{ name: 'names alone', rates: run('japanese', 'names') as readonly Rate[] }] : []),
      { name: 'all detectors', rates: run('japanese', all) as readonly Rate[] },
    ],
    hostile: run('hostile') as readonly HostileFigures[],
    request: run('request') as Speed['request'],
    dictionaries: DICTIONARIES.map((entries) => {
      type One = Omit<DictionaryFigures, 'loadMs' | 'ratios'> & { readonly loadMs: number; readonly rates: readonly Rate[] };
      const loads = Array.from({ length: LOADS }, () => run('dictionary', String(entries)) as One);
      const [first] = loads;
      const ratios = loads.flatMap(({ rates }) => rates?.[1]?.cpu.map((rate, round) => rate / (rates[0]?.cpu[round] ?? Number.NaN)) ?? []);
      return { ...first!, loadMs: loads.map(({ loadMs }) => loadMs), ratios };
    }),
  };
}
