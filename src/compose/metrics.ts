// Prometheus metrics of one process. Names and labels are documented in docs/operating/metrics.md.
import { Counter, Gauge, Registry } from 'prom-client';
import type { PassageReport } from '#checkpoint';
import { Tally } from './tally.ts';

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
  passed(report: PassageReport): void;
  /** Everything, in the form that prom-client aggregates over processes. */
  export(): Promise<object[]>;
}

export function createWorkerMetrics(readings: WorkerReadings): WorkerMetrics {
  const registry = new Registry();
  const tally = new Tally();
  const refusals = new Counter({
    name: 'sekisho_refusals_total',
    help: 'Refusals by the rule that decided',
    labelNames: ['rule'],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'sekisho_attempt_failures_total',
    help: 'Attempts that failed before anything reached the client',
    labelNames: ['deployment', 'reason'],
    registers: [registry],
  });
  const mismatches = new Counter({
    name: 'sekisho_effective_mismatches_total',
    help: 'Answers from another model or access program than was asked for',
    labelNames: ['deployment', 'what'],
    registers: [registry],
  });
  registerReadings(registry, readings);
  return {
    passed(report) {
      tally.add(report);
      if (report.refusal !== undefined) refusals.inc({ rule: report.refusal.rule });
      for (const { deployment, reason } of report.failures) failures.inc({ deployment, reason });
      if (report.mismatch === undefined || report.deployment === undefined) return;
      for (const what of ['model', 'program'] as const)
        if (report.mismatch[what] !== undefined) mismatches.inc({ deployment: report.deployment, what });
    },
    export: async () => [...tally.export(), ...(await registry.getMetricsAsJSON())],
  };
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
  routingStateAgeSeconds(): number;
  trafficWaiting(): number;
}

export function createPrimaryMetrics(readings: PrimaryReadings): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(read()) });
  };
  gauge('sekisho_workers', 'Workers that accept requests', () => readings.workers());
  gauge('sekisho_ledger_entries', 'Entries under the newest signed checkpoint', () => readings.ledgerSize());
  gauge('sekisho_ledger_round_age_seconds', 'Time since journals were last integrated without error', () => readings.secondsSinceRound());
  gauge('sekisho_routing_state_age_seconds', 'Time since cuts, drills and evidence were last read', () =>
    readings.routingStateAgeSeconds(),
  );
  gauge('sekisho_traffic_waiting_sums', 'Sums of traffic that wait to be written to the database', () => readings.trafficWaiting());
  return registry;
}
