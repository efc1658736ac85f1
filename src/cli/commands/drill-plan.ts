// sekisho drill plan: a drill on paper.
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { withControl } from '../continuity-access.ts';
import { FORMATS, OUTPUT_FLAG, renderPlan, writeResult } from '../continuity-output.ts';
import { planWithout } from '../continuity-planning.ts';
import { readSelectors, WITHOUT_FLAG } from '../continuity-selectors.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';

const DEFAULT_DAYS = 30;
const MOST_DAYS = 400;

export const drillPlan = command({
  flags: {
    without: WITHOUT_FLAG,
    days: {
      type: 'string',
      valueHint: 'N',
      description: `Days of recorded traffic to look at, 0 to ${MOST_DAYS}; default: ${DEFAULT_DAYS}`,
    },
    format: { type: 'enum', options: FORMATS, description: 'markdown (default), html or json' },
    output: OUTPUT_FLAG,
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Says per route whether it would go on, go on degraded, or stop: from the configuration, the evidence of `sekisho qualify`, the cuts in ' +
    'force and recorded traffic. Who takes over, how good that is, how latency and cost change, and how much of the traffic it is. Nothing ' +
    'is changed, sent or recorded. The exit code is 0 whatever it finds.',
  examples: [
    ['sekisho drill plan --without country:US', 'If the United States switch us off tonight, what stops?'],
    ['sekisho drill --without company:openai --without company:anthropic --plan', 'Two companies at once'],
    ['sekisho drill plan --without country:US --format html --output plan.html', 'For the file, and for paper'],
    [`sekisho drill plan --without country:US --json | jq -r '.plan.routes[] | select(.outcome == "stops") | .route'`, 'Routes that stop'],
  ],
  async run({ without, days: given, format, output, config: path, json }, context) {
    const selectors = readSelectors(without);
    const days = given === undefined ? DEFAULT_DAYS : parseDays(given);
    const loaded = readConfig(context, path);
    if (loaded === undefined) return EXIT.usage;
    const report = await withControl(context, loaded.config, (control) => planWithout(control, loaded.config, { selectors, days }));
    await writeResult(renderPlan(report, json ? 'json' : (format ?? 'markdown')), output, context);
    if (report.plan.gone.length === 0 && !json)
      context.terminal.note('warning: no deployment of any route is meant; sekisho check lists their origins');
    return EXIT.ok;
  },
});

function parseDays(text: string): number {
  const days = Number(text);
  if (!/^\d+$/.test(text) || days > MOST_DAYS) throw usageError(`--days is a whole number from 0 to ${MOST_DAYS}`);
  return days;
}
