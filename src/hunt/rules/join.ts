// What documents say about one another: filters change rules, correlations refer to rules.
// Sources: Sigma filters specification 2.0; Sigma correlation rules specification 2.1.
import type { Atom, CorrelationRule, DetectionRule, Expression, FilterRule, RuleLogsource, Skipped } from './model.ts';

const MAX_CORRELATIONS_DEEP = 16;

/** A reference of a correlation: a rule by its index in the pack, or an earlier correlation by its index. */
export interface Reference {
  readonly name: string;
  readonly kind: 'rule' | 'correlation';
  readonly index: number;
}

/** Correlations are ordered so that one only refers to earlier ones. */
export interface ResolvedCorrelation {
  readonly rule: CorrelationRule;
  readonly references: readonly Reference[];
  /** Only other correlations ask for it. */
  readonly silent: boolean;
}

/** A filter joins the condition of each rule it names with AND, and must be of the rule's logsource. */
export function applyFilters(
  rules: readonly DetectionRule[],
  filters: readonly FilterRule[],
  skipped: Skipped[],
): readonly DetectionRule[] {
  if (filters.length === 0) return rules;
  const used = new Set<FilterRule>();
  const filtered = rules.map((rule) => {
    let result = rule;
    for (const filter of filters) {
      const named =
        filter.rules === undefined || filter.rules.some((name) => name === rule.id || (rule.name !== undefined && name === rule.name));
      if (!named || !covers(filter.logsource, rule.logsource)) continue;
      used.add(filter);
      result = applyFilter(result, filter);
    }
    return result;
  });
  for (const filter of filters) {
    if (!used.has(filter))
      skipped.push({ path: filter.path, id: filter.id, title: filter.title, reason: 'the filter applies to no rule in use' });
  }
  return filtered;
}

/** A filter without a product applies to rules of any; where it names one, the rule must name the same. */
function covers(filter: RuleLogsource, rule: RuleLogsource): boolean {
  return (['product', 'category', 'service'] as const).every((part) => filter[part] === undefined || filter[part] === rule[part]);
}

function applyFilter(rule: DetectionRule, filter: FilterRule): DetectionRule {
  const atoms: readonly Atom[] = [...rule.atoms, ...filter.atoms];
  const shifted = shift(filter.condition, rule.atoms.length);
  return {
    ...rule,
    atoms,
    condition: { and: [rule.condition, shifted] },
    conditionText: `(${rule.conditionText}) and filter "${filter.title}"`,
  };
}

function shift(expression: Expression, by: number): Expression {
  if (typeof expression === 'number') return expression + by;
  if ('not' in expression) return { not: shift(expression.not, by) };
  if ('and' in expression) return { and: expression.and.map((part) => shift(part, by)) };
  if ('or' in expression) return { or: expression.or.map((part) => shift(part, by)) };
  return { atLeast: expression.atLeast, of: expression.of.map((part) => shift(part, by)) };
}

export function resolveCorrelations(
  rules: readonly DetectionRule[],
  correlations: readonly CorrelationRule[],
  skipped: Skipped[],
): { readonly correlations: readonly ResolvedCorrelation[]; readonly silent: readonly number[] } {
  const byName = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    byName.set(rule.id, index);
    if (rule.name !== undefined && !byName.has(rule.name)) byName.set(rule.name, index);
  }
  const resolved: { rule: CorrelationRule; references: Reference[]; depth: number }[] = [];
  const done = new Map<string, number>();
  let waiting = [...correlations];
  for (;;) {
    const later: CorrelationRule[] = [];
    for (const rule of waiting) {
      const references = rule.rules.map((name) => find(name, byName, done));
      if (references.some((reference) => reference === undefined)) {
        later.push(rule);
        continue;
      }
      const found = references as Reference[];
      const depth = 1 + Math.max(0, ...found.map(({ kind, index }) => (kind === 'correlation' ? (resolved[index]?.depth ?? 0) : 0)));
      if (depth > MAX_CORRELATIONS_DEEP) {
        skipped.push({
          path: rule.path,
          id: rule.id,
          title: rule.title,
          reason: `correlations are chained deeper than ${MAX_CORRELATIONS_DEEP}`,
        });
        continue;
      }
      const index = resolved.push({ rule, references: found, depth }) - 1;
      done.set(rule.id, index);
      if (rule.name !== undefined && !done.has(rule.name)) done.set(rule.name, index);
    }
    if (later.length === waiting.length) break;
    waiting = later;
  }
  for (const rule of waiting) {
    const missing = rule.rules.filter((name) => find(name, byName, done) === undefined).map((name) => `"${name.slice(0, 80)}"`);
    skipped.push({
      path: rule.path,
      id: rule.id,
      title: rule.title,
      reason: `refers to ${missing.join(', ')}, which is not a rule in use`,
    });
  }
  return {
    correlations: resolved.map(({ rule, references }, index) => ({ rule, references, silent: isSilent('correlation', index, resolved) })),
    silent: rules.flatMap((_, index) => (isSilent('rule', index, resolved) ? [index] : [])),
  };
}

function find(name: string, rules: ReadonlyMap<string, number>, correlations: ReadonlyMap<string, number>): Reference | undefined {
  const rule = rules.get(name);
  if (rule !== undefined) return { name, kind: 'rule', index: rule };
  const correlation = correlations.get(name);
  return correlation === undefined ? undefined : { name, kind: 'correlation', index: correlation };
}

/** A rule that a correlation refers to does not report on its own, unless one of its correlations says `generate: true`. */
function isSilent(
  kind: Reference['kind'],
  index: number,
  resolved: readonly { rule: CorrelationRule; references: readonly Reference[] }[],
): boolean {
  const users = resolved.filter(({ references }) => references.some((reference) => reference.kind === kind && reference.index === index));
  return users.length > 0 && !users.some(({ rule }) => rule.generate);
}
