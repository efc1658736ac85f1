// How deep a JSON value is nested, found without recursion: callers' values may be nested deeper than a stack.

/** Whether lists and objects stand inside each other more than `limit` times. */
export function isNestedDeeper(value: unknown, limit: number): boolean {
  let level: object[] = isNested(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= limit) return true;
    level = level.flatMap((one) => Object.values(one).filter(isNested));
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
