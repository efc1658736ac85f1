// Stand-ins, inside of texts under review, for what cannot be known before a command runs. They are noncharacters, so that no honest text
// holds them; a call that does is held.

/** Any one value. */
export const HOLE = '\uFDD0';
/** Any number of words: an expansion without quotes. */
export const WILD = '\uFDD1';
/** A value that the machine itself makes up: a number, a date, a new temporary file. */
export const LOCAL = '\uFDD2';
/** Between the words that one known expansion without quotes falls into. */
export const SPLIT = '\uFDD3';

const MARKS = /[\uFDD0-\uFDD3]/;
const UNKNOWNS = /[\uFDD0\uFDD1]/;

export function hasMark(text: string): boolean {
  return MARKS.test(text);
}

/** May it be something that somebody else decides? */
export function hasUnknown(text: string): boolean {
  return UNKNOWNS.test(text);
}

/** For people: what is not known is written as `…`, and no more than `limit` characters. */
export function shown(text: string, limit = 80): string {
  const cut = text.length > limit * 2 ? text.slice(0, limit * 2) : text;
  const plain = cut.replaceAll(/[\uFDD0-\uFDD3]/g, '…').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ');
  return plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain;
}
