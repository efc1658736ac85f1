// Finds placeholders of a vocabulary in a text, as written and as models alter them: other case, full-width characters, an escaped, blank
// or missing underscore, invisible characters. Used on answers to restore values, and on requests to keep text that only looks like a
// placeholder from being taken for one: the same code, so that neither can see what the other does not.
import { childOf, foldCode, goesOn, isIgnorable, isUnderscoreLike, type Entry, type Node, type Vocabulary } from './vocabulary.ts';

export interface Match {
  readonly start: number;
  readonly end: number;
  /** Undefined: several placeholders are spelled like that, and none of them exactly so. */
  readonly entry: Entry | undefined;
  /** It is spelled as we wrote it. */
  readonly isExact: boolean;
}

export interface Found {
  readonly matches: readonly Match[];
  /** From here on the text could be the beginning of a placeholder; its length when there is nothing to wait for. */
  readonly openFrom: number;
}

/** A placeholder may hold so many characters that are not its own. */
const MOST_IGNORED = 4;
const UNDERSCORE = 0x5f;

/** `before`: the last characters before the text; '' at the beginning. `isWhole`: nothing follows. */
export function findPlaceholders(text: string, vocabulary: Vocabulary, around: Around): Found {
  const matches: Match[] = [];
  const { root } = vocabulary;
  if (!goesOn(root)) return { matches, openFrom: text.length };
  let code = foldCode(text.charCodeAt(0));
  for (let at = 0; at < text.length;) {
    const next = foldCode(text.charCodeAt(at + 1));
    const node = mayGoOn(vocabulary, code, next) ? childOf(root, code) : undefined;
    const reached = node && follow(text, at, node, around);
    if (reached === 'open') return { matches, openFrom: at };
    if (reached === undefined) {
      at++;
      code = next;
    } else {
      matches.push(reached);
      at = reached.end;
      code = foldCode(text.charCodeAt(at));
    }
  }
  return { matches, openFrom: text.length };
}

/** What stands behind a first character lets it be the first one of a placeholder: the second one, or what may stand between or in its place. */
function mayGoOn(vocabulary: Vocabulary, code: number, next: number): boolean {
  return vocabulary.mayBegin(code, next) || !isPlain(next) || vocabulary.mayBegin(code, UNDERSCORE);
}

/** Letters, digits and signs of ASCII that are only ever themselves. NaN, past the end, is none. */
function isPlain(folded: number): boolean {
  return folded > 0x20 && folded < 0x7f && !isIgnorable(folded) && !isUnderscoreLike(folded);
}

interface Around {
  readonly before: string;
  readonly isWhole: boolean;
}

/** The longest placeholder that begins at `start`; 'open' when the text ends before that can be told. */
function follow(text: string, start: number, first: Node, around: Around): Match | 'open' | undefined {
  let node = first;
  let at = start + 1;
  let ignored = 0;
  let best: Match | undefined;
  for (;;) {
    if (node.entries !== undefined) {
      const match = matchOf(text, start, at, node.entries, around);
      if (match === 'open') return 'open';
      best = match ?? best;
    }
    if (node.rest !== '') return followRest(text, { start, at, ignored }, node, around) ?? best;
    if (!goesOn(node)) return best;
    for (;;) {
      if (at >= text.length) return around.isWhole ? best : 'open';
      const code = text.charCodeAt(at);
      const next = stepFrom(node, foldCode(code));
      if (next === undefined && isIgnorable(code) && ignored < MOST_IGNORED) {
        ignored++;
        at++;
        continue;
      }
      if (next === undefined) return best;
      node = next;
      at++;
      break;
    }
  }
}

function stepFrom(node: Node, folded: number): Node | undefined {
  const next = childOf(node, folded);
  if (next !== undefined) return next;
  const underscore = childOf(node, UNDERSCORE);
  if (underscore === undefined) return undefined;
  if (isUnderscoreLike(folded)) return underscore;
  // The underscore was left out.
  if (underscore.rest.charCodeAt(0) === folded) {
    return underscore.rest.length === 1
      ? { ...underscore, entries: underscore.restEntries, rest: '', restEntries: undefined }
      : { ...underscore, entries: undefined, rest: underscore.rest.slice(1) };
  }
  return childOf(underscore, folded);
}

/** The same where there is one way on. */
function followRest(
  text: string,
  from: { readonly start: number; readonly at: number; readonly ignored: number },
  { rest, restEntries }: Node,
  around: Around,
): Match | 'open' | undefined {
  let { at, ignored } = from;
  for (let wanted = 0; wanted < rest.length; at++) {
    if (at >= text.length) return around.isWhole ? undefined : 'open';
    const code = text.charCodeAt(at);
    const folded = foldCode(code);
    const expected = rest.charCodeAt(wanted);
    if (folded === expected) wanted++;
    else if (isIgnorable(code) && ignored < MOST_IGNORED) ignored++;
    else if (expected !== UNDERSCORE) return undefined;
    else if (isUnderscoreLike(folded)) wanted++;
    else if (folded === rest.charCodeAt(wanted + 1)) wanted += 2;
    else return undefined;
  }
  return matchOf(text, from.start, at, restEntries!, around);
}

function matchOf(
  text: string,
  start: number,
  end: number,
  entries: readonly Entry[],
  { before, isWhole }: Around,
): Match | 'open' | undefined {
  if (entries.some(({ isBounded }) => isBounded)) {
    const preceding = start >= LONGEST_ESCAPE ? text.slice(start - LONGEST_ESCAPE, start) : before + text.slice(0, start);
    if (CONTINUES_ADDRESS.test(preceding) && !ENDS_AS_ESCAPE.test(preceding)) return undefined;
    // What follows decides: a digit, or a dot and a digit, would make it another address.
    const follows = text.slice(end, end + 2);
    if (!isWhole && (follows === '' || follows === '.')) return 'open';
    if (/^(?:[0-9A-Za-z_]|\.[0-9])/.test(follows)) return undefined;
  }
  const spelled = text.slice(start, end);
  const exact = entries.find(({ placeholder }) => placeholder === spelled);
  if (exact !== undefined) return { start, end, entry: exact, isExact: true };
  const values = new Set(entries.map(({ value }) => value));
  return { start, end, entry: values.size === 1 ? entries[0] : undefined, isExact: false };
}

const CONTINUES_ADDRESS = /[0-9A-Za-z_.]$/;
/** A line break or a tab as JSON and program texts write it: its letter is none. */
const ENDS_AS_ESCAPE = /(?<!\\)(?:\\\\)*\\[nrtbf]$/;
const LONGEST_ESCAPE = 8;
