// Cuts a long text into windows that overlap, at ends of lines where there are any, so that no value is cut in two unseen.

/** Characters of a window: some milliseconds of work. */
const WINDOW = 49_152;
/** What two windows share: more than the longest value and its context. */
const OVERLAP = 8_192;
/** How far back from its end a window looks for an end of line. */
const SEARCH = 1_024;

/** `[start, end)` of each, in order; one window for a text that is not long. */
export function windowsOf(text: string): readonly (readonly [start: number, end: number])[] {
  if (text.length <= WINDOW + OVERLAP) return [[0, text.length]];
  const windows: (readonly [number, number])[] = [];
  let start = 0;
  for (;;) {
    if (text.length - start <= WINDOW + OVERLAP) {
      windows.push([start, text.length]);
      return windows;
    }
    const end = start + WINDOW + OVERLAP;
    windows.push([start, end]);
    const wanted = end - OVERLAP;
    const line = text.lastIndexOf('\n', wanted);
    start = line > wanted - SEARCH ? line + 1 : isLowSurrogate(text.charCodeAt(wanted)) ? wanted - 1 : wanted;
  }
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
