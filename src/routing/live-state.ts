// A routing state in the form in which requests use it: selectors read once, evidence by name. Made once per state.
import type { Deployment } from './deployment.ts';
import { indexEvidence, type EvidenceIndex } from './evidence.ts';
import { parseSelector, selects, type Selector } from './selectors.ts';
import type { LiveDrill, RoutingState } from './state.ts';

export interface LiveState {
  readonly cuts: readonly { readonly text: string; readonly selector: Selector | undefined }[];
  readonly drills: readonly { readonly drill: LiveDrill; readonly selectors: readonly Selector[] }[];
  readonly evidence: EvidenceIndex;
}

/**
 * A cut that cannot be read (one of a newer version, on another node) takes everything away: what somebody cut off in an emergency must
 * not be asked because this program does not know the word. A drill's selector that cannot be read takes nothing away: it is an exercise.
 */
export function liveState({ cuts, drills, evidence }: RoutingState): LiveState {
  return {
    cuts: cuts.map(({ selector: text }) => {
      const selector = parseSelector(text);
      return { text, selector: selector.ok ? selector.value : undefined };
    }),
    drills: drills.map((drill) => ({
      drill,
      selectors: drill.selectors.flatMap((text) => {
        const selector = parseSelector(text);
        return selector.ok ? [selector.value] : [];
      }),
    })),
    evidence: indexEvidence(evidence),
  };
}

/** The selectors of cuts that mean this deployment. */
export function cutsOf(deployment: Deployment, { cuts }: LiveState): readonly string[] {
  return cuts.filter(({ selector }) => selector === undefined || selects(selector, deployment)).map(({ text }) => text);
}

/** `roll`: 0 to 1, drawn once per request. A drill ends by its own time. */
export function takesPart(drill: LiveDrill, request: { readonly roll: number; readonly isCanary: boolean }, nowMs: number): boolean {
  if (nowMs < drill.startsAtMs || nowMs >= drill.endsAtMs) return false;
  return drill.canariesOnly ? request.isCanary : request.roll < drill.share;
}
