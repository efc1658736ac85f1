// Which configuration file a command means, and reading it: faults become words and exit code 2.
import { existsSync } from 'node:fs';
import { environment, formatProblems, loadConfig, type ConfigProblem, type LoadedConfig } from '#config';
import { SekishoError } from '#kernel';
import type { Context } from './command.ts';
import { plain } from './terminal.ts';

const DEFAULT_PATH = 'sekisho.config.yaml';

/** The path as the person would write it. Throws `configuration-missing` when there is no such file. */
export function configPath(given: string | undefined): string {
  const path = given ?? environment().configPath ?? DEFAULT_PATH;
  if (existsSync(path)) return path;
  const source = given === undefined ? (environment().configPath === undefined ? '' : ' (from SEKISHO_CONFIG)') : '';
  throw new SekishoError('configuration-missing', `there is no configuration ${path}${source}`, {
    hint: 'Begin with `npm run demo`, which needs none; or copy examples/sekisho.config.yaml to sekisho.config.yaml and name it with --config.',
  });
}

/** The configuration; undefined when it has faults, which are printed then. */
export function readConfig({ terminal, json }: Pick<Context, 'terminal' | 'json'>, given: string | undefined): LoadedConfig | undefined {
  const path = configPath(given);
  const loaded = loadConfig(path);
  if (loaded.ok) return loaded.value;
  if (json) terminal.out(JSON.stringify({ ok: false, file: path, problems: loaded.error }));
  else {
    terminal.note(problemLines(loaded.error, path));
    terminal.note(`${terminal.noteStyle('red', 'sekisho:')} ${count(loaded.error.length, 'problem')} in ${path}; nothing was done`);
  }
  return undefined;
}

/** Safe for a terminal whatever the file holds. */
export function problemLines(problems: readonly ConfigProblem[], path: string): string {
  return formatProblems(problems, path).split('\n').map(plain).join('\n');
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
