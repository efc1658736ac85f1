// What a score makes of a standing. It goes up by itself, and down by itself only from a review that nobody ordered.
import { STANDINGS, type Standing } from '../taxonomy.ts';
import type { MisuseThresholds } from './signals.ts';

export function isWorse(standing: Standing, than: Standing): boolean {
  return STANDINGS.indexOf(standing) > STANDINGS.indexOf(than);
}

/** `isOrdered`: a person set the present standing. */
export function standingAt(
  score: number,
  present: { readonly standing: Standing; readonly isOrdered: boolean },
  thresholds: MisuseThresholds,
): Standing {
  const reached = levelOf(score, thresholds);
  if (isWorse(reached, present.standing)) return reached;
  if (present.standing === 'review' && !present.isOrdered && score < thresholds.reviewEndsBelow) return 'clear';
  return present.standing;
}

function levelOf(score: number, { review, restricted, suspended }: MisuseThresholds): Standing {
  if (score >= suspended) return 'suspended';
  if (score >= restricted) return 'restricted';
  return score >= review ? 'review' : 'clear';
}
