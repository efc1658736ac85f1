// Correlation documents. Source: Sigma correlation rules specification 2.1; the metrics (value_sum …) follow the reference implementation.
import { readCondition } from './condition.ts';
import { RuleProblem, type Bound, type CorrelationRule, type CorrelationType, type Expression, type RuleHead } from './model.ts';
import { isList, isMapping, type Mapping, type Value } from './yaml.ts';

const types: ReadonlySet<string> = new Set([
  'event_count',
  'value_count',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'temporal',
  'temporal_ordered',
]);
const operators: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte', 'eq', 'neq']);
const secondsPer: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const MAX_RULES = 1000;

export function readCorrelation(head: RuleHead, map: Mapping, generate: Value | undefined): CorrelationRule {
  const type = map.type;
  if (typeof type !== 'string' || !types.has(type))
    throw new RuleProblem(`unknown correlation type ${JSON.stringify(type ?? null).slice(0, 40)}`);
  const rules = readNames(map.rules, 'rules');
  if (rules.length === 0) throw new RuleProblem('the correlation refers to no rule');
  if (rules.length > MAX_RULES) throw new RuleProblem(`the correlation refers to more than ${MAX_RULES} rules`);
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  const expression = typeof map.condition === 'string' ? readExpression(map.condition, rules) : undefined;
  if (expression !== undefined && !isTemporal) throw new RuleProblem('only temporal correlations take a condition over rule names');
  const limits = expression === undefined ? readLimits(map.condition, isTemporal) : { bounds: [], fields: [], percentile: undefined };
  if (type.startsWith('value_') && limits.fields.length === 0) throw new RuleProblem(`${type} needs a field in its condition`);
  return {
    ...head,
    kind: 'correlation',
    type: type as CorrelationType,
    rules,
    groupBy: map['group-by'] === undefined ? [] : readNames(map['group-by'], 'group-by'),
    timespanMs: readTimespan(map.timespan),
    ...limits,
    expression,
    aliases: readAliases(map.aliases),
    generate: (map.generate ?? generate) === true,
  };
}

function readNames(value: Value | undefined, what: string): readonly string[] {
  const names = isList(value) ? value : value === undefined || value === null ? [] : [value];
  return names.map((name) => {
    if (typeof name !== 'string' || name === '') throw new RuleProblem(`${what} of the correlation holds something that is not a name`);
    return name;
  });
}

function readExpression(text: string, rules: readonly string[]): Expression {
  const expression = readCondition(text, new Map(rules.map((rule, index) => [rule, index])));
  // "Not seen" is only certain when the window has passed; the specification does not say when such a condition holds.
  if (hasNot(expression)) throw new RuleProblem('a correlation over rules that must not occur is not supported');
  return expression;
}

function hasNot(expression: Expression): boolean {
  if (typeof expression === 'number') return false;
  if ('not' in expression) return true;
  return ('and' in expression ? expression.and : 'or' in expression ? expression.or : expression.of).some(hasNot);
}

function readLimits(condition: Value | undefined, isTemporal: boolean): Pick<CorrelationRule, 'bounds' | 'fields' | 'percentile'> {
  if (!isMapping(condition)) {
    if (isTemporal && (condition === undefined || condition === null)) return { bounds: [], fields: [], percentile: undefined };
    throw new RuleProblem('the correlation has no condition');
  }
  const bounds: Bound[] = [];
  let fields: readonly string[] = [];
  let percentile: number | undefined;
  for (const [key, value] of Object.entries(condition)) {
    if (key === 'field') fields = readNames(value, 'field');
    else if (key === 'percentile' && typeof value === 'number' && value >= 0 && value <= 100) percentile = value;
    else if (operators.has(key) && typeof value === 'number') bounds.push({ op: key as Bound['op'], value });
    else throw new RuleProblem(`the condition of the correlation holds "${key.slice(0, 40)}", which is not known or not a number`);
  }
  if (bounds.length === 0 && !isTemporal) throw new RuleProblem('the condition of the correlation compares with nothing');
  return { bounds, fields, percentile };
}

function readTimespan(value: Value | undefined): number {
  const match = typeof value === 'string' ? /^(\d{1,9})([smhdw])$/.exec(value.trim()) : null;
  const [, count, unit = ''] = match ?? [];
  const seconds = secondsPer[unit];
  if (count === undefined || seconds === undefined) throw new RuleProblem('timespan is not a number followed by s, m, h or d');
  return Number(count) * seconds * 1000;
}

function readAliases(value: Value | undefined): CorrelationRule['aliases'] {
  const aliases = Object.create(null) as Record<string, Record<string, string>>;
  if (value === undefined || value === null) return aliases;
  if (!isMapping(value)) throw new RuleProblem('aliases is not a map');
  for (const [alias, fields] of Object.entries(value)) {
    if (!isMapping(fields)) throw new RuleProblem(`the alias "${alias.slice(0, 60)}" is not a map`);
    const byRule = Object.create(null) as Record<string, string>;
    for (const [rule, field] of Object.entries(fields)) {
      if (typeof field !== 'string') throw new RuleProblem(`the alias "${alias.slice(0, 60)}" holds something that is not a field`);
      byRule[rule] = field;
    }
    aliases[alias] = byRule;
  }
  return aliases;
}
