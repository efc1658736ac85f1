// Counts what every request leaves behind, as cheaply as arithmetic allows: one look-up per request, no label hashing. Sums become
// Prometheus metrics only when someone asks for them.
import type { PassageReport } from '#checkpoint';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const RECORD_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];

type Labels = Readonly<Record<string, string | number>>;

/** A metric as prom-client exports and aggregates it. */
export interface ExportedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'histogram';
  readonly aggregator: 'sum';
  readonly values: { readonly metricName?: string; readonly labels: Labels; readonly value: number }[];
}

/** A histogram without labels. */
class Distribution {
  readonly #bounds: readonly number[];
  /** Observations in each bucket alone; the last one is above every bound. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket++;
    this.#counts[bucket]! += 1;
    this.#sum += value;
  }

  values(name: string, labels: Labels): ExportedMetric['values'] {
    let cumulated = 0;
    const buckets = [...this.#bounds, '+Inf'].map((le, bucket) => {
      cumulated += this.#counts[bucket]!;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: cumulated };
    });
    return [...buckets, { metricName: `${name}_sum`, labels, value: this.#sum }, { metricName: `${name}_count`, labels, value: cumulated }];
  }
}

/** Everything about requests of one operation, on one route, with one end, at one deployment. */
interface Series {
  readonly operation: string;
  readonly route: string;
  readonly ended: string;
  readonly deployment: string | undefined;
  requests: number;
  declined: number;
  inputTokens: number;
  outputTokens: number;
}

export class Tally {
  readonly #series = new Map<string, Series>();
  readonly #requestSeconds = new Map<string, Distribution>();
  readonly #firstByteSeconds = new Map<string, Distribution>();
  readonly #recordSeconds = new Distribution(RECORD_SECONDS);

  add(report: PassageReport): void {
    const { operation, deployment, result, totalMs, recordMs } = report;
    const series = this.#seriesOf(report);
    series.requests++;
    distribution(this.#requestSeconds, operation.id).observe(totalMs / 1000);
    if (recordMs > 0) this.#recordSeconds.observe(recordMs / 1000);
    if (result?.kind !== 'answered' || deployment === undefined) return;
    distribution(this.#firstByteSeconds, deployment).observe(result.firstByteMs / 1000);
    const { usage, refusal } = result.observation;
    if (refusal !== undefined) series.declined++;
    if (usage === undefined) return;
    series.inputTokens += usage.inputTokens;
    series.outputTokens += usage.outputTokens;
  }

  export(): ExportedMetric[] {
    const all = [...this.#series.values()];
    const served = all.filter((series) => series.deployment !== undefined);
    return [
      counter(
        'sekisho_requests_total',
        'Requests by operation, route and how they ended',
        all.map(({ operation, route, ended, requests }) => ({ labels: { operation, route, ended }, value: requests })),
      ),
      counter(
        'sekisho_tokens_total',
        'Tokens as reported by the provider',
        served.flatMap(({ deployment, inputTokens, outputTokens }) => [
          { labels: { deployment: deployment!, direction: 'input' }, value: inputTokens },
          { labels: { deployment: deployment!, direction: 'output' }, value: outputTokens },
        ]),
      ),
      counter(
        'sekisho_provider_refusals_total',
        'Answers in which the provider or the model declined',
        served.map(({ deployment, declined }) => ({ labels: { deployment: deployment! }, value: declined })),
      ),
      histogram('sekisho_request_seconds', 'From the request being read to the end of the answer', 'operation', this.#requestSeconds),
      histogram(
        'sekisho_first_byte_seconds',
        'From sending to the first byte passed on to the client',
        'deployment',
        this.#firstByteSeconds,
      ),
      {
        name: 'sekisho_record_seconds',
        help: 'Time until the decision record was durable',
        type: 'histogram',
        aggregator: 'sum',
        values: this.#recordSeconds.values('sekisho_record_seconds', {}),
      },
    ];
  }

  #seriesOf({ operation, route, deployment, refusal, result }: PassageReport): Series {
    // A refused request may name any route; only routes that exist become labels.
    const known = refusal === undefined ? (route ?? '') : '';
    const ended = refusal !== undefined ? 'refused' : result?.kind === 'answered' ? result.ended : 'client-gone';
    const key = `${operation.id}\n${known}\n${ended}\n${deployment ?? ''}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { operation: operation.id, route: known, ended, deployment, requests: 0, declined: 0, inputTokens: 0, outputTokens: 0 };
      this.#series.set(key, series);
    }
    return series;
  }
}

function distribution(all: Map<string, Distribution>, label: string): Distribution {
  let found = all.get(label);
  if (found === undefined) all.set(label, (found = new Distribution(SECONDS)));
  return found;
}

/** Values with equal labels are added up: several series may differ only in what this metric does not show. */
function counter(name: string, help: string, values: ExportedMetric['values']): ExportedMetric {
  const sums = new Map<string, { labels: Labels; value: number }>();
  for (const { labels, value } of values) {
    const key = JSON.stringify(labels);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { labels, value });
    else sum.value += value;
  }
  return { name, help, type: 'counter', aggregator: 'sum', values: [...sums.values()] };
}

function histogram(name: string, help: string, label: string, all: ReadonlyMap<string, Distribution>): ExportedMetric {
  const values = [...all].flatMap(([value, found]) => found.values(name, { [label]: value }));
  return { name, help, type: 'histogram', aggregator: 'sum', values };
}
