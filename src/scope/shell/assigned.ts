// Variables where ways through a script part and meet again.
import type { SyntaxNode } from 'unbash';
import { HOLE } from '../marks.ts';
import type { ShellState } from './run.ts';

/** Every value that a variable has in one of the states; one that is not set in all of them may still be the environment's. */
export function join(into: ShellState, states: readonly ShellState[]): void {
  const names = new Set(states.flatMap((state) => [...state.variables.keys()]));
  for (const name of names) {
    const values = new Set(states.flatMap((state) => state.variables.get(name) ?? [HOLE]));
    into.variables.set(name, values.size > 32 ? [HOLE] : [...values]);
  }
  into.directory = states.find((state) => state.directory !== undefined)?.directory;
}

/** At the head of a loop, what its body assigns may have been assigned already, in any earlier round. */
export function forgetAssigned(node: SyntaxNode, state: ShellState): void {
  const names = new Set<string>();
  collectAssigned(node, names);
  for (const name of names) state.variables.set(name, [HOLE]);
}

function collectAssigned(node: SyntaxNode, names: Set<string>): void {
  const statements: SyntaxNode[] = [node];
  for (let next = statements.pop(); next !== undefined; next = statements.pop()) {
    switch (next.type) {
      case 'Command':
        for (const part of next.prefix) if (part.type === 'Assignment') names.add(part.name);
        for (const part of next.suffix) if (part.type === 'Assignment') names.add(part.name);
        if (next.name?.value === 'read' || next.name?.value === 'mapfile' || next.name?.value === 'readarray') {
          for (const part of next.suffix) if (part.type === 'Word' && /^[A-Za-z_]\w*$/.test(part.value)) names.add(part.value);
        }
        break;
      case 'Statement':
      case 'Redirected':
        statements.push(next.command);
        break;
      case 'Pipeline':
      case 'AndOr':
      case 'CompoundList':
        statements.push(...next.commands);
        break;
      case 'BraceGroup':
      case 'Subshell':
        statements.push(next.body);
        break;
      case 'While':
        statements.push(next.clause, next.body);
        break;
      case 'For':
      case 'Select':
        names.add(next.name.value);
        statements.push(next.body);
        break;
      case 'ArithmeticFor':
        statements.push(next.body);
        break;
      case 'If':
        statements.push(next.clause, next.then, ...next.elif.flatMap((elif) => [elif.clause, elif.then]));
        if (next.else !== undefined) statements.push(next.else);
        break;
      case 'Case':
        statements.push(...next.items.map((item) => item.body));
        break;
      default:
        break;
    }
  }
}
