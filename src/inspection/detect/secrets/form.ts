// How the form of a key is written down, and what matches it. A form is its literal text with fields in angle brackets,
// `<alphabet:length>`, such as `ghp_<w:36>`; `(a|b)` and `(…)?` mean what they mean in a regular expression. There is no unbounded
// repetition in it, so a match costs no more than the longest key.

/** What a field may consist of. Capital letter of a pair: the larger alphabet. */
const ALPHABETS: Readonly<Record<string, string>> = {
  d: '0-9',
  h: '0-9a-f',
  H: '0-9A-Fa-f',
  a: '0-9a-z',
  u: '0-9A-Z',
  w: '0-9A-Za-z',
  m: 'a-z',
  M: 'A-Z',
  l: 'A-Za-z',
  b: '0-9A-Za-z_-',
  e: '0-9A-Za-z_=-',
  B: '0-9A-Za-z+/',
  '32': 'A-Z2-7',
  bech32: '02-9AC-HJ-NP-Z',
  '=': '=',
  t: '0-9A-Za-z._~-',
  T: '0-9A-Za-z._=~%-',
};

/** Upper bound of `<x:20+>`. */
const LONGEST_FIELD = 1200;

const FIELD = /<([^:<>]+):(\d+)(?:-(\d+)|(\+))?>/g;

/** Source of the regular expression for a form, without boundaries. */
export function sourceOf(form: string): string {
  let source = '';
  let at = 0;
  for (const field of form.matchAll(FIELD)) {
    source += escaped(form.slice(at, field.index)) + fieldSource(field);
    at = field.index + field[0].length;
  }
  return source + escaped(form.slice(at));
}

export interface Form {
  /** Sticky, and without a condition on what follows: so that a run that is too long is not tried again shorter and shorter. */
  readonly pattern: RegExp;
  /** What may not follow: what would make the key a part of a longer word. */
  readonly tail: RegExp;
  /** Most characters a key of this form can have. */
  readonly longest: number;
}

export function compiledForm(form: string): Form {
  return { pattern: new RegExp(sourceOf(form), 'y'), tail: new RegExp(`[${tailOf(form)}]`), longest: longestOf(form) };
}

/** Matches a whole value. */
export function wholeForm(form: string): RegExp {
  return new RegExp(`^(?:${sourceOf(form)})$`);
}

/** The literal a form begins with, in lower case. */
export function leadingLiteral(form: string): string {
  return /^[^<(]*/.exec(form)![0].toLowerCase();
}

function fieldSource(field: RegExpExecArray): string {
  const characters = ALPHABETS[field[1]!];
  if (characters === undefined) throw new Error(`a form names the alphabet ${field[1]}, which there is not`);
  const least = field[2]!;
  const most = field[4] === '+' ? String(LONGEST_FIELD) : (field[3] ?? least);
  return `[${characters}]{${least},${most}}`;
}

function longestOf(form: string): number {
  let longest = form.length;
  for (const field of form.matchAll(FIELD)) longest += field[4] === '+' ? LONGEST_FIELD : Number(field[3] ?? field[2]!);
  return longest;
}

function escaped(literal: string): string {
  return literal.replaceAll(/[.*+^$[\]{}\\/]/g, String.raw`\$&`);
}

function tailOf(form: string): string {
  const last = [...form.matchAll(FIELD)].at(-1);
  const characters = last === undefined ? '' : (ALPHABETS[last[1]!] ?? '');
  const extra = characters.includes('+/') ? '+/=' : characters.endsWith('-') ? '-' : '';
  return `0-9A-Za-z_${extra}`;
}
