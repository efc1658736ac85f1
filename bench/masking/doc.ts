// Builds a text together with what is to be found in it. Offsets of gold spans count code points, as the public sets do.

export interface Gold {
  /** A type of src/inspection/types.ts, by name: the set knows nothing else of the detectors. */
  readonly type: string;
  /** Code points, end excluded. */
  readonly start: number;
  readonly end: number;
}

export interface Doc {
  readonly text: string;
  readonly gold: readonly Gold[];
}

export type Part = Doc | string | number;

/** A value that is to be found as a whole. */
export function value(type: string, text: string): Doc {
  return { text, gold: [{ type, start: 0, end: codePoints(text) }] };
}

/** Template literal: text and documents become one document. */
export function doc(strings: TemplateStringsArray, ...parts: readonly Part[]): Doc {
  return joined(strings.flatMap((text, index): Part[] => (index < parts.length ? [text, parts[index]!] : [text])));
}

export function joined(parts: readonly Part[], separator = ''): Doc {
  let text = '';
  let length = 0;
  const gold: Gold[] = [];
  for (const [index, part] of parts.entries()) {
    const piece = typeof part === 'object' ? part : { text: String(part), gold: [] };
    const between = index === 0 ? '' : separator;
    const offset = length + codePoints(between);
    for (const { type, start, end } of piece.gold) gold.push({ type, start: start + offset, end: end + offset });
    text += between + piece.text;
    length = offset + codePoints(piece.text);
  }
  return { text, gold };
}

export function codePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    count++;
    if (text.codePointAt(at)! > 0xffff) at++;
  }
  return count;
}
