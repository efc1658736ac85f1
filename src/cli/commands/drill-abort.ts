// sekisho drill abort: the second way to end a live drill, from any machine that reaches the database.
import { stateOf } from '#continuity';
import { SekishoError, systemClock } from '#kernel';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { withControl } from '../continuity-access.ts';
import { abortDrill, drillView, findDrill } from '../continuity-drill.ts';
import { EXIT } from '../exit-codes.ts';

export const drillAbort = command({
  flags: {
    id: { type: 'positional', required: true, description: 'The id of the drill' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Ends a live drill before its time. Every node goes back to normal within two seconds; requests under way are finished. The act is ' +
    'recorded in the ledger first. Ending a drill that is over changes nothing.',
  examples: [
    ['sekisho drill abort drl_01JD3X5Q8K2M4N6P8R0T2V4W6Y', 'By id'],
    ['sekisho drill list', 'Find the id'],
  ],
  async run({ id, config: given, json }, context) {
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const outcome = await withControl(context, loaded.config, async (control, by) => {
      const drill = await findDrill(control, id);
      const nowMs = systemClock.now();
      if (['ended', 'aborted'].includes(stateOf(drill, nowMs))) return { drill, wasOver: true };
      await abortDrill(control, { drill, by, policy: loaded.config.version });
      return { drill: await findDrill(control, id), wasOver: false };
    });
    const view = drillView(outcome.drill, systemClock.now());
    if (!outcome.wasOver && view.abortedAt === null) throw new SekishoError('drill-not-aborted', `the drill ${id} could not be ended`);
    const { terminal } = context;
    if (json) terminal.out(JSON.stringify({ ok: true, wasOver: outcome.wasOver, ...view }));
    else if (outcome.wasOver) terminal.note(`The drill ${view.id} was over already: ${view.state} at ${view.endsAt}.`);
    else {
      terminal.out(
        `${terminal.style('green', '✓')} drill ${view.id} is aborted since ${view.endsAt}; every node follows within two seconds`,
      );
      terminal.note(`  sekisho drill report ${view.id} shows what it showed.`);
    }
    return EXIT.ok;
  },
});
