// sekisho drill live: takes something away from a running checkpoint for a bounded time, shows what happens, and leaves a report.
import { setTimeout as pause } from 'node:timers/promises';
import { durationText, verdictOf, violationCount, type DrillReport } from '#continuity';
import { systemClock } from '#kernel';
import { describeSelector } from '#routing';
import { command, CONFIG_FLAG, JSON_FLAG, type Context } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { checkReason, confirm, newId, REASON_FLAG, withControl } from '../continuity-access.ts';
import { affectedRoutes, canaryKey, startCanaries } from '../continuity-canaries.ts';
import { localUrl } from '../continuity-cuts.ts';
import { makeReport } from '../continuity-drill.ts';
import { beginDrill, watchDrill, type Watched } from '../continuity-live.ts';
import { renderDrill, writeReports } from '../continuity-output.ts';
import { readSelectors, removedBy, WITHOUT_FLAG } from '../continuity-selectors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { plain } from '../terminal.ts';

const MOST_MINUTES = 240;
const MINUTE_MS = 60_000;
const DEFAULT_SHARE = 0.1;
/** What workers have counted arrives within this time; requests that last longer appear in a later report. */
const SETTLE_MS = 3_000;
const MOST_CANARY_ROUTES = 200;

export const drillLive = command({
  flags: {
    without: WITHOUT_FLAG,
    minutes: { type: 'string', required: true, valueHint: 'N', description: `How long; it ends by itself. At most ${MOST_MINUTES}` },
    share: {
      type: 'string',
      valueHint: 'SHARE',
      description: `Share of the requests that take part, over 0 to 1; default: ${DEFAULT_SHARE}`,
    },
    canaries: { type: 'boolean', description: 'Only canary requests take part, which this command sends through every affected route' },
    reason: REASON_FLAG,
    yes: { type: 'boolean', alias: 'y', description: 'Do not ask' },
    url: { type: 'string', valueHint: 'URL', description: 'The running checkpoint; default: the configuration’s address' },
    key: {
      type: 'string',
      valueHint: 'KEY',
      description: 'Key for canaries; default: $SEKISHO_KEY, else one that is made and revoked again',
    },
    output: { type: 'string', alias: 'o', valueHint: 'DIR', description: 'Where the reports go; default: ./sekisho-drill-ID' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'The running checkpoint treats what you name as gone, on every worker and node, for a share of the requests or for canaries alone. The ' +
    'drill is recorded in the ledger first. Its end is written down with it, so it ends even if this command, or this machine, dies. Ctrl-C ' +
    'ends it early, and so does `sekisho drill abort` from anywhere; requests under way are finished.\n\n' +
    'While it runs you see what happens on each route. Then the report is written as Markdown, HTML and JSON. Demands on where data may go ' +
    'hold during a drill as always. A route that nobody else may serve refuses the requests that take part: begin with --canaries, or look ' +
    'at `sekisho drill plan`. Where nobody can be asked (no terminal, CI, --json), it begins without asking.\n\n' +
    'Exit code 1 when a request went where it must not go.',
  examples: [
    ['sekisho drill live --without country:US --minutes 10 --canaries --reason "autumn drill"', 'Without touching a client'],
    ['sekisho drill live --without company:openai --minutes 15 --share 0.1 --reason "autumn drill"', 'With a tenth of the requests'],
    [
      'sekisho drill live --without deployment:azure/gpt --without deployment:openai/gpt --minutes 5 --share 1 --reason test',
      'All requests',
    ],
  ],
  async run({ without, minutes, share, canaries, reason, yes, url, key, output, config: given }, context) {
    const selectors = readSelectors(without);
    const durationMs = parseMinutes(minutes);
    if (canaries && share !== undefined) throw usageError('--canaries and --share contradict each other');
    if (!canaries && key !== undefined) throw usageError('--key is for canaries only');
    const part = canaries ? 1 : parseShare(share);
    const why = checkReason(reason);
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const { config } = loaded;
    const removed = new Set(removedBy(selectors, config).map(({ id }) => id));
    if (removed.size === 0) throw nothingMatches(without);
    const affected = affectedRoutes(config, removed);
    if (canaries && affected.length > MOST_CANARY_ROUTES)
      throw usageError(`${affected.length} routes are affected; canaries go through at most ${MOST_CANARY_ROUTES}`, 'Use --share instead.');
    const base = url ?? localUrl(config);
    const who = canaries ? 'canary requests' : part === 1 ? 'all requests' : `${Math.round(part * 1000) / 10} % of all requests`;
    return await withControl(context, config, async (control, by) => {
      context.terminal.note(
        `For ${who}, ${removed.size} of ${config.deployments.length} deployments would be gone for ${durationText(durationMs)}; they serve ` +
          `${affected.length} of ${config.routes.length} routes.`,
      );
      await confirm('Begin the drill?', { yes, context });
      const access = canaries ? await canaryKey({ key, config, routes: affected, durationMs, context }) : undefined;
      try {
        const startsAtMs = systemClock.now();
        const drill = {
          id: newId('drl', startsAtMs),
          selectors: selectors.map(describeSelector),
          share: part,
          canariesOnly: canaries,
          reason: why,
          by,
          startsAtMs,
          endsAtMs: startsAtMs + durationMs,
          abortedAtMs: null,
          abortedBy: null,
        };
        await beginDrill({ control, drill, config, context, url: base });
        const sender = access === undefined ? undefined : startCanaries({ url: base, key: access.key, routes: affected });
        const counts = () => sender?.counts() ?? [];
        let ended: Watched;
        try {
          ended = await watchDrill({ control, drill, by, config, context, canaries: counts });
        } finally {
          await sender?.stop();
        }
        await pause(SETTLE_MS);
        const report = await makeReport({ control, config, ...ended, canaries: counts() });
        return await conclude(report, output, context);
      } finally {
        await access?.end();
      }
    });
  },
});

async function conclude(report: DrillReport, output: string | undefined, { terminal, json, signals }: Context): Promise<ExitCode> {
  const paths = await writeReports(report, output ?? `./sekisho-drill-${report.drill.id}`);
  const isClean = violationCount(report) === 0;
  if (json) terminal.out(JSON.stringify({ ok: isClean, files: paths, ...report }));
  else {
    terminal.out(renderDrill(report, 'markdown').trimEnd());
    const { tone, text } = verdictOf(report);
    terminal.note(`${terminal.noteStyle(TONES[tone], '●')} ${text}`);
    terminal.note(`  written to ${paths.map(plain).join(', ')}`);
  }
  if (!isClean) return EXIT.failed;
  return signals.first.aborted ? EXIT.interrupted : EXIT.ok;
}

const TONES = { good: 'green', fair: 'yellow', bad: 'red' } as const;

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || minutes <= 0 || minutes > MOST_MINUTES)
    throw usageError(
      `--minutes is a number over 0 and at most ${MOST_MINUTES}`,
      'For longer there is `sekisho cut`, which lasts until it is restored.',
    );
  return Math.round(minutes * MINUTE_MS);
}

function parseShare(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SHARE;
  const share = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || share <= 0 || share > 1)
    throw usageError('--share is a number over 0 and at most 1', '0.1 is a tenth of the requests.');
  return share;
}

function nothingMatches(without: readonly string[]): Error {
  return usageError(
    `no deployment of this configuration is ${without.map((text) => JSON.stringify(text)).join(' or ')}`,
    'sekisho check lists them with their origins.',
  );
}
