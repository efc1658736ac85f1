// Records made from a rule alone, without the engine: one that its condition describes, and ones where a part of that is broken.
// It chooses a way through the condition (each `and` whole, of each `or` one branch, nothing of a `not`) and writes values that satisfy
// the tests on that way. Tests that it cannot write a value for (patterns with too much in them, contradictions) make it give up.
import type { Fields } from '../event.ts';
import { ANY, KEYWORDS, ONE, type Atom, type DetectionRule, type Expression, type Test } from '../rules/model.ts';

/** Values under construction: what a field has to be, or start with, hold and end with. */
interface Draft {
  exact?: string;
  start?: string;
  end?: string;
  holds: string[];
  absent?: boolean;
}

/** Undefined: no record could be made. `branch` picks among alternatives. */
export function positiveFields(rule: DetectionRule, branch: number): Fields | undefined {
  const wanted: Atom[] = [];
  if (!choose(rule.condition, rule.atoms, branch, wanted)) return undefined;
  const drafts = new Map<string, Draft>();
  for (const { field, test } of wanted) {
    const draft = drafts.get(field) ?? { holds: [] };
    drafts.set(field, draft);
    if (!add(draft, test)) return undefined;
  }
  // What only a `not` speaks of is there, with a value of no meaning: many filters take a missing field for harmless.
  const fields: Record<string, string> = {};
  for (const { field } of rule.atoms) if (field !== KEYWORDS && !drafts.has(field)) fields[field] = 'unrelated';
  for (const [field, draft] of drafts) {
    if (draft.absent === true) continue;
    fields[field === KEYWORDS ? 'Anything' : field] =
      draft.exact ?? `${draft.start ?? ''}${draft.holds.map((part) => `${part} `).join('')}${draft.end ?? ''}`;
  }
  return fields;
}

function choose(expression: Expression, atoms: readonly Atom[], branch: number, wanted: Atom[]): boolean {
  if (typeof expression === 'number') {
    wanted.push(atoms[expression] as Atom);
    return true;
  }
  if ('not' in expression) return true;
  if ('and' in expression) return expression.and.every((part) => choose(part, atoms, branch, wanted));
  if ('or' in expression) {
    const { or } = expression;
    const pick = or[branch % Math.max(1, or.length)];
    return pick !== undefined && choose(pick, atoms, branch, wanted);
  }
  return expression.of.slice(0, expression.atLeast).every((part) => choose(part, atoms, branch, wanted));
}

function add(draft: Draft, test: Test): boolean {
  switch (test.kind) {
    case 'equals':
      if (draft.exact !== undefined && draft.exact !== test.text) return false;
      draft.exact = test.text;
      return true;
    case 'contains':
      if (draft.exact !== undefined) return draft.exact.includes(test.text);
      draft.holds.push(test.text);
      return true;
    case 'startsWith':
      if (draft.start !== undefined && !draft.start.startsWith(test.text)) return false;
      draft.start = test.text;
      return true;
    case 'endsWith':
      if (draft.end !== undefined && !draft.end.endsWith(test.text)) return false;
      draft.end = test.text;
      return true;
    case 'glob':
      draft.exact = test.tokens.map((token) => (token === ANY ? ' any ' : token === ONE ? 'x' : token)).join('');
      return true;
    case 'any':
    case 'exists':
      return true;
    case 'null':
    case 'missing':
      draft.absent = true;
      return true;
    case 'cidr': {
      const [address = ''] = test.network.split('/');
      draft.exact = address;
      return true;
    }
    case 'compare':
      draft.exact = String(test.comparison.startsWith('gt') ? test.value + 1 : test.value - 1);
      return test.part === undefined;
    default:
      return false;
  }
}
