// Conditions as closures over cells, and the reasons why one held. No code is ever made from a rule.
import type { Expression } from '../rules/model.ts';

import type { Cell } from './cells.ts';

export type Condition = () => boolean;

export function compileExpression(expression: Expression, cells: readonly Cell[]): Condition {
  if (typeof expression === 'number') {
    const cell = cells[expression] as Cell;
    return () => cell.holds();
  }
  if ('not' in expression) {
    const inner = compileExpression(expression.not, cells);
    return () => !inner();
  }
  if ('atLeast' in expression) return compileCount(expression.atLeast, expression.of, cells);
  const isAnd = 'and' in expression;
  const parts = isAnd ? expression.and : expression.or;
  // Plain atoms first: they cost less than what is nested, and are often shared.
  const own = parts.filter((part) => typeof part === 'number').map((part) => cells[part] as Cell);
  const nested = parts.filter((part) => typeof part !== 'number').map((part) => compileExpression(part, cells));
  if (nested.length === 0) return isAnd ? () => every(own) : () => any(own);
  if (isAnd) return () => every(own) && nested.every(holds);
  return () => any(own) || nested.some(holds);
}

function holds(condition: Condition): boolean {
  return condition();
}

function every(cells: readonly Cell[]): boolean {
  for (let index = 0; index < cells.length; index++) if (!(cells[index] as Cell).holds()) return false;
  return true;
}

function any(cells: readonly Cell[]): boolean {
  for (let index = 0; index < cells.length; index++) if ((cells[index] as Cell).holds()) return true;
  return false;
}

function compileCount(atLeast: number, of: readonly Expression[], cells: readonly Cell[]): Condition {
  const parts = of.map((part) => compileExpression(part, cells));
  return () => {
    let count = 0;
    for (const part of parts) if (part() && ++count >= atLeast) return true;
    return count >= atLeast;
  };
}

/** The atoms that hold and carry the condition; what a `not` keeps away is no evidence. Call only when the expression holds. */
export function explainExpression(expression: Expression, cells: readonly Cell[]): readonly number[] {
  const found = new Set<number>();
  collect(expression, cells, found);
  return [...found];
}

function collect(expression: Expression, cells: readonly Cell[], found: Set<number>): void {
  if (typeof expression === 'number') {
    if ((cells[expression] as Cell).holds()) found.add(expression);
    return;
  }
  if ('not' in expression) return;
  const parts = 'and' in expression ? expression.and : 'or' in expression ? expression.or : expression.of;
  for (const part of parts) if (isTrue(part, cells)) collect(part, cells, found);
}

function isTrue(expression: Expression, cells: readonly Cell[]): boolean {
  if (typeof expression === 'number') return (cells[expression] as Cell).holds();
  if ('not' in expression) return !isTrue(expression.not, cells);
  if ('and' in expression) return expression.and.every((part) => isTrue(part, cells));
  if ('or' in expression) return expression.or.some((part) => isTrue(part, cells));
  return expression.of.filter((part) => isTrue(part, cells)).length >= expression.atLeast;
}
