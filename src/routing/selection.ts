// What routing answers to a request: who may serve it, in which order, or why nobody may. Words for clients are not its business.
import type { Candidate } from './candidate.ts';
import type { LimitBreach } from './concentration.ts';
import type { DemandFailure } from './demands.ts';
import type { Wire } from './deployment.ts';
import type { EvidenceProblem } from './evidence.ts';

/** A deployment that meets every demand and is not asked all the same. */
export interface LeftOut {
  readonly deployment: string;
  /** Its evidence is not good, or a limit on shares with `enforce` keeps it out. */
  readonly reason: EvidenceProblem | 'over-limit';
}

export interface Selection {
  /** Never empty. Every one of them meets every demand, is neither cut nor drilled away, and may be asked in this order. */
  readonly candidates: readonly Candidate[];
  /** The classes this request's data has: the route's and the one the caller named. Sorted. */
  readonly dataClasses: readonly string[];
  /** The live drill that this request takes part in (the first, when there are several), whether or not it takes a candidate away. */
  readonly drill: string | undefined;
  /** Limits that sending to the first candidate exceeds and that let it pass: to be recorded. */
  readonly breaches: readonly LimitBreach[];
  /** For whoever asks why a fallback was not used. */
  readonly leftOut: readonly LeftOut[];
}

export type SelectionRefusal =
  | { readonly kind: 'unknown-data-class'; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: 'jurisdiction-malformed'; readonly problem: string }
  /** The route has no such deployment. */
  | { readonly kind: 'pinned-unknown'; readonly deployment: string }
  | { readonly kind: 'wire-not-served'; readonly served: readonly Wire[] }
  | {
      readonly kind: 'no-qualified-deployment';
      /** The deployment that the caller named: then only that one was judged. */
      readonly pinned: string | undefined;
      /** The demands that exclude deployments. */
      readonly failures: readonly DemandFailure[];
      /** The deployment that fails the fewest demands, and these in words. */
      readonly nearest: { readonly deployment: string; readonly unmet: readonly string[] } | undefined;
    }
  /** `selectors`: of cuts and of drills; `drill`: the drill without which somebody would be left. */
  | { readonly kind: 'cut-off'; readonly selectors: readonly string[]; readonly drill: string | undefined }
  | {
      readonly kind: 'not-qualified';
      readonly deployments: readonly { readonly deployment: string; readonly reason: EvidenceProblem }[];
      /** The last drill that took something away from this request. */
      readonly drill: string | undefined;
    }
  | { readonly kind: 'concentration-exceeded'; readonly breaches: readonly LimitBreach[] };
