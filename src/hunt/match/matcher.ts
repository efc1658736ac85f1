// The rules of a pack at work: finds the route of a record, and the rules that hold for it.
import type { LogEvent, Logsource } from '../event.ts';
import type { DetectionRule } from '../rules/model.ts';

import { Cells, type Undecided } from './cells.ts';
import { FieldNames } from './names.ts';
import { Route, animate, concerns, type LiveRule } from './routes.ts';
import { EventView } from './view.ts';

/** Combinations of logsources that are kept ready. Readers know a few hundred; a reader that makes them up cannot fill the memory. */
const MAX_ROUTES = 2048;

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
  #byKey = new Map<string, { readonly route: Route; readonly logsources: readonly Logsource[] }>();

  constructor(rules: readonly DetectionRule[]) {
    this.#rules = rules;
    this.#live = rules.map(() => undefined);
  }

  get undecided(): Undecided {
    return this.#cells.undecided;
  }

  /** The rules that hold, in the order of the pack. The view stays on the record until the next call. */
  match(event: LogEvent): readonly LiveRule[] {
    const route = this.#byList.get(event.logsources) ?? this.#route(event.logsources);
    this.view.show(event);
    const found: LiveRule[] = [];
    route.match(found);
    return found.length < 2 ? found : found.sort((a, b) => a.index - b.index);
  }

  /** For reading a field from the view. Ask for all of them before records come: a name asked for later is seen from the next record on. */
  slot(field: string): number {
    const slot = this.names.slot(field);
    this.view.reserve();
    return slot;
  }

  figures(): readonly RouteFigures[] {
    return [...this.#byKey.values()].map(({ route, logsources }) => ({
      logsources,
      rules: route.rules.length,
      alwaysEvaluated: route.always.length,
      records: route.records,
      evaluated: route.evaluated,
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
      const rules: LiveRule[] = [];
      for (const [index, rule] of this.#rules.entries()) {
        if (concerns(rule.logsource, logsources)) rules.push((this.#live[index] ??= animate(rule, index, this.#cells)));
      }
      known = { route: new Route(rules, this.view), logsources };
      this.#byKey.set(key, known);
      this.view.reserve();
    }
    this.#byList.set(logsources, known.route);
    return known.route;
  }
}
