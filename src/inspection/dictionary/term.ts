// A term as the matcher compares it: normalised as the text that is inspected, with the edges at which a word must begin and end. It also
// says why something is no term.
import { subjectOf } from '../text/subject.ts';
import { OTHER, unitTables } from './units.ts';

/** How a term is looked for; `default`: see `edgesOf`. */
export const MATCHES = ['word', 'anywhere', 'exact'] as const;
export type Match = (typeof MATCHES)[number] | 'default';

export const MAX_TERM_CHARACTERS = 200;
/** A character has one or two code units. */
export const MAX_TERM_UNITS = 2 * MAX_TERM_CHARACTERS;

/** Bits of a term's flags. */
export const STARTS_AT_EDGE = 1;
export const ENDS_AT_EDGE = 2;
export const IS_EXACT = 4;

export interface Term {
  /** Upper and lower case as written where `IS_EXACT`, else folded. */
  readonly text: string;
  readonly flags: number;
}

/** The term, or why it is none. */
export function readTerm(written: string, match: Match): Term | string {
  const text = squeezed(written);
  const tooLong = `longer than ${MAX_TERM_CHARACTERS} characters`;
  if (text === '') return 'the term is empty';
  if (text.length > MAX_TERM_UNITS) return tooLong;
  if (text.length <= 2 && text.codePointAt(0)! > 0xffff) return ONE_CHARACTER;
  if (text.length === 1) return ONE_CHARACTER;
  if (text.length > MAX_TERM_CHARACTERS && Array.from(text).length > MAX_TERM_CHARACTERS) return tooLong;
  if (!LETTER_OR_DIGIT.test(text)) return 'the term has no letter and no digit';
  if (CONTROL.test(text)) return 'the term holds a control character';
  const flags = edgesOf(text, match) | (match === 'exact' ? IS_EXACT : 0);
  return { text: match === 'exact' ? text : folded(text), flags };
}

const ONE_CHARACTER = 'a term of one character would be found everywhere';
const LETTER_OR_DIGIT = /[0-9A-Za-z]|[\p{L}\p{N}]/u;
const CONTROL = /[^ -~\u0080-\uffff]/;
const BLANKS_TO_SQUEEZE = /^\s|\s$|\s\s|[^\S ]|\u0085/;

function squeezed(written: string): string {
  const { text } = subjectOf(written);
  return BLANKS_TO_SQUEEZE.test(text) ? text.replaceAll(/[\s\u0085]+/g, ' ').trim() : text;
}

/**
 * Which edges must be edges of words. `word`: both. `anywhere`: none. Otherwise those that are Latin letters or digits, because Japanese has
 * no blanks between words: 工場 is found inside 工場長, `PX4` is not found inside `PX47`, and `PX4` is found before の.
 */
function edgesOf(text: string, match: Match): number {
  if (match === 'anywhere') return 0;
  const { classes } = unitTables();
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)];
  const isEdge = (unit: number): boolean => (match === 'word' ? classes[unit] !== OTHER : ASCII_WORD.test(String.fromCharCode(unit)));
  return (isEdge(first) ? STARTS_AT_EDGE : 0) | (isEdge(last) ? ENDS_AT_EDGE : 0);
}

const ASCII_WORD = /[0-9A-Za-z]/;
const NEEDS_FOLDING = /[A-Z]|[^\0-\x7f]/;

/** Lower case unit by unit, as the matcher folds the text. */
function folded(text: string): string {
  if (!NEEDS_FOLDING.test(text)) return text;
  const table = unitTables().folded;
  let result = '';
  for (let at = 0; at < text.length; at++) result += String.fromCharCode(table[text.charCodeAt(at)]!);
  return result;
}
