// Where findings stand, as people and programs count: lines and columns from 1, offsets in code points; and how a value is shown without
// showing it.
import { SENSITIVE_TYPES, selectTypes, type Finding, type SensitiveType } from '#inspection';

const SURROGATE = /[\ud800-\udfff]/;

/** From UTF-16 offsets, asked in rising order, to offsets in code points. Half a pair that stands alone counts as one. */
export function codePointsIn(text: string): (offset: number) => number {
  if (!SURROGATE.test(text)) return (offset) => offset;
  let [at, points] = [0, 0];
  return (offset) => {
    while (at < offset) {
      at += text.codePointAt(at)! > 0xffff ? 2 : 1;
      points++;
    }
    return points;
  };
}

export interface Place {
  readonly line: number;
  /** In code points. */
  readonly column: number;
}

/** Of UTF-16 offsets, asked in rising order. */
export function placesIn(text: string): (offset: number) => Place {
  const points = codePointsIn(text);
  let line = 1;
  let start = 0;
  let next = text.indexOf('\n');
  let startPoints = 0;
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++;
      start = next + 1;
      startPoints = points(start);
      next = text.indexOf('\n', start);
    }
    return { line, column: points(offset) - startPoints + 1 };
  };
}

const SECRETS: ReadonlySet<SensitiveType> = new Set(selectTypes(['secret']).types);
const SIGNIFICANT = /[\p{L}\p{N}\p{M}]/u;
const MOST_SHOWN = 28;
/** A shorter value would be half given away by its first character. */
const LEAST_FOR_FIRST = 5;

/** Its length and punctuation, and of what is no secret the first character. */
export function obscured(value: string, type: SensitiveType): string {
  const characters = Array.from(value);
  if (SECRETS.has(type)) return `••• (${characters.length} characters)`;
  const shown = characters.slice(0, MOST_SHOWN).map((character, index) => {
    if (index === 0 && characters.length >= LEAST_FOR_FIRST) return character;
    return SIGNIFICANT.test(character) ? '•' : character;
  });
  return characters.length > MOST_SHOWN ? `${shown.join('')}… (${characters.length} characters)` : shown.join('');
}

/** The types that `--type` names, by themselves or by their group. */
export function typesNamed(names: readonly string[]): ReadonlySet<SensitiveType> {
  return new Set(names.length === 0 ? SENSITIVE_TYPES : selectTypes(names).types);
}

export function ofTypes(findings: readonly Finding[], types: ReadonlySet<SensitiveType>): readonly Finding[] {
  return types.size === SENSITIVE_TYPES.length ? findings : findings.filter(({ type }) => types.has(type));
}
