// sekisho restore: undoes a cut.
import { SekishoError, systemClock } from '#kernel';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { checkReason, REASON_FLAG, withControl } from '../continuity-access.ts';
import { cutView, findCut, inForceText, localUrl, waitUntilInForce } from '../continuity-cuts.ts';
import { currentState } from '../continuity-planning.ts';
import { selectorKey } from '../continuity-selectors.ts';
import { EXIT } from '../exit-codes.ts';
import { plain } from '../terminal.ts';

const MOST_CUTS = 10_000;

export const restore = command({
  flags: {
    cut: { type: 'positional', required: true, description: 'The id of the cut, or its selector' },
    reason: REASON_FLAG,
    url: {
      type: 'string',
      valueHint: 'URL',
      description: 'Where the checkpoint is asked whether it has the change; default: the configuration’s',
    },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Undoes a cut: requests go to those deployments again, within two seconds on every worker and node, as far as no other cut, drill or ' +
    'demand keeps them away. The act is recorded in the ledger first. The cut itself is kept, with both reasons.',
  examples: [
    ['sekisho restore country:US --reason "contract confirmed"', 'By what was cut'],
    ['sekisho restore cut_01JD3X5Q8K2M4N6P8R0T2V4W6Y --reason "false alarm"', 'By id, from `sekisho cuts`'],
  ],
  async run({ cut: given, reason, url, config: path, json }, context) {
    const why = checkReason(reason);
    const loaded = readConfig(context, path);
    if (loaded === undefined) return EXIT.usage;
    const { config } = loaded;
    const outcome = await withControl(context, config, async (control, by) => {
      const { controlStore } = control;
      const found = findCut(given, await controlStore.listCuts({ inForceOnly: true, limit: MOST_CUTS }), selectorKey);
      await control.record(found.id, {
        type: 'cut-restored',
        cut: found.id,
        selector: found.selector,
        reason: why,
        policy: config.version,
      });
      const atMs = systemClock.now();
      if (!(await controlStore.restoreCut({ id: found.id, atMs, by, reason: why })))
        throw new SekishoError('unknown-cut', `the cut ${found.id} was restored by somebody else just now`);
      const { version } = await currentState(control);
      const cut = { ...found, restoredAtMs: atMs, restoredBy: by, restoredReason: why };
      return {
        cut,
        inForce: await waitUntilInForce({ url: url ?? localUrl(config), version, sinceMs: atMs, signal: context.signals.first }),
      };
    });
    const { terminal } = context;
    const view = cutView(outcome.cut);
    if (json) terminal.out(JSON.stringify({ ok: true, ...view, effect: outcome.inForce }));
    else {
      terminal.out(`${terminal.style('green', '✓')} ${view.id} is restored: ${plain(view.selector)} is used again`);
      terminal.note(`  ${inForceText(outcome.inForce, 'restored')}`);
    }
    return EXIT.ok;
  },
});
