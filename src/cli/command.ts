// What a command is: its flags, what --help teaches about it, and what it does. Built on citty's definitions; the strict reading of the
// command line is arguments.ts, because citty lets unknown flags pass.
import { defineCommand, type CommandDef } from 'citty';
import { usageError } from './failure.ts';
import { positionalValues, repeatedValues } from './arguments.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Signals } from './signals.ts';
import type { Terminal } from './terminal.ts';

interface FlagBase {
  readonly description: string;
  readonly valueHint?: string;
  readonly required?: boolean;
}

export type Flag =
  | (FlagBase & { readonly type: 'string'; readonly alias?: string; readonly repeatable?: boolean; readonly default?: string })
  | (FlagBase & { readonly type: 'boolean'; readonly alias?: string })
  | (FlagBase & { readonly type: 'enum'; readonly options: readonly string[]; readonly repeatable?: boolean })
  | (FlagBase & { readonly type: 'positional'; readonly repeatable?: boolean });

export type Flags = Readonly<Record<string, Flag>>;

type One<F extends Flag> = F extends { readonly type: 'enum'; readonly options: readonly (infer Option)[] } ? Option : string;

type Value<F extends Flag> = F extends { readonly type: 'boolean' }
  ? boolean
  : F extends { readonly repeatable: true }
    ? readonly One<F>[]
    : F extends { readonly required: true } | { readonly default: string }
      ? One<F>
      : One<F> | undefined;

/** What a command line says, by flag. citty's own type claims that flags which were left out are strings. */
export type Values<F extends Flags> = { readonly [Name in keyof F]: Value<F[Name]> };

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  readonly signals: Signals;
  /** Standard output is for a program: one JSON document and nothing else. */
  readonly json: boolean;
}

export interface Command {
  readonly kind: 'command';
  readonly flags: Flags;
  /** Paragraphs below the usage line. */
  readonly details: string;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  readonly definition: CommandDef;
}

export interface Group {
  readonly kind: 'group';
  readonly details: string;
  readonly commands: Readonly<Record<string, Listed>>;
  /** Flags that choose a command where none is named: with `{ '--plan': 'plan' }`, `drill --plan …` is `drill plan …`. */
  readonly shorthands?: Readonly<Record<string, string>>;
}

/** A command as a list names it; the rest is loaded when it is used, so that every command starts fast. */
export interface Listed {
  readonly summary: string;
  load(): Promise<Command | Group>;
}

/** Flags that most commands share. */
export const JSON_FLAG = { type: 'boolean', description: 'One JSON document on standard output and nothing else there' } as const;
export const CONFIG_FLAG = {
  type: 'string',
  alias: 'c',
  valueHint: 'FILE',
  description: 'Configuration file; default: $SEKISHO_CONFIG, else ./sekisho.config.yaml',
} as const;

export function command<const F extends Flags>(input: {
  readonly flags: F;
  readonly details: string;
  readonly examples: Command['examples'];
  readonly run: (values: Values<F>, context: Context) => Promise<ExitCode>;
}): Command {
  const definition = defineCommand({
    args: Object.fromEntries(Object.entries(input.flags).map(([name, flag]) => [name, cittyFlag(flag)])),
    async run({ args, rawArgs, data }) {
      const values: Record<string, unknown> = {};
      for (const [name, flag] of Object.entries(input.flags)) {
        const isRepeatable = 'repeatable' in flag && flag.repeatable;
        if (isRepeatable && flag.type === 'positional') values[name] = positionalValues(rawArgs, input.flags, name);
        else values[name] = isRepeatable ? checkedOptions(name, flag, repeatedValues(rawArgs, input.flags, name)) : args[name];
      }
      return await input.run(values as Values<F>, data as Context);
    },
  });
  return { kind: 'command', flags: input.flags, details: input.details, examples: input.examples, definition };
}

function cittyFlag(flag: Flag): NonNullable<Exclude<CommandDef['args'], (() => unknown) | Promise<unknown>>>[string] {
  const { type, description } = flag;
  const alias = 'alias' in flag && flag.alias !== undefined ? { alias: flag.alias } : {};
  if (type === 'boolean') return { type, description, default: false, ...alias };
  if (type === 'positional') return { type, description, required: flag.required === true };
  // Choices are checked in arguments.ts, in words without colour codes.
  const value = 'default' in flag && flag.default !== undefined ? { default: flag.default } : {};
  return { type: 'string', description, ...alias, ...value };
}

function checkedOptions(name: string, flag: Flag, values: readonly string[]): readonly string[] {
  if (flag.type !== 'enum') return values;
  for (const value of values) if (!flag.options.includes(value)) throw usageError(`--${name} is one of ${flag.options.join(', ')}`);
  return values;
}
