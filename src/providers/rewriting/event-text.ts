// One server-sent event as a string: where its data stands, the same event with other data, and a further event of the same kind.

export interface EventText {
  readonly text: string;
  /** The data lines joined with line feeds. */
  readonly data: string;
  /** Offset of the data in the text where it is one line, else -1. */
  readonly dataStart: number;
}

const LINE = /([^\r\n]*)(\r\n|\n|\r|$)/g;
const BOUNDARY = /(?:\r\n|\n|\r(?!\n)){2}/g;

/** Offset past the event that begins at `from`; the end of the text where its blank line is missing. */
export function eventEnd(text: string, from: number, hasReturns: boolean): number {
  if (!hasReturns) {
    const at = text.indexOf('\n\n', from);
    return at < 0 ? text.length : at + 2;
  }
  BOUNDARY.lastIndex = from;
  const match = BOUNDARY.exec(text);
  return match === null ? text.length : match.index + match[0].length;
}

/** Undefined for an event without data (a comment, a ping). */
export function readEvent(text: string): EventText | undefined {
  const plain = plainData(text);
  if (plain >= 0) return { text, data: text.slice(plain, -2), dataStart: plain };
  let data: string | undefined;
  let dataStart = -1;
  for (const [start, line] of linesOf(text)) {
    const at = dataOffset(line);
    if (at < 0) continue;
    dataStart = data === undefined ? start + at : -1;
    data = data === undefined ? line.slice(at) : `${data}\n${line.slice(at)}`;
  }
  return data === undefined ? undefined : { text, data, dataStart };
}

/** Offset of the data in an event as nearly every server writes it: one data line, perhaps after an event line; else -1. */
function plainData(text: string): number {
  let at = 0;
  if (text.startsWith('event:')) at = text.indexOf('\n') + 1;
  if (!text.startsWith('data: ', at)) return -1;
  return text.indexOf('\n', at) === text.length - 2 && text.endsWith('\n\n') && !text.includes('\r') ? at + 6 : -1;
}

/** The event with `data`, which has as many lines as before, and every other byte as it was. */
export function withData(event: EventText, data: string): string {
  if (event.dataStart >= 0) {
    const end = event.dataStart + event.data.length;
    return event.text.slice(0, event.dataStart) + data + event.text.slice(end);
  }
  const values = data.split('\n');
  let index = 0;
  let rebuilt = '';
  for (const [, line, lineEnd] of linesOf(event.text)) {
    const at = dataOffset(line);
    rebuilt += at < 0 ? line : line.slice(0, at) + values[index++]!;
    rebuilt += lineEnd;
  }
  return rebuilt;
}

/** An event named as `model` is, with its line ends, and with `data` on one line. */
export function eventLike(model: string, data: string): string {
  const lineEnd = /\r\n|\n|\r/.exec(model)?.[0] ?? '\n';
  const name = /(?:^|[\r\n])(event:[^\r\n]*)/.exec(model)?.[1];
  return `${name === undefined ? '' : name + lineEnd}data: ${data}${lineEnd}${lineEnd}`;
}

function* linesOf(text: string): Generator<readonly [start: number, line: string, lineEnd: string], void, undefined> {
  for (const match of text.matchAll(LINE)) {
    if (match[0] !== '') yield [match.index, match[1]!, match[2]!];
  }
}

/** Offset of the value in a `data` line, or -1. A byte order mark may stand before the first line of a stream. */
function dataOffset(line: string): number {
  const from = line.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (!line.startsWith('data', from)) return -1;
  if (line.length === from + 4) return line.length;
  if (line[from + 4] !== ':') return -1;
  return line[from + 5] === ' ' ? from + 6 : from + 5;
}
