// Prometheus metrics of one process. Names and labels are documented in docs/operating/metrics.md.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { PassageReport } from '#checkpoint';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const RECORD_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];

export interface WorkerReadings {
  inProgress(): number;
  keys(): number;
  keyCopyAgeSeconds(): number;
  journal(): {
    readonly commits: number;
    readonly records: number;
    readonly bytes: number;
    readonly failures: number;
    readonly queuedBytes: number;
  };
  deploymentStates(): Iterable<readonly [id: string, state: string]>;
}

export interface WorkerMetrics {
  readonly registry: Registry;
  passed(report: PassageReport): void;
}

export function createWorkerMetrics(readings: WorkerReadings): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'sekisho_requests_total',
    help: 'Requests by operation, route and how they ended',
    labelNames: ['operation', 'route', 'ended'],
    registers,
  });
  const refusals = new Counter({
    name: 'sekisho_refusals_total',
    help: 'Refusals by the rule that decided',
    labelNames: ['rule'],
    registers,
  });
  const failures = new Counter({
    name: 'sekisho_attempt_failures_total',
    help: 'Attempts that failed before anything reached the client',
    labelNames: ['deployment', 'reason'],
    registers,
  });
  const tokens = new Counter({
    name: 'sekisho_tokens_total',
    help: 'Tokens as reported by the provider',
    labelNames: ['deployment', 'direction'],
    registers,
  });
  const providerRefusals = new Counter({
    name: 'sekisho_provider_refusals_total',
    help: 'Answers in which the provider or the model declined',
    labelNames: ['deployment'],
    registers,
  });
  const duration = new Histogram({
    name: 'sekisho_request_seconds',
    help: 'From the request being read to the end of the answer',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers,
  });
  const firstByte = new Histogram({
    name: 'sekisho_first_byte_seconds',
    help: 'From sending to the first byte passed on to the client',
    labelNames: ['deployment'],
    buckets: SECONDS,
    registers,
  });
  const record = new Histogram({
    name: 'sekisho_record_seconds',
    help: 'Time until the decision record was durable',
    buckets: RECORD_SECONDS,
    registers,
  });
  registerReadings(registry, readings);

  // Hashing label sets costs more than counting, so each label set's handle is kept.
  const handles = new Map<string, { inc(value?: number): void; observe(value: number): void }>();
  function handle(metric: { labels(...values: string[]): object }, name: string, ...labels: string[]) {
    const key = `${name}\n${labels.join('\n')}`;
    let found = handles.get(key);
    if (found === undefined)
      handles.set(key, (found = metric.labels(...labels) as { inc(value?: number): void; observe(value: number): void }));
    return found;
  }

  return {
    registry,
    passed(report) {
      const { operation, deployment, result, refusal } = report;
      handle(
        requests,
        'requests',
        operation.id,
        report.route !== undefined && refusal === undefined ? report.route : '',
        endOf(report),
      ).inc();
      if (refusal !== undefined) handle(refusals, 'refusals', refusal.rule).inc();
      for (const failure of report.failures) handle(failures, 'failures', failure.deployment, failure.reason).inc();
      if (report.recordMs > 0) record.observe(report.recordMs / 1000);
      handle(duration, 'duration', operation.id).observe(report.totalMs / 1000);
      if (result?.kind !== 'answered' || deployment === undefined) return;
      handle(firstByte, 'firstByte', deployment).observe(result.firstByteMs / 1000);
      const { usage, refusal: declined } = result.observation;
      if (declined !== undefined) handle(providerRefusals, 'providerRefusals', deployment).inc();
      if (usage === undefined) return;
      handle(tokens, 'tokens', deployment, 'input').inc(usage.inputTokens);
      handle(tokens, 'tokens', deployment, 'output').inc(usage.outputTokens);
    },
  };
}

function endOf({ refusal, result }: PassageReport): string {
  if (refusal !== undefined) return 'refused';
  return result?.kind === 'answered' ? result.ended : 'client-gone';
}

function registerReadings(registry: Registry, readings: WorkerReadings): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(read()) });
  };
  gauge('sekisho_requests_in_progress', 'Requests let in and not ended', () => readings.inProgress());
  gauge('sekisho_keys', 'Keys in memory, summed over workers', () => readings.keys());
  gauge('sekisho_key_copy_age_seconds', 'Age of the copy of keys, summed over workers', () => readings.keyCopyAgeSeconds());
  gauge('sekisho_journal_commits', 'Durable writes since start', () => readings.journal().commits);
  gauge('sekisho_journal_records', 'Records made durable since start', () => readings.journal().records);
  gauge('sekisho_journal_bytes', 'Bytes made durable since start', () => readings.journal().bytes);
  gauge('sekisho_journal_failures', 'Failed writes since start', () => readings.journal().failures);
  gauge('sekisho_journal_queued_bytes', 'Bytes waiting to become durable', () => readings.journal().queuedBytes);
  gauge('sekisho_resident_bytes', 'Resident memory, summed over processes', () => process.memoryUsage.rss());
  const states: Gauge = new Gauge({
    name: 'sekisho_deployment_resting',
    help: 'Workers in which a deployment is being left alone after failures',
    labelNames: ['deployment'],
    registers: [registry],
    collect() {
      for (const [id, state] of readings.deploymentStates()) states.set({ deployment: id }, state === 'closed' ? 0 : 1);
    },
  });
}

export interface PrimaryReadings {
  workers(): number;
  ledgerSize(): number;
  secondsSinceRound(): number;
}

export function createPrimaryMetrics(readings: PrimaryReadings): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(read()) });
  };
  gauge('sekisho_workers', 'Workers that accept requests', () => readings.workers());
  gauge('sekisho_ledger_entries', 'Entries under the newest signed checkpoint', () => readings.ledgerSize());
  gauge('sekisho_ledger_round_age_seconds', 'Time since journals were last integrated without error', () => readings.secondsSinceRound());
  return registry;
}
