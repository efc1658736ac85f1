// The few patterns that no automaton can match (look-around, back-references), with JavaScript's own engine on short texts only.
// Backtracking takes (length)^(degree) steps, where the degree is the number of open-ended repetitions plus one for the search:
// the length is cut so that this stays small, nested repetitions are refused, and the rule is reported as limited.
import { RuleProblem } from '../rules/model.ts';

import { ALL, type CharSet } from './charset.ts';
import type { Node } from './syntax.ts';

const MAX_STEPS = 2e7;
const MIN_LENGTH = 64;
const OPEN_ENDED = 16;

export interface Backtracking {
  readonly matcher: RegExp;
  readonly maxLength: number;
}

export function compileBacktracking(node: Node, pattern: string): Backtracking {
  if (hasNestedRepeat(node, false)) {
    throw new RuleProblem(`the regular expression ${JSON.stringify(pattern.slice(0, 120))} needs backtracking without a bound`);
  }
  const degree = countOpenEnded(node) + 1;
  const maxLength = Math.floor(MAX_STEPS ** (1 / degree));
  if (maxLength < MIN_LENGTH) {
    throw new RuleProblem(`the regular expression ${JSON.stringify(pattern.slice(0, 120))} needs backtracking over too many repetitions`);
  }
  try {
    return { matcher: new RegExp(write(node)), maxLength: Math.min(maxLength, 100_000) };
  } catch {
    throw new RuleProblem(`the regular expression ${JSON.stringify(pattern.slice(0, 120))} cannot be used`);
  }
}

function children(node: Node): readonly Node[] {
  if (node.kind === 'sequence' || node.kind === 'choice') return node.parts;
  return node.kind === 'repeat' || node.kind === 'group' || node.kind === 'look' ? [node.part] : [];
}

function isOpenEnded(node: Node): boolean {
  return node.kind === 'repeat' && node.max - node.min > OPEN_ENDED;
}

function countOpenEnded(node: Node): number {
  return (isOpenEnded(node) || node.kind === 'back' ? 1 : 0) + children(node).reduce((sum, child) => sum + countOpenEnded(child), 0);
}

/** Repetitions inside repetitions, and choices inside open-ended ones, can multiply without a bound. */
function hasNestedRepeat(node: Node, inside: boolean): boolean {
  const repeats = node.kind === 'repeat' && node.max > 1;
  if (inside && (repeats || node.kind === 'choice' || node.kind === 'back')) return true;
  return children(node).some((child) => hasNestedRepeat(child, inside || (repeats && node.kind === 'repeat' && node.max > 3)));
}

/** The tree in JavaScript's spelling, without flags: case and dots are already in the sets. */
function write(node: Node): string {
  switch (node.kind) {
    case 'set':
      return writeSet(node.set);
    case 'sequence':
      return node.parts.map(write).join('');
    case 'choice':
      return `(?:${node.parts.map(write).join('|')})`;
    case 'group':
      return `(${write(node.part)})`;
    case 'repeat':
      return `(?:${write(node.part)}){${node.min},${node.max === Infinity ? '' : node.max}}${node.lazy ? '?' : ''}`;
    case 'look':
      return `(?${node.behind ? '<' : ''}${node.negative ? '!' : '='}${write(node.part)})`;
    case 'back':
      return `(?:\\${node.index})`;
    case 'assert':
      return asserts[node.assert];
  }
}

const asserts = {
  textStart: '^',
  textEnd: '$',
  textEndOrNewline: '(?=\\n?$)',
  lineStart: '(?:^|(?<=\\n))',
  lineEnd: '(?=\\n|$)',
  wordEdge: '\\b',
  notWordEdge: '\\B',
} as const;

function writeSet(set: CharSet): string {
  if (set.length === 0) return '[]';
  if (set === ALL) return '[^]';
  const unit = (code: number) => `\\u${code.toString(16).padStart(4, '0')}`;
  return `[${set.map(([low, high]) => (low === high ? unit(low) : `${unit(low)}-${unit(high)}`)).join('')}]`;
}
