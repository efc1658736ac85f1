// Compares what was found with what was to be found. Offsets may count anything, as long as both sides count the same.

export interface Span {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The type of gold spans that may be found and need not be: findings there are not judged. */
export const OPTIONAL = 'optional';

export interface Scored {
  readonly gold: readonly Span[];
  readonly found: readonly Span[];
}

export interface Score {
  readonly gold: number;
  /** Gold spans that some finding overlaps, whatever it calls the value. */
  readonly overlappedByAny: number;
  /** Gold spans that a finding of the same type overlaps. */
  readonly overlappedByType: number;
  /** Gold spans of which no letter and no digit lies outside findings. */
  readonly covered: number;
  /** Gold spans that a finding of the same type matches to the character. */
  readonly exact: number;
  /** Findings of the types in question. */
  readonly findings: number;
  /** Of those: overlap a gold span of their own type. */
  readonly rightType: number;
  /** Of those: overlap any gold span at all. */
  readonly rightPlace: number;
}

export function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

/** `types`: which gold spans are asked for and which findings are judged. Gold of other types still excuses a finding (`rightPlace`). */
export function score(texts: readonly (Scored & { readonly text?: string })[], types: ReadonlySet<string>): Score {
  const total = { gold: 0, overlappedByAny: 0, overlappedByType: 0, covered: 0, exact: 0, findings: 0, rightType: 0, rightPlace: 0 };
  for (const { gold, found, text } of texts) {
    for (const span of gold) {
      if (!types.has(span.type)) continue;
      const over = found.filter((finding) => overlaps(finding, span));
      const typed = over.filter(({ type }) => type === span.type);
      total.gold++;
      if (over.length > 0) total.overlappedByAny++;
      if (typed.length > 0) total.overlappedByType++;
      if (isCovered(span, over, text)) total.covered++;
      if (typed.some(({ start, end }) => start === span.start && end === span.end)) total.exact++;
    }
    for (const finding of found) {
      if (!types.has(finding.type)) continue;
      const under = gold.filter((span) => overlaps(span, finding));
      if (under.length > 0 && under.every(({ type }) => type === OPTIONAL)) continue;
      total.findings++;
      if (under.some(({ type }) => type === finding.type)) total.rightType++;
      if (under.length > 0) total.rightPlace++;
    }
  }
  return total;
}

const MATTERS = /[\p{L}\p{N}]/u;

function isCovered(span: Span, over: readonly Span[], text: string | undefined): boolean {
  for (let at = span.start; at < span.end; at++) {
    const isInside = over.some(({ start, end }) => start <= at && at < end);
    if (!isInside && (text === undefined || MATTERS.test(text.charAt(at)))) return false;
  }
  return true;
}

/** NaN where there was nothing to divide by. */
export const share = (part: number, whole: number): number => (whole === 0 ? Number.NaN : part / whole);

export function f1(right: number, findings: number, gold: number): number {
  return findings + gold === 0 ? Number.NaN : (2 * right) / (findings + gold);
}

/** Spans that count code points, in UTF-16 units of the text. */
export function inUtf16(text: string, spans: readonly Span[]): readonly Span[] {
  const units: number[] = [];
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) units.push(at);
  units.push(text.length);
  return spans.map(({ type, start, end }) => ({ type, start: units[start] ?? text.length, end: units[end] ?? text.length }));
}
