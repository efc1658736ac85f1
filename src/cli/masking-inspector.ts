// The inspector that a command line asks for: that of a configuration, else the usual one.
import { readFileSync } from 'node:fs';
import type { Config } from '#config';
import { createInspector, SENSITIVE_TYPES, TYPE_GROUPS, type TextInspector } from '#inspection';
import type { Context } from './command.ts';
import { readConfig } from './configuration.ts';
import { usageError } from './failure.ts';
import { plain } from './terminal.ts';

export const TYPE_NAMES = [...TYPE_GROUPS, ...SENSITIVE_TYPES] as const;

/** Unlike other commands, these need no configuration: they look for one only where they are told to. */
export const DETECTORS_FLAG = {
  type: 'string',
  alias: 'c',
  valueHint: 'FILE',
  description: 'Detectors, dictionaries and internal domains of this configuration; default: the usual detectors, without any',
} as const;

export const CONFIDENCE_FLAG = {
  type: 'string',
  valueHint: 'N',
  description: 'Leave out findings that are less sure, 0 to 1; default: that of the configuration, else 0.5',
} as const;

export interface Inspecting {
  readonly inspector: TextInspector;
  readonly config: Config | undefined;
}

export interface InspectingFlags {
  readonly config: string | undefined;
  readonly minConfidence: string | undefined;
  readonly withSignals: boolean;
}

/** Undefined: the configuration or a dictionary has faults, and they were printed. */
export function inspectingOf({ config: given, minConfidence, withSignals }: InspectingFlags, context: Context): Inspecting | undefined {
  const least = minConfidence === undefined ? undefined : confidenceOf(minConfidence);
  const loaded = given === undefined ? undefined : readConfig(context, given);
  if (given !== undefined && loaded === undefined) return undefined;
  const config = loaded?.config;
  const inspection = config?.inspection;
  if (config !== undefined && inspection === undefined)
    context.terminal.note(`${context.terminal.noteStyle('yellow', '!')} inspection is off in ${given}: the usual detectors look`);
  const created = createInspector({
    ...inspection,
    ...(least === undefined ? {} : { minConfidence: least }),
    withSignals,
    readFile: (file) => readFileSync(file),
  });
  if (created.ok) return { inspector: created.value, config };
  const problems = created.error;
  if (context.json) context.terminal.out(JSON.stringify({ ok: false, problems }));
  else {
    for (const { file, line, reason } of problems)
      context.terminal.note(plain(line === 0 ? `${file}: ${reason}` : `${file}:${line}: ${reason}`));
    context.terminal.note(`${context.terminal.noteStyle('red', 'sekisho:')} dictionaries with faults; nothing was done`);
  }
  return undefined;
}

function confidenceOf(text: string): number {
  const value = /^(?:0|1|0?\.[0-9]{1,6}|1\.0+)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw usageError('--min-confidence is a number from 0 to 1, such as 0.8');
  return value;
}
