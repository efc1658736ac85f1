// Finds phrases in one pass: words by class (Aho-Corasick), and rules that are sequences of classes with few characters between them. The data
// (lexicons) says what to look for; scoring is its readers' business. Costs one look-up a character, and a constant for each hit.
import { AhoCorasick } from '../text/aho-corasick.ts';

/** Words of one class. `exploit*` also matches longer words that begin so, `*phrase` also where a word goes on before it. Lower case, NFKC. */
export type WordClasses = Readonly<Record<string, readonly string[]>>;

/** A list as the tables write it: separated by semicolons. */
export function words(list: string): readonly string[] {
  return list
    .split(';')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

export interface PhraseRule {
  readonly id: string;
  /** Classes in order; one is enough. */
  readonly steps: readonly string[];
  /** Most characters between the end of one step and the start of the next. */
  readonly gap: number;
}

export interface Lexicon<Rule extends PhraseRule> {
  readonly classes: WordClasses;
  readonly rules: readonly Rule[];
}

/** `word` is the literal of the last step, so that a reader can tell different words of one rule apart. */
export type PhraseReport<Rule> = (rule: Rule, start: number, end: number, word: number) => void;

interface Place {
  readonly rule: number;
  /** Index into the state of the rules: one cell a step. */
  readonly cell: number;
  readonly first: boolean;
  readonly last: boolean;
}

interface Word {
  readonly openLeft: boolean;
  readonly openRight: boolean;
  readonly places: readonly Place[];
}

export class PhraseMatcher<Rule extends PhraseRule> {
  readonly #rules: readonly Rule[];
  readonly #words: readonly Word[];
  readonly #automaton: AhoCorasick;
  readonly #cells: number;

  constructor(lexicons: readonly Lexicon<Rule>[]) {
    this.#rules = lexicons.flatMap(({ rules }) => rules);
    const places = placesByClass(this.#rules);
    this.#cells = this.#rules.reduce((sum, { steps }) => sum + steps.length, 0);
    const known = new Map<string, { openLeft: boolean; openRight: boolean; places: Set<Place> }>();
    for (const { classes } of lexicons)
      for (const [name, list] of Object.entries(classes))
        for (const written of list) {
          const literal = spaced(written.replaceAll('*', ''));
          const openLeft = written.startsWith('*') || !isWord(literal.charCodeAt(0));
          const openRight = written.endsWith('*') || !isWord(literal.charCodeAt(literal.length - 1));
          const word = known.get(literal) ?? { openLeft, openRight, places: new Set() };
          word.openLeft ||= openLeft;
          word.openRight ||= openRight;
          for (const place of places.get(name) ?? []) word.places.add(place);
          known.set(literal, word);
        }
    // Later steps first: one hit must not be two steps of a rule.
    this.#words = [...known.values()].map((word) => ({ ...word, places: [...word.places].sort((a, b) => b.cell - a.cell) }));
    this.#automaton = new AhoCorasick([...known.keys()]);
  }

  /** `folded` as in `Subject.folded`. Reports come in order of their ends. */
  match(folded: string, report: PhraseReport<Rule>): void {
    const text = spaced(folded);
    const starts = new Int32Array(this.#cells);
    const ends = new Int32Array(this.#cells).fill(-1);
    this.#automaton.scan(text, (index, start, end) => {
      const word = this.#words[index]!;
      if (!word.openLeft && start > 0 && isWord(text.charCodeAt(start - 1))) return;
      if (!word.openRight && end < text.length && isWord(text.charCodeAt(end))) return;
      for (const { rule, cell, first, last } of word.places) {
        let from = start;
        if (!first) {
          const before = ends[cell - 1]!;
          if (before < 0 || before > start || start - before > this.#rules[rule]!.gap || hasBreak(folded, before, start)) continue;
          from = starts[cell - 1]!;
        }
        if (last) report(this.#rules[rule]!, from, end, index);
        else {
          starts[cell] = from;
          ends[cell] = end;
        }
      }
    });
  }
}

function placesByClass(rules: readonly PhraseRule[]): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  let cell = 0;
  for (const [rule, { steps }] of rules.entries())
    for (const [step, name] of steps.entries()) {
      const known = places.get(name) ?? [];
      known.push({ rule, cell: cell++, first: step === 0, last: step === steps.length - 1 });
      places.set(name, known);
    }
  return places;
}

/** A phrase goes on over the end of a line, and `reverse-shell` is `reverse shell`. Lengths stay. */
function spaced(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('-', ' ');
}

/** Letters and digits of alphabets that set words apart by spaces; Japanese and Chinese do not. */
function isWord(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a);
  return (code >= 0xc0 && code <= 0x24f) || (code >= 0x400 && code <= 0x4ff);
}

/** Between two steps no sentence ends and no paragraph begins. */
function hasBreak(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3002) return true;
    const next = text.charCodeAt(at + 1);
    if ((code === 0x2e || code === 0x21 || code === 0x3f) && (next === 0x20 || next === 0x0a)) return true;
    if (code === 0x0a && next === 0x0a) return true;
  }
  return false;
}
