// What the benchmark of masking is asked to do.
import { parseArgs } from 'node:util';

export const SECTIONS = ['accuracy', 'japanese', 'speed', 'forwarding'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Options {
  readonly sections: readonly Section[];
  readonly data: string | undefined;
  readonly rounds: number;
  readonly withPeers: boolean;
  readonly json: boolean;
  readonly misses: string | undefined;
}

export const HELP = `npm run bench:masking -- [options]

  --only NAMES         of ${SECTIONS.join(', ')}; comma-separated
  --data FOLDER        public development sets (presidio_generated_large.json and others)
  --no-peers           without the packages of npm that are measured beside
  --rounds N           rounds of each measurement of speed (default 5)
  --misses FILE        what was missed, misnamed and found without need, as Markdown
  --json               figures as JSON on standard output
  --help

Exit code 0: measured, whatever the figures say; 1: a measurement failed; 64: wrong usage.
`;

/** Reads the arguments; returns a sentence about what is wrong with them, or 'help'. */
export function readOptions(args: readonly string[]): Options | 'help' | { readonly fault: string } {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        data: { type: 'string' },
        'no-peers': { type: 'boolean', default: false },
        rounds: { type: 'string', default: '5' },
        misses: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
  if (values.help) return 'help';
  const names = values.only.flatMap((list) => list.split(',')).filter((name) => name !== '');
  const unknown = names.find((name) => !SECTIONS.some((section) => section === name));
  if (unknown !== undefined) return { fault: `--only: ${unknown} is none of ${SECTIONS.join(', ')}` };
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) return { fault: '--rounds wants a whole number above zero' };
  return {
    sections: names.length === 0 ? SECTIONS : SECTIONS.filter((section) => names.includes(section)),
    data: values.data,
    rounds,
    withPeers: !values['no-peers'],
    json: values.json,
    misses: values.misses,
  };
}
