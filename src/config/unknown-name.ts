// What to say of a name that refers to nothing in the file.
import { closestName } from '#kernel';
import { shown } from './disclosure.ts';

/** With what was perhaps meant. */
export function unknownName(kind: string, name: string, known: readonly string[]): string {
  const reason = `unknown ${kind} ${shown(name) ?? '(not shown)'}`;
  const nearest = closestName(name, known);
  if (nearest !== undefined) return `${reason}; did you mean \`${nearest}\`?`;
  return known.length === 0
    ? `${reason}; none is configured`
    : `${reason}; there are ${known
        .slice(0, 5)
        .map((other) => `\`${other}\``)
        .join(', ')}`;
}
