// What the results of one deployment amount to: score, latency, cost, the model that really answered. Sums only; decides no consequences.
import type { Deployment, Price } from '#routing';
import type { CaseResult } from '../control-store.ts';
import type { TokenUsage } from './answer.ts';
import type { EvaluationCase } from './cases.ts';

export interface DeploymentSummary {
  /** Weighted mean over all cases, 0 to 1. */
  readonly score: number;
  readonly casesPassed: number;
  readonly latencyMsP50: number;
  /** Mean over the cases whose cost is known; null: of none. In `currency`. */
  readonly costPerCase: number | null;
  /** Of all cases whose cost is known; without what the judge cost. */
  readonly costTotal: number | null;
  readonly currency: string | null;
  /** The one that most answers came from; null: none of them said. */
  readonly effectiveModel: string | null;
  /** All that answers came from, the most frequent first; more than one is worth a look. */
  readonly effectiveModels: readonly string[];
  /** When the oldest of the results was measured. */
  readonly atMs: number;
}

/** `results`: one for each case, in any order. */
export function summarise(
  deployment: Pick<Deployment, 'price'>,
  cases: readonly EvaluationCase[],
  results: readonly CaseResult[],
): DeploymentSummary {
  const byCase = new Map(results.map((result) => [result.caseId, result]));
  const weights = cases.reduce((sum, { weight }) => sum + weight, 0);
  const earned = cases.reduce((sum, { id, weight }) => sum + weight * byCase.get(id)!.score, 0);
  const costs = results.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const costTotal = costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0);
  const effectiveModels = byFrequency(results.flatMap(({ effectiveModel }) => (effectiveModel === null ? [] : [effectiveModel])));
  return {
    score: withoutDust(earned / weights),
    casesPassed: results.filter(({ passed }) => passed).length,
    latencyMsP50: median(results.map(({ latencyMs }) => latencyMs)),
    costPerCase: costTotal === null ? null : costTotal / costs.length,
    costTotal,
    currency: deployment.price?.currency ?? null,
    effectiveModel: effectiveModels[0] ?? null,
    effectiveModels,
    atMs: results.reduce((oldest, { atMs }) => Math.min(oldest, atMs), Infinity),
  };
}

/** Sums of floats end up a hair beside what they stand for, and a bar is compared exactly. */
function withoutDust(score: number): number {
  return Math.min(1, Math.max(0, Math.round(score * 1e9) / 1e9));
}

/** In the price's currency; null when price or usage is unknown. */
export function costOf(price: Price | undefined, usage: TokenUsage | undefined): number | null {
  if (price === undefined || usage === undefined) return null;
  const fresh = usage.inputTokens - usage.cachedInputTokens;
  const cachedPrice = price.cachedInputPerMillionTokens ?? price.inputPerMillionTokens;
  const sum =
    fresh * price.inputPerMillionTokens + usage.cachedInputTokens * cachedPrice + usage.outputTokens * price.outputPerMillionTokens;
  return sum / 1_000_000;
}

/** Of an even number, the lower one of the two in the middle: a value that was measured. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor((sorted.length - 1) / 2)] ?? 0);
}

function byFrequency(values: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.entries()].toSorted(([, a], [, b]) => b - a).map(([value]) => value);
}
