// What the parts of a request hold together. A conversation grows at its end, so what was added up for the last turn is gone on with for this
// one: the cost of a turn follows what is new.
import { rankOf, type DataLevel, type Marking } from '../classify/index.ts';
import { SignalTotals, type SignalTotal } from '../signals/index.ts';
import { SENSITIVE_TYPES, type SensitiveType } from '../types.ts';
import type { DataPart, SegmentInspection } from './segment-inspection.ts';
import { isTurns, type Part, type Turns } from './turns.ts';

/** Of the terms of one label that occur. */
export interface LabelFacts {
  /** The strictest class that the dictionary itself gives one of them. */
  readonly level: DataLevel | undefined;
  /** It gives none to one of them: then the label speaks. */
  readonly hasPlain: boolean;
}

export interface InspectedRequest {
  /** Distinct values by type, counted up to a thousand; types that do not occur are missing. */
  readonly found: Partial<Readonly<Record<SensitiveType, number>>>;
  /** Labels of dictionary terms that occur. */
  readonly labels: ReadonlyMap<string, LabelFacts>;
  readonly markings: readonly Marking[];
  readonly data: readonly DataPart[];
  readonly isTainted: boolean;
  /** For access decisions; undefined where no text gives any. */
  readonly signals: SignalTotal | undefined;
}

/** Past so many, one more changes nothing. */
const MOST_COUNTED = 1000;

export class Aggregate {
  readonly #values = new Map<SensitiveType, Set<string>>();
  readonly #labels = new Map<string, LabelFacts>();
  /** One of each rule: many say no more than one. */
  readonly #markings = new Map<string, Marking>();
  readonly #data: DataPart[] = [];
  readonly #signals = new SignalTotals();
  #isTainted = false;

  add({ values, markings, data, signals, isTainted }: SegmentInspection): void {
    this.#isTainted ||= isTainted;
    for (const { type, value, label, level } of values) {
      let known = this.#values.get(type);
      if (known === undefined) this.#values.set(type, (known = new Set()));
      if (known.size < MOST_COUNTED) known.add(value);
      if (label !== undefined) {
        const others = this.#labels.get(label);
        this.#labels.set(label, { level: stricter(others?.level, level), hasPlain: level === undefined || others?.hasPlain === true });
      }
    }
    for (const marking of markings) {
      const known = this.#markings.get(marking.rule);
      if (known === undefined || rankOf(known.level) < rankOf(marking.level)) this.#markings.set(marking.rule, marking);
    }
    for (const part of data) if (this.#data.length < MOST_COUNTED) this.#data.push(part);
    if (signals !== undefined) this.#signals.add(signals);
  }

  summary(): InspectedRequest {
    const found: Partial<Record<SensitiveType, number>> = {};
    for (const type of SENSITIVE_TYPES) {
      const values = this.#values.get(type);
      if (values !== undefined) found[type] = values.size;
    }
    return {
      found,
      labels: new Map(this.#labels),
      markings: [...this.#markings.values()],
      data: [...this.#data],
      isTainted: this.#isTainted,
      signals: this.#signals.total(),
    };
  }
}

function stricter(a: DataLevel | undefined, b: DataLevel | undefined): DataLevel | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return rankOf(a) >= rankOf(b) ? a : b;
}

interface Remembered {
  /** What stands beside the turns. */
  readonly others: readonly SegmentInspection[];
  readonly aggregate: Aggregate;
  /** They have been added, and nothing that came behind them. */
  turns: Turns;
}

/** As long as the turns of a conversation are remembered, so is what they add up to. */
export class AggregateMemory {
  readonly #byTurns = new WeakMap<Turns, Remembered>();

  summaryOf(parts: readonly Part[]): InspectedRequest {
    const turns = parts.find(isTurns);
    const others = parts.filter((part): part is SegmentInspection => !isTurns(part));
    const known = turns && (this.#known(turns, others) ?? this.#known(turns.previous, others));
    const aggregate = known?.aggregate ?? new Aggregate();
    if (known === undefined) for (const part of others) aggregate.add(part);
    if (turns === undefined) return aggregate.summary();
    const { inspections } = turns;
    for (let index = known?.turns.inspections.length ?? 0; index < inspections.length; index++) aggregate.add(inspections[index]!);
    if (known !== undefined) known.turns = turns;
    this.#byTurns.set(turns, known ?? { others, aggregate, turns });
    return aggregate.summary();
  }

  #known(turns: Turns | undefined, others: readonly SegmentInspection[]): Remembered | undefined {
    const known = turns && this.#byTurns.get(turns);
    // Another branch may have gone on from there.
    const isSame = known?.turns === turns && known?.others.length === others.length;
    return isSame && known.others.every((part, index) => part === others[index]) ? known : undefined;
  }
}
