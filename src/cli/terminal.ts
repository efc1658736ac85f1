// Everything the command line writes: results on standard output, everything else on standard error. Colour only where a person looks
// (a terminal, no NO_COLOR). Decides no words.
import { styleText } from 'node:util';

type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export type Style = (format: Format, text: string) => string;

export interface Terminal {
  /** Colours for standard output, and for standard error. */
  readonly style: Style;
  readonly noteStyle: Style;
  /** One line (or several) of the result, on standard output. */
  readonly out: (text: string) => void;
  /** A line for the person at the keyboard, on standard error. */
  readonly note: (text: string) => void;
}

export function createTerminal(): Terminal {
  // A reader that goes away (`| head`), or a terminal that was closed, is no reason to fail.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  return {
    // Node looks at the stream, NO_COLOR and FORCE_COLOR: https://no-color.org
    style: (format, text) => styleText(format, text, { stream: process.stdout }),
    noteStyle: (format, text) => styleText(format, text, { stream: process.stderr }),
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
  };
}

// Control characters, line separators, and the marks that reorder text.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Text that came from outside (a provider's answer, a ledger entry, a file), so that it cannot steer the terminal or forge a line. */
export function plain(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Columns side by side, two spaces apart, the last one ragged. Widths count characters; wide ones (Japanese) count twice. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
  return rows
    .map((row) => indent + row.map((cell, index) => (index === row.length - 1 ? cell : padTo(cell, widths[index]!))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

// Unicode TR 11, reduced to what names of companies and routes hold.
const WIDE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
// The escape sequences of our own styles, which take no room.
const STYLES = new RegExp(String.raw`${'\u001B'}\[\d+m`, 'g');

function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(STYLES, '')) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** `12.3 MB`, in powers of 1000. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]!}`;
}
