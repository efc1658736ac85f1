// The sliding windows of correlations: entries come in the order of time, and each says whether the condition now holds.
// A window spans `timespanMs` back from its newest entry, both ends included. Source: Sigma correlation rules specification 2.1.
import type { Bound, CorrelationRule, Expression } from '../rules/model.ts';

/** One match of a rule (or of an earlier correlation) in one group. */
export interface Entry {
  readonly atMs: number;
  /** Which of the correlation's references matched. */
  readonly reference: number;
  /** What is counted or measured; undefined when the record has no such field. */
  readonly value: string | undefined;
}

/** Judges a window after each change. */
export interface Judge<E extends Entry> {
  readonly add: (entry: E) => void;
  readonly remove: (entry: E) => void;
  readonly holds: (newest: E) => boolean;
}

export function createJudge<E extends Entry>(rule: CorrelationRule): Judge<E> {
  switch (rule.type) {
    case 'event_count':
      return countJudge(rule.bounds);
    case 'value_count':
      return distinctJudge(rule.bounds);
    case 'value_sum':
    case 'value_avg':
    case 'value_median':
    case 'value_percentile':
      return measureJudge(rule);
    case 'temporal':
      return temporalJudge(rule);
    case 'temporal_ordered':
      return orderedJudge(rule);
  }
}

function within(value: number, bounds: readonly Bound[]): boolean {
  return bounds.every((bound) => {
    switch (bound.op) {
      case 'gt':
        return value > bound.value;
      case 'gte':
        return value >= bound.value;
      case 'lt':
        return value < bound.value;
      case 'lte':
        return value <= bound.value;
      case 'eq':
        return value === bound.value;
      case 'neq':
        return value !== bound.value;
    }
  });
}

function countJudge<E extends Entry>(bounds: readonly Bound[]): Judge<E> {
  let count = 0;
  return {
    add: () => {
      count++;
    },
    remove: () => {
      count--;
    },
    holds: () => within(count, bounds),
  };
}

function distinctJudge<E extends Entry>(bounds: readonly Bound[]): Judge<E> {
  const seen = new Map<string, number>();
  return {
    add: ({ value }) => {
      if (value !== undefined) seen.set(value, (seen.get(value) ?? 0) + 1);
    },
    remove: ({ value }) => {
      if (value === undefined) return;
      const left = (seen.get(value) ?? 0) - 1;
      if (left > 0) seen.set(value, left);
      else seen.delete(value);
    },
    holds: () => within(seen.size, bounds),
  };
}

/** Keeps the numbers of the window sorted, for sums, means and percentiles alike. */
function measureJudge<E extends Entry>(rule: CorrelationRule): Judge<E> {
  const sorted: number[] = [];
  const position = (number: number): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const read = ({ value }: E): number => (value === undefined || value.trim() === '' ? Number.NaN : Number(value));
  return {
    add: (entry) => {
      const number = read(entry);
      if (Number.isFinite(number)) sorted.splice(position(number), 0, number);
    },
    remove: (entry) => {
      const number = read(entry);
      if (Number.isFinite(number)) sorted.splice(position(number), 1);
    },
    holds: () => sorted.length > 0 && within(measure(rule, sorted), rule.bounds),
  };
}

function measure(rule: CorrelationRule, sorted: readonly number[]): number {
  const sum = () => sorted.reduce((total, number) => total + number, 0);
  switch (rule.type) {
    case 'value_sum':
      return sum();
    case 'value_avg':
      return sum() / sorted.length;
    default: {
      // Linear between the two nearest ranks.
      const share = rule.type === 'value_median' ? 0.5 : (rule.percentile ?? 50) / 100;
      const rank = share * (sorted.length - 1);
      const low = sorted[Math.floor(rank)] as number;
      const high = sorted[Math.ceil(rank)] as number;
      return low + (high - low) * (rank - Math.floor(rank));
    }
  }
}

function temporalJudge<E extends Entry>(rule: CorrelationRule): Judge<E> {
  const counts = rule.rules.map(() => 0);
  return {
    add: ({ reference }) => {
      counts[reference] = (counts[reference] ?? 0) + 1;
    },
    remove: ({ reference }) => {
      counts[reference] = (counts[reference] ?? 0) - 1;
    },
    holds: () => {
      if (rule.expression !== undefined) return evaluate(rule.expression, (index) => (counts[index] ?? 0) > 0);
      const different = counts.filter((count) => count > 0).length;
      return rule.bounds.length === 0 ? different === counts.length : within(different, rule.bounds);
    },
  };
}

function evaluate(expression: Expression, seen: (index: number) => boolean): boolean {
  if (typeof expression === 'number') return seen(expression);
  if ('not' in expression) return !evaluate(expression.not, seen);
  if ('and' in expression) return expression.and.every((part) => evaluate(part, seen));
  if ('or' in expression) return expression.or.some((part) => evaluate(part, seen));
  return expression.of.filter((part) => evaluate(part, seen)).length >= expression.atLeast;
}

/** For each length of the chain, the latest start among all chains seen so far: later starts fit more windows. */
function orderedJudge<E extends Entry>(rule: CorrelationRule): Judge<E> {
  const starts: (number | undefined)[] = rule.rules.map(() => undefined);
  const last = starts.length - 1;
  let completed = false;
  return {
    add: ({ reference, atMs }) => {
      const start = reference === 0 ? atMs : starts[reference - 1];
      const fits = start !== undefined && atMs - start <= rule.timespanMs;
      if (fits) starts[reference] = start;
      completed = fits && reference === last;
    },
    remove: () => undefined,
    holds: () => completed,
  };
}
