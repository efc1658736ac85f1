// Recorded traffic as a plan reads it.
import type { RecordedTraffic } from '#routing';
import type { TrafficSums } from './traffic.ts';

/** Requests that were answered, whatever drill they were part of: sums of the same route, deployment and classes joined. */
export function recordedTraffic(sums: readonly TrafficSums[]): readonly RecordedTraffic[] {
  const answered = sums.filter(({ deployment, cause, ended }) => deployment !== '' && cause === '' && ended > 0);
  return [...Map.groupBy(answered, ({ route, deployment, dataClass }) => JSON.stringify([route, deployment, dataClass])).values()].map(
    (group) => {
      const { route, deployment, dataClass } = group[0]!;
      const total = (of: (sums: TrafficSums) => number): number => group.reduce((all, each) => all + of(each), 0);
      const requests = total(({ ended }) => ended);
      return {
        route,
        deployment,
        dataClasses: dataClass === '' ? [] : dataClass.split('+'),
        requests,
        inputTokens: total(({ inputTokens }) => inputTokens),
        outputTokens: total(({ outputTokens }) => outputTokens),
        meanLatencyMs: total(({ totalMs }) => totalMs) / requests,
      };
    },
  );
}
