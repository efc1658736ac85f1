// The `detection` part of a rule: named selections of items, into expressions over one table of atoms.
// A map is AND, a list of maps is OR, a list of texts is a search over the whole record, OR unless the key is `|all`.
import { readCondition } from './condition.ts';
import { KEYWORDS, RuleProblem, type Atom, type Expression } from './model.ts';
import { readItem, type Placeholders } from './values.ts';
import { isList, isMapping, type Mapping, type Value } from './yaml.ts';

const MAX_ATOMS = 50_000;

export interface Detection {
  readonly atoms: readonly Atom[];
  readonly condition: Expression;
  readonly conditionText: string;
}

/** `skip` names the keys that are not selections (a filter's `rules`). */
export function readDetection(detection: Mapping, placeholders: Placeholders, skip: ReadonlySet<string> = new Set()): Detection {
  const table = new AtomTable();
  const selections = new Map<string, Expression>();
  for (const [name, value] of Object.entries(detection)) {
    if (name === 'condition' || name === 'timeframe' || skip.has(name)) continue;
    selections.set(name, readSelection(name, value, { table, placeholders }));
  }
  if (detection.timeframe !== undefined) throw new RuleProblem('timeframe belongs to Sigma 1; correlation rules replaced it');
  const conditions = isList(detection.condition) ? detection.condition : [detection.condition];
  const texts = conditions.map((condition) => {
    if (typeof condition !== 'string') throw new RuleProblem('the rule has no condition');
    return condition;
  });
  if (texts.length === 0) throw new RuleProblem('the rule has no condition');
  const expressions = texts.map((text) => readCondition(text, selections));
  const condition = expressions.length === 1 ? (expressions[0] as Expression) : { or: expressions };
  return { atoms: table.atoms, condition, conditionText: texts.join(' | ') };
}

class AtomTable {
  readonly atoms: Atom[] = [];
  readonly #index = new Map<string, number>();

  add(atom: Atom): number {
    const key = JSON.stringify([atom.field, atom.test, atom.written]);
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    if (this.atoms.length >= MAX_ATOMS) throw new RuleProblem(`the rule has more than ${MAX_ATOMS} values`);
    this.#index.set(key, this.atoms.length);
    return this.atoms.push(atom) - 1;
  }
}

interface Context {
  readonly table: AtomTable;
  readonly placeholders: Placeholders;
}

function readSelection(name: string, value: Value, context: Context): Expression {
  if (isMapping(value)) return readMap(value, context);
  if (!isList(value)) return readOneItem(KEYWORDS, value, context);
  if (value.length === 0) throw new RuleProblem(`the selection "${name.slice(0, 60)}" is empty`);
  return join(
    'or',
    value.map((part) => {
      if (isMapping(part)) return readMap(part, context);
      if (isList(part)) throw new RuleProblem(`the selection "${name.slice(0, 60)}" holds a list inside a list`);
      return readOneItem(KEYWORDS, part, context);
    }),
  );
}

function readMap(map: Mapping, context: Context): Expression {
  const items = Object.entries(map);
  if (items.length === 0) throw new RuleProblem('a selection holds an empty map');
  return join(
    'and',
    items.map(([key, value]) => {
      // Lists of maps below a field have no meaning in Sigma; below an empty key they are a nested OR.
      if (key === '' && isList(value) && value.every((part) => isMapping(part))) return readSelection(key, value, context);
      return readOneItem(key, value, context);
    }),
  );
}

function readOneItem(key: string, value: Value, context: Context): Expression {
  const item = readItem(key, value, context.placeholders);
  const parts = item.tests.map(({ test, written }) => context.table.add({ field: item.field, test, written }));
  // With `all`, the spellings of one value are still alternatives.
  const joined = item.all ? allOf(item.tests, parts) : join('or', parts);
  return item.negated ? { not: joined } : joined;
}

function allOf(tests: readonly { readonly written: string }[], parts: readonly number[]): Expression {
  const byValue = new Map<string, number[]>();
  for (const [index, test] of tests.entries()) {
    const alternatives = byValue.get(test.written) ?? [];
    alternatives.push(parts[index] as number);
    byValue.set(test.written, alternatives);
  }
  return join(
    'and',
    [...byValue.values()].map((alternatives) => join('or', alternatives)),
  );
}

function join(how: 'and' | 'or', parts: readonly Expression[]): Expression {
  if (parts.length === 1) return parts[0] as Expression;
  return how === 'and' ? { and: parts } : { or: parts };
}
