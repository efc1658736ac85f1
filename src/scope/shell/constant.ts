// What the few commands write that only turn known text into other known text. Anything else they might do is not known.
import { hasMark, LOCAL } from '../marks.ts';
import { guessTargets } from '../targets/recognise.ts';
import { numbersOf } from './words.ts';
import { known, UNKNOWN_HERE, type Flow } from './run.ts';

const MAX_OUTPUT = 65_536;

/** undefined: not one of those commands. */
export function constantOutput(name: string, argv: readonly string[], stdin: Flow): Flow | undefined {
  const args = argv.slice(1);
  switch (name) {
    case 'echo':
      return known(echo(args));
    case 'printf':
      return printf(args[0] === '--' ? args.slice(1) : args);
    case 'mktemp':
    case 'date':
    case 'pwd':
    case 'whoami':
    case 'id':
    case 'hostname':
    case 'uname':
    case 'nproc':
    case 'arch':
    case 'uuidgen':
    case 'wc':
    case 'tty':
      // What it prints is the machine's own, unless it is told what to print.
      return args.some((arg) => guessTargets(arg).length > 0) ? undefined : known(LOCAL);
    case 'git':
      return args[0] === 'describe' || args[0] === 'rev-parse' ? known(LOCAL) : undefined;
    case 'seq':
      return seq(args);
    case 'cat':
    case 'tee':
      return args.every((arg) => arg.startsWith('-')) || name === 'tee' ? stdin : undefined;
    case 'base64':
    case 'base32':
    case 'basenc':
      return /^--?(?:d|D|decode)/.test(args.find((arg) => /^--?(?:[a-z]*d|D|decode)/i.test(arg)) ?? '') ||
        args.some((arg) => /^-[a-zA-Z]*[dD]/.test(arg))
        ? decoded(args, stdin, (text) => (name === 'base64' ? base64(text) : undefined))
        : UNKNOWN_HERE;
    case 'xxd':
      return args.some((arg) => /^-[a-z]*r/.test(arg)) ? decoded(args, stdin, hex) : UNKNOWN_HERE;
    case 'rev':
      return map(stdin, (text) =>
        text
          .split('\n')
          .map((line) => Array.from(line).reverse().join(''))
          .join('\n'),
      );
    case 'tac':
      return map(stdin, (text) => text.split('\n').reverse().join('\n'));
    case 'tr':
      return args.length === 2 && !args[0]!.startsWith('-') ? translated(stdin, args[0]!, args[1]!) : decodedUnknown(stdin);
    case 'gunzip':
    case 'zcat':
    case 'uudecode':
    case 'openssl':
    case 'unxz':
    case 'bunzip2':
    case 'gzip':
      return stdin.origin === 'none' ? undefined : decodedUnknown(stdin);
    case 'sort':
    case 'uniq':
    case 'head':
    case 'tail':
      // A part of it: all of it is looked at.
      return args.every((arg) => arg.startsWith('-') || /^[0-9]+$/.test(arg)) ? stdin : undefined;
    default:
      return undefined;
  }
}

function decodedUnknown(stdin: Flow): Flow {
  return { texts: undefined, origin: stdin.origin === 'none' ? 'local' : stdin.origin, wasEncoded: true };
}

function map(stdin: Flow, change: (text: string) => string | undefined): Flow {
  const texts = stdin.texts?.map((text) => (hasMark(text) ? undefined : change(text)));
  const isKnown = texts !== undefined && texts.every((text) => text !== undefined);
  return { texts: isKnown ? texts : undefined, origin: stdin.origin === 'none' ? 'local' : stdin.origin, wasEncoded: true };
}

function decoded(args: readonly string[], stdin: Flow, decode: (text: string) => string | undefined): Flow {
  const hasFile = args.some((arg) => !arg.startsWith('-'));
  return hasFile ? { ...UNKNOWN_HERE, wasEncoded: true } : map(stdin, decode);
}

export function base64(text: string): string | undefined {
  const plain = text.replaceAll(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(plain)) return undefined;
  const bytes = Buffer.from(plain, 'base64');
  const utf8 = bytes.toString('utf8');
  return utf8.includes('\uFFFD') ? undefined : utf8;
}

function hex(text: string): string | undefined {
  const digits = text.replaceAll(/^[0-9a-f]{8}: |\s+/gim, '');
  return /^(?:[0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex').toString('utf8') : undefined;
}

function echo(args: readonly string[]): string {
  let rest = args;
  let interprets = false;
  let hasNewline = true;
  while (rest[0] !== undefined && /^-[neE]+$/.test(rest[0])) {
    if (rest[0].includes('e')) interprets = true;
    if (rest[0].includes('n')) hasNewline = false;
    rest = rest.slice(1);
  }
  const text = rest.join(' ').slice(0, MAX_OUTPUT);
  return (interprets ? unescaped(text) : text) + (hasNewline ? '\n' : '');
}

/** Backslash escapes as echo -e and printf(1) read them. */
export function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|0?([0-7]{1,3})|([abefnrtv\\"']))/gi,
    (whole, x: string | undefined, u: string | undefined, octal: string | undefined, letter: string | undefined) => {
      if (x !== undefined) return String.fromCharCode(Number.parseInt(x, 16));
      if (u !== undefined) return String.fromCharCode(Number.parseInt(u, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return ESCAPES[letter ?? ''] ?? whole;
    },
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

function printf(args: readonly string[]): Flow {
  const [format, ...values] = args;
  if (format === undefined || format === '-v') return UNKNOWN_HERE;
  if (hasMark(format)) return UNKNOWN_HERE;
  const directives = format.match(/%[-+ #0]*[0-9]*(?:\.[0-9]+)?[a-zA-Z%]/g)?.filter((directive) => directive !== '%%') ?? [];
  let at = 0;
  let isKnown = true;
  const once = (): string =>
    unescaped(format).replaceAll(/%([-+ #0]*)([0-9]*)(?:\.[0-9]+)?([a-zA-Z%])/g, (_, _flags, width: string, kind: string) => {
      if (kind === '%') return '%';
      const value = values[at] ?? '';
      at += 1;
      if (kind === 's' || (kind === 'd' && /^-?[0-9]+$/.test(value) && width === '')) return value;
      if (kind === 'b') return unescaped(value);
      if (kind === 'c') return value.slice(0, 1);
      isKnown = false;
      return '';
    });
  let text = once();
  while (directives.length > 0 && at < values.length && text.length < MAX_OUTPUT) text += once();
  return isKnown && text.length <= MAX_OUTPUT ? known(text) : UNKNOWN_HERE;
}

function seq(args: readonly string[]): Flow {
  const numbers = args.filter((arg) => /^-?[0-9]{1,6}$/.test(arg));
  if (numbers.length !== args.length || args.length === 0 || args.length > 3) return UNKNOWN_HERE;
  const [from, step, to] =
    args.length === 1 ? ['1', '1', args[0]!] : args.length === 2 ? [args[0]!, '1', args[1]!] : [args[0]!, args[1]!, args[2]!];
  const values = numbersOf(from, to, step);
  return values.some(hasMark) ? UNKNOWN_HERE : known(values.join('\n'));
}

function translated(stdin: Flow, from: string, to: string): Flow {
  const [a, b] = [set(from), set(to)];
  if (a === undefined || b === undefined || b.length === 0) return decodedUnknown(stdin);
  return map(stdin, (text) =>
    Array.from(text)
      .map((character) => (a.includes(character) ? (b[a.indexOf(character)] ?? b.at(-1)!) : character))
      .join(''),
  );
}

function set(text: string): readonly string[] | undefined {
  if (/[[\]]/.test(text) || hasMark(text)) return undefined;
  const all: string[] = [];
  const plain = Array.from(unescaped(text));
  for (let index = 0; index < plain.length; index += 1) {
    if (plain[index + 1] === '-' && plain[index + 2] !== undefined) {
      for (let code = plain[index]!.codePointAt(0)!; code <= plain[index + 2]!.codePointAt(0)! && all.length < 512; code += 1)
        all.push(String.fromCodePoint(code));
      index += 2;
    } else all.push(plain[index]!);
  }
  return all;
}
