// The order in which chat and Anthropic want items: the results of calls directly after the turn that made them, and all items of one side
// in one turn. Responses takes items in any order and needs none of this.
import type { Item, Message, ToolCall, ToolResult } from '../conversation.ts';
import type { Findings } from './findings.ts';

export type Turn =
  | { readonly side: 'assistant'; readonly items: readonly (Message | ToolCall)[] }
  /** Results come first. */
  | { readonly side: 'user'; readonly items: readonly (Message | ToolResult)[] };

/** Turns of alternating sides. A result that answers no call stays where it was said. */
export function turnsOf(items: readonly Item[], findings: Findings): readonly Turn[] {
  const turns: { side: 'assistant' | 'user'; items: Item[] }[] = [];
  for (const item of withResultsAfterCalls(items, findings)) {
    const side = sideOf(item);
    const last = turns.at(-1);
    if (last?.side === side) last.items.push(item);
    else turns.push({ side, items: [item] });
  }
  for (const turn of turns) {
    if (turn.side === 'user') turn.items = [...turn.items.filter(isResult), ...turn.items.filter((item) => !isResult(item))];
  }
  return turns as readonly Turn[];
}

function withResultsAfterCalls(items: readonly Item[], findings: Findings): readonly Item[] {
  const waiting = new Map<string, number[]>();
  items.forEach((item, index) => {
    if (!isResult(item)) return;
    const indexes = waiting.get(item.id);
    if (indexes === undefined) waiting.set(item.id, [index]);
    else indexes.push(index);
  });
  // Read from the end: the next result of an id is its last entry.
  for (const indexes of waiting.values()) indexes.reverse();
  const placed = new Set<number>();
  const ordered: Item[] = [];
  items.forEach((item, index) => {
    if (placed.has(index)) return;
    ordered.push(item);
    const next = items[index + 1];
    if (sideOf(item) !== 'assistant' || (next !== undefined && sideOf(next) === 'assistant')) return;
    const answers = resultsOf(ordered, index, waiting);
    for (const answer of answers) {
      placed.add(answer);
      ordered.push(items[answer]!);
    }
    const lastIndex = index + answers.length;
    if (answers.some((answer) => answer > lastIndex)) findings.drop(items[answers.at(-1)!]!.at, 'was moved to directly after its call');
  });
  return ordered;
}

/** Indexes, ascending, of the results that answer the calls of the assistant's turn at the end of `ordered`. */
function resultsOf(ordered: readonly Item[], after: number, waiting: ReadonlyMap<string, number[]>): readonly number[] {
  const found: number[] = [];
  for (let position = ordered.length - 1; position >= 0; position--) {
    const item = ordered[position]!;
    if (sideOf(item) !== 'assistant') break;
    if (item.kind !== 'call') continue;
    const indexes = waiting.get(item.id) ?? [];
    let index = indexes.pop();
    // Results that stand before their call answer nothing; they stay where they are.
    while (index !== undefined && index <= after) index = indexes.pop();
    if (index !== undefined) found.push(index);
  }
  return found.toSorted((left, right) => left - right);
}

function sideOf(item: Item): 'assistant' | 'user' {
  return item.kind === 'call' || (item.kind === 'message' && item.role === 'assistant') ? 'assistant' : 'user';
}

function isResult(item: Item): item is ToolResult {
  return item.kind === 'result';
}

/** System and developer messages before everything else, and what follows. */
export function splitLeadingInstructions(items: readonly Item[]): { readonly leading: readonly Message[]; readonly rest: readonly Item[] } {
  const isInstruction = (item: Item): item is Message => item.kind === 'message' && (item.role === 'system' || item.role === 'developer');
  const first = items.findIndex((item) => !isInstruction(item));
  const count = first === -1 ? items.length : first;
  return { leading: items.slice(0, count).filter(isInstruction), rest: items.slice(count) };
}
