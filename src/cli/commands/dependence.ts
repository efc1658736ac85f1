// sekisho dependence: how much of the work depends on whom.
import type { ContinuityControl } from '#compose';
import type { Config } from '#config';
import { dependenceReport, DIMENSIONS, trafficWeights, type DependenceReport, type WindowRows } from '#continuity';
import { systemClock } from '#kernel';
import { WINDOW_MS, windowsOf, type ConcentrationDimension, type ConcentrationWeight, type ConcentrationWindow } from '#routing';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { withControl } from '../continuity-access.ts';
import { FORMATS, OUTPUT_FLAG, renderDependence, writeResult } from '../continuity-output.ts';
import { currentState } from '../continuity-planning.ts';
import { EXIT } from '../exit-codes.ts';

const WINDOWS = ['hour', 'day', '30-days'] as const satisfies readonly ConcentrationWindow[];
const WEIGHTS = ['requests', 'tokens', 'criticality'] as const satisfies readonly ConcentrationWeight[];

export const dependence = command({
  flags: {
    window: { type: 'enum', options: WINDOWS, description: 'Over which time shares are counted, rolling; default: day' },
    by: {
      type: 'enum',
      options: DIMENSIONS,
      repeatable: true,
      description: 'company, vendor-country, lineage or hosting-country; default: each',
    },
    weight: {
      type: 'enum',
      options: WEIGHTS,
      description: 'requests (default), tokens, or requests weighted by the criticality of their route',
    },
    format: { type: 'enum', options: FORMATS, description: 'markdown (default), html or json' },
    output: OUTPUT_FLAG,
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Shares of companies, countries and lineages in recorded traffic, for the operator and per route, against the limits of the ' +
    'configuration; how concentrated they are (HHI, our measure: the sum of squared shares); how that changed against the window before; and ' +
    'for each company and country how many routes would go on without it. Points out what is unknown. Nothing is changed.',
  examples: [
    ['sekisho dependence', 'The last day, in Markdown'],
    ['sekisho dependence --by company --window 30-days --weight tokens', 'Companies, by tokens, over 30 days'],
    ['sekisho dependence --format html --output dependence.html', 'For the file, and for paper'],
    [`sekisho dependence --json | jq -r '.without[] | select(.stops != []) | .selector'`, 'Who can stop a route alone?'],
  ],
  async run({ window = 'day', by, weight = 'requests', format, output, config: given, json }, context) {
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const dimensions = by.length === 0 ? DIMENSIONS : DIMENSIONS.filter((dimension) => by.includes(dimension));
    const report = await withControl(context, loaded.config, (control) =>
      reportOf(control, loaded.config, { window, by: dimensions, weight }),
    );
    await writeResult(renderDependence(report, json ? 'json' : (format ?? 'markdown')), output, context);
    return EXIT.ok;
  },
});

async function reportOf(
  control: ContinuityControl,
  config: Config,
  choice: { readonly window: ConcentrationWindow; readonly by: readonly ConcentrationDimension[]; readonly weight: ConcentrationWeight },
): Promise<DependenceReport> {
  const { trafficStore } = control;
  const nowMs = systemClock.now();
  const rows = new Map<ConcentrationWindow, WindowRows>();
  for (const window of new Set([choice.window, ...windowsOf({ limits: config.concentration, routes: config.routes })])) {
    const lengthMs = WINDOW_MS[window];
    const fromMs = nowMs - lengthMs;
    rows.set(window, {
      now: trafficWeights(await trafficStore.sums({ fromMs, toMs: nowMs })),
      before: window === choice.window ? trafficWeights(await trafficStore.sums({ fromMs: fromMs - lengthMs, toMs: fromMs })) : [],
    });
  }
  const { routes, deployments, dataClasses, concentration, version } = config;
  const state = await currentState(control);
  return dependenceReport({
    ...choice,
    rows,
    routes,
    deployments,
    dataClasses,
    limits: concentration,
    state,
    configuration: version,
    nowMs,
  });
}
