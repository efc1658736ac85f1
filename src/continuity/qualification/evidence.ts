// Turns the results of one deployment into evidence: first a durable record in the ledger, then the row that routing goes by. What cannot be
// recorded is no evidence.
import type { Json } from '#kernel';
import type { Deployment, Evidence } from '#routing';
import type { CaseResult, ControlStore } from '../control-store.ts';
import type { CaseSet } from './cases.ts';
import { summarise } from './summary.ts';

export interface EvidencePorts {
  readonly store: Pick<ControlStore, 'insertEvidence' | 'listEvidence'>;
  /** Resolves when the record is durable. */
  readonly record: (subject: string, facts: { readonly [name: string]: Json }) => Promise<void>;
}

interface Run {
  readonly run: string;
  readonly route: string;
  readonly bar: number | undefined;
  readonly caseSet: CaseSet;
}

const MOST_EVIDENCE = 1000;
const MOST_MODELS = 5;

/** `results`: one for each case. Writes nothing where the same is written already, as a run that goes on may find. */
export async function keepEvidence(
  { run, route, bar, caseSet }: Run,
  deployment: Deployment,
  results: readonly CaseResult[],
  { store, record }: EvidencePorts,
): Promise<void> {
  const summary = summarise(deployment, caseSet.cases, results);
  const evidence: Evidence = {
    route,
    deployment: deployment.id,
    model: deployment.model,
    score: summary.score,
    latencyMsP50: summary.latencyMsP50,
    costPerCase: summary.costPerCase,
    effectiveModel: summary.effectiveModel,
    atMs: summary.atMs,
    casesHash: caseSet.hash,
  };
  const earlier = await store.listEvidence({ route, limit: MOST_EVIDENCE });
  if (earlier.some((each) => isSame(each, evidence))) return;
  await record(run, {
    type: 'qualification',
    run,
    route,
    deployment: evidence.deployment,
    model: evidence.model,
    effectiveModels: summary.effectiveModels.slice(0, MOST_MODELS),
    cases: caseSet.cases.length,
    casesPassed: summary.casesPassed,
    casesHash: caseSet.hash,
    score: summary.score,
    bar: bar ?? null,
    qualified: bar === undefined ? null : summary.score >= bar,
    latencyMsP50: summary.latencyMsP50,
    cost: summary.costTotal,
    currency: summary.currency,
    measuredFrom: new Date(summary.atMs).toISOString(),
  });
  await store.insertEvidence({ ...evidence, run });
}

function isSame(a: Evidence, b: Evidence): boolean {
  return a.deployment === b.deployment && a.atMs === b.atMs && a.casesHash === b.casesHash;
}
