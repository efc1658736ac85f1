// A drill on paper: what the store knows, brought to routing's plan.
import type { ContinuityControl } from '#compose';
import type { Config } from '#config';
import { recordedTraffic, type PlanReport } from '#continuity';
import { SekishoError, systemClock } from '#kernel';
import { planDrill, type RoutingState, type Selector } from '#routing';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** No state has it, so the store answers with the whole of it. */
const NO_VERSION = -1;

/** Cuts, drills and evidence as they are now. */
export async function currentState({ controlStore }: Pick<ContinuityControl, 'controlStore'>): Promise<RoutingState> {
  const state = await controlStore.readState({ version: NO_VERSION, nowMs: systemClock.now() });
  if (state === 'unchanged') throw new SekishoError('unexpected', 'the state of cuts and drills has no version');
  return state;
}

/** `days` 0: without looking at traffic, which takes no time. */
export async function planWithout(
  control: Pick<ContinuityControl, 'controlStore' | 'trafficStore'>,
  config: Config,
  { selectors, days }: { readonly selectors: readonly Selector[]; readonly days: number },
): Promise<PlanReport> {
  const nowMs = systemClock.now();
  const state = await currentState(control);
  const sums = days === 0 ? [] : await control.trafficStore.sums({ fromMs: nowMs - days * DAY_MS, toMs: nowMs });
  const { routes, dataClasses, version } = config;
  const plan = planDrill({ selectors, routes, dataClasses, state, traffic: recordedTraffic(sums), nowMs });
  return { kind: 'drill-plan', plan, madeAtMs: nowMs, configuration: version, days };
}
