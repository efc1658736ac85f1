// The encodings that Sigma's modifiers apply to a rule's own values: base64 with its three offsets, UTF-16, dashes.
// Source: Sigma modifiers appendix 2.1, "Encoding" and "windash".
import type { GlobToken } from './model.ts';

const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;

export type Wide = 'utf16le' | 'utf16be' | 'utf16';

export function widen(bytes: string, how: Wide): Buffer {
  const little = Buffer.from(bytes, 'utf16le');
  if (how === 'utf16le') return little;
  if (how === 'utf16be') return little.swap16();
  return Buffer.concat([Buffer.from([0xff, 0xfe]), little]);
}

/** The parts of the three base64 spellings that do not depend on what stands before or after the value. */
export function base64Offsets(bytes: Buffer): readonly string[] {
  const starts = [0, 2, 3] as const;
  const cuts = [0, 3, 2] as const;
  return starts.map((start, offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, 0x20), bytes]).toString('base64');
    const cut = cuts[(bytes.length + offset) % 3] as number;
    return encoded.slice(start, encoded.length - cut);
  });
}

/** Where in the text a dash introduces an option: not after a word character, before one. */
function dashPositions(text: string): readonly number[] {
  const positions: number[] = [];
  const pattern = /(?<![\p{L}\p{N}_])[-/\u2013\u2014\u2015](?=[\p{L}\p{N}_])/gu;
  for (const match of text.matchAll(pattern)) positions.push(match.index);
  return positions;
}

/** All spellings of the options in a value, or undefined when there would be more than `most`. */
export function dashSpellings(tokens: readonly GlobToken[], most: number): readonly (readonly GlobToken[])[] | undefined {
  let spellings: (readonly GlobToken[])[] = [[]];
  for (const token of tokens) {
    const variants: GlobToken[] = typeof token === 'string' ? spellText(token, most) : [token];
    if (variants.length === 0 || spellings.length * variants.length > most) return undefined;
    spellings = spellings.flatMap((before) => variants.map((variant) => [...before, variant]));
  }
  return spellings;
}

/** Empty when there are too many. */
function spellText(text: string, most: number): string[] {
  let spellings = [text];
  for (const position of dashPositions(text)) {
    if (spellings.length * DASHES.length > most) return [];
    spellings = spellings.flatMap((spelling) => DASHES.map((dash) => spelling.slice(0, position) + dash + spelling.slice(position + 1)));
  }
  return spellings;
}

/** The same as a regular expression, for values with so many options that spelling them out would not end. */
export function dashPattern(tokens: readonly GlobToken[]): string {
  const pieces = tokens.map((token) => {
    if (typeof token !== 'string') return token === 0 ? '.*' : '.';
    const positions = new Set(dashPositions(token));
    let piece = '';
    for (let index = 0; index < token.length; index++) {
      piece += positions.has(index) ? '[-/\u2013\u2014\u2015]' : escapeRegex(token.charAt(index));
    }
    return piece;
  });
  return `^${pieces.join('')}$`;
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
