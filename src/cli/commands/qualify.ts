// sekisho qualify: asks a route's evaluation cases of its candidates, through the running checkpoint, and keeps what came of it.
import { setTimeout as delay } from 'node:timers/promises';
import type { ContinuityControl } from '#compose';
import { environment, type Config } from '#config';
import {
  createCheckSandbox,
  findInterruptedRun,
  findRun,
  needsJudge,
  newRunId,
  qualify as runQualification,
  runFingerprint,
  type CheckSandbox,
  type QualificationProgress,
  type QualificationReport,
  type ResumableRun,
} from '#continuity';
import { createSystemRandom, systemClock } from '#kernel';
import type { Deployment, Route } from '#routing';
import { command, CONFIG_FLAG, JSON_FLAG, type Context } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { withControl } from '../continuity-access.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { interruptedError, usageError } from '../failure.ts';
import { isLoopback } from '../http-ledger.ts';
import { startProgress } from '../progress.ts';
import { chooseCases, type ChosenCases } from '../qualify-cases.ts';
import { chooseDeployments, DEFAULT_CONCURRENCY, findRoute, MOST_CONCURRENT, parseConcurrency } from '../qualify-choices.ts';
import { withKey } from '../qualify-key.ts';
import { exitCodeOf, printReport, reportView, type RunFacts } from '../qualify-output.ts';
import { assertRunning, checkpointUrl, createCheckpointClient } from '../qualify-sender.ts';
import { showEvidence } from '../qualify-show.ts';

const BAR_CHARACTERS = 20;

export const qualify = command({
  flags: {
    route: { type: 'positional', required: true, description: 'The route whose candidates are asked' },
    deployment: { type: 'string', valueHint: 'ID', repeatable: true, description: 'Only this candidate (provider/name); default: all' },
    cases: { type: 'string', valueHint: 'FILE', description: 'Other cases than the route’s own: a trial, which changes no evidence' },
    url: { type: 'string', valueHint: 'URL', description: 'The running checkpoint; default: where the configuration has it listen' },
    key: { type: 'string', valueHint: 'KEY', description: 'Key for the requests; default: $SEKISHO_KEY, else one made for this run' },
    concurrency: {
      type: 'string',
      valueHint: 'N',
      description: `Requests at a time, 1 to ${MOST_CONCURRENT}; default: ${DEFAULT_CONCURRENCY}`,
    },
    resume: { type: 'string', valueHint: 'RUN', description: 'Go on with this run; default: the newest, if it was interrupted' },
    fresh: { type: 'boolean', description: 'Begin anew, whatever was interrupted' },
    show: { type: 'boolean', description: 'Only show the evidence there is, how old it is, and whether it counts' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'A fallback that was never tried is not a fallback. Asks your own evaluation cases (`qualification.cases` of the route) of every ' +
    'candidate, through the running checkpoint, and keeps score, latency, cost and the model that really answered as evidence: in the ' +
    'ledger first, then for routing, which uses no fallback below the bar or with stale evidence.\n\n' +
    'A candidate that cannot be reached is not measured, which is no score of zero: its evidence stays as it was. What was measured is kept ' +
    'for 24 hours, so the same command goes on after Ctrl-C or an outage. The cases are sent to the providers, count as traffic, and cost ' +
    'what such requests cost.\n\n' +
    'Exit code 0 when every candidate reaches the bar, 3 when one does not, 1 when one could not be measured.',
  examples: [
    ['sekisho qualify defender', 'All candidates of the route'],
    ['sekisho qualify defender --deployment domestic/large --concurrency 16', 'One of them, faster'],
    ['sekisho qualify defender --cases draft.yaml', 'Try new cases before they count'],
    ['sekisho qualify defender --show', 'What is known, and how old it is'],
  ],
  async run(values, context) {
    const { resume, fresh, show, json } = values;
    if (resume !== undefined && fresh) throw usageError('--resume and --fresh contradict each other');
    const concurrency = parseConcurrency(values.concurrency);
    const loaded = readConfig(context, values.config);
    if (loaded === undefined) return EXIT.usage;
    const { config } = loaded;
    const route = findRoute(config, values.route);
    const deployments = chooseDeployments(route, values.deployment);
    if (show) return await showEvidence(context, config, route, deployments);
    const sandbox = createCheckSandbox();
    try {
      const chosen = await chooseCases(values.cases, route, sandbox, context);
      if (chosen === undefined) return EXIT.usage;
      const url = checkpointUrl(values.url, config.server);
      const setup: Setup = {
        config,
        route,
        deployments,
        chosen,
        url,
        key: values.key ?? environment().key,
        concurrency,
        resume,
        fresh,
        sandbox,
      };
      checkJudge(setup, context, json);
      if (url.startsWith('http:') && !isLoopback(new URL(url))) {
        context.terminal.note('warning: key and answers cross the network in clear, because the URL is http');
      }
      await assertRunning(url);
      return await withControl(context, config, (control) => measure(setup, control, context));
    } finally {
      await sandbox.close();
    }
  },
});

interface Setup {
  readonly config: Config;
  readonly route: Route;
  readonly deployments: readonly Deployment[];
  readonly chosen: ChosenCases;
  readonly url: string;
  readonly key: string | undefined;
  readonly concurrency: number;
  readonly resume: string | undefined;
  readonly fresh: boolean;
  readonly sandbox: CheckSandbox;
}

async function measure(setup: Setup, control: ContinuityControl, context: Context): Promise<ExitCode> {
  const { config, route, chosen, key } = setup;
  const { caseSet, isTrial } = chosen;
  const fingerprint = runFingerprint(route, caseSet.hash);
  const earlier = await earlierRun(setup, control, fingerprint);
  const run = earlier?.run ?? newRunId(Date.now(), createSystemRandom().bytes(10), fingerprint);
  const facts: RunFacts = { run, route, caseSet, casesPath: chosen.path, isTrial, isResumed: earlier !== undefined };
  announce(setup, facts, earlier, context);
  const judge = judgeOf(setup);
  const routes = judge === undefined || judge === route.name ? [route.name] : [route.name, judge];
  const report = await withKey(
    context,
    config,
    { given: key, routes, label: `qualification of ${route.name}, ${run}`.slice(0, 120) },
    (use) => ask(setup, control, { run, judge, key: use.key, known: earlier?.results ?? [] }, context),
  );
  if (report.isInterrupted) {
    const measured = report.outcomes.reduce((sum, { results }) => sum + results.length, 0);
    context.terminal.note(`${measured} answers of run ${run} are kept; the same command goes on from there within 24 hours.`);
    throw interruptedError();
  }
  if (context.json) context.terminal.out(JSON.stringify(reportView(report, facts)));
  else printReport(report, facts, context.terminal);
  return exitCodeOf(report);
}

interface Asking {
  readonly run: string;
  readonly judge: string | undefined;
  readonly key: () => Promise<string>;
  readonly known: ResumableRun['results'];
}

async function ask(setup: Setup, control: ContinuityControl, asking: Asking, { signals }: Context): Promise<QualificationReport> {
  const { route, deployments, chosen, url, concurrency, sandbox } = setup;
  const { run, judge, key, known } = asking;
  const client = createCheckpointClient({ url, key, connections: concurrency });
  const progress = startProgress();
  try {
    await client.waitForKey(signals.first).catch((error: unknown) => {
      signals.throwIfInterrupted();
      throw error;
    });
    return await runQualification(
      {
        run,
        route: route.name,
        deployments,
        caseSet: chosen.caseSet,
        bar: route.qualification?.bar,
        judgeRoute: judge,
        known,
        concurrency,
        keepsEvidence: !chosen.isTrial,
      },
      {
        clock: systemClock,
        random: createSystemRandom(),
        send: client.send,
        pause: pauseFor,
        store: control.controlStore,
        record: control.record,
        sandbox,
        signal: signals.first,
        onProgress: (state) => progress.count(progressText(route.name, state)),
      },
    );
  } finally {
    progress.end();
    await client.close();
  }
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function progressText(route: string, { done, total, failed }: QualificationProgress): string {
  const filled = Math.floor((done / total) * BAR_CHARACTERS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CHARACTERS - filled);
  return `qualifying ${route} ${bar} ${done} of ${total}, ${failed} failed`;
}

async function earlierRun(
  { route, deployments, chosen, resume, fresh }: Setup,
  { controlStore }: ContinuityControl,
  fingerprint: string,
): Promise<ResumableRun | undefined> {
  if (fresh) return undefined;
  const caseIds = chosen.caseSet.cases.map(({ id }) => id);
  const common = { route: route.name, fingerprint, nowMs: Date.now() };
  if (resume === undefined) return await findInterruptedRun(controlStore, { ...common, deployments, caseIds });
  const found = await findRun(controlStore, { ...common, run: resume });
  if (typeof found !== 'string') return found;
  const reasons = {
    'unknown-run': `there is no run ${JSON.stringify(resume)} of the route ${route.name}`,
    'other-setup': `the run ${resume} was made with other cases, or candidates that are configured otherwise now`,
    'too-old': `the run ${resume} is older than 24 hours`,
  } as const;
  throw usageError(reasons[found], 'Leave --resume out to go on with the newest run, or begin anew with --fresh.');
}

function announce(
  { deployments, chosen }: Setup,
  { run, route, caseSet, isTrial }: RunFacts,
  earlier: ResumableRun | undefined,
  { terminal }: Context,
): void {
  const total = deployments.length * caseSet.cases.length;
  const what = `${caseSet.cases.length} cases × ${deployments.length} deployments of ${route.name}`;
  if (earlier === undefined) {
    terminal.note(`${isTrial ? 'Trial run' : 'Run'} ${run}: ${what}`);
    return;
  }
  const ids = new Set(deployments.map(({ id }) => id));
  const known = earlier.results.filter(
    ({ deployment, caseId }) => ids.has(deployment) && chosen.caseSet.cases.some(({ id }) => id === caseId),
  );
  terminal.note(`Going on with run ${run}, ${known.length} of ${total} answers are in: ${what}. --fresh begins anew.`);
}

function judgeOf({ route, chosen }: Pick<Setup, 'route' | 'chosen'>): string | undefined {
  return needsJudge(chosen.caseSet.cases) ? route.qualification?.judge : undefined;
}

function checkJudge(setup: Setup, { terminal }: Context, json: boolean): void {
  if (!needsJudge(setup.chosen.caseSet.cases)) return;
  const { config, route, deployments } = setup;
  const judge = judgeOf(setup);
  if (judge === undefined) {
    throw usageError(
      'the cases hold `judge` checks, and the route names no judge',
      `Give it one: routes.${route.name}.qualification.judge in the configuration names the route that judges.`,
    );
  }
  const judges = new Set(config.routes.find(({ name }) => name === judge)?.candidates.map(({ id }) => id));
  const own = deployments.filter(({ id }) => judges.has(id)).map(({ id }) => id);
  if (own.length > 0 && !json)
    terminal.note(`warning: ${own.join(', ')} may come to judge its own answers, as a candidate of the route ${judge}`);
}
