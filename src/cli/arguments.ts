// Reads a command line strictly against a command's flags: what is unknown, missing or too much is an error with a suggestion.
import { parseArgs } from 'node:util';
import { closestName, type SekishoError } from '#kernel';
import type { Flags } from './command.ts';
import { usageError } from './failure.ts';

interface Reading {
  readonly options: readonly { readonly name: string; readonly value: string | undefined; readonly inline: boolean }[];
  readonly positionals: readonly string[];
}

/** Throws a `usage` error for the first thing that is wrong. `path`: the command as typed, such as `keys create`. */
export function checkArguments(rawArgs: readonly string[], flags: Flags, path: string): void {
  const { options, positionals } = read(rawArgs, flags);
  const seen = new Set<string>();
  for (const { name, value, inline } of options) {
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (flag === undefined || flag.type === 'positional') throw unknownFlag(name, flags, path);
    if (flag.type === 'boolean') {
      if (value !== undefined) throw usageError(`--${name} takes no value`);
    } else {
      if (value === undefined || value === '') throw usageError(`--${name} needs a value`, hintFor(path));
      if (!inline && value.startsWith('-') && value !== '-') {
        throw usageError(`--${name} needs a value, and ${value} looks like a flag`, `If it is the value, write --${name}=${value}`);
      }
      if (flag.type === 'enum' && !flag.options.includes(value)) {
        const nearest = closestName(value, flag.options);
        const guess = nearest === undefined ? '' : `; did you mean ${nearest}?`;
        throw usageError(`--${name} is one of ${flag.options.join(', ')}${guess}`, hintFor(path));
      }
      if (seen.has(name) && !('repeatable' in flag && flag.repeatable)) throw usageError(`--${name} is given twice`);
    }
    seen.add(name);
  }
  checkPositionals(positionals, flags, path);
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.type !== 'positional' && flag.required === true && !seen.has(name)) throw usageError(`--${name} is missing`, hintFor(path));
  }
}

function checkPositionals(given: readonly string[], flags: Flags, path: string): void {
  const taken = Object.entries(flags).filter(([, flag]) => flag.type === 'positional');
  const extra = given[taken.length];
  const last = taken.at(-1)?.[1];
  const takesMore = last !== undefined && 'repeatable' in last && last.repeatable;
  if (extra !== undefined && !takesMore) throw usageError(`${JSON.stringify(extra)} is one argument too many`, hintFor(path));
  for (const [index, [name, flag]] of taken.entries()) {
    if (flag.required === true && given[index] === undefined) throw usageError(`${name.toUpperCase()} is missing`, hintFor(path));
  }
}

/** Every value that was given for a flag, in order. */
export function repeatedValues(rawArgs: readonly string[], flags: Flags, name: string): readonly string[] {
  return read(rawArgs, flags).options.flatMap((option) => (option.name === name && option.value !== undefined ? [option.value] : []));
}

/** What stands at the place of a positional that may be repeated, which is the last one. */
export function positionalValues(rawArgs: readonly string[], flags: Flags, name: string): readonly string[] {
  const names = Object.entries(flags).flatMap(([each, { type }]) => (type === 'positional' ? [each] : []));
  return read(rawArgs, flags).positionals.slice(names.indexOf(name));
}

function read(rawArgs: readonly string[], flags: Flags): Reading {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.type === 'positional') continue;
    const short = 'alias' in flag && flag.alias !== undefined ? { short: flag.alias } : {};
    options[name] = { type: flag.type === 'boolean' ? 'boolean' : 'string', ...short };
  }
  const { tokens } = parseArgs({ args: [...rawArgs], options, allowPositionals: true, strict: false, tokens: true });
  return {
    options: tokens.flatMap((token) =>
      token.kind === 'option' ? [{ name: token.name, value: token.value, inline: token.inlineValue === true }] : [],
    ),
    positionals: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
  };
}

function unknownFlag(name: string, flags: Flags, path: string): SekishoError {
  const known = [...Object.entries(flags).flatMap(([flag, { type }]) => (type === 'positional' ? [] : [flag])), 'help'];
  const nearest = closestName(name, known);
  const shown = name.length === 1 ? `-${name}` : `--${name}`;
  return usageError(`\`sekisho ${path}\` has no flag ${shown}`, nearest === undefined ? hintFor(path) : `Did you mean --${nearest}?`);
}

function hintFor(path: string): string {
  return `sekisho ${path} --help shows what it takes.`;
}
