// The rules of a pack at work: finds the route of a record, and the rules that hold for it.
// A route is made for each combination of logsources that occurs, when it first occurs. Large groups of rules are shared between routes.
import type { LogEvent, Logsource } from '../event.ts';
import type { DetectionRule } from '../rules/model.ts';

import { Cells, type Undecided } from './cells.ts';
import { FieldNames } from './names.ts';
import { RuleSet, animate, concerns, type LiveRule } from './routes.ts';
import { EventView } from './view.ts';

/** Combinations of logsources that are kept ready. Readers know a few hundred; a reader that makes them up cannot fill the memory. */
const MAX_ROUTES = 2048;

/** A group of rules with one logsource that is worth a set of its own; smaller ones are put together for each route. */
const LARGE_GROUP = 256;

interface Route {
  readonly sets: readonly RuleSet[];
  readonly logsources: readonly Logsource[];
  records: number;
  evaluated: number;
}

export interface RouteFigures {
  readonly logsources: readonly Logsource[];
  readonly rules: number;
  /** Rules that every record of the route is checked against, because nothing about them can be looked up first. */
  readonly alwaysEvaluated: number;
  readonly records: number;
  readonly evaluated: number;
}

export class Matcher {
  readonly names = new FieldNames();
  readonly view = new EventView(this.names);
  readonly #cells = new Cells(this.view);
  readonly #rules: readonly DetectionRule[];
  readonly #live: (LiveRule | undefined)[];
  #byList = new WeakMap<readonly Logsource[], Route>();
  #byKey = new Map<string, Route>();
  readonly #groups: readonly (readonly number[])[];
  readonly #shared = new Map<readonly number[], RuleSet>();

  constructor(rules: readonly DetectionRule[]) {
    this.#rules = rules;
    this.#live = rules.map(() => undefined);
    this.#groups = groupByLogsource(rules);
  }

  get undecided(): Undecided {
    return this.#cells.undecided;
  }

  /** The rules that hold, in the order of the pack. The view stays on the record until the next call. */
  match(event: LogEvent): readonly LiveRule[] {
    const route = this.#byList.get(event.logsources) ?? this.#route(event.logsources);
    this.view.show(event);
    const found: LiveRule[] = [];
    route.records++;
    for (const set of route.sets) route.evaluated += set.match(found);
    return found.length < 2 ? found : found.sort((a, b) => a.index - b.index);
  }

  /** For reading a field from the view. Ask for all of them before records come: a name asked for later is seen from the next record on. */
  slot(field: string): number {
    const slot = this.names.slot(field);
    this.view.reserve();
    return slot;
  }

  figures(): readonly RouteFigures[] {
    return [...this.#byKey.values()].map(({ sets, logsources, records, evaluated }) => ({
      logsources,
      rules: sets.reduce((sum, set) => sum + set.rules.length, 0),
      alwaysEvaluated: sets.reduce((sum, set) => sum + set.always.length, 0),
      records,
      evaluated,
    }));
  }

  #route(logsources: readonly Logsource[]): Route {
    const key = logsources
      .map(({ product, category, service }) => JSON.stringify([product, category, service]))
      .sort()
      .join();
    let known = this.#byKey.get(key);
    if (known === undefined) {
      if (this.#byKey.size >= MAX_ROUTES) {
        this.#byKey = new Map();
        this.#byList = new WeakMap();
      }
      known = { sets: this.#setsFor(logsources), logsources, records: 0, evaluated: 0 };
      this.#byKey.set(key, known);
      this.view.reserve();
    }
    this.#byList.set(logsources, known);
    return known;
  }

  #setsFor(logsources: readonly Logsource[]): readonly RuleSet[] {
    const sets: RuleSet[] = [];
    const rest: number[] = [];
    for (const group of this.#groups) {
      const first = this.#rules[group[0] ?? 0];
      if (first === undefined || !concerns(first.logsource, logsources)) continue;
      if (group.length < LARGE_GROUP) {
        rest.push(...group);
        continue;
      }
      const shared = this.#shared.get(group) ?? this.#setOf(group);
      this.#shared.set(group, shared);
      sets.push(shared);
    }
    if (rest.length > 0) sets.push(this.#setOf(rest));
    return sets;
  }

  #setOf(indexes: readonly number[]): RuleSet {
    const live = indexes.map((index) => (this.#live[index] ??= animate(this.#rules[index] as DetectionRule, index, this.#cells)));
    return new RuleSet(live, this.view);
  }
}

function groupByLogsource(rules: readonly DetectionRule[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [index, { logsource }] of rules.entries()) {
    const key = JSON.stringify([logsource.product, logsource.category, logsource.service]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups.values()];
}
