// The command line: finds the command, shows help, runs it, sets the exit code. Knows no command by name.
import { runCommand } from 'citty';
import { closestName } from '#kernel';
import { checkArguments } from './arguments.ts';
import type { Command, Group } from './command.ts';
import { ROOT } from './commands/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { reportFailure, usageError } from './failure.ts';
import { commandHelp, groupHelp } from './help.ts';
import { listenForSignals } from './signals.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** Runs the command that `argv` (without node and script) names, to its end. Never rejects: failures become words and an exit code. */
export async function runCli(argv: string[]): Promise<void> {
  const terminal = createTerminal();
  const json = beforeDoubleDash(argv).includes('--json');
  try {
    process.exitCode = await run(argv, terminal, json);
  } catch (error) {
    // Loaded here and not above: most of it is the configuration's schema, and `version` should not wait for that.
    const { debug } = (await import('#config')).environment();
    process.exitCode = reportFailure(error, { terminal, json, debug });
  }
}

async function run(argv: readonly string[], terminal: Terminal, json: boolean): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-v') return await run(['version', ...rest], terminal, json);
  if (first === 'help') return await run([...rest, '--help'], terminal, json);
  const { target, path, rawArgs } = await locate(argv);
  if (beforeDoubleDash(rawArgs).some((argument) => argument === '--help' || argument === '-h')) {
    terminal.out(target.kind === 'group' ? groupHelp(target, path, terminal.style) : commandHelp(target, path, terminal.style));
    return EXIT.ok;
  }
  if (target.kind === 'group') {
    if (rawArgs[0] !== undefined) throw unknownCommand(rawArgs[0], target, path);
    if (json) throw usageError(`\`sekisho${path === '' ? '' : ` ${path}`}\` needs a command`);
    terminal.note(groupHelp(target, path, terminal.noteStyle));
    return EXIT.usage;
  }
  checkArguments(rawArgs, target.flags, path);
  const data = { terminal, json, signals: listenForSignals() };
  const { result } = await runCommand(target.definition, { rawArgs: [...rawArgs], data });
  return result as ExitCode;
}

interface Located {
  readonly target: Command | Group;
  /** As typed, such as `keys create`; empty for the root. */
  readonly path: string;
  /** What follows the command's name. */
  readonly rawArgs: readonly string[];
}

async function locate(argv: readonly string[]): Promise<Located> {
  let target: Command | Group = ROOT;
  const path: string[] = [];
  let rest = argv;
  while (target.kind === 'group') {
    const chosen = chosenCommand(target, rest);
    if (chosen === undefined) break;
    target = await target.commands[chosen.name]!.load();
    path.push(chosen.name);
    rest = chosen.rest;
  }
  return { target, path: path.join(' '), rawArgs: rest };
}

/** The command that comes first, or the one that a flag stands for. Asking for help asks about the group. */
function chosenCommand(group: Group, rest: readonly string[]): { readonly name: string; readonly rest: readonly string[] } | undefined {
  const [name] = rest;
  if (name === undefined) return undefined;
  if (Object.hasOwn(group.commands, name)) return { name, rest: rest.slice(1) };
  const { shorthands } = group;
  if (shorthands === undefined || !name.startsWith('-')) return undefined;
  const index = beforeDoubleDash(rest).findIndex((argument) => Object.hasOwn(shorthands, argument));
  return index < 0 ? undefined : { name: shorthands[rest[index]!]!, rest: rest.toSpliced(index, 1) };
}

function unknownCommand(name: string, group: Group, path: string): Error {
  const prefix = path === '' ? 'sekisho' : `sekisho ${path}`;
  if (name.startsWith('-'))
    return usageError(`${name} is given before a command`, `Write flags after the command: ${prefix} COMMAND ${name}`);
  const names = Object.keys(group.commands);
  const nearest = closestName(name, names);
  return usageError(
    `${prefix} has no command ${JSON.stringify(name)}`,
    nearest === undefined ? `There are: ${names.join(', ')}.` : `Did you mean \`${prefix} ${nearest}\`?`,
  );
}

function beforeDoubleDash(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}
