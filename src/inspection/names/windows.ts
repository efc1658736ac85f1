// Cuts long texts into windows that overlap, so that several workers share one text and none is busy for long, and puts findings together.
import type { Finding } from '../detect/detector.ts';

export interface Window {
  readonly text: string;
  /** Where it begins in the whole text. */
  readonly offset: number;
}

/** Longer than any name with its context. */
const OVERLAP = 120;

/** Windows of at most `most` characters that begin behind a line or a sentence where there is one near. `most` is above twice the overlap. */
export function windowsOf(text: string, most: number): Window[] {
  const windows: Window[] = [];
  let offset = 0;
  while (text.length - offset > most) {
    windows.push({ text: text.slice(offset, offset + most), offset });
    offset = nextStart(text, offset + most - 2 * OVERLAP, offset + most - OVERLAP);
  }
  windows.push({ text: text.slice(offset), offset });
  return windows;
}

function nextStart(text: string, from: number, to: number): number {
  const line = text.lastIndexOf('\n', to - 1);
  if (line >= from) return line + 1;
  const sentence = text.lastIndexOf('。', to - 1);
  if (sentence >= from) return sentence + 1;
  // Never between the halves of a surrogate pair.
  return text.charCodeAt(to) >= 0xdc00 && text.charCodeAt(to) <= 0xdfff ? to - 1 : to;
}

/** Findings of all windows in offsets of the whole text; of those that touch in an overlap, the longer one. */
export function joinWindows(parts: readonly { readonly window: Window; readonly findings: readonly Finding[] }[]): Finding[] {
  const joined: Finding[] = [];
  for (const { window, findings } of parts)
    for (const finding of findings) {
      const moved = { ...finding, start: finding.start + window.offset, end: finding.end + window.offset };
      let keep = true;
      for (let at = joined.length - 1; at >= 0 && joined[at]!.end > moved.start; at--) {
        if (joined[at]!.start >= moved.end) continue;
        if (joined[at]!.end - joined[at]!.start >= moved.end - moved.start) keep = false;
        else joined.splice(at, 1);
        break;
      }
      if (keep) joined.push(moved);
    }
  return joined.toSorted((a, b) => a.start - b.start);
}
