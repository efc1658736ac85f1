// The demonstration's cut, made and undone the way the commands do it.
import type { ContinuityControl } from '#compose';
import type { Config } from '#config';
import { systemClock } from '#kernel';
import type { Context } from '../command.ts';
import { newId, withControl } from '../continuity-access.ts';
import { waitUntilInForce } from '../continuity-cuts.ts';
import { currentState } from '../continuity-planning.ts';
import { expect } from './steps.ts';

const REASON = 'demonstration';

/** As `sekisho cut` and `sekisho restore` do it: recorded first, then done, then known to every worker. */
export async function cutOff(options: {
  readonly selector: string;
  readonly url: string;
  readonly config: Config;
  readonly context: Context;
}): Promise<() => Promise<void>> {
  const { selector, url, config, context } = options;
  const id = newId('cut', systemClock.now());
  const known = async (control: ContinuityControl, sinceMs: number): Promise<void> => {
    const { version } = await currentState(control);
    const found = await waitUntilInForce({ url, version, sinceMs, signal: context.signals.first });
    expect(found.kind === 'in-force', 'every worker knows of a cut, and of its end, at once');
  };
  await withControl(context, config, async (control, by) => {
    const atMs = systemClock.now();
    await control.record(id, { type: 'cut-made', cut: id, selector, reason: REASON, policy: config.version });
    await control.controlStore.insertCut({
      id,
      selector,
      reason: REASON,
      by,
      atMs,
      restoredAtMs: null,
      restoredBy: null,
      restoredReason: null,
    });
    await known(control, atMs);
  });
  return () =>
    withControl(context, config, async (control, by) => {
      const atMs = systemClock.now();
      await control.record(id, { type: 'cut-restored', cut: id, selector, reason: REASON, policy: config.version });
      await control.controlStore.restoreCut({ id, atMs, by, reason: REASON });
      await known(control, atMs);
    });
}
