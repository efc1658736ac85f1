// Points of a space, told as a few boxes: a box is a set of values for each dimension and stands for all their combinations. A box may also hold
// neutral points, of which what is told is true in an empty way; so a dimension that plays no part drops out, and a person can read the rest.
import { indexOf, type Dimension } from './space.ts';

export interface Box {
  /** Points in it that no box before it holds. */
  readonly count: number;
  /** Values by dimension, in order; dimensions that hold all their values are left out. */
  readonly where: Readonly<Record<string, readonly string[]>>;
}

type Position = readonly number[];
/** Values for each dimension, ascending. */
type Sides = readonly (readonly number[])[];

/** Beyond these, boxes are told as they are found, without looking for larger ones. */
const MOST_WIDENED = 100;

/** `points`: each once. `isNeutral`: may be in a box without being one of them. The boxes hold all points and nothing else but neutral ones. */
export function boxesOf(
  points: readonly Position[],
  dimensions: readonly Dimension[],
  isNeutral: (at: Position) => boolean,
): readonly Box[] {
  const open = new Set(points.map((at) => indexOf(at, dimensions)));
  const all = new Set(open);
  const mayHold = (at: Position): boolean => all.has(indexOf(at, dimensions)) || isNeutral(at);
  const found: Box[] = [];
  const take = (sides: Sides): void => {
    let count = 0;
    for (const at of within(sides)) if (open.delete(indexOf(at, dimensions))) count++;
    if (count > 0) found.push({ count, where: named(sides, dimensions) });
  };
  const around = dimensions.map((_, index) => [...new Set(points.map((at) => at[index]!))].toSorted((a, b) => a - b));
  if (holdsOnly(around, mayHold)) take(widened(around, dimensions, mayHold));
  for (const sides of open.size === 0 ? [] : disjoint(points, dimensions)) {
    if (open.size === 0) break;
    take(found.length < MOST_WIDENED ? widened(sides, dimensions, mayHold) : sides);
  }
  return found.toSorted((a, b) => b.count - a.count);
}

/** Every dimension that can be left out, left out. */
function widened(sides: Sides, dimensions: readonly Dimension[], mayHold: (at: Position) => boolean): Sides {
  let wide = sides;
  for (const [index, { values }] of dimensions.entries()) {
    const side = wide[index]!;
    if (side.length === values.length) continue;
    const missing = [...values.keys()].filter((value) => !side.includes(value));
    if (holdsOnly(wide.with(index, missing), mayHold)) wide = wide.with(index, [...values.keys()]);
  }
  return wide;
}

function holdsOnly(sides: Sides, mayHold: (at: Position) => boolean): boolean {
  for (const at of within(sides)) if (!mayHold(at)) return false;
  return true;
}

const BETWEEN = ';';

/** Boxes that never overlap, largest first: whatever differs along one dimension only is put together, along one after the other. */
function disjoint(points: readonly Position[], dimensions: readonly Dimension[]): readonly Sides[] {
  let boxes: readonly Sides[] = points.map((at) => at.map((value) => [value]));
  for (let before = Number.POSITIVE_INFINITY; boxes.length < before;) {
    before = boxes.length;
    for (const index of dimensions.keys()) boxes = mergedAlong(boxes, index);
  }
  return boxes.toSorted((a, b) => pointsIn(b) - pointsIn(a));
}

function mergedAlong(boxes: readonly Sides[], index: number): readonly Sides[] {
  const alike = Map.groupBy(boxes, (sides) => sides.with(index, []).join(BETWEEN));
  return [...alike.values()].map((same) =>
    same[0]!.with(
      index,
      same.flatMap((sides) => sides[index]!).toSorted((a, b) => a - b),
    ),
  );
}

function pointsIn(sides: Sides): number {
  return sides.reduce((product, { length }) => product * length, 1);
}

function named(sides: Sides, dimensions: readonly Dimension[]): Box['where'] {
  return Object.fromEntries(
    dimensions.flatMap(({ name, values }, index) => {
      const side = sides[index]!;
      return side.length === values.length ? [] : [[name, side.map((value) => values[value]!)]];
    }),
  );
}

/** Every position of a space, one after the other; the array is reused. */
export function positions(dimensions: readonly Dimension[]): Generator<Position> {
  return within(dimensions.map(({ values }) => [...values.keys()]));
}

function* within(sides: Sides): Generator<Position> {
  const places = sides.map(() => 0);
  const at = sides.map((side) => side[0]!);
  for (;;) {
    yield at;
    let index = at.length - 1;
    for (; index >= 0; index--) {
      const side = sides[index]!;
      const next = places[index]! + 1;
      const isLast = next === side.length;
      places[index] = isLast ? 0 : next;
      at[index] = side[places[index]!]!;
      if (!isLast) break;
    }
    if (index < 0) return;
  }
}
