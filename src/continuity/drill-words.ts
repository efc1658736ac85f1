// What a drill report says in words, the same in Markdown and HTML: titles in English and Japanese, verdicts, causes. No markup here.
import type { DrillReport } from './drill-report.ts';
import type { DrilledRoute, Recovery } from './drilled-route.ts';
import { durationText, percent } from '#markup';

/** English, and Japanese for the reader who files it. */
export interface Title {
  readonly en: string;
  readonly ja: string;
}

export const TITLES = {
  report: { en: 'Drill report', ja: '訓練報告書' },
  removed: { en: 'What was taken away', ja: '切り離した配備' },
  routes: { en: 'Routes', ja: '経路ごとの結果' },
  failures: { en: 'Failures that clients saw', ja: '利用者に見えた失敗' },
  unrelated: { en: 'Refused for reasons that have nothing to do with the drill', ja: '訓練と無関係な拒否' },
  servedBy: { en: 'What took over', ja: '代わりに応答した配備' },
  attempts: { en: 'Attempts that failed', ja: '失敗した試行' },
  violations: { en: 'Violations', ja: '制約違反' },
  canaries: { en: 'Canaries, as their sender saw them', ja: 'カナリア要求の結果' },
  ledger: { en: 'Ledger', ja: '台帳' },
  reading: { en: 'How to read this', ja: '読み方' },
} as const satisfies Readonly<Record<string, Title>>;

export type Tone = 'good' | 'fair' | 'bad';

export interface Verdict {
  readonly tone: Tone;
  readonly text: string;
}

export function stateText({ state, endsAtMs, madeAtMs, drill }: DrillReport): string {
  if (state === 'not-begun') return 'has not begun';
  if (state === 'running') return `still running, ${durationText(Math.max(0, endsAtMs - madeAtMs))} to go: everything here is provisional`;
  if (state === 'aborted') return `aborted after ${durationText(Math.max(0, endsAtMs - drill.startsAtMs))}`;
  return 'ran to its end';
}

export function takesPartText({ share, canariesOnly }: DrillReport['drill']): string {
  if (canariesOnly) return 'only canary requests (header x-sekisho-canary: 1)';
  return share >= 1 ? 'all requests' : `${percent(share)} of all requests`;
}

/** The first sentence that anybody reads. */
export function verdictOf(report: DrillReport): Verdict {
  const { totals, routes } = report;
  const violated = violationCount(report);
  if (violated > 0) return { tone: 'bad', text: `${number(violated)} ${plural(violated, 'request')} went where no request may go.` };
  if (totals.requests === 0) return { tone: 'fair', text: 'No request took part, so nothing was shown.' };
  const lost = routes.filter(({ recovery }) => recovery.state === 'not-recovered').length;
  if (lost > 0) return { tone: 'bad', text: `${number(lost)} of ${number(routes.length)} routes did not recover.` };
  // A client's own mistakes show nothing about the drill.
  const judged = totals.requests - totals.unrelated;
  if (judged === 0) return { tone: 'fair', text: 'Every request was refused for reasons of its own, so nothing was shown.' };
  if (totals.failed === 0) return { tone: 'good', text: `All ${number(judged)} requests ended without a failure that a client saw.` };
  return {
    tone: 'fair',
    text: `Every route recovered; clients saw ${number(totals.failed)} ${plural(totals.failed, 'failure')} in ${number(judged)} requests (${percent(totals.failed / judged)}).`,
  };
}

export function violationCount({ sentToRemoved, sentAgainstDemands }: DrillReport): number {
  return [...sentToRemoved, ...sentAgainstDemands].reduce((all, { requests }) => all + requests, 0);
}

export function recoveryVerdict({ state, lastFailureMs }: Recovery): Verdict {
  switch (state) {
    case 'undisturbed':
      return { tone: 'good', text: 'no failure seen' };
    case 'recovered':
      return { tone: 'fair', text: `recovered; last failure after ${durationText(lastFailureMs!)}` };
    case 'not-recovered':
      return { tone: 'bad', text: `not recovered; last failure after ${durationText(lastFailureMs!)}` };
    case 'no-traffic':
      return { tone: 'fair', text: 'no traffic' };
  }
}

export function latencyText({ latencyBefore, latencyDuring }: DrilledRoute): string {
  if (latencyDuring === null) return '–';
  const during = durationText(latencyDuring.meanMs);
  if (latencyBefore === null) return `${during} (before: nothing to compare with)`;
  const ratio = latencyBefore.meanMs > 0 ? ` (${change(latencyDuring.meanMs / latencyBefore.meanMs)})` : '';
  return `${durationText(latencyBefore.meanMs)} → ${during}${ratio}`;
}

/** `+12 %`, of a ratio. */
export function change(ratio: number): string {
  const value = Math.round((ratio - 1) * 100);
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${Math.abs(value)} %`;
}

/** The part of a cause that is ours, and the part that names a rule or reason. */
export function causeText(cause: string): { readonly text: string; readonly name: string } {
  const at = cause.indexOf(':');
  const [kind, name] = at < 0 ? [cause, ''] : [cause.slice(0, at), cause.slice(at + 1)];
  if (kind === 'refused') return { text: 'refused by the checkpoint, rule', name };
  if (kind === 'ended') return { text: 'the answer ended as', name };
  return { text: 'ended as', name: cause };
}

export const READING: readonly string[] = [
  'A failure counts when a client saw it: a refusal by the checkpoint, or an answer that ended before its time. Attempts that failed are listed apart, whether or not another deployment made them good. What a provider declined is an answer.',
  'What was refused for what a request or its sender asked is no failure of the drill and does not delay recovery. A request that cannot be translated is among these: where “same cause before” is lower, a deployment that was taken away may have understood it.',
  'Recovery is measured on the checkpoints’ clocks, from the start written in the drill to the end of the first request that was answered, and to the last failure that a client saw. Requests that were sent before the start are not part of the drill.',
  'Latency is the mean from arrival to the end of the answer, against the day before the drill. Answers of another length take another time.',
  'Violations are counted twice over: what was sent to a deployment that had been taken away, and what was sent against the demands of a route or a class of data, judged by the configuration that this report was made with.',
];

export function number(value: number): string {
  return value.toLocaleString('en');
}

export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
