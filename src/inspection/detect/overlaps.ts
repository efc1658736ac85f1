// Which of several findings in the same place counts: every character belongs to one value.
import type { Finding } from './detector.ts';

/** A value that another one contains is part of it (the host of an address, the user of a path), unless it is surer by more than this. */
const MUCH_SURER = 0.25;

/** In order and without overlaps: what contains another wins, then the surer one, then the longer one, then the one that begins earlier. */
export function withoutOverlaps(findings: readonly Finding[]): Finding[] {
  if (findings.length < 2) return [...findings];
  const ordered = findings.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const kept: Finding[] = [];
  // Most stand alone; those that hang together are judged among themselves.
  for (let first = 0; first < ordered.length;) {
    let { end } = ordered[first]!;
    let next = first + 1;
    for (; next < ordered.length && ordered[next]!.start < end; next++) end = Math.max(end, ordered[next]!.end);
    if (next === first + 1) kept.push(ordered[first]!);
    else for (const finding of bestAmong(ordered.slice(first, next))) kept.push(finding);
    first = next;
  }
  return kept;
}

function bestAmong(ordered: readonly Finding[]): readonly Finding[] {
  const parts = partsAmong(ordered);
  // What contains a part may itself give way to something surer: then the part counts.
  const best = ordered.toSorted(
    (a, b) =>
      Number(parts.has(a)) - Number(parts.has(b)) ||
      b.confidence - a.confidence ||
      b.end - b.start - (a.end - a.start) ||
      a.start - b.start ||
      compare(a.type, b.type),
  );
  const kept: Finding[] = [];
  for (const finding of best) {
    const at = placeFor(kept, finding.start);
    const before = kept[at - 1];
    const after = kept[at];
    if (before !== undefined && before.end > finding.start) continue;
    if (after !== undefined && after.start < finding.end) continue;
    kept.splice(at, 0, finding);
  }
  return kept;
}

function partsAmong(ordered: readonly Finding[]): ReadonlySet<Finding> {
  // Those that reach beyond where the sweep is; each one that ends before a later one begins is let go.
  let open: Finding[] = [];
  const parts = new Set<Finding>();
  for (const finding of ordered) {
    open = open.filter(({ end }) => end > finding.start);
    const isPart = open.some(
      (other) =>
        other.end >= finding.end &&
        other.end - other.start > finding.end - finding.start &&
        other.confidence >= finding.confidence - MUCH_SURER,
    );
    if (isPart) parts.add(finding);
    if (open.length < MOST_OPEN) open.push(finding);
  }
  return parts;
}

/** More findings over one place are made on purpose. */
const MOST_OPEN = 64;

/** Index of the first kept finding that begins at `start` or later. */
function placeFor(kept: readonly Finding[], start: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (kept[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
