// Where the strings of a format sit, as data: what a string is by the names of the members that lead to it. A tree says nothing of values,
// and what it does not know is text of unknown depth.
import type { SlotKind } from './slot.ts';

/** One place. What is not given is unknown: a string is `text`, an object or array is free JSON. */
export interface SlotTree {
  /** Of a string at this place; of free JSON: of every string, number and name below. */
  readonly kind?: SlotKind;
  readonly members?: ReadonlyMap<string, SlotTree>;
  /** Members that are not named. Their names are reported: somebody chose them. */
  readonly others?: SlotTree;
  readonly items?: SlotTree;
  /** Free JSON: whatever lies below is of `kind`. */
  readonly isFree?: true;
  /** Everything below came from outside the conversation. */
  readonly isTainted?: true;
  /**
   * `plain`: numbers at this place say nothing (counts, times). `tokens`: up to seven digits they are words of a model's own. `always`: they
   * are reported however short they are.
   */
  readonly numbers?: 'plain' | 'tokens' | 'always';
  /** Of a string: the member beside it that says its media type, and what to put before that. */
  readonly mediaType?: { readonly member: string; readonly prefix: string };
  /** Of an object: which tree holds depends on the value of one member; where no value fits, this tree itself holds. */
  readonly variants?: { readonly member: string; readonly trees: ReadonlyMap<string, SlotTree> };
}

export const FREE_JSON: SlotTree = { kind: 'text', isFree: true };
/** The same for what is `definition` throughout: JSON schemas. */
export const FREE_DEFINITION: SlotTree = { kind: 'definition', isFree: true };

export const text: SlotTree = { kind: 'text' };
export const structural: SlotTree = { kind: 'structural' };
export const json: SlotTree = { kind: 'json' };
export const definition: SlotTree = { kind: 'definition' };
export const signed: SlotTree = { kind: 'signed' };
export const opaque: SlotTree = { kind: 'opaque' };
export const user: SlotTree = { kind: 'user' };
export const url: SlotTree = { kind: 'url' };
export const data: SlotTree = { kind: 'data' };
/** Numbers that say nothing, alone or in an array of them. */
export const plainNumber: SlotTree = { numbers: 'plain' };
/** Yes or no. A string or a long number there would be out of place. */
export const flag: SlotTree = {};
export const plainNumbers: SlotTree = { numbers: 'plain', items: plainNumber };

export function object(members: Readonly<Record<string, SlotTree>>, others?: SlotTree): SlotTree {
  const known = { members: new Map(Object.entries(members)) };
  return others === undefined ? known : { ...known, others };
}

export function list(items: SlotTree): SlotTree {
  return { items };
}

/** `{ "type": "a", … }`: the tree named by the value of `member`, else `otherwise`, in which `member` is known too. */
export function byValue(member: string, trees: Readonly<Record<string, SlotTree>>, otherwise: SlotTree = {}): SlotTree {
  const base = named(otherwise, member);
  return { ...base, variants: { member, trees: new Map(Object.entries(trees).map(([value, tree]) => [value, named(tree, member)])) } };
}

function named(tree: SlotTree, member: string): SlotTree {
  if (tree.isFree || tree.members?.has(member)) return tree;
  return { ...tree, members: new Map([...(tree.members ?? []), [member, structural]]) };
}

/** A place that holds one of several shapes: a string, an object, an array. Later ones win where they overlap. */
export function either(...trees: readonly SlotTree[]): SlotTree {
  return Object.assign({}, ...trees) as SlotTree;
}

export function tainted(tree: SlotTree): SlotTree {
  return { ...tree, isTainted: true };
}

/** The members of both; `more` wins. */
export function extended(tree: SlotTree, more: Readonly<Record<string, SlotTree>>): SlotTree {
  return { ...tree, members: new Map([...(tree.members ?? []), ...Object.entries(more)]) };
}
