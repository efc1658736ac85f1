// Structured logs: one JSON line per event on standard output, without prompts, answers or keys.
import pino, { type Logger } from 'pino';
import type { PassageReport } from '#checkpoint';
import { describeError } from '#kernel';
import { LogSink } from './log-sink.ts';

export type { Logger } from 'pino';

/** `bufferBytes` 0 writes every line at once; otherwise lines leave in blocks and `flush` on the way out. `descriptor`: default 1, standard output. */
export function createLogger(options: { level: string; worker: string; bufferBytes: number; descriptor?: number | undefined }): Logger {
  return pino(
    { level: options.level, base: { worker: options.worker, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    new LogSink(options.descriptor ?? 1, options.bufferBytes),
  );
}

/** What went well is worth a line only to someone who debugs: the ledger has every request. What did not go well always is. */
export function logPassage(logger: Logger, report: PassageReport): void {
  const troubled =
    report.failures.length > 0 ||
    report.mismatch !== undefined ||
    (report.result?.kind === 'answered' && report.result.ended === 'interrupted');
  // Anyone who reaches the port can cause these; metrics and the ledger count them.
  const isUnknownCaller = report.refusal?.rule === 'identity';
  const level = troubled ? 'warn' : report.refusal === undefined || isUnknownCaller ? 'debug' : 'info';
  if (!logger.isLevelEnabled(level)) return;
  const answered = report.result?.kind === 'answered' ? report.result : undefined;
  logger[level](
    {
      request: report.id,
      operation: report.operation.id,
      caller: report.caller,
      key: report.keyId,
      route: report.route,
      deployment: report.deployment,
      status: answered?.status,
      ended: answered?.ended ?? report.result?.kind,
      failure: answered?.failure,
      rule: report.refusal?.rule,
      providerRefusal: answered?.observation.refusal,
      mismatch: report.mismatch,
      drill: report.drill,
      failures: report.failures.length > 0 ? report.failures : undefined,
      totalMs: Math.round(report.totalMs * 10) / 10,
      recordMs: Math.round(report.recordMs * 100) / 100,
    },
    report.refusal === undefined ? 'passed' : 'refused',
  );
}

export function logFailure(logger: Logger, message: string, error: unknown, fields: object = {}): void {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const stack = error instanceof Error ? error.stack : undefined;
  logger.error({ ...fields, code, error: describeError(error), stack }, message);
}
