// Points of a space, put together into as few boxes as come easily: a box is a set of values for each dimension, and stands for all their
// combinations. What a dimension does not matter for becomes one box over all its values. Boxes never overlap.
import type { Dimension } from './space.ts';

export interface Box {
  /** Number of points in it. */
  readonly count: number;
  /** Values by dimension, in order; dimensions that hold all their values are left out. */
  readonly where: Readonly<Record<string, readonly string[]>>;
}

// One string per dimension, of one character per value, ascending.
type Sides = readonly string[];

const BETWEEN = '\uFFFF';

/** `points`: positions, each once. Largest boxes first. */
export function boxesOf(points: readonly (readonly number[])[], dimensions: readonly Dimension[]): readonly Box[] {
  let boxes: readonly Sides[] = points.map((at) => at.map((value) => String.fromCharCode(value)));
  for (let before = Number.POSITIVE_INFINITY; boxes.length < before;) {
    before = boxes.length;
    for (const index of dimensions.keys()) boxes = mergedAlong(boxes, index);
  }
  return boxes
    .map((sides) => ({
      count: sides.reduce((product, { length }) => product * length, 1),
      where: Object.fromEntries(
        dimensions.flatMap(({ name, values }, index) => {
          const side = sides[index]!;
          return side.length === values.length ? [] : [[name, Array.from(side, (character) => values[character.charCodeAt(0)]!)]];
        }),
      ),
    }))
    .toSorted((a, b) => b.count - a.count);
}

function mergedAlong(boxes: readonly Sides[], index: number): readonly Sides[] {
  const merged = new Map<string, string[]>();
  for (const sides of boxes) {
    const key = `${sides.slice(0, index).join(BETWEEN)}${BETWEEN}${BETWEEN}${sides.slice(index + 1).join(BETWEEN)}`;
    const same = merged.get(key);
    if (same === undefined) merged.set(key, [...sides]);
    else same[index] += sides[index]!;
  }
  return [...merged.values()].map((sides) => sides.with(index, Array.from(sides[index]!).toSorted().join('')));
}

/** Every position of a space, one after the other; the array is reused. */
export function* positions(dimensions: readonly Dimension[]): Generator<readonly number[]> {
  const at = dimensions.map(() => 0);
  for (;;) {
    yield at;
    let index = at.length - 1;
    while (index >= 0 && at[index] === dimensions[index]!.values.length - 1) at[index--] = 0;
    if (index < 0) return;
    at[index]!++;
  }
}
