// A tree into instructions for the automaton. Counted repetitions are written out, within a limit.
import { RuleProblem } from '../rules/model.ts';

import { NEWLINE, type CharSet } from './charset.ts';
import type { AssertKind, Node } from './syntax.ts';

export type Instruction =
  | { readonly op: 'set'; readonly set: CharSet }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'assert'; readonly assert: AssertKind }
  | { readonly op: 'match' };

const MAX_INSTRUCTIONS = 20_000;

/** Undefined: the pattern needs look-around or back-references, which no automaton has. */
export function compileProgram(node: Node): readonly Instruction[] | undefined {
  if (needsBacktracking(node)) return undefined;
  const program: Instruction[] = [];
  emit(node, program);
  program.push({ op: 'match' });
  return program;
}

function needsBacktracking(node: Node): boolean {
  switch (node.kind) {
    case 'look':
    case 'back':
      return true;
    case 'sequence':
    case 'choice':
      return node.parts.some(needsBacktracking);
    case 'repeat':
    case 'group':
      return needsBacktracking(node.part);
    default:
      return false;
  }
}

function push(program: Instruction[], instruction: Instruction): number {
  if (program.length >= MAX_INSTRUCTIONS) throw new RuleProblem(`a regular expression needs more than ${MAX_INSTRUCTIONS} states`);
  return program.push(instruction) - 1;
}

function emit(node: Node, program: Instruction[]): void {
  switch (node.kind) {
    case 'set':
      push(program, { op: 'set', set: node.set });
      break;
    case 'assert':
      // `$` also stands before a line feed that ends the text.
      if (node.assert === 'textEndOrNewline') emitRepeat({ kind: 'set', set: NEWLINE }, 0, 1, program);
      push(program, { op: 'assert', assert: node.assert === 'textEndOrNewline' ? 'textEnd' : node.assert });
      break;
    case 'group':
      emit(node.part, program);
      break;
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      break;
    case 'choice':
      emitChoice(node.parts, program);
      break;
    case 'repeat':
      emitRepeat(node.part, node.min, node.max, program);
      break;
    default:
      throw new RuleProblem('a regular expression that needs backtracking');
  }
}

function emitChoice(parts: readonly Node[], program: Instruction[]): void {
  const jumps: { to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(part, program);
      break;
    }
    const split = { op: 'split' as const, first: program.length + 1, second: 0 };
    push(program, split);
    emit(part, program);
    const jump = { op: 'jump' as const, to: 0 };
    push(program, jump);
    jumps.push(jump);
    split.second = program.length;
  }
  for (const jump of jumps) jump.to = program.length;
}

function emitRepeat(part: Node, min: number, max: number, program: Instruction[]): void {
  for (let count = 0; count < min; count++) emit(part, program);
  if (max === Infinity) {
    const split = { op: 'split' as const, first: program.length + 1, second: 0 };
    const start = push(program, split);
    emit(part, program);
    push(program, { op: 'jump', to: start });
    split.second = program.length;
    return;
  }
  const splits: { second: number }[] = [];
  for (let count = min; count < max; count++) {
    const split = { op: 'split' as const, first: program.length + 1, second: 0 };
    push(program, split);
    splits.push(split);
    emit(part, program);
  }
  for (const split of splits) split.second = program.length;
}
