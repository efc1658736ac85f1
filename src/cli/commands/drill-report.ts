// sekisho drill report: what a live drill showed, made again from the database at any later time.
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { withControl } from '../continuity-access.ts';
import { findDrill, makeReport } from '../continuity-drill.ts';
import { FORMATS, OUTPUT_FLAG, renderDrill, writeResult } from '../continuity-output.ts';
import { EXIT } from '../exit-codes.ts';

export const drillReport = command({
  flags: {
    id: { type: 'positional', required: true, description: 'The id of the drill' },
    format: { type: 'enum', options: FORMATS, description: 'markdown (default), html or json' },
    output: OUTPUT_FLAG,
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Makes the report of a live drill from the sums that were kept while it ran: what was taken away, what took over on each route, which ' +
    'failures clients saw and why, how long recovery took, latency against the day before, violations of constraints (there must be ' +
    'none), who ran it, and where the ledger has it. While the drill runs, the report is provisional.',
  examples: [
    ['sekisho drill report drl_01JD3X5Q8K2M4N6P8R0T2V4W6Y', 'On the terminal, in Markdown'],
    ['sekisho drill report drl_01JD3X5Q8K2M4N6P8R0T2V4W6Y --format html --output drill.html', 'For the file, and for paper'],
  ],
  async run({ id, format, output, config: given, json }, context) {
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const report = await withControl(context, loaded.config, async (control) =>
      makeReport({ control, config: loaded.config, drill: await findDrill(control, id), canaries: [] }),
    );
    await writeResult(renderDrill(report, json ? 'json' : (format ?? 'markdown')), output, context);
    return EXIT.ok;
  },
});
