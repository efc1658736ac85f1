// Who of those that meet the demands may be asked now: without what is cut off or drilled away, and with good evidence where the route asks
// for it. Pure: the same eligibility, state and time give the same standing.
import { err, type Err } from '#kernel';
import type { Candidate } from './candidate.ts';
import type { Eligibility } from './eligibility.ts';
import { evidenceKey, evidenceProblem, staleFrom } from './evidence.ts';
import { cutsOf, type LiveState } from './live-state.ts';
import type { LeftOut, SelectionRefusal } from './selection.ts';
import { describeSelector, selects } from './selectors.ts';

export interface Standing {
  /** Those with good evidence in the route's order, then those without, marked, where the route allows them. */
  readonly candidates: readonly Candidate[];
  /** Set when there are none. */
  readonly refusal: Err<SelectionRefusal> | undefined;
  /** Wall clock until which this holds, as evidence ages. */
  readonly validUntilMs: number;
  /** Neither cut nor drilled away, with their marks, in the route's order. */
  readonly left: readonly Candidate[];
  /** Selectors that took somebody away. */
  readonly takenBy: readonly string[];
  /** Those that the route does not allow without good evidence. */
  readonly leftOut: readonly LeftOut[];
}

export function standingOf(eligible: Eligibility, state: LiveState, nowMs: number): Standing {
  const left: Candidate[] = [];
  const takenBy = new Set<string>();
  let validUntilMs = Infinity;
  for (const candidate of eligible.candidates) {
    const cuts = cutsOf(candidate.deployment, state);
    for (const text of cuts) takenBy.add(text);
    if (cuts.length > 0) continue;
    const marked = mark(candidate, eligible, state, nowMs);
    left.push(marked.candidate);
    validUntilMs = Math.min(validUntilMs, marked.validUntilMs);
  }
  return standing(eligible, left, [...takenBy], validUntilMs, undefined);
}

/** The same for requests that take part in a drill, after what earlier ones took. */
export function withoutDrilled(before: Standing, eligible: Eligibility, { drill, selectors }: LiveState['drills'][number]): Standing {
  const taking = selectors.filter((selector) => before.left.some(({ deployment }) => selects(selector, deployment)));
  if (taking.length === 0) return before;
  const left = before.left.filter(({ deployment }) => !taking.some((selector) => selects(selector, deployment)));
  const takenBy = [...new Set([...before.takenBy, ...taking.map(describeSelector)])];
  return standing(eligible, left, takenBy, before.validUntilMs, drill.id);
}

function standing(
  { route, isEvaluation }: Eligibility,
  left: readonly Candidate[],
  takenBy: readonly string[],
  validUntilMs: number,
  drill: string | undefined,
): Standing {
  const good = left.filter(({ degraded }) => degraded === undefined);
  const bad = left.filter(({ degraded }) => degraded !== undefined);
  const isAllowed = isEvaluation || route.qualification?.degraded === 'allow';
  const candidates = isAllowed ? [...good, ...bad] : good;
  const leftOut = isAllowed
    ? []
    : bad.map(({ deployment, degraded }): LeftOut => ({ deployment: deployment.id, reason: degraded!.reason }));
  const refusal = candidates.length > 0 ? undefined : err(refusalOf(bad, takenBy, drill));
  return { candidates, refusal, validUntilMs, left, takenBy, leftOut };
}

function refusalOf(bad: readonly Candidate[], takenBy: readonly string[], drill: string | undefined): SelectionRefusal {
  if (bad.length === 0) return { kind: 'cut-off', selectors: takenBy, drill };
  return {
    kind: 'not-qualified',
    deployments: bad.map(({ deployment, degraded }) => ({ deployment: deployment.id, reason: degraded!.reason })),
    drill,
  };
}

function mark(
  candidate: Candidate,
  { route, preferred }: Eligibility,
  { evidence }: LiveState,
  nowMs: number,
): { readonly candidate: Candidate; readonly validUntilMs: number } {
  const rule = route.qualification;
  const { deployment } = candidate;
  if (rule === undefined || deployment === preferred) return { candidate, validUntilMs: Infinity };
  const found = evidence.get(evidenceKey(route.name, deployment.id));
  const reason = evidenceProblem(rule, deployment, found, nowMs);
  if (reason === undefined) return { candidate, validUntilMs: staleFrom(rule, found!) };
  return { candidate: { ...candidate, degraded: { reason } }, validUntilMs: Infinity };
}
