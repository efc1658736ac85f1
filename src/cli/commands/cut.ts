// sekisho cut: the emergency. Cuts off what a selector means, on every worker and node, until somebody restores it.
import type { ContinuityControl } from '#compose';
import type { Config } from '#config';
import type { CutRecord, PlanReport } from '#continuity';
import { systemClock } from '#kernel';
import { describeSelector, type Deployment } from '#routing';
import { command, CONFIG_FLAG, JSON_FLAG, type Context } from '../command.ts';
import { count, readConfig } from '../configuration.ts';
import { checkReason, confirm, newId, REASON_FLAG, withControl } from '../continuity-access.ts';
import { cutView, inForceText, localUrl, waitUntilInForce } from '../continuity-cuts.ts';
import { currentState, planWithout } from '../continuity-planning.ts';
import { selectorKey, readSelector, removedBy } from '../continuity-selectors.ts';
import { originsText } from '../deployments.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { columns, plain } from '../terminal.ts';

const MOST_CUTS = 10_000;
const MOST_SHOWN = 40;

export const cut = command({
  flags: {
    selector: { type: 'positional', required: true, description: 'What to cut off: country:US, company:NAME, deployment:provider/name, …' },
    reason: REASON_FLAG,
    yes: { type: 'boolean', alias: 'y', description: 'Do not ask' },
    'allow-unmatched': { type: 'boolean', description: 'Also when no deployment of this configuration is meant' },
    url: {
      type: 'string',
      valueHint: 'URL',
      description: 'Where the checkpoint is asked whether it has the cut; default: the configuration’s',
    },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Within two seconds no worker of any node sends a request to what the selector means. Requests under way are finished; their retries go ' +
    'elsewhere. The cut has no end: it stays, over restarts, until `sekisho restore`. It is recorded in the ledger first: what cannot be ' +
    'recorded is not done.\n\n' +
    'Shows which deployments go and which routes then stop, and asks. With --yes it does not ask, and neither where nobody can be asked (no ' +
    'terminal, CI, --json), so that a script can act at night. Cutting off what is cut off already changes nothing.\n\n' +
    'Selectors: country (whoever in that country can switch something off: vendor, law that binds it, hosting, sub-processors), ' +
    'vendor-country, hosting-country, weights-country, lineage, company, provider, deployment.',
  examples: [
    ['sekisho cut country:US --reason "export order" --yes', 'A country, at once'],
    ['sekisho cut company:openai --reason "breach reported"', 'A company, after a look at what stops'],
    ['sekisho drill plan --without country:US', 'Only the look'],
  ],
  async run({ selector: text, reason, yes, 'allow-unmatched': allowUnmatched, url, config: path, json }, context) {
    const selector = readSelector(text);
    const why = checkReason(reason);
    const loaded = readConfig(context, path);
    if (loaded === undefined) return EXIT.usage;
    const { config } = loaded;
    const meant = removedBy([selector], config);
    if (meant.length === 0 && !allowUnmatched) {
      throw usageError(
        `${describeSelector(selector)} means no deployment of this configuration`,
        'sekisho check lists them with their origins. --allow-unmatched makes the cut all the same.',
      );
    }
    const outcome = await withControl(context, config, async (control, by) => {
      const known = await standingCut(control, describeSelector(selector));
      if (known !== undefined) return { cut: known, isNew: false, inForce: undefined };
      // A script at night waits for nothing that only a person would read.
      if (!json) show(meant, await planWithout(control, config, { selectors: [selector], days: 0 }), config, context);
      await confirm(`Cut off ${plain(describeSelector(selector))} now?`, { yes, context });
      const atMs = systemClock.now();
      const made: CutRecord = {
        id: newId('cut', atMs),
        selector: describeSelector(selector),
        reason: why,
        by,
        atMs,
        restoredAtMs: null,
        restoredBy: null,
        restoredReason: null,
      };
      const written = await makeCut(control, made, { meant, policy: config.version });
      const { version } = await currentState(control);
      const inForce = await waitUntilInForce({
        url: url ?? localUrl(config),
        version,
        sinceMs: written.atMs,
        signal: context.signals.first,
      });
      return { cut: written, isNew: true, inForce };
    });
    const view = cutView(outcome.cut);
    const { terminal } = context;
    if (json) {
      terminal.out(
        JSON.stringify({
          ok: true,
          ...view,
          isNew: outcome.isNew,
          deployments: meant.map(({ id }) => id),
          effect: outcome.inForce ?? null,
        }),
      );
    } else if (outcome.inForce === undefined)
      terminal.out(`${view.id} cuts off ${plain(view.selector)} already, since ${view.at}: ${plain(view.reason)}`);
    else {
      terminal.out(`${terminal.style('green', '✓')} ${view.id} cuts off ${plain(view.selector)}`);
      terminal.note(`  ${inForceText(outcome.inForce, 'in force')}`);
      terminal.note(`  sekisho restore ${view.id} --reason … undoes it`);
    }
    return EXIT.ok;
  },
});

async function standingCut({ controlStore }: ContinuityControl, selector: string): Promise<CutRecord | undefined> {
  const inForce = await controlStore.listCuts({ inForceOnly: true, limit: MOST_CUTS });
  return inForce.find((record) => selectorKey(record.selector) === selectorKey(selector));
}

/** Recorded first, then done. */
async function makeCut(
  { controlStore, record }: ContinuityControl,
  made: CutRecord,
  { meant, policy }: { readonly meant: readonly Deployment[]; readonly policy: string },
): Promise<CutRecord> {
  await record(made.id, {
    type: 'cut-made',
    cut: made.id,
    selector: made.selector,
    reason: made.reason,
    // As the configuration has it here and now; the cut itself is the selector.
    deployments: meant.slice(0, MOST_SHOWN).map(({ id }) => id),
    deploymentCount: meant.length,
    policy,
  });
  // The record took a moment: the promise of two seconds runs from here.
  const written = { ...made, atMs: systemClock.now() };
  try {
    await controlStore.insertCut(written);
  } catch (error) {
    await record(made.id, { type: 'cut-not-made', cut: made.id, reason: 'database-failed' });
    throw error;
  }
  return written;
}

function show(meant: readonly Deployment[], { plan }: PlanReport, config: Config, { terminal }: Context): void {
  const style = terminal.noteStyle;
  const home = config.operator.homeCountry;
  const rows = meant.slice(0, MOST_SHOWN).map((deployment) => [plain(deployment.id), originsText(deployment, home, style)]);
  terminal.note(`${count(meant.length, 'deployment')} of ${config.deployments.length} would go:`);
  terminal.note(columns(rows, '  '));
  if (meant.length > rows.length) terminal.note(`  and ${meant.length - rows.length} more`);
  const stops = plan.routes.filter(({ outcome, gone }) => outcome === 'stops' && gone.length > 0);
  const degraded = plan.routes.filter(({ outcome, gone }) => outcome === 'degraded' && gone.length > 0);
  const named = (routes: PlanReport['plan']['routes']): string => {
    const names = routes.slice(0, MOST_SHOWN).map(({ route }) => plain(route));
    return `${names.join(', ')}${routes.length > names.length ? `, and ${routes.length - names.length} more` : ''}`;
  };
  if (stops.length === 0) terminal.note(`  ${style('green', '✓')} no route stops`);
  else terminal.note(`  ${style('red', '✗')} ${count(stops.length, 'route')} of ${plan.routes.length} would stop: ${named(stops)}`);
  if (degraded.length > 0) terminal.note(`  ${style('yellow', '!')} degraded: ${named(degraded)}`);
}
