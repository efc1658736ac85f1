// What a drill plan says in words, the same in Markdown, HTML and on the terminal. No markup here.
import type { DrillPlan, PlannedOutcome, PlannedRoute, Takeover } from '#routing';
import { change, number, plural, type Title, type Tone, type Verdict } from './drill-words.ts';
import { durationText, percent } from '#markup';

/** A plan, and what it was made from. */
export interface PlanReport {
  readonly kind: 'drill-plan';
  readonly plan: DrillPlan;
  readonly madeAtMs: number;
  readonly configuration: string;
  /** Days of recorded traffic that it looks back on. */
  readonly days: number;
}

export const PLAN_TITLES = {
  report: { en: 'Drill plan', ja: '訓練計画書' },
  routes: { en: 'Routes', ja: '経路ごとの見通し' },
  takeover: { en: 'What takes over', ja: '代わりに応答する配備' },
  blocked: { en: 'What is left and does not serve', ja: '残るが使えない配備' },
  gone: { en: 'What is gone', ja: '失われる配備' },
  reading: { en: 'How to read this', ja: '読み方' },
} as const satisfies Readonly<Record<string, Title>>;

export const OUTCOMES: Readonly<Record<PlannedOutcome, Verdict>> = {
  'goes-on': { tone: 'good', text: 'goes on' },
  degraded: { tone: 'fair', text: 'goes on degraded' },
  stops: { tone: 'bad', text: 'stops' },
  'stopped-already': { tone: 'fair', text: 'stopped already' },
};

export const ORDER: readonly PlannedOutcome[] = ['stops', 'degraded', 'stopped-already', 'goes-on'];

export function outcomeOf({ outcome, isUntried, gone }: PlannedRoute): Verdict {
  if (outcome === 'goes-on' && gone.length === 0) return { tone: 'good', text: 'unchanged' };
  if (outcome === 'goes-on' && isUntried) return { tone: 'fair', text: 'goes on, untried' };
  return OUTCOMES[outcome];
}

export function planVerdict({ plan }: PlanReport): Verdict {
  const { goesOn, degraded, stops, stoppedAlready, requests, stoppedShare } = plan.totals;
  const all = goesOn + degraded + stops;
  const parts = [
    `${number(goesOn)} of ${number(all)} ${plural(all, 'route')} go on`,
    ...(degraded > 0 ? [`${number(degraded)} go on degraded`] : []),
    ...(stops > 0 ? [`${number(stops)} ${stops === 1 ? 'stops' : 'stop'}`] : []),
    ...(stoppedAlready > 0 ? [`${number(stoppedAlready)} more had stopped already`] : []),
  ];
  const traffic =
    requests === 0 ? 'No traffic was recorded.' : `${percent(stoppedShare)} of the recorded requests would have been refused.`;
  const tone: Tone = stops > 0 ? 'bad' : degraded + stoppedAlready > 0 ? 'fair' : 'good';
  return { tone, text: `${parts.join(', ')}. ${traffic}` };
}

/** `isFirst`: of what is left for a class of data, it is asked first. */
export function takeoverText(
  { degraded, score }: Takeover,
  { isFirst, isUntried }: { readonly isFirst: boolean; readonly isUntried: boolean },
): string {
  // Where the route asks for evidence, only its preferred deployment serves without any.
  const unknown = isFirst && !isUntried && degraded === undefined ? 'the preferred one, as now' : 'never evaluated';
  const quality = score === null ? unknown : `score ${score.toFixed(2)}`;
  return degraded === undefined ? quality : `${quality}, degraded: ${DEGRADED[degraded]}`;
}

const DEGRADED: Readonly<Record<NonNullable<Takeover['degraded']>, string>> = {
  'no-evidence': 'no evidence',
  'stale-evidence': 'stale evidence',
  'below-bar': 'below the bar',
  'model-changed': 'evidence of another model',
};

export function latencyChange({ latency }: PlannedRoute): string {
  if (latency === null) return '–';
  const { beforeMs, afterMs } = latency;
  return `${durationText(beforeMs)} → ${durationText(afterMs)}${beforeMs > 0 ? ` (${change(afterMs / beforeMs)})` : ''}`;
}

export function costChange({ cost }: PlannedRoute): string {
  if (cost === null) return '–';
  const { currency, beforePerMillionTokens: before, afterPerMillionTokens: after } = cost;
  return `${money(before)} → ${money(after)} ${currency}${before > 0 ? ` (${change(after / before)})` : ''}`;
}

function money(amount: number): string {
  return amount.toLocaleString('en', { maximumSignificantDigits: 3 });
}

export function trafficText({ affectedShare, requests }: PlannedRoute): string {
  return affectedShare === null ? 'none recorded' : `${percent(affectedShare)} of ${number(requests)}`;
}

export const PLAN_READING: readonly string[] = [
  'A route goes on when a deployment is left that meets every demand on its data and, where the route asks for evidence, has good evidence. Untried: the route asks for none, so nobody knows how well it goes on. Degraded: it goes on without good evidence, because the route allows that.',
  'Stopped already: as things are, no deployment serves the route, so what is taken away changes nothing there; it does not count among those that go on or stop.',
  'Cuts in force count as gone already. Limits on dependence take no part: what is left may get more than its share.',
  'Latency and cost compare the recorded requests to what is gone with the same requests at what takes over: its mean on this route, else on others, else the median of its evaluation. Cost is per million tokens at configured prices. A dash: not known.',
];
