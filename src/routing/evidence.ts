// Whether what an evaluation found out lets a deployment stand in for another on a route. Runs no evaluation.
import type { Deployment, QualificationRule } from './deployment.ts';
import type { Evidence } from './state.ts';

export type EvidenceProblem = 'no-evidence' | 'stale-evidence' | 'below-bar' | 'model-changed';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Undefined: the evidence is good. `nowMs`: wall clock. */
export function evidenceProblem(
  rule: QualificationRule,
  deployment: Deployment,
  evidence: Evidence | undefined,
  nowMs: number,
): EvidenceProblem | undefined {
  if (evidence === undefined) return 'no-evidence';
  if (evidence.model !== deployment.model) return 'model-changed';
  if (nowMs > staleFrom(rule, evidence)) return 'stale-evidence';
  // Written so that a score that is no number does not pass.
  return evidence.score >= rule.bar ? undefined : 'below-bar';
}

/** Wall clock after which the evidence no longer counts. */
export function staleFrom(rule: QualificationRule, { atMs }: Evidence): number {
  return atMs + rule.maxAgeDays * DAY_MS;
}

export type EvidenceIndex = ReadonlyMap<string, Evidence>;

/** By route and deployment; where there are several, the newest. */
export function indexEvidence(all: readonly Evidence[]): EvidenceIndex {
  const index = new Map<string, Evidence>();
  for (const evidence of all) {
    const key = evidenceKey(evidence.route, evidence.deployment);
    const known = index.get(key);
    if (known === undefined || known.atMs < evidence.atMs) index.set(key, evidence);
  }
  return index;
}

/** A route's name has no line break. */
export function evidenceKey(route: string, deployment: string): string {
  return `${route}\n${deployment}`;
}
