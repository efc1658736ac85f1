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

/** Findings of all windows in offsets of the whole text. The first half of an overlap is the earlier window's, the second the later one's. */
export function joinWindows(parts: readonly { readonly window: Window; readonly findings: readonly Finding[] }[]): Finding[] {
  const joined: Finding[] = [];
  parts.forEach(({ window, findings }, at) => {
    const from = at === 0 ? 0 : window.offset + OVERLAP / 2;
    const next = parts[at + 1];
    const to = next === undefined ? Infinity : next.window.offset + OVERLAP / 2;
    for (const finding of findings) {
      const start = finding.start + window.offset;
      if (start < from || start >= to || start < (joined.at(-1)?.end ?? 0)) continue;
      joined.push({ ...finding, start, end: finding.end + window.offset });
    }
  });
  return joined;
}
