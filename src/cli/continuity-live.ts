// A live drill from its beginning to its end: by itself, by a signal here, or by somebody else. Decides nothing about what is taken away.
import { setTimeout as pause } from 'node:timers/promises';
import type { ContinuityControl } from '#compose';
import type { Config } from '#config';
import { endOf, stateOf, type CanaryCount, type DrillRecord, type LedgerReference, type TrafficSums } from '#continuity';
import { describeError, systemClock } from '#kernel';
import type { Context } from './command.ts';
import { inForceText, waitUntilInForce } from './continuity-cuts.ts';
import { abortDrill, makeReport, windowBefore } from './continuity-drill.ts';
import { ledgerReferences } from './continuity-ledger.ts';
import { currentState } from './continuity-planning.ts';
import { createLiveView } from './continuity-view.ts';
import { plain } from './terminal.ts';

const LOOK_EVERY_MS = 1_000;
const SAY_EVERY_MS = 10_000;
const SHORTEST_WAIT_MS = 50;
/** While a drill begins its record lies near the end of the ledger. */
const NEAR_ENTRIES = 20_000;

/** Recorded first, then begun, and known to the checkpoint at `url`, where there is one. */
export async function beginDrill(options: {
  readonly control: ContinuityControl;
  readonly drill: DrillRecord;
  readonly config: Config;
  readonly context: Context;
  readonly url: string;
}): Promise<void> {
  const { control, drill, config, context, url } = options;
  const { terminal } = context;
  const endsAt = new Date(drill.endsAtMs).toISOString();
  await control.record(drill.id, {
    type: 'drill-started',
    drill: drill.id,
    selectors: [...drill.selectors],
    share: drill.share,
    canariesOnly: drill.canariesOnly,
    reason: drill.reason,
    endsAt,
    policy: config.version,
  });
  try {
    await control.controlStore.insertDrill(drill);
  } catch (error) {
    await control.record(drill.id, { type: 'drill-not-started', drill: drill.id, reason: 'database-failed' });
    throw error;
  }
  terminal.note(`drill ${drill.id} runs until ${endsAt}; Ctrl-C ends it, and so does sekisho drill abort ${drill.id}`);
  const { version } = await currentState(control);
  const found = await waitUntilInForce({ url, version, sinceMs: drill.startsAtMs, signal: context.signals.first });
  terminal.note(`  ${inForceText(found, 'in force')}`);
}

export interface Watch {
  readonly control: ContinuityControl;
  readonly drill: DrillRecord;
  readonly by: string;
  readonly config: Config;
  readonly context: Context;
  readonly canaries: () => readonly CanaryCount[];
}

export interface Watched {
  /** As it ended. */
  readonly drill: DrillRecord;
  /** Where the ledger has its beginning, looked up while that was near the end of the log. */
  readonly ledger: readonly LedgerReference[];
}

/** Resolves when the drill is over. The first signal ends it early; a second one leaves it to end by itself. */
export async function watchDrill({ control, drill: started, by, config, context, canaries }: Watch): Promise<Watched> {
  const { terminal, signals } = context;
  const view = createLiveView(terminal, () => systemClock.monotonic());
  let before: readonly TrafficSums[] | undefined;
  let ledger: readonly LedgerReference[] = [];
  let drill = started;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  while (['not-begun', 'running'].includes(stateOf(drill, systemClock.now()))) {
    try {
      if (signals.first.aborted) {
        view.end();
        terminal.note('ending the drill …');
        await abortDrill(control, { drill, by, policy: config.version });
      }
      drill = (await control.controlStore.findDrill(drill.id)) ?? drill;
      if (ledger.length === 0) ledger = await ledgerReferences(config, drill.id, NEAR_ENTRIES);
      before ??= await control.trafficStore.sums(windowBefore(drill));
      const report = await makeReport({ control, config, drill, canaries: canaries(), ledger, before, ledgerEntries: 0 });
      view.show(report, Math.max(0, endOf(drill) - systemClock.now()), canaryLines(canaries()));
    } catch (error) {
      // A database that is away for a moment is no reason to leave: the end of the drill is written down.
      if (systemClock.monotonic() - saidAtMs > SAY_EVERY_MS) {
        saidAtMs = systemClock.monotonic();
        view.end();
        terminal.note(plain(`the drill cannot be watched just now: ${describeError(error)}`));
        terminal.note(`  It ends by itself at ${new Date(drill.endsAtMs).toISOString()}.`);
      }
    }
    const waitMs = Math.max(SHORTEST_WAIT_MS, Math.min(LOOK_EVERY_MS, endOf(drill) - systemClock.now()));
    // A signal is attended to at once; after it only the database can say that the drill is over.
    await pause(waitMs, undefined, signals.first.aborted ? {} : { signal: signals.first }).catch(() => undefined);
  }
  view.end();
  return { drill, ledger };
}

function canaryLines(counts: readonly CanaryCount[]): string[] {
  return counts.map(({ route, sent, answered, failures }) => {
    const failed = failures.map(({ cause, count }) => `${count} × ${cause}`).join(', ');
    return `  canaries ${route}: ${sent} sent, ${answered} answered${failed === '' ? '' : `, ${failed}`}`;
  });
}
