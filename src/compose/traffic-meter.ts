// Counts in one worker what was sent where and how it ended, as sums that its primary collects. A few map look-ups per request; nothing
// about any single request is kept, and nothing is written.
import type { PassageReport, Traffic } from '#checkpoint';
import type { TrafficSums } from '#continuity';
import type { Clock } from '#kernel';
import { SumsBySubject, type Subject } from './traffic-sums.ts';

/** Beyond this many at once, new ones are counted without drill and class: what is left then is bounded by the configuration. */
const MOST_SUBJECTS = 10_000;
/** Usage comes from providers; more than this is no usage. */
const MOST_TOKENS = 100_000_000;

export interface TrafficMeter extends Traffic {
  /** A request has ended, whatever way. */
  passed(report: PassageReport): void;
  /** What was counted since the last flush. */
  flush(): readonly TrafficSums[];
}

/** `isRoute`: clients may ask for any name; what is not configured counts under the route ''. */
export function createTrafficMeter({
  clock,
  isRoute,
}: {
  readonly clock: Clock;
  readonly isRoute: (name: string) => boolean;
}): TrafficMeter {
  const sums = new SumsBySubject();

  function subjectOf(route: string, deployment: string, drill: string | undefined, dataClasses: readonly string[], cause: string): Subject {
    const subject = { route, deployment, drill: drill ?? '', dataClass: dataClasses.join('+'), cause };
    return sums.size < MOST_SUBJECTS || sums.has(subject) ? subject : { ...subject, drill: '', dataClass: '' };
  }

  function ended(subject: Subject, facts: { totalMs: number; firstByteMs?: number; inputTokens?: number; outputTokens?: number }): void {
    const counted = sums.of(subject);
    const now = clock.now();
    if (counted.ended === 0) counted.firstAtMs = now;
    // A clock that is set back: the last is never before the first.
    counted.lastAtMs = Math.max(counted.lastAtMs, now);
    counted.ended++;
    counted.totalMs += Math.max(0, facts.totalMs);
    counted.firstByteMs += Math.max(0, facts.firstByteMs ?? 0);
    counted.inputTokens += tokensOf(facts.inputTokens);
    counted.outputTokens += tokensOf(facts.outputTokens);
  }

  return {
    sent(route, deployment, drill, dataClasses) {
      sums.of(subjectOf(route, deployment, drill, dataClasses, '')).sent++;
    },
    passed(report) {
      const { drill, dataClasses, failures, totalMs, result, refusal } = report;
      const route = report.route !== undefined && isRoute(report.route) ? report.route : '';
      for (const { deployment, reason, durationMs } of failures)
        ended(subjectOf(route, deployment, drill, dataClasses, `failed:${reason}`), { totalMs: durationMs });
      if (refusal !== undefined) return ended(subjectOf(route, '', drill, dataClasses, `refused:${refusal.rule}`), { totalMs });
      if (result?.kind !== 'answered') return ended(subjectOf(route, '', drill, dataClasses, 'ended:client-gone'), { totalMs });
      const { firstByteMs, observation } = result;
      const subject = subjectOf(route, report.deployment ?? '', drill, dataClasses, causeOf(result));
      ended(subject, { totalMs, firstByteMs, ...observation.usage });
    },
    flush: () => sums.take(),
  };
}

/** As `TrafficSums.cause`. An error of the provider that reached the client is no answer, whatever its status says. */
function causeOf({ ended, status, observation }: Extract<PassageReport['result'], { kind: 'answered' }>): string {
  if (ended === 'client-gone' || ended === 'interrupted') return `ended:${ended}`;
  if (observation.refusal !== undefined) return 'declined';
  if (status >= 400 || observation.error !== undefined) return 'ended:error-answer';
  return ended === 'complete' ? '' : `ended:${ended}`;
}

function tokensOf(tokens: number | undefined): number {
  return tokens === undefined || !(tokens >= 0) ? 0 : Math.min(Math.trunc(tokens), MOST_TOKENS);
}
