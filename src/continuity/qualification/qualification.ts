// Runs a route's evaluation cases over its candidates, through the checkpoint, and turns the results into evidence. Each result is kept as
// it comes, so that an interrupted run can go on. What could not be measured is no evidence, neither good nor bad.
import type { Json } from '#kernel';
import type { Deployment } from '#routing';
import type { CaseResult, ControlStore } from '../control-store.ts';
import type { ChatAnswer } from './answer.ts';
import { ask, type Asked, type AskingPorts } from './asking.ts';
import type { CaseSet, EvaluationCase } from './cases.ts';
import { inOneLine, judgeAnswer } from './checks.ts';
import { keepEvidence, type EvidencePorts } from './evidence.ts';
import { createJudge } from './judging.ts';
import type { CheckSandbox } from './sandbox.ts';
import { costOf, summarise, type DeploymentSummary } from './summary.ts';

export interface QualificationTask {
  readonly run: string;
  readonly route: string;
  readonly deployments: readonly Deployment[];
  readonly caseSet: CaseSet;
  /** Undefined: the route asks for none, and scores are only shown. */
  readonly bar: number | undefined;
  /** Undefined only when no case needs a judge. */
  readonly judgeRoute: string | undefined;
  /** What an interrupted run has measured already. */
  readonly known: readonly CaseResult[];
  /** Requests under way at a time, 1 to 64, the judge's not counted. */
  readonly concurrency: number;
  /** False for a trial with cases other than the route's: nothing but the case results is kept. */
  readonly keepsEvidence: boolean;
}

export interface QualificationProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

export interface QualificationPorts extends AskingPorts, EvidencePorts {
  readonly store: EvidencePorts['store'] & Pick<ControlStore, 'insertCaseResult'>;
  readonly sandbox: CheckSandbox;
  /** Aborted: no further request, and those under way are given up. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: QualificationProgress) => void;
}

export interface DeploymentOutcome {
  readonly deployment: Deployment;
  /** `unrated`: measured, and the route has no bar. */
  readonly verdict: 'qualified' | 'below-bar' | 'unrated' | 'not-measured';
  /** Undefined when not every case was measured. */
  readonly summary: DeploymentSummary | undefined;
  /** Why it was not measured. */
  readonly reason: string | undefined;
  /** In the order of the cases. */
  readonly results: readonly CaseResult[];
}

export interface QualificationReport {
  readonly outcomes: readonly DeploymentOutcome[];
  readonly isInterrupted: boolean;
}

/** Rejects with what `ask` and the judge throw when nothing can go on, and with failures of store and ledger. What was measured is kept. */
export async function qualify(task: QualificationTask, ports: QualificationPorts): Promise<QualificationReport> {
  return await new Qualification(task, ports).run();
}

interface Job {
  readonly evaluationCase: EvaluationCase;
  readonly candidate: Candidate;
}

/** One deployment while it is measured. */
interface Candidate {
  readonly deployment: Deployment;
  readonly results: Map<string, CaseResult>;
  /** What the deployment calls the limit of output tokens: newer OpenAI models refuse the old name, most other servers know only that. */
  limitName: 'max_tokens' | 'max_completion_tokens';
  /** Why no further case is asked of it. */
  unavailable: string | undefined;
}

class Qualification {
  readonly #task: QualificationTask;
  readonly #ports: QualificationPorts;
  readonly #candidates: readonly Candidate[];
  readonly #judge: ReturnType<typeof createJudge> | undefined;
  /** Ends what is under way when the caller does, or when one request found a reason for all to stop. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #done = 0;
  #failed = 0;
  #concluding: Promise<void> = Promise.resolve();

  constructor(task: QualificationTask, ports: QualificationPorts) {
    this.#task = task;
    this.#ports = ports;
    this.#signal = AbortSignal.any([ports.signal, this.#stop.signal]);
    const caseIds = new Set(task.caseSet.cases.map(({ id }) => id));
    this.#candidates = task.deployments.map((deployment) => ({
      deployment,
      results: new Map(
        task.known
          .filter((result) => result.deployment === deployment.id && caseIds.has(result.caseId))
          .map((result) => [result.caseId, result]),
      ),
      limitName: 'max_tokens',
      unavailable: undefined,
    }));
    this.#judge = task.judgeRoute === undefined ? undefined : createJudge({ route: task.judgeRoute, ports, signal: this.#signal });
  }

  async run(): Promise<QualificationReport> {
    for (const { results } of this.#candidates) for (const result of results.values()) this.#count(result);
    for (const candidate of this.#candidates) await this.#conclude(candidate);
    const jobs = this.#jobs();
    const workers = Array.from({ length: this.#task.concurrency }, () => this.#work(jobs));
    const ends = await Promise.allSettled(workers);
    // What was merely given up says nothing; the reason to give up does.
    const failure = ends.find((each) => each.status === 'rejected' && each.reason !== this.#signal.reason);
    if (failure?.status === 'rejected') throw failure.reason;
    return {
      outcomes: this.#candidates.map((candidate) => this.#outcome(candidate)),
      isInterrupted:
        this.#ports.signal.aborted && this.#candidates.some((each) => each.unavailable === undefined && !this.#isComplete(each)),
    };
  }

  /** Case by case, so that providers take turns; without what is known. */
  *#jobs(): Generator<Job> {
    for (const evaluationCase of this.#task.caseSet.cases) {
      for (const candidate of this.#candidates) {
        if (candidate.unavailable !== undefined || candidate.results.has(evaluationCase.id)) continue;
        yield { evaluationCase, candidate };
      }
    }
  }

  /** Several of these share one generator. */
  async #work(jobs: Generator<Job>): Promise<void> {
    try {
      for (let next = jobs.next(); !next.done && !this.#signal.aborted; next = jobs.next()) await this.#measure(next.value);
    } catch (error) {
      this.#stop.abort();
      throw error;
    }
  }

  async #measure({ evaluationCase, candidate }: Job): Promise<void> {
    const asked = await this.#ask(evaluationCase, candidate);
    if (asked.kind === 'unavailable') {
      candidate.unavailable ??= asked.reason;
      return;
    }
    const result = await this.#judged(evaluationCase, candidate.deployment, asked);
    await this.#ports.store.insertCaseResult(result);
    candidate.results.set(evaluationCase.id, result);
    this.#count(result);
    await this.#conclude(candidate);
  }

  async #ask(evaluationCase: EvaluationCase, candidate: Candidate): Promise<Asked> {
    const send = (): Promise<Asked> =>
      ask(
        {
          route: this.#task.route,
          deployment: candidate.deployment.id,
          body: bodyOf(evaluationCase, candidate.limitName),
          signal: this.#signal,
        },
        this.#ports,
      );
    const asked = await send();
    const refusesName = asked.kind === 'failed' && asked.parameter === 'max_tokens' && evaluationCase.maxTokens !== undefined;
    if (!refusesName || candidate.limitName !== 'max_tokens') return asked;
    candidate.limitName = 'max_completion_tokens';
    return await send();
  }

  async #judged(
    evaluationCase: EvaluationCase,
    { id, price }: Deployment,
    asked: Exclude<Asked, { kind: 'unavailable' }>,
  ): Promise<CaseResult> {
    const { run, route } = this.#task;
    const { latencyMs } = asked;
    const base = { run, route, deployment: id, caseId: evaluationCase.id, latencyMs: Math.round(latencyMs), atMs: this.#ports.clock.now() };
    if (asked.kind === 'failed') return { ...base, passed: false, score: 0, cost: null, effectiveModel: null, problems: [asked.problem] };
    const { answer } = asked;
    const measured = { ...base, cost: costOf(price, answer.usage), effectiveModel: answer.model ?? null };
    if (answer.isDeclined) return { ...measured, passed: false, score: 0, problems: ['the model declined'] };
    const verdict = await judgeAnswer(evaluationCase, {
      answer,
      latencyMs,
      sandbox: this.#ports.sandbox,
      judge: (rubric) => this.#grade(rubric, evaluationCase, answer),
    });
    return { ...measured, ...verdict, problems: verdict.problems.map(inOneLine) };
  }

  #grade(rubric: string, { messages }: EvaluationCase, answer: ChatAnswer): Promise<number | 'unreadable' | 'declined'> {
    if (this.#judge === undefined) throw new TypeError('a case needs a judge, and the task names none');
    return this.#judge({ rubric, messages, answer });
  }

  #count({ passed }: CaseResult): void {
    this.#done++;
    if (!passed) this.#failed++;
    this.#ports.onProgress({ done: this.#done, total: this.#task.caseSet.cases.length * this.#candidates.length, failed: this.#failed });
  }

  #isComplete({ results }: Candidate): boolean {
    return results.size === this.#task.caseSet.cases.length;
  }

  /** Evidence as soon as a deployment's last case is in: what ends the run later does not take it away. One at a time. */
  async #conclude(candidate: Candidate): Promise<void> {
    if (!this.#task.keepsEvidence || !this.#isComplete(candidate)) return;
    const { deployment, results } = candidate;
    this.#concluding = this.#concluding.then(() => keepEvidence(this.#task, deployment, [...results.values()], this.#ports));
    await this.#concluding;
  }

  #outcome(candidate: Candidate): DeploymentOutcome {
    const { deployment, unavailable } = candidate;
    const { bar, caseSet } = this.#task;
    const results = caseSet.cases.flatMap(({ id }) => candidate.results.get(id) ?? []);
    if (!this.#isComplete(candidate)) {
      return { deployment, verdict: 'not-measured', summary: undefined, reason: unavailable ?? 'interrupted', results };
    }
    const summary = summarise(deployment, caseSet.cases, results);
    const verdict = bar === undefined ? 'unrated' : summary.score >= bar ? 'qualified' : 'below-bar';
    return { deployment, verdict, summary, reason: undefined, results };
  }
}

function bodyOf(
  { messages, tools, maxTokens, temperature }: EvaluationCase,
  limitName: Candidate['limitName'],
): { readonly [member: string]: Json } {
  return {
    messages,
    ...(tools.length === 0 ? {} : { tools }),
    ...(maxTokens === undefined ? {} : { [limitName]: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}
