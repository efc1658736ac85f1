// `node bench/scope/main.ts`: what the review of one shell command costs, beside parsing it alone (unbash). Takes about ten seconds.
import { parse } from 'unbash';
import { compileScope, reviewCall } from '#scope';
import { HOSTILE, ordinary, type Input } from './inputs.ts';

const compiled = compileScope({
  targets: [
    { kind: 'network', value: '10.20.0.0/16' },
    ...Array.from({ length: 200 }, (_, index) => ({ kind: 'host' as const, value: `web${index}.corp.example` })),
  ],
  excluded: [{ kind: 'network', value: '10.20.250.0/24' }],
  allowedTools: null,
  forbiddenTools: ['payments*'],
});
if (!compiled.ok) throw new Error(compiled.error.text);
const scope = compiled.value;

function times(rounds: number, work: () => void): readonly number[] {
  const all: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    work();
    all.push(performance.now() - start);
  }
  return all.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): string =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(3);

function measure({ name, command }: Input, rounds: number, warmUp: number): void {
  const call = { name: 'Bash', encoding: 'json' as const, arguments: JSON.stringify({ command }) };
  const review = (): unknown => reviewCall(call, scope, { isTainted: false });
  times(warmUp, review);
  const parsing = times(rounds, () => parse(command));
  const reviewing = times(rounds, review);
  const { decision } = reviewCall(call, scope, { isTainted: false });
  const ratio = reviewing[reviewing.length >> 1]! / parsing[parsing.length >> 1]!;
  process.stdout.write(
    `${name.padEnd(24)} ${String(command.length).padStart(6)} chars  review ms: median ${at(reviewing, 0.5)}, p95 ${at(reviewing, 0.95)}, ` +
      `${at(reviewing, 0)} to ${at(reviewing, 1)}; parse alone ${at(parsing, 0.5)}; ratio ${ratio.toFixed(1)}; ${decision}\n`,
  );
}

measure({ name: 'ordinary, 2 KB', command: ordinary(2048) }, 500, 300);
measure({ name: 'ordinary, 20 KB', command: ordinary(20_480) }, 60, 20);
for (const input of HOSTILE) measure(input, 5, 1);
