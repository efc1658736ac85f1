// Which of several findings in the same place counts: every character belongs to one value.
import type { Finding } from './detector.ts';

/** In order and without overlaps: the surer one wins, then the longer one, then the one that begins earlier. */
export function withoutOverlaps(findings: readonly Finding[]): Finding[] {
  if (findings.length < 2) return [...findings];
  const best = findings.toSorted(
    (a, b) => b.confidence - a.confidence || b.end - b.start - (a.end - a.start) || a.start - b.start || compare(a.type, b.type),
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
