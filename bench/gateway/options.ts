// The benchmark's command line.
import { parseArgs } from 'node:util';
import { CONTENDERS, type ContenderName } from './contender.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

export interface Options {
  readonly contenders: readonly ContenderName[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly sliceMs: number;
  readonly warmUpMs: number;
  /** Requests in the memory run; 0 leaves it out. */
  readonly soakRequests: number;
  readonly json: boolean;
  readonly strict: boolean;
  readonly profileDirectory: string | undefined;
  readonly scratch: string | undefined;
}

/** Enough requests for "memory flat over a million requests" to be judged and not only indicated. */
export const SOAK_VERDICT_REQUESTS = 1_000_000;

export const HELP = `npm run bench -- [options]

Compares, interleaved in one run and on the same mock upstream: no gateway (direct), the least a gateway can do (reference),
@portkey-ai/gateway (portkey) and Sekisho with key check, decision, durable record and outcome record (sekisho).

  --quick              3 rounds of 0.8 s slices instead of 5 of 2 s (about 2 minutes instead of 6)
  --rounds N           number of rounds
  --slice SECONDS      length of one slice
  --only NAMES         comma-separated contenders and workloads, for example --only reference,sekisho,json-64
                       contenders: ${CONTENDERS.join(', ')}
                       workloads: ${WORKLOADS.map(({ id }) => id).join(', ')}
  --soak N             only the memory run of Sekisho (or the one contender named with --only) over N requests; ${SOAK_VERDICT_REQUESTS} for a verdict
  --no-soak            leave the short memory run out
  --profile [DIR]      CPU profiles of Sekisho's processes in DIR (default bench-profile), with a summary; figures are then slower
  --scratch DIR        where temporary files go; must be on a disk, not in memory
  --json               figures as JSON on standard output
  --strict             exit code 2 when an aim is not met
  --help

Exit code 0: measured, whatever the figures say; 1: a contender failed or an answer was wrong; 2: see --strict; 64: wrong usage.
`;

/** Requests of the memory run that belongs to an ordinary run. */
const DEFAULT_SOAK_REQUESTS = 60_000;
const QUICK_SOAK_REQUESTS = 20_000;

/** Reads the arguments; returns a sentence about what is wrong with them, or 'help'. */
export function readOptions(args: readonly string[]): Options | 'help' | { readonly fault: string } {
  let values;
  try {
    ({ values } = parseArgs({
      args: args.flatMap((arg, index) =>
        arg === '--profile' && !/^[^-]/.test(args[index + 1] ?? '') ? ['--profile=bench-profile'] : [arg],
      ),
      options: {
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        slice: { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        soak: { type: 'string' },
        'no-soak': { type: 'boolean', default: false },
        profile: { type: 'string' },
        scratch: { type: 'string' },
        json: { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
  if (values.help) return 'help';
  const rounds = positive(values.rounds, values.quick ? 3 : 5);
  const seconds = positive(values.slice, values.quick ? 0.8 : 2);
  const soak = positive(values.soak, values.quick ? QUICK_SOAK_REQUESTS : DEFAULT_SOAK_REQUESTS);
  if (rounds === undefined || !Number.isInteger(rounds)) return { fault: '--rounds wants a whole number above zero' };
  if (seconds === undefined) return { fault: '--slice wants a number of seconds above zero' };
  if (soak === undefined || !Number.isInteger(soak)) return { fault: '--soak wants a whole number of requests above zero' };
  const chosen = choose(values.only.flatMap((names) => names.split(',')).filter((name) => name !== ''));
  if ('fault' in chosen) return chosen;
  const soakOnly = values.soak !== undefined;
  return {
    contenders: soakOnly ? [soakContender(chosen.contenders)] : chosen.contenders,
    workloads: soakOnly ? [] : chosen.workloads,
    rounds,
    sliceMs: seconds * 1000,
    warmUpMs: values.quick ? 700 : 1500,
    soakRequests: values['no-soak'] ? 0 : soak,
    json: values.json,
    strict: values.strict,
    profileDirectory: values.profile,
    scratch: values.scratch,
  };
}

function positive(text: string | undefined, fallback: number): number | undefined {
  const value = text === undefined ? fallback : Number(text.replaceAll('_', ''));
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function choose(
  names: readonly string[],
): { readonly contenders: readonly ContenderName[]; readonly workloads: readonly Workload[] } | { readonly fault: string } {
  const contenders = CONTENDERS.filter((name) => names.includes(name));
  const workloads = WORKLOADS.filter(({ id }) => names.includes(id));
  const unknown = names.find((name) => !CONTENDERS.some((known) => known === name) && !WORKLOADS.some(({ id }) => id === name));
  if (unknown !== undefined) return { fault: `--only: ${unknown} is neither a contender nor a workload` };
  return { contenders: contenders.length === 0 ? CONTENDERS : contenders, workloads: workloads.length === 0 ? WORKLOADS : workloads };
}

function soakContender(chosen: readonly ContenderName[]): ContenderName {
  const [only] = chosen;
  return chosen.length === 1 && only !== undefined ? only : 'sekisho';
}
