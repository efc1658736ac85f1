// A deployment as one request sees it.
import type { Deployment, Wire } from './deployment.ts';
import type { EvidenceProblem } from './evidence.ts';

export interface Candidate {
  readonly deployment: Deployment;
  /** The format that is spoken with it: the client's own when it speaks that, else the closest. */
  readonly wire: Wire;
  readonly isTranslated: boolean;
  /** It serves although it has no good evidence for this route, because the route allows that or the caller asked for it by name. */
  readonly degraded: { readonly reason: EvidenceProblem } | undefined;
}
