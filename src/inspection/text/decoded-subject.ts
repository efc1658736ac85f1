// A text as whoever decodes it reads it: `\n`, `\u4f50`, `%40`, `&#64;` are the characters that they stand for. For texts that are no JSON, URL
// or HTML as a whole but hold some: a log, a cut answer, a program. Offsets lead to whole escapes in the original. Only for looking: what is
// sent stays as it is written.
import { decodedText, type DecodedText } from './decoded-text.ts';
import { subjectOf, type Subject } from './subject.ts';

/** Undefined: there are no escapes, and the text is what it looks like. */
export function decodedSubject(original: string, hint = ''): Subject | undefined {
  const decoded = decodedText(original);
  return decoded === undefined ? undefined : subjectFrom(original, decoded, hint, 0, decoded.text.length);
}

/** How far from an escape it may matter what it stands for: more than any detector looks to a side. */
const REACH = 512;
/** How much further a line may begin or end. */
const SEARCH = 256;

export interface Region {
  readonly subject: Subject;
  /** The decoded text goes on before and behind it: what touches such an end is perhaps cut. */
  readonly isCutBefore: boolean;
  readonly isCutBehind: boolean;
}

/** The decoded text around escapes; further off it is what it looks like. */
export function decodedRegions(original: string, decoded: DecodedText, hint: string): readonly Region[] {
  const { text, escapes } = decoded;
  const regions: Region[] = [];
  const add = (from: number, to: number): void => {
    const [start, end] = [lineStart(text, from), lineEnd(text, to)];
    const isWhole = start === 0 && end === text.length;
    // What a name says of the whole says nothing of a part.
    const subject = subjectFrom(original, decoded, isWhole ? hint : '', start, end);
    regions.push({ subject, isCutBefore: start > 0, isCutBehind: end < text.length });
  };
  let from = -1;
  let to = -1;
  for (const [index, place] of escapes.places.entries()) {
    if (from >= 0 && place - to > 2 * SEARCH + REACH) {
      add(from, to);
      from = -1;
    }
    if (from < 0) from = Math.max(0, place - REACH);
    to = Math.min(text.length, place + escapes.lengths[index]! + REACH);
  }
  add(from, to);
  return regions;
}

function subjectFrom(original: string, decoded: DecodedText, hint: string, from: number, to: number): Subject {
  const subject = subjectOf(decoded.text.slice(from, to), hint);
  return {
    original,
    text: subject.text,
    folded: subject.folded,
    hint,
    originalRange(start, end) {
      const [first, past] = subject.originalRange(start, end);
      return decoded.originalRange(from + first, from + past);
    },
  };
}

function lineStart(text: string, at: number): number {
  if (at <= SEARCH) return 0;
  const line = text.lastIndexOf('\n', at);
  return line >= at - SEARCH ? line + 1 : at;
}

function lineEnd(text: string, at: number): number {
  if (text.length - at <= SEARCH) return text.length;
  const line = text.indexOf('\n', at);
  return line >= 0 && line <= at + SEARCH ? line : at;
}
