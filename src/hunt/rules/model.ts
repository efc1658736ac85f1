// What a Sigma rule means once it has been read: plain data, without closures, so that it can be cached and compared.
// Does not evaluate anything (../match), does not read YAML (yaml.ts).
import type { Level } from '../finding.ts';

export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export type Comparison = 'lt' | 'lte' | 'gt' | 'gte';
export type TextTest = 'equals' | 'contains' | 'startsWith' | 'endsWith';

/** A piece of a pattern with wildcards: literal text, or any number of characters, or exactly one. */
export type GlobToken = string | typeof ANY | typeof ONE;
export const ANY = 0;
export const ONE = 1;

/** One question about one field of one record. Texts are in lower case unless `cased`. */
export type Test =
  | { readonly kind: TextTest; readonly text: string; readonly cased: boolean }
  | { readonly kind: 'glob'; readonly tokens: readonly GlobToken[]; readonly cased: boolean }
  /** Present, with a value other than null. */
  | { readonly kind: 'any' }
  /** Missing, or null. */
  | { readonly kind: 'null' }
  /** Present, whatever the value. */
  | { readonly kind: 'exists' }
  /** Not there at all; null is there. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'compare'; readonly comparison: Comparison; readonly value: number; readonly part: TimePart | undefined }
  | { readonly kind: 'timePart'; readonly part: TimePart; readonly value: number }
  | { readonly kind: 'cidr'; readonly network: string }
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string }
  | { readonly kind: 'fieldRef'; readonly field: string; readonly how: TextTest; readonly cased: boolean };

/** A test on a field as the rule names it. `KEYWORDS` is the record's whole text. */
export interface Atom {
  readonly field: string;
  readonly test: Test;
  /** As the rule writes it: `CommandLine|contains: "-enc"`. */
  readonly written: string;
}

export const KEYWORDS = '';

/** A number is an index into the rule's atoms. An empty `and` holds, an empty `or` does not. */
export type Expression =
  | number
  | { readonly and: readonly Expression[] }
  | { readonly or: readonly Expression[] }
  | { readonly not: Expression }
  | { readonly atLeast: number; readonly of: readonly Expression[] };

/** Parts that a rule does not state are undefined and match everything. In lower case. */
export interface RuleLogsource {
  readonly product: string | undefined;
  readonly category: string | undefined;
  readonly service: string | undefined;
}

export interface RuleHead {
  readonly id: string;
  readonly title: string;
  /** For correlations to refer to. */
  readonly name: string | undefined;
  readonly level: Level;
  readonly tags: readonly string[];
  readonly path: string;
  /** Hex SHA-256 of the file. */
  readonly sha256: string;
}

export interface DetectionRule extends RuleHead {
  readonly kind: 'rule';
  readonly logsource: RuleLogsource;
  readonly atoms: readonly Atom[];
  readonly condition: Expression;
  /** The condition as the rule writes it; several are joined with ` | `. */
  readonly conditionText: string;
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'value_median'
  | 'temporal'
  | 'temporal_ordered';

export interface Bound {
  readonly op: Comparison | 'eq' | 'neq';
  readonly value: number;
}

export interface CorrelationRule extends RuleHead {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Names or ids, in the order given. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** All must hold. */
  readonly bounds: readonly Bound[];
  readonly fields: readonly string[];
  readonly percentile: number | undefined;
  /** Which of `rules` must have been seen, as an expression over their indexes; temporal types only. */
  readonly expression: Expression | undefined;
  /** Alias, then rule name or id, to the field in that rule's events. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The rules referred to report on their own as well. */
  readonly generate: boolean;
}

export interface FilterRule extends RuleHead {
  readonly kind: 'filter';
  readonly logsource: RuleLogsource;
  /** Undefined: every rule of the logsource. */
  readonly rules: readonly string[] | undefined;
  readonly atoms: readonly Atom[];
  readonly condition: Expression;
}

export type ParsedRule = DetectionRule | CorrelationRule | FilterRule;

/** A rule that is not used, and exactly why. */
export interface Skipped {
  readonly path: string;
  readonly id: string | undefined;
  readonly title: string | undefined;
  readonly reason: string;
}

/** The rule cannot be used. Caught by the parser, which turns it into a `Skipped`; nothing else throws it. */
export class RuleProblem extends Error {
  override readonly name = 'RuleProblem';
}
