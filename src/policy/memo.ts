// What was decided, by text, within a bound. Two generations: what is asked for again is carried into the younger one; when that is full, the
// older one goes. So at least the last half of the bound stays, and a hit costs one look-up and no reordering.

export interface Memo<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  /** Forgets everything, at once. */
  drop(): void;
  readonly size: number;
}

/** `capacity`: the most it holds, 2 or more. */
export function createMemo<T>(capacity: number): Memo<T> {
  const half = Math.max(1, Math.floor(capacity / 2));
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  const set = (key: string, value: T): void => {
    if (young.size >= half && !young.has(key)) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };
  return {
    get(key) {
      const recent = young.get(key);
      if (recent !== undefined) return recent;
      const earlier = old.get(key);
      if (earlier !== undefined) set(key, earlier);
      return earlier;
    },
    set,
    drop() {
      young = new Map();
      old = new Map();
    },
    get size() {
      return young.size + old.size;
    },
  };
}
