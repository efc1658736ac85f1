// The condition language: `selection and not 1 of filter_*`. Names of selections become the expressions they stand for.
// Source: Sigma rules specification 2.1, "Condition". Precedence, loosest first: or, and, not, x of.
// The aggregations of Sigma 1 (`| count() by …`) are refused: correlation rules replaced them.
import { RuleProblem, type Expression } from './model.ts';

const MAX_TOKENS = 2000;
const MAX_DEPTH = 100;

interface Cursor {
  readonly tokens: readonly string[];
  readonly selections: ReadonlyMap<string, Expression>;
  at: number;
  depth: number;
}

export function readCondition(text: string, selections: ReadonlyMap<string, Expression>): Expression {
  if (/\|/.test(text)) throw new RuleProblem('aggregations in conditions belong to Sigma 1; correlation rules replaced them');
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  if (tokens.length === 0) throw new RuleProblem('the condition is empty');
  if (tokens.length > MAX_TOKENS) throw new RuleProblem(`the condition has more than ${MAX_TOKENS} words`);
  const cursor: Cursor = { tokens, selections, at: 0, depth: 0 };
  const expression = readOr(cursor);
  const rest = cursor.tokens[cursor.at];
  if (rest !== undefined) throw new RuleProblem(`the condition ends before "${rest.slice(0, 60)}"`);
  return expression;
}

function isWord(cursor: Cursor, word: string): boolean {
  const token = cursor.tokens[cursor.at];
  return token !== undefined && token.toLowerCase() === word && !cursor.selections.has(token);
}

function readOr(cursor: Cursor): Expression {
  const parts = [readAnd(cursor)];
  while (isWord(cursor, 'or')) {
    cursor.at++;
    parts.push(readAnd(cursor));
  }
  return parts.length === 1 ? (parts[0] as Expression) : { or: parts };
}

function readAnd(cursor: Cursor): Expression {
  const parts = [readNot(cursor)];
  while (isWord(cursor, 'and')) {
    cursor.at++;
    parts.push(readNot(cursor));
  }
  return parts.length === 1 ? (parts[0] as Expression) : { and: parts };
}

function readNot(cursor: Cursor): Expression {
  if (++cursor.depth > MAX_DEPTH) throw new RuleProblem(`the condition nests deeper than ${MAX_DEPTH}`);
  try {
    if (!isWord(cursor, 'not')) return readOperand(cursor);
    cursor.at++;
    return { not: readNot(cursor) };
  } finally {
    cursor.depth--;
  }
}

function readOperand(cursor: Cursor): Expression {
  const token = cursor.tokens[cursor.at];
  if (token === undefined) throw new RuleProblem('the condition ends where a selection is expected');
  cursor.at++;
  if (token === '(') {
    const inner = readOr(cursor);
    if (cursor.tokens[cursor.at] !== ')') throw new RuleProblem('a parenthesis of the condition is not closed');
    cursor.at++;
    return inner;
  }
  const isQuantifier = cursor.tokens[cursor.at]?.toLowerCase() === 'of' && /^(\d{1,4}|all|any)$/i.test(token);
  if (isQuantifier) return readQuantified(cursor, token.toLowerCase());
  const selection = cursor.selections.get(token);
  if (selection === undefined) throw new RuleProblem(`the condition names "${token.slice(0, 60)}", which is not a selection of the rule`);
  return selection;
}

function readQuantified(cursor: Cursor, quantity: string): Expression {
  const pattern = cursor.tokens[cursor.at + 1];
  if (pattern === undefined || pattern === '(' || pattern === ')') throw new RuleProblem(`"${quantity} of" is not followed by a name`);
  cursor.at += 2;
  const matching = nameMatcher(pattern);
  const of = [...cursor.selections].filter(([name]) => matching(name)).map(([, expression]) => expression);
  if (of.length === 0) throw new RuleProblem(`"${quantity} of ${pattern.slice(0, 60)}" matches no selection of the rule`);
  if (quantity === 'all') return { and: of };
  const atLeast = quantity === 'any' ? 1 : Number(quantity);
  if (atLeast === 1) return { or: of };
  if (atLeast === 0) return { not: { or: of } };
  return { atLeast, of };
}

/** `them` is every selection whose name does not start with an underscore; `*` stands for any characters. */
function nameMatcher(pattern: string): (name: string) => boolean {
  if (pattern.toLowerCase() === 'them') return (name) => !name.startsWith('_');
  const pieces = pattern.split('*');
  if (pieces.length === 1) return (name) => name === pattern;
  const [first = ''] = pieces;
  const last = pieces.at(-1) ?? '';
  return (name) => {
    if (name.startsWith('_') && !pattern.startsWith('_')) return false;
    if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
    let at = first.length;
    for (const piece of pieces.slice(1, -1)) {
      const found = name.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= name.length - last.length;
  };
}
