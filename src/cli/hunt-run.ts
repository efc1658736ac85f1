// One hunt from records to counts: passes every record to the rules and every finding on, keeps the person at the keyboard informed, and
// ends in good order when asked to. Knows no format of logs and no format of reports.
import { setImmediate } from 'node:timers/promises';
import {
  coverageOf,
  Hunter,
  severity,
  Summary,
  type CompiledPack,
  type Coverage,
  type Finding,
  type HuntReport,
  type HuntSummary,
  type Level,
} from '#hunt';
import type { IndicatorHunt } from './hunt-indicators.ts';
import type { LogReading } from './hunt-logs.ts';
import type { Progress } from './progress.ts';
import { bytesText } from './terminal.ts';

export interface HuntRunOptions {
  readonly logs: LogReading;
  readonly pack: CompiledPack;
  readonly indicators: IndicatorHunt | undefined;
  readonly level: Level;
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
  /** Findings to hand back, at most. */
  readonly keep: number;
  readonly onFinding: (finding: Finding) => Promise<void> | undefined;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface HuntResult {
  readonly summary: HuntSummary;
  readonly coverage: Coverage;
  readonly report: HuntReport;
  readonly kept: readonly Finding[];
  /** A signal came before everything was read. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** So many records between two looks at signals, timers and the terminal. */
const BREATH = 1_000;

export async function runHunt(options: HuntRunOptions): Promise<HuntResult> {
  const { logs, pack, indicators, level, sinceMs, untilMs, keep, onFinding, signal, progress } = options;
  const startedAt = performance.now();
  const hunter = new Hunter(pack, {
    fileSha256: logs.fileSha256,
    minimumLevel: level,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  });
  const summary = new Summary();
  const kept: Finding[] = [];
  const pass = async (findings: readonly Finding[]): Promise<void> => {
    for (const finding of findings) {
      summary.add(finding);
      if (kept.length < keep) kept.push(finding);
      await onFinding(finding);
    }
  };
  let events = 0;
  for await (const batch of logs.batches) {
    for (const event of batch) {
      const findings = hunter.push(event);
      if (findings.length > 0) await pass(findings);
      if (indicators !== undefined && isWithin(event.atMs, sinceMs, untilMs)) {
        const seen = indicators.find(event, logs.fileSha256(event.position.file));
        if (seen.length > 0) await pass(seen.filter(({ rule }) => severity(rule.level) >= severity(level)));
      }
      if (++events % BREATH !== 0) continue;
      await setImmediate();
      if (signal.aborted) break;
      progress.count(progressText(logs, events, summary.findings));
    }
    if (signal.aborted) break;
  }
  const interrupted = signal.aborted;
  await pass(hunter.finish());
  const report = hunter.report();
  const coverage = coverageOf({
    pack,
    routes: report.routes,
    undecided: report.undecided,
    files: logs.files(),
    badRecords: logs.badRecords(),
    correlationGaps: gapsOf(report),
    indicators: indicators?.coverage,
  });
  return { summary: summary.result(), coverage, report, kept, interrupted, seconds: (performance.now() - startedAt) / 1000 };
}

/** As the rules do: a record that states no time is looked at. */
function isWithin(atMs: number | undefined, sinceMs = -Infinity, untilMs = Infinity): boolean {
  return atMs === undefined || (atMs >= sinceMs && atMs <= untilMs);
}

const BAR_WIDTH = 24;

/** A bar where it is known how much there is, then counts. */
function progressText(logs: LogReading, events: number, findings: number): string {
  const read = logs.bytesRead();
  const total = logs.bytesTotal();
  const counts = `${events} events, ${findings} findings, ${bytesText(read)}`;
  if (total === undefined || total === 0) return counts;
  const share = Math.min(1, read / total);
  const full = Math.round(share * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.floor(share * 100)} %  ${counts} of ${bytesText(total)}`;
}

function gapsOf({ correlations }: HuntReport): readonly string[] {
  const gaps: string[] = [];
  const { evicted, withoutTime, withoutGroup } = correlations;
  if (evicted > 0) gaps.push(`${evicted} matches were too many for correlations; some may be missing`);
  if (withoutTime > 0) gaps.push(`${withoutTime} matches state no time, and no correlation can hold them`);
  for (const [id, count] of Object.entries(withoutGroup).slice(0, 50)) {
    gaps.push(`${count} matches lack a field that the correlation ${id} groups by`);
  }
  return gaps;
}
