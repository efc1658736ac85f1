// What a policy looks at, from its syntax tree, so that it need not be asked about what it does not look at. Errs on the side of more: an
// expression that is not understood reads everything. Relies on how Cedar compares entities: by type and id, never by attributes.
import type { PolicyJson } from '../cedar.ts';

/**
 * A path such as `principal.standing` or `context.grant.tier`; with `.present` where it is only asked whether there is one; `principal.type` and
 * `principal.uid` for the entity itself; `*` for everything.
 */
export type Read = string;

export const READS_EVERYTHING: Read = '*';

export function readsOf({ principal, action, resource, conditions }: PolicyJson): ReadonlySet<Read> {
  const reads = new Set<Read>();
  if (principal.op !== 'All') reads.add(principal.op === 'is' ? 'principal.type' : 'principal.uid');
  if (action.op !== 'All') reads.add('action');
  if (resource.op !== 'All') reads.add(resource.op === 'is' ? 'resource.type' : 'resource.uid');
  for (const { body } of conditions) collect(body, reads);
  return reads;
}

/** Whether it names a string, such as a company: made-up facts may not have it. */
export function namesStrings({ conditions }: PolicyJson): boolean {
  return conditions.some(({ body }) => holdsString(body));
}

function collect(node: unknown, reads: Set<Read>): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, reads);
    return;
  }
  if (typeof node !== 'object' || node === null || 'Value' in node) return;
  const path = pathOf(node) ?? presenceOf(node) ?? typeOf(node);
  if (path !== undefined) {
    reads.add(ENTITIES.has(path) ? `${path}.uid` : path);
    return;
  }
  // An attribute of something that is no plain path, such as (if … then principal else principal).standing.
  if (['.', 'has', 'getTag', 'hasTag'].some((operator) => operator in node)) reads.add(READS_EVERYTHING);
  for (const value of Object.values(node)) collect(value, reads);
}

const ENTITIES: ReadonlySet<string> = new Set(['principal', 'resource']);

/** `context.grant.tier` for attributes of a variable. */
function pathOf(node: unknown): string | undefined {
  if (!isObject(node)) return undefined;
  if ('Var' in node) return String(node['Var']);
  const access = node['.'];
  if (!isObject(access)) return undefined;
  const base = pathOf(access['left']);
  return base === undefined ? undefined : `${base}.${String(access['attr'])}`;
}

function presenceOf(node: object): string | undefined {
  const has = 'has' in node ? node.has : undefined;
  if (!isObject(has)) return undefined;
  const base = pathOf(has['left']);
  return base === undefined ? undefined : `${[base, has['attr']].flat().join('.')}.present`;
}

function typeOf(node: object): string | undefined {
  const is = 'is' in node ? node.is : undefined;
  if (!isObject(is) || 'in' in is) return undefined;
  const base = pathOf(is['left']);
  return base === undefined ? undefined : ENTITIES.has(base) ? `${base}.type` : base;
}

function holdsString(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(holdsString);
  if (!isObject(node)) return false;
  if ('Value' in node) return typeof node['Value'] === 'string' || Array.isArray(node['Value']);
  return 'like' in node || Object.values(node).some(holdsString);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
