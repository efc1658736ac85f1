// Atoms over the current record. Each distinct atom exists once for all rules, and is decided at most once per record.
import { networkMatcher } from '../address.ts';
import { compileRegex, type CompiledRegex } from '../regex/compile.ts';
import { globMatcher } from '../rules/glob.ts';
import { RuleProblem, type Atom, type Test } from '../rules/model.ts';

import { compares, numberOf, timePartOf } from './values.ts';
import type { EventView, Texts } from './view.ts';

/** How often a pattern could not be decided, by pattern. */
export type Undecided = Map<string, number>;

export class Cell {
  readonly slot: number;
  readonly view: EventView;
  readonly #decide: () => boolean;
  #generation = 0;
  #holds = false;

  constructor(view: EventView, slot: number, decide: () => boolean) {
    this.view = view;
    this.slot = slot;
    this.#decide = decide;
  }

  holds(): boolean {
    const { generation } = this.view;
    if (this.#generation !== generation) {
      this.#generation = generation;
      this.#holds = this.#decide();
    }
    return this.#holds;
  }
}

export class Cells {
  readonly #view: EventView;
  readonly #cells = new Map<string, Cell>();
  readonly #regexes = new Map<string, CompiledRegex>();
  readonly undecided: Undecided = new Map();

  constructor(view: EventView) {
    this.#view = view;
  }

  get size(): number {
    return this.#cells.size;
  }

  cell(atom: Atom): Cell {
    const key = JSON.stringify([atom.field, atom.test]);
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const slot = this.#view.names.slot(atom.field);
    const cell = new Cell(this.#view, slot, this.#compile(slot, atom.test));
    this.#cells.set(key, cell);
    return cell;
  }

  regex(pattern: string, flags: string): CompiledRegex {
    const key = `${flags}/${pattern}`;
    let regex = this.#regexes.get(key);
    if (regex === undefined) this.#regexes.set(key, (regex = compileRegex(pattern, flags)));
    return regex;
  }

  #compile(slot: number, test: Test): () => boolean {
    const view = this.#view;
    switch (test.kind) {
      case 'equals':
      case 'contains':
      case 'startsWith':
      case 'endsWith':
        return textTest(view, slot, test.kind, test.text, test.cased);
      case 'glob': {
        const matches = globMatcher(test.tokens);
        return test.cased ? () => some(view.text(slot), matches) : () => some(view.lower(slot), matches);
      }
      case 'any':
        return () => view.text(slot) !== undefined;
      case 'null':
        return () => (view.value(slot) ?? null) === null;
      case 'exists':
        return () => view.value(slot) !== undefined;
      case 'missing':
        return () => view.value(slot) === undefined;
      case 'compare': {
        const { comparison, value, part } = test;
        const read = part === undefined ? numberOf : (found: Parameters<typeof numberOf>[0]) => timePartOf(found, part);
        return () => compares(read(view.value(slot)), comparison, value);
      }
      case 'timePart':
        return () => timePartOf(view.value(slot), test.part) === test.value;
      case 'cidr': {
        const matches = networkMatcher(test.network);
        if (matches === undefined) throw new RuleProblem(`"${test.network}" is not a network in CIDR notation`);
        return () => some(view.text(slot), matches);
      }
      case 'regex':
        return this.#regexTest(slot, test.pattern, test.flags);
      case 'fieldRef':
        return fieldRefTest(view, slot, view.names.slot(test.field), test.how, test.cased);
    }
  }

  #regexTest(slot: number, pattern: string, flags: string): () => boolean {
    const view = this.#view;
    const regex = this.regex(pattern, flags);
    const { literals } = regex;
    const search = (text: string): boolean => {
      const found = regex.test(text);
      if (found === undefined) this.undecided.set(pattern, (this.undecided.get(pattern) ?? 0) + 1);
      return found === true;
    };
    if (literals === undefined) return () => some(view.text(slot), search);
    return () => {
      const lower = view.lower(slot);
      if (lower === undefined || !some(lower, (text) => literals.some((literal) => text.includes(literal)))) return false;
      return some(view.text(slot), search);
    };
  }
}

function some(texts: Texts | undefined, matches: (text: string) => boolean): boolean {
  if (typeof texts === 'string') return matches(texts);
  return texts !== undefined && texts.some(matches);
}

function textTest(
  view: EventView,
  slot: number,
  kind: 'equals' | 'contains' | 'startsWith' | 'endsWith',
  wanted: string,
  cased: boolean,
): () => boolean {
  const matches = comparer(kind, wanted);
  if (cased) return () => some(view.text(slot), matches);
  switch (kind) {
    case 'equals':
      return () => {
        const texts = view.lower(slot);
        return typeof texts === 'string' ? texts === wanted : some(texts, matches);
      };
    case 'contains':
      return () => {
        const texts = view.lower(slot);
        return typeof texts === 'string' ? texts.includes(wanted) : some(texts, matches);
      };
    case 'startsWith':
      return () => {
        const texts = view.lower(slot);
        return typeof texts === 'string' ? texts.startsWith(wanted) : some(texts, matches);
      };
    case 'endsWith':
      return () => {
        const texts = view.lower(slot);
        return typeof texts === 'string' ? texts.endsWith(wanted) : some(texts, matches);
      };
  }
}

function comparer(kind: 'equals' | 'contains' | 'startsWith' | 'endsWith', wanted: string): (text: string) => boolean {
  switch (kind) {
    case 'equals':
      return (text) => text === wanted;
    case 'contains':
      return (text) => text.includes(wanted);
    case 'startsWith':
      return (text) => text.startsWith(wanted);
    case 'endsWith':
      return (text) => text.endsWith(wanted);
  }
}

function fieldRefTest(
  view: EventView,
  slot: number,
  other: number,
  how: 'equals' | 'contains' | 'startsWith' | 'endsWith',
  cased: boolean,
): () => boolean {
  const read = (at: number) => (cased ? view.text(at) : view.lower(at));
  return () => {
    const wanted = read(other);
    return some(read(slot), (text) => some(wanted, (one) => comparer(how, one)(text)));
  };
}
