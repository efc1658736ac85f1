// Says where the CPU time of a profile went: self time by function, as a share of the samples that were not idle.
// Run by `--profile`, or by hand: node bench/gateway/profile-summary.ts FILE...
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The part of V8's .cpuprofile format (Chrome DevTools Protocol, Profiler.Profile) that is read here. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds between a sample and the one before. */
  readonly timeDeltas: readonly number[];
}

const TOP = 25;
const IDLE = ['(idle)', '(program)'];

/** The profiles in a directory. */
export function profileFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => join(directory, name));
}

export function summariseProfile(file: string): string {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, describe(callFrame)]));
  const selfMicros = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    selfMicros.set(name, (selfMicros.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
  const busy = [...selfMicros].filter(([name]) => !IDLE.includes(name)).toSorted((a, b) => b[1] - a[1]);
  const total = busy.reduce((sum, [, micros]) => sum + micros, 0);
  const outside = IDLE.map((name) => `${name} ${((selfMicros.get(name) ?? 0) / 1e6).toFixed(1)} s`).join(', ');
  const lines = busy.slice(0, TOP).map(([name, micros]) => `  ${((micros / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
  return `${basename(file)}: ${(total / 1e6).toFixed(1)} s in JavaScript, collector and native calls; ${outside}\n${lines.join('\n')}\n`;
}

function describe({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const place = url.startsWith('file://') ? relative(process.cwd(), fileURLToPath(url)) : url;
  return `${name}  ${place}:${lineNumber + 1}`;
}

if (import.meta.main) for (const file of process.argv.slice(2)) process.stdout.write(`${summariseProfile(file)}\n`);
