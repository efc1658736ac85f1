// Live drills from the command line: found, ended, and turned into a report. The report itself is #continuity's.
import type { ContinuityControl } from '#compose';
import type { Config } from '#config';
import {
  drillReport,
  endOf,
  stateOf,
  type CanaryCount,
  type DrillRecord,
  type DrillReport,
  type LedgerReference,
  type TrafficSums,
  type TrafficWindow,
} from '#continuity';
import { SekishoError, systemClock } from '#kernel';
import { iso } from './continuity-access.ts';
import { joinReferences, ledgerReferences } from './continuity-ledger.ts';
import { demandJudge, removedBy, storedSelectors } from './continuity-selectors.ts';

export const DRILL_ID = /^drl_[0-9A-HJKMNP-TV-Z]{26}$/;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Throws `unknown-drill`. */
export async function findDrill({ controlStore }: Pick<ContinuityControl, 'controlStore'>, id: string): Promise<DrillRecord> {
  const found = DRILL_ID.test(id) ? await controlStore.findDrill(id) : undefined;
  if (found !== undefined) return found;
  throw new SekishoError('unknown-drill', `there is no drill ${JSON.stringify(id)}`, { hint: 'sekisho drill list shows those there are.' });
}

/** Recorded first, then done. False: it was over already. */
export async function abortDrill(
  { controlStore, record }: ContinuityControl,
  { drill, by, policy }: { readonly drill: DrillRecord; readonly by: string; readonly policy: string },
): Promise<boolean> {
  await record(drill.id, { type: 'drill-aborted', drill: drill.id, policy });
  return controlStore.abortDrill({ id: drill.id, atMs: systemClock.now(), by });
}

/** The time that a drill is compared with: the day before it. */
export function windowBefore({ startsAtMs }: DrillRecord): TrafficWindow {
  return { fromMs: startsAtMs - DAY_MS, toMs: startsAtMs };
}

export async function makeReport(options: {
  readonly control: Pick<ContinuityControl, 'trafficStore'>;
  readonly config: Config;
  readonly drill: DrillRecord;
  readonly canaries: readonly CanaryCount[];
  /** What is known already. */
  readonly ledger?: readonly LedgerReference[];
  /** Left out: looked up. */
  readonly before?: readonly TrafficSums[];
  /** Entries of the ledger to look through, from its end; 0: what is known is enough. Left out: as many as anyone would wait for. */
  readonly ledgerEntries?: number;
}): Promise<DrillReport> {
  const { control, config, drill, canaries } = options;
  const sums = await control.trafficStore.drillSums(drill.id);
  const beforeWindow = windowBefore(drill);
  const before = options.before ?? (await control.trafficStore.sums(beforeWindow));
  return drillReport({
    drill,
    sums,
    before,
    beforeWindow,
    routes: config.routes.map(({ name }) => name),
    removed: removedBy(storedSelectors(drill.selectors), config).map(({ id, origins }) => ({
      id,
      company: origins.vendor.company,
      vendorCountry: origins.vendor.country,
      lineage: origins.weights.lineage,
      hostingCountry: origins.hosting.country,
    })),
    unmetDemands: demandJudge(config),
    ledger: joinReferences(options.ledger ?? [], await ledgerReferences(config, drill.id, options.ledgerEntries)),
    canaries,
    configuration: config.version,
    nowMs: systemClock.now(),
  });
}

export function drillView(drill: DrillRecord, nowMs: number) {
  return {
    id: drill.id,
    state: stateOf(drill, nowMs),
    without: drill.selectors,
    share: drill.share,
    canariesOnly: drill.canariesOnly,
    reason: drill.reason,
    by: drill.by,
    startsAt: new Date(drill.startsAtMs).toISOString(),
    endsAt: new Date(endOf(drill)).toISOString(),
    abortedAt: iso(drill.abortedAtMs),
    abortedBy: drill.abortedBy,
  };
}
