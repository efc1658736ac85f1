// Walks on into strings that are JSON themselves: arguments of tool calls, and texts that as a whole are JSON, such as a tool's result in
// which Japanese stands as \uXXXX. Each slot comes with the strings that contain it.
import type { Result } from '#kernel';
import type { Slot } from './slot.ts';
import { FREE_JSON, type SlotTree } from './tree.ts';
import { walkSlots } from './walk.ts';

/** `containers`: the strings that hold the slot, outermost first; the slot's range is in the decoded value of the last one. */
export type DeepVisitor = (slot: Slot, containers: readonly Slot[]) => void;

/** Strings inside strings; deeper ones are reported as they are. */
const MAX_CONTAINERS = 4;
const LOOKS_LIKE_JSON = /^[ \t\r\n]*[{[]/;

/**
 * As `walkSlots`; a container is not reported itself. What is declared to be JSON and is none is reported as `text`, and a text may be
 * several JSON values one after another.
 */
export function walkDeep(source: string, tree: SlotTree, visit: DeepVisitor): Result<true, { offset: number }> {
  return walkSlots(source, tree, (slot) => descend(slot, [], visit));
}

function descend(slot: Slot, containers: readonly Slot[], visit: DeepVisitor): void {
  const isJson = slot.kind === 'json';
  const isCandidate = slot.type === 'string' && (isJson || (slot.kind === 'text' && LOOKS_LIKE_JSON.test(slot.value)));
  if (isCandidate && containers.length < MAX_CONTAINERS) {
    const found: Slot[] = [];
    const options = { name: slot.name, isTainted: slot.isTainted, isSequence: !isJson };
    if (walkSlots(slot.value, FREE_JSON, (nested) => found.push(nested), options).ok) {
      const chain = [...containers, slot];
      for (const nested of found) descend(nested, chain, visit);
      return;
    }
  }
  visit(isJson ? { ...slot, kind: 'text' } : slot, containers);
}
