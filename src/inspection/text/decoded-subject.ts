// A text as whoever decodes it reads it: `\n`, `\u4f50`, `%40`, `&#64;` are the characters that they stand for. For texts that are no JSON, URL
// or HTML as a whole but hold some: a log, a cut answer, a program. Offsets lead to whole escapes in the original. Only for looking: what is
// sent stays as it is written.
import { PLACES, readEscapes } from './escapes.ts';
import { subjectOf, type Subject } from './subject.ts';

export interface DecodedSubject extends Subject {
  /** An offset in the original that lies within an escape, so that nothing begins or ends there. */
  isWithinEscape(offset: number): boolean;
}

/** Undefined: there are no escapes, and the text is what it looks like. */
export function decodedSubject(original: string, hint = ''): DecodedSubject | undefined {
  if (!mayHoldEscapes(original)) return undefined;
  // Of each escape: where it stands in the original, and where what it stands for begins.
  const starts: number[] = [];
  const ends: number[] = [];
  const places: number[] = [];
  let text = '';
  let from = 0;
  const take = (start: number, escape: { readonly end: number; readonly text: string }): void => {
    text += original.slice(from, start);
    starts.push(start);
    ends.push(escape.end);
    places.push(text.length);
    text += escape.text;
    from = escape.end;
  };
  PLACES.lastIndex = 0;
  for (let match = PLACES.exec(original); match !== null; match = PLACES.exec(original))
    PLACES.lastIndex = readEscapes(original, match.index, take);
  if (starts.length === 0) return undefined;
  text += original.slice(from);
  const subject = subjectOf(text, hint);
  places.push(text.length);

  const startOf = (offset: number): number => {
    const index = lastUpTo(places, offset, starts.length);
    if (index < 0) return offset;
    const place = places[index]!;
    return offset < place + lengthOf(index) ? starts[index]! : ends[index]! + offset - place - lengthOf(index);
  };
  const endOf = (last: number): number => {
    const index = lastUpTo(places, last, starts.length);
    if (index < 0) return last + 1;
    const place = places[index]!;
    return last < place + lengthOf(index) ? ends[index]! : ends[index]! + last - place - lengthOf(index) + 1;
  };
  // Between two escapes lies as much as in the original.
  const lengthOf = (index: number): number => places[index + 1]! - places[index]! - ((starts[index + 1] ?? original.length) - ends[index]!);

  return {
    original,
    text: subject.text,
    folded: subject.folded,
    hint,
    originalRange(start, end) {
      const [first, past] = subject.originalRange(start, end);
      return past > first ? [startOf(first), endOf(past - 1)] : [startOf(first), startOf(first)];
    },
    isWithinEscape(offset) {
      const index = lastUpTo(starts, offset, starts.length);
      return index >= 0 && offset > starts[index]! && offset < ends[index]!;
    },
  };
}

/** Native searches: for most texts everything that this file costs. */
function mayHoldEscapes(text: string): boolean {
  return text.includes('\\') || text.includes('%') || (text.includes('&') && text.includes(';')) || text.includes('\u001b');
}

/** Index of the last of the first `count` values, which grow, that is at most `wanted`; -1 when none is. */
function lastUpTo(values: readonly number[], wanted: number, count: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
