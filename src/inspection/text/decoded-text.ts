// Decodes what is escaped in a text, and knows where in the original everything stands. Knows no Subjects: decoded-subject.ts makes them.
import { PLACES, readEscapes, type Escape } from './escapes.ts';

/** Where escapes stand; each list in order, one item for each escape. */
interface Escapes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** In the decoded text, where what they stand for begins. */
  readonly places: readonly number[];
  readonly lengths: readonly number[];
}

export interface DecodedText {
  readonly text: string;
  readonly escapes: Escapes;
  /** Range in the original of a range of the text: whole escapes. */
  originalRange(start: number, end: number): readonly [start: number, end: number];
  /** An offset in the original that lies within an escape, so that nothing begins or ends there. */
  isWithinEscape(offset: number): boolean;
}

/** Undefined: there are no escapes, and the text is what it looks like. */
export function decodedText(original: string): DecodedText | undefined {
  if (!mayHoldEscapes(original)) return undefined;
  const [starts, ends, places, lengths]: [number[], number[], number[], number[]] = [[], [], [], []];
  let text = '';
  let from = 0;
  const take = (start: number, escape: Escape): void => {
    text += original.slice(from, start);
    starts.push(start);
    ends.push(escape.end);
    places.push(text.length);
    lengths.push(escape.text.length);
    text += escape.text;
    from = escape.end;
  };
  PLACES.lastIndex = 0;
  for (let match = PLACES.exec(original); match !== null; match = PLACES.exec(original))
    PLACES.lastIndex = readEscapes(original, match.index, take);
  if (starts.length === 0) return undefined;
  text += original.slice(from);

  /** `side`: of what an escape stands for, its begin or its end. */
  const inOriginal = (offset: number, side: 'start' | 'end'): number => {
    const index = lastUpTo(places, offset);
    if (index < 0) return offset;
    const behind = offset - places[index]! - lengths[index]!;
    if (behind >= 0) return ends[index]! + behind;
    return side === 'start' ? starts[index]! : ends[index]! - 1;
  };

  return {
    text,
    escapes: { starts, ends, places, lengths },
    originalRange(start, end) {
      const first = inOriginal(start, 'start');
      return end > start ? [first, inOriginal(end - 1, 'end') + 1] : [first, first];
    },
    isWithinEscape(offset) {
      const index = lastUpTo(starts, offset);
      return index >= 0 && offset > starts[index]! && offset < ends[index]!;
    },
  };
}

const QUOTED_PRINTABLE = /=[C-F][0-9A-F]=/;

/** Native searches: for most texts everything that this costs. */
function mayHoldEscapes(text: string): boolean {
  return (
    text.includes('\\') ||
    text.includes('%') ||
    (text.includes('&') && text.includes(';')) ||
    text.includes('\u001b') ||
    (text.includes('=') && QUOTED_PRINTABLE.test(text))
  );
}

/** Index of the last value, of those that grow, that is at most `wanted`; -1 when none is. */
function lastUpTo(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
