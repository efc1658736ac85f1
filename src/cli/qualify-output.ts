// What `sekisho qualify` says: the table of its results, the evidence there is, and both as data. Words only.
import type { CaseSet, DeploymentOutcome, QualificationReport } from '#continuity';
import type { Deployment, Evidence, EvidenceProblem, Route } from '#routing';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { columns, plain, type Style, type Terminal } from './terminal.ts';

const SHOWN_FAILURES = 20;
const DAY_MS = 86_400_000;

export interface RunFacts {
  readonly run: string;
  readonly route: Route;
  readonly caseSet: CaseSet;
  readonly casesPath: string;
  readonly isTrial: boolean;
  readonly isResumed: boolean;
}

/** Not measured weighs more than below the bar: the first asks for another run. */
export function exitCodeOf({ outcomes }: QualificationReport): ExitCode {
  if (outcomes.some(({ verdict }) => verdict === 'not-measured')) return EXIT.failed;
  return outcomes.some(({ verdict }) => verdict === 'below-bar') ? EXIT.refused : EXIT.ok;
}

export function reportView(report: QualificationReport, facts: RunFacts) {
  const { run, route, caseSet, casesPath, isTrial, isResumed } = facts;
  return {
    ok: exitCodeOf(report) === EXIT.ok,
    run,
    route: route.name,
    bar: route.qualification?.bar ?? null,
    cases: { file: casesPath, hash: caseSet.hash, count: caseSet.cases.length },
    resumed: isResumed,
    recorded: !isTrial,
    deployments: report.outcomes.map(({ deployment, verdict, summary, reason, results }) => ({
      id: deployment.id,
      model: deployment.model,
      verdict,
      reason: reason ?? null,
      score: summary?.score ?? null,
      casesPassed: summary?.casesPassed ?? null,
      latencyMsP50: summary?.latencyMsP50 ?? null,
      costPerCase: summary?.costPerCase ?? null,
      costTotal: summary?.costTotal ?? null,
      currency: summary?.currency ?? null,
      effectiveModels: summary?.effectiveModels ?? [],
      failures: results.filter(({ passed }) => !passed).map(({ caseId, score, problems }) => ({ case: caseId, score, problems })),
    })),
  };
}

export function printReport(report: QualificationReport, facts: RunFacts, terminal: Terminal): void {
  const { style } = terminal;
  const { route, caseSet, isTrial } = facts;
  const bar = route.qualification?.bar;
  const header = ['deployment', bar === undefined ? 'score' : `score (bar ${bar})`, 'p50', 'cost/case', 'effective model', 'verdict'];
  const rows = report.outcomes.map((outcome) => outcomeRow(outcome, caseSet, style));
  terminal.out(columns([header.map((word) => style('dim', word)), ...rows]));
  for (const outcome of report.outcomes) printFailures(outcome, terminal);
  if (isTrial) {
    terminal.note('A trial: these are not the cases of the route, so the evidence stays as it was.');
  } else if (bar === undefined) {
    terminal.note(`The route ${route.name} asks for no evidence; give it \`qualification\` with a bar to make this one count.`);
  }
}

function outcomeRow({ deployment, verdict, summary, results }: DeploymentOutcome, { cases }: CaseSet, style: Style): string[] {
  if (summary === undefined) {
    return [deployment.id, '-', '-', '-', '-', `${style('yellow', 'not measured')} (${results.length} of ${cases.length} cases)`];
  }
  const verdicts = {
    qualified: style('green', 'qualified'),
    'below-bar': style('red', 'below the bar'),
    unrated: 'measured',
    'not-measured': '',
  } as const;
  return [
    deployment.id,
    scoreText(summary.score),
    `${summary.latencyMsP50} ms`,
    costText(summary.costPerCase, summary.currency),
    modelsText(summary.effectiveModels),
    `${verdicts[verdict]} (${summary.casesPassed} of ${cases.length} cases passed)`,
  ];
}

function printFailures({ deployment, reason, results }: DeploymentOutcome, terminal: Terminal): void {
  const { style } = terminal;
  const failures = results.filter(({ passed }) => !passed);
  if (reason === undefined && failures.length === 0) return;
  terminal.out(`\n${style('bold', deployment.id)}`);
  if (reason !== undefined) terminal.out(`  not measured: ${plain(reason)}`);
  const rows = failures
    .slice(0, SHOWN_FAILURES)
    .map(({ caseId, score, problems }) => [`  ${style('red', '✗')} ${plain(caseId)}`, scoreText(score), plain(problems.join('; '))]);
  if (rows.length > 0) terminal.out(columns(rows));
  if (failures.length > SHOWN_FAILURES) terminal.out(`  and ${failures.length - SHOWN_FAILURES} more; --json shows all`);
}

/** Never rounds up to a bar that was not reached. */
function scoreText(score: number): string {
  return (Math.floor(score * 1000) / 1000).toFixed(3);
}

function costText(cost: number | null, currency: string | null): string {
  return cost === null ? 'unknown' : `${cost.toPrecision(3)} ${currency ?? ''}`.trim();
}

function modelsText(models: readonly string[]): string {
  const [first, ...others] = models;
  if (first === undefined) return 'not said';
  return others.length === 0 ? plain(first) : `${plain(first)} and ${others.length} more`;
}

/** How a piece of evidence stands today. */
export type Standing = EvidenceProblem | 'counts' | 'no-bar';

export interface Shown {
  readonly deployment: Deployment;
  readonly evidence: Evidence | undefined;
  readonly standing: Standing;
}

export function shownView(route: Route, shown: readonly Shown[], nowMs: number) {
  return {
    ok: true,
    route: route.name,
    bar: route.qualification?.bar ?? null,
    maxAgeDays: route.qualification?.maxAgeDays ?? null,
    deployments: shown.map(({ deployment, evidence, standing }) => ({
      id: deployment.id,
      model: deployment.model,
      standing,
      evidence:
        evidence === undefined
          ? null
          : {
              score: evidence.score,
              model: evidence.model,
              effectiveModel: evidence.effectiveModel,
              latencyMsP50: evidence.latencyMsP50,
              costPerCase: evidence.costPerCase,
              measuredAt: new Date(evidence.atMs).toISOString(),
              ageDays: Math.round(((nowMs - evidence.atMs) / DAY_MS) * 100) / 100,
              casesHash: evidence.casesHash,
            },
    })),
  };
}

export function printShown(route: Route, shown: readonly Shown[], nowMs: number, terminal: Terminal): void {
  const { style } = terminal;
  const rule = route.qualification;
  const words: Readonly<Record<Standing, string>> = {
    counts: style('green', 'counts'),
    'below-bar': style('red', 'below the bar'),
    'stale-evidence': style('yellow', `stale: older than ${rule?.maxAgeDays ?? 0} days`),
    'model-changed': style('yellow', 'of another model'),
    'no-bar': 'the route asks for none',
    'no-evidence': style('yellow', 'no evidence'),
  };
  const header = ['deployment', rule === undefined ? 'score' : `score (bar ${rule.bar})`, 'p50', 'effective model', 'age', 'standing'];
  const rows = shown.map(({ deployment, evidence, standing }) =>
    evidence === undefined
      ? [deployment.id, '-', '-', '-', '-', words[standing]]
      : [
          deployment.id,
          scoreText(evidence.score),
          `${evidence.latencyMsP50} ms`,
          plain(evidence.effectiveModel ?? 'not said'),
          ageText(nowMs - evidence.atMs),
          words[standing],
        ],
  );
  terminal.out(columns([header.map((word) => style('dim', word)), ...rows]));
}

function ageText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
