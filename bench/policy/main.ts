// `node bench/policy/main.ts [--seconds N]`: what an access decision costs with the default policies. Warm: remembered, the text of the facts
// included. Cold: asked of Cedar. Beside them, in the same run: Cedar asked every time, and a bare Map with the text already made. CPU time of
// the process, in rounds that take turns; median with the lowest and the highest.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import {
  CAPABILITY_NAMES,
  completeFacts,
  createPolicyEngine,
  DATA_LEVELS,
  loadPolicySet,
  type AccessDecision,
  type AccessFacts,
} from '#policy';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } });

const AIM_MICROSECONDS = 15;
const WARM_FACTS = 2_000;
const COLD_FACTS = 200;

/** Different facts of one kind: people with grants of tier 1 and 2, deployments at home and abroad. */
function factsOf(index: number): AccessFacts {
  const at = <T>(list: readonly T[], step: number): T => list[Math.floor(index / step) % list.length]!;
  return completeFacts({
    principal: { id: `prn_01KB3XW9T8Y5V6H2N4M7Q0${index}`, authentication: 'passkey' },
    grant: { id: `grt_01KB3XW9T8Y5V6H2N4M7R0${index}`, tier: at([1, 2] as const, 1), programs: ['daybreak_blue'] },
    capability: at(CAPABILITY_NAMES, 1),
    dataLevel: at(DATA_LEVELS, 3),
    route: 'defender',
    deployment: {
      id: at(['openai/sol', 'plamo/prime'], 2),
      company: 'Example',
      jurisdiction: at(['domestic', 'foreign'] as const, 2),
      program: 'daybreak_blue',
    },
  });
}

const loaded = await loadPolicySet({ defaults: true });
if (!loaded.ok) throw new Error('the default policies cannot be used');
const set = loaded.value;
const engine = createPolicyEngine({ set });
const always = createPolicyEngine({ set, memoSize: 0 });
const warm = Array.from({ length: WARM_FACTS }, (_, index) => factsOf(index));
const cold = warm.slice(0, COLD_FACTS);
const bare = new Map<string, AccessDecision>(warm.map((facts, index) => [`${index}:${JSON.stringify(facts)}`, engine.decide(facts)]));
const keys = [...bare.keys()];

/** Microseconds of CPU time for one call, over `list`, `times` times. */
function cost<T>(list: readonly T[], times: number, call: (item: T) => { readonly allowed: boolean } | undefined): number {
  let allowed = 0;
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) for (const item of list) if (call(item)?.allowed === true) allowed++;
  const { user, system } = process.cpuUsage(before);
  if (allowed === 0 || allowed === list.length * times) throw new Error('the facts are decided all alike: this measures nothing');
  return (user + system) / (list.length * times);
}

const rounds = {
  'warm: text and memory': () => cost(warm, 50, (facts) => engine.decide(facts)),
  'bare Map, text made': () => cost(keys, 50, (key) => bare.get(key)),
  'cold: first time': () => {
    engine.drop();
    return cost(cold, 1, (facts) => engine.decide(facts));
  },
  'Cedar every time': () => cost(cold, 1, (facts) => always.decide(facts)),
};
const found = new Map(Object.keys(rounds).map((name) => [name, [] as number[]]));

const endsAt = performance.now() + Number(values.seconds) * 1_000;
for (let round = 0; round < 2 || performance.now() < endsAt; round++) {
  // The first round is for the compiler.
  for (const [name, run] of Object.entries(rounds)) {
    for (const facts of warm) if (name.startsWith('warm')) engine.decide(facts);
    const microseconds = run();
    if (round > 0) found.get(name)!.push(microseconds);
  }
}

process.stdout.write(
  `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; ${set.policies.length} policies; µs of CPU per decision\n\n`,
);
for (const [name, numbers] of found) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const show = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
  process.stdout.write(
    `  ${name.padEnd(24)} ${show(sorted[sorted.length >> 1]!).padStart(7)}  (${show(sorted[0]!)}-${show(sorted.at(-1)!)}, ${sorted.length} rounds)\n`,
  );
}
const median = found.get('warm: text and memory')!.toSorted((a, b) => a - b)[found.get('warm: text and memory')!.length >> 1]!;
process.stdout.write(`\naim: warm at most ${AIM_MICROSECONDS} µs: ${median <= AIM_MICROSECONDS ? 'met' : 'missed'}\n`);
if (median > AIM_MICROSECONDS) process.exitCode = 1;
