// Telephone numbers: international ones, national ones of countries that write them alike, and whatever a word nearby calls one. Japanese
// national numbers are another detector's. Numbers that are something else by their shape (dates, times, addresses, sums) are left out.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { after, before, hintForValue, isDigitAt, isWordAt } from './near.ts';
import {
  EXTENSION,
  OTHER_LABEL,
  PHONE_FORMS,
  PHONE_HINT,
  PHONE_LABEL,
  PHONE_LABEL_BEHIND,
  PHONE_VERB,
  type PhoneForm,
} from './phone-forms.ts';

const FEWEST_DIGITS = 6;
const MOST_DIGITS = 16;
/** How far from the beginning of a run of numbers the words before it still speak of a number. */
const CONTEXT_REACH = 30;
const LONGEST_EXTENSION = 24;
const CERTAIN = 0.97;

type Search = readonly [form: PhoneForm, search: RegExp];

/** By the first character: the forms that may begin with it. */
const SEARCHES: ReadonlyMap<string, readonly Search[]> = new Map(
  '+(0123456789'
    .split('')
    .map((first) => [
      first,
      PHONE_FORMS.filter(({ begins }) => begins.includes(first)).map((form): Search => [
        form,
        new RegExp(`(?:${form.pattern})(?![0-9])`, 'y'),
      ]),
    ]),
);

export const phone: Detector = {
  id: 'phone',
  types: ['phone'],
  runs: ['digits'],
  find(subject, start, end, report) {
    if (end - start < FEWEST_DIGITS) return;
    const { text } = subject;
    const around = new Around(subject, start, end);
    for (let at = start; at < end; at++) {
      if (!isDigitAt(text, at) || isDigitAt(text, at - 1)) continue;
      const from = withPrefix(text, at);
      if (!isApart(text, from)) continue;
      const finding = numberAt(subject, from, at, around);
      if (finding === undefined) continue;
      report(finding);
      at = finding.end - 1;
    }
  },
};

/** What stands around a run of numbers. Read when a number of the run is one by its form: most are dates, times and addresses. */
class Around {
  readonly #subject: Subject;
  readonly #start: number;
  readonly #end: number;
  #before: number | undefined;
  #isLabelledBehind: boolean | undefined;
  #isOwnLine: boolean | undefined;

  constructor(subject: Subject, start: number, end: number) {
    this.#subject = subject;
    this.#start = start;
    this.#end = end;
  }

  /** How sure the words before the run make that the number at `at` is one of a telephone. */
  before(at: number): number {
    if (at - this.#start > CONTEXT_REACH) return 0;
    return (this.#before ??= contextAt(this.#subject, withPrefix(this.#subject.text, this.#start)));
  }

  /** Whether words may speak of the number at `at`, or where it stands. */
  mayHaveContext(at: number): boolean {
    if (this.before(at) > 0) return true;
    // `555 0199 (office)`: a word behind the run speaks of its last number.
    if (this.#end - at < CONTEXT_REACH && (this.#isLabelledBehind ??= PHONE_LABEL_BEHIND.test(after(this.#subject, this.#end, 24))))
      return true;
    return (this.#isOwnLine ??= this.#standsAlone());
  }

  #standsAlone(): boolean {
    const { text } = this.#subject;
    return isOnOwnLine(text, withPrefix(text, this.#start), this.#end) && this.before(this.#start) === 0;
  }
}

/** How sure the words before make that a number follows which is one of a telephone; 0 when they say nothing. */
function contextAt(subject: Subject, from: number): number {
  if (PHONE_HINT.test(hintForValue(subject))) return CERTAIN;
  const words = before(subject, from, 90);
  if (PHONE_LABEL.test(words)) return 0.95;
  return PHONE_VERB.test(words) ? 0.8 : 0;
}

/** A word right behind it, or the line of a signature or a letterhead that holds nothing else. */
function contextBehind(subject: Subject, from: number, to: number): number {
  if (PHONE_LABEL_BEHIND.test(after(subject, to, 24))) return 0.85;
  return isOnOwnLine(subject.text, from, to) ? 0.55 : 0;
}

/** Between lines of words, grouped as people group telephone numbers; columns of numbers have numbers above them. */
function isOnOwnLine(text: string, from: number, to: number): boolean {
  const behind = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(to, to + 8));
  if (behind === null) return false;
  const words = /(?:^|\n)([^\n]{2,100})(?:\n[ \t]*){1,3}$/.exec(text.slice(Math.max(0, from - 110), from))?.[1];
  if (words === undefined || !/\p{L}{2}/u.test(words) || /[{}[\]<>=|;]/.test(words)) return false;
  return (
    to - from >= 8 &&
    /[0-9)][ -][ (-]?[0-9]/.test(text.slice(from, to)) &&
    !/^[ \t]*[0-9.]+[ \t]*(?:\n|$)/.test(text.slice(to + behind[0].length, to + behind[0].length + 40))
  );
}

/** Includes `+` and an opening parenthesis before the first digit. */
function withPrefix(text: string, at: number): number {
  let from = at;
  if (text[from - 1] === ' ' && text[from - 2] === '+') from--;
  if (text[from - 1] === '+') from--;
  if (text[from - 1] === '(') from--;
  return from;
}

/** Not the middle of a word, a decimal, a UUID, a path or a sum. */
function isApart(text: string, from: number): boolean {
  const left = text[from - 1];
  if (left === undefined) return true;
  if (isWordAt(text, from - 1)) return false;
  if ('@$€£¥#%\\'.includes(left)) return false;
  if (':,.'.includes(left)) return !isDigitAt(text, from - 2);
  return !'-/'.includes(left) || !isWordAt(text, from - 2);
}

function numberAt(subject: Subject, from: number, at: number, around: Around): Finding | undefined {
  const { text } = subject;
  for (const [form, search] of SEARCHES.get(text[from]!) ?? []) {
    search.lastIndex = from;
    const match = search.exec(text);
    if (match === null) continue;
    const to = from + match[0].length;
    const start = match[0].startsWith('(') && !match[0].includes(')') ? from + 1 : from;
    // What it looks like first: it says no of most numbers, and costs less than reading around.
    if (!mayBe(text.slice(start, to), form)) continue;
    const mayHaveContext = around.mayHaveContext(at);
    if (form.confidence < 0.5 && !mayHaveContext) continue;
    const said = around.before(at);
    const known = said === 0 && mayHaveContext ? contextBehind(subject, from, to) : said;
    const finding = form.confidence < 0.5 && known === 0 ? undefined : judge(subject, start, to, form, known);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** By its own digits and separators. */
function mayBe(value: string, form: PhoneForm): boolean {
  let count = 0;
  for (let at = 0; at < value.length; at++) if (isDigitAt(value, at)) count++;
  return count >= (form.name.startsWith('trunk') ? 9 : FEWEST_DIGITS) && count <= MOST_DIGITS && !isSomethingElse(value);
}

function judge(subject: Subject, from: number, to: number, form: PhoneForm, context: number): Finding | undefined {
  const { text } = subject;
  const value = text.slice(from, to);
  // Seconds or milliseconds since 1970; only a word for a telephone outweighs that, and North America has no such number.
  if (context < 0.95 && /^1[4-9](?:[0-9]{8}|[0-9]{11})$/.test(value)) return undefined;
  const extension = extensionAt(subject, to);
  if (extension === 0 && isContinued(text, to) && !PHONE_LABEL_BEHIND.test(after(subject, to, 24))) return undefined;
  if (context === 0 && isInTable(text, from, to, value)) return undefined;
  if (context < CERTAIN && OTHER_LABEL.test(before(subject, from, 50)) && !value.includes('+')) return undefined;
  return { type: 'phone', start: from, end: to + extension, confidence: Math.max(form.confidence, context), rule: `phone.${form.name}` };
}

/** What follows makes it part of something else. */
function isContinued(text: string, to: number): boolean {
  if (isWordAt(text, to)) return true;
  const right = text[to];
  return (
    right === '%' ||
    (right !== undefined && '.-/:,@'.includes(right) && (isDigitAt(text, to + 1) || (right !== '.' && isWordAt(text, to + 1))))
  );
}

/** One of several groups in a row, as in tables and dumps: `0a 01 02 03 04 05 06`. Only numbers with blanks can be cut out of those. */
function isInTable(text: string, from: number, to: number, value: string): boolean {
  if (!value.includes(' ') || value.includes('+')) return false;
  if (/^[ \t]{1,4}[0-9]/.test(text.slice(to, to + 5))) return true;
  return /(?:^|[^0-9a-z])(?:[0-9a-f]{2}|[0-9]{1,5})[ \t]{1,4}$/i.test(text.slice(Math.max(0, from - 10), from));
}

function extensionAt(subject: Subject, to: number): number {
  return EXTENSION.exec(after(subject, to, LONGEST_EXTENSION))?.[0].length ?? 0;
}

/** Dates, IPv4 addresses, decimals, spans of years, sums in thousands. */
const SOMETHING_ELSE = [
  /^(?:19|20)[0-9]{2}([-./])[01]?[0-9]\1[0-3]?[0-9](?=$| )/,
  /^[0-3]?[0-9]([-./])[0-3]?[0-9]\1(?:19|20)?[0-9]{2}(?=$| )/,
  /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/,
  /^[0-9]+[./][0-9]+$/,
  /^(?:19|20)[0-9]{2} ?[-/] ?(?:19|20)[0-9]{2}$/,
  /^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[ -]?[0-9]{4,6})?$/,
  /^([0-9])(?:[^0-9]|\1)*$/,
  /^(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])$/,
];

function isSomethingElse(value: string): boolean {
  return SOMETHING_ELSE.some((pattern) => pattern.test(value)) && !/^0[0-9]+\//.test(value);
}
