// Sets of UTF-16 code units as sorted, separate ranges. Matching works on code units, as JavaScript strings do.

export type Range = readonly [low: number, high: number];
export type CharSet = readonly Range[];

export const ALL: CharSet = [[0, 0xffff]];
export const DIGIT: CharSet = [[48, 57]];
export const WORD: CharSet = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
export const SPACE: CharSet = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
];
export const NEWLINE: CharSet = [[10, 10]];
export const BLANK: CharSet = [
  [9, 9],
  [32, 32],
];

export function union(...sets: readonly CharSet[]): CharSet {
  const ranges = sets.flat().sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

export function complement(set: CharSet): CharSet {
  const inverse: Range[] = [];
  let next = 0;
  for (const [low, high] of union(set)) {
    if (low > next) inverse.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= 0xffff) inverse.push([next, 0xffff]);
  return inverse;
}

export function includes(set: CharSet, code: number): boolean {
  return set.some(([low, high]) => code >= low && code <= high);
}

let otherCases: ReadonlyMap<number, readonly number[]> | undefined;

/** Code units that differ from their own lower or upper case, with those; both ways. Made once, about 1,400 entries. */
function caseTable(): ReadonlyMap<number, readonly number[]> {
  if (otherCases !== undefined) return otherCases;
  const table = new Map<number, number[]>();
  const link = (from: number, to: number) => {
    const known = table.get(from);
    if (known === undefined) table.set(from, [to]);
    else known.push(to);
  };
  for (let code = 0; code <= 0xffff; code++) {
    const text = String.fromCharCode(code);
    for (const other of [text.toLowerCase(), text.toUpperCase()]) {
      // ASCII letters fold among themselves only: the Kelvin sign is no k.
      if (other.length !== 1 || other === text || code < 128 !== other.charCodeAt(0) < 128) continue;
      link(code, other.charCodeAt(0));
      link(other.charCodeAt(0), code);
    }
  }
  otherCases = table;
  return table;
}

export function ignoreCase(set: CharSet): CharSet {
  const extra: Range[] = [];
  for (const [low, high] of set) {
    if (high < 128) {
      for (let code = low; code <= high; code++) {
        const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
        if (isLetter) extra.push([code ^ 32, code ^ 32]);
      }
      continue;
    }
    for (const [code, others] of caseTable()) {
      if (code >= low && code <= high) for (const other of others) extra.push([other, other]);
    }
  }
  return union(set, extra);
}

const posix: Readonly<Record<string, CharSet>> = {
  alpha: [
    [65, 90],
    [97, 122],
  ],
  digit: DIGIT,
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  upper: [[65, 90]],
  lower: [[97, 122]],
  space: [
    [9, 13],
    [32, 32],
  ],
  blank: BLANK,
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  print: [[32, 126]],
  graph: [[33, 126]],
  word: WORD,
};

export function posixClass(name: string): CharSet | undefined {
  return Object.hasOwn(posix, name) ? posix[name] : undefined;
}

/** `\p{…}` over the basic plane. Undefined: no such property. */
export function unicodeProperty(name: string): CharSet | undefined {
  if (!/^[A-Za-z_=]{1,40}$/.test(name)) return undefined;
  let matcher: RegExp;
  try {
    matcher = new RegExp(`^\\p{${name}}$`, 'u');
  } catch {
    return undefined;
  }
  const ranges: Range[] = [];
  for (let code = 0; code <= 0xffff; code++) if (matcher.test(String.fromCharCode(code))) ranges.push([code, code]);
  return union(ranges);
}
