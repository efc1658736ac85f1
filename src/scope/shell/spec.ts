// How a command's words are read, as data: which options take a value, what the value is, what the other words are.

/**
 * What a value means. Nothing is done with `data` and `key` (a file that a tool only authenticates with).
 * Files: `file` read, `out` written, `upload` read and sent, `list` a file of targets, `config` a file of options.
 * Targets: `host`, `hosts` (comma-separated), `url`, `proxy`, `nmap`, `scp` (path here or on a host), `git` (a remote), `forward`, `jump`,
 * `sshopt`, `resolve`, `connectto`, `header`, `email`, `conn` (a database's URL or settings), `dbhost`, `arn`, `account`, `profile`,
 * `context`, `image`, `share`, `server` (an @server of dig, else a name that is looked up), `mount`, `socat`, `bind` (an address of this
 * machine), `scan` (whatever it looks like).
 * Programs: `shell`, `code:LANGUAGE`, `argv` (this word and all that follow), `remote` (the same, on the host named before), `sub` (a
 * subcommand), `script` (a script file to run; arguments follow), `dynamic` (never to be known).
 */
export type Role = string;

export interface Spec {
  /** `role:-a --long -x`, parted by `;`. */
  readonly options?: string;
  /** Roles in order; `*` behind one repeats it. Default: `scan*`. */
  readonly words?: string;
  /** Options end at the first word. */
  readonly endsEarly?: boolean;
  /** Words of one dash are whole names, not clusters of letters. */
  readonly isSingleDash?: boolean;
  /** With `isSingleDash`: options of one letter may still have their value attached. */
  readonly attaches?: boolean;
  /** Only asks; default: acts. */
  readonly looksUp?: boolean;
  /** Flags that are reasons to hold by themselves. */
  readonly held?: Readonly<Record<string, string>>;
  readonly sub?: Readonly<Record<string, Spec>>;
  /** Writes what came over the network. */
  readonly fetches?: boolean;
  /** A word that cannot be known may name another target; a tool that works here only does not mind. */
  readonly isLocal?: boolean;
  /** Runs what it reads when it is given nothing else: `shell` or a language. */
  readonly reads?: string;
  /** Needs a target: called without one, which one is meant cannot be known. */
  readonly needs?: string;
}

export interface CompiledSpec extends Spec {
  readonly roles: ReadonlyMap<string, Role>;
  /** Options of one dash and several letters, longest first: their value may be attached. */
  readonly attached: readonly string[];
  readonly order: readonly string[];
  readonly subs: ReadonlyMap<string, CompiledSpec>;
}

export function compileSpec(spec: Spec, shared = ''): CompiledSpec {
  const roles = new Map<string, Role>();
  const options = `${shared};${spec.options ?? ''}`;
  for (const group of options.split(';')) {
    const text = group.trim();
    const at = text.search(/:(?=-|\+|\/)/);
    if (at === -1) continue;
    for (const name of text.slice(at + 1).split(' ')) if (name !== '') roles.set(name, text.slice(0, at));
  }
  return {
    ...spec,
    roles,
    attached: [...roles.keys()]
      .filter((name) => (name.length > 2 || spec.attaches === true) && !name.startsWith('--'))
      .sort((a, b) => b.length - a.length),
    order: (spec.words ?? 'scan*').split(' ').filter((role) => role !== ''),
    subs: new Map(Object.entries(spec.sub ?? {}).map(([name, sub]) => [name, compileSpec(sub, options)])),
  };
}

export interface Given {
  readonly role: Role;
  readonly value: string;
  /** The option it belongs to; undefined: a word of its own. */
  readonly option: string | undefined;
}

export interface ParsedCommand {
  readonly given: readonly Given[];
  readonly flags: readonly string[];
  /** What follows `argv`, `remote`, `script` or `sub`, that word included. */
  readonly rest: { readonly role: Role; readonly argv: readonly string[] } | undefined;
}

const REST_ROLES: ReadonlySet<string> = new Set(['argv', 'remote', 'script', 'sub']);

/** Reads `argv` (without the command's own name) as the specification says. */
export function parseCommand(spec: CompiledSpec, argv: readonly string[]): ParsedCommand {
  const given: Given[] = [];
  const flags: string[] = [];
  let position = 0;
  let isPlain = false;
  const roleAt = (index: number): string => {
    const last = spec.order.at(-1) ?? 'scan*';
    const role = spec.order[index] ?? (last.endsWith('*') ? last : 'scan*');
    return role.endsWith('*') ? role.slice(0, -1) : role;
  };
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index]!;
    if (!isPlain && word === '--' && !spec.isSingleDash) {
      isPlain = true;
      continue;
    }
    if (!isPlain && word.length > 1 && (word.startsWith('-') || (word.startsWith('+') && spec.roles.has(word)))) {
      const taken = parseOption(spec, word, argv[index + 1], given, flags);
      if (taken) index += 1;
      continue;
    }
    const role = roleAt(position);
    if (REST_ROLES.has(role)) return { given, flags, rest: { role, argv: argv.slice(index) } };
    given.push({ role, value: word, option: undefined });
    position += 1;
    if (spec.endsEarly === true) isPlain = true;
  }
  return { given, flags, rest: undefined };
}

/** True: the next word was the option's value. */
function parseOption(spec: CompiledSpec, word: string, next: string | undefined, given: Given[], flags: string[]): boolean {
  const { roles } = spec;
  const take = (option: string, value: string | undefined): boolean => {
    const role = roles.get(option)!;
    if (value !== undefined) given.push({ role, value, option });
    else if (next !== undefined) given.push({ role, value: next, option });
    return value === undefined;
  };
  if (roles.has(word)) return take(word, undefined);
  const equals = word.indexOf('=');
  if (equals > 0) {
    const name = longName(roles, word.slice(0, equals));
    if (name !== undefined) return take(name, word.slice(equals + 1));
    if (word.startsWith('--') || spec.isSingleDash === true) {
      flags.push(word.slice(0, equals));
      given.push({ role: 'scan', value: word.slice(equals + 1), option: word.slice(0, equals) });
      return false;
    }
  }
  if (word.startsWith('--')) {
    const name = longName(roles, word);
    if (name !== undefined) return take(name, undefined);
    flags.push(word);
    return false;
  }
  const attached = spec.attached.find((name) => word.startsWith(name));
  if (attached !== undefined) return take(attached, word.slice(attached.length));
  if (spec.isSingleDash === true) {
    flags.push(word);
    return false;
  }
  for (let at = 1; at < word.length; at += 1) {
    const letter = `-${word[at]!}`;
    if (roles.has(letter)) return take(letter, at + 1 < word.length ? word.slice(at + 1).replace(/^=/, '') : undefined);
    flags.push(letter);
  }
  return false;
}

/** GNU tools take any unambiguous beginning of a long option; an ambiguous one is taken for the first. */
function longName(roles: ReadonlyMap<string, Role>, name: string): string | undefined {
  if (roles.has(name)) return name;
  if (!name.startsWith('--') || name.length < 5) return undefined;
  for (const option of roles.keys()) if (option.startsWith(name)) return option;
  return undefined;
}
