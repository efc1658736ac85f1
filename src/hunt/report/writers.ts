// Findings as lines for other programs: JSONL with all evidence, and CSV as Timesketch reads it. One finding in, its lines out; nothing is
// held. Opens no file.
import type { FieldValue } from '../event.ts';
import type { Evidence, Finding } from '../finding.ts';
import { attackTags } from './attack.ts';

/** One line with its line feed. Times are ISO 8601 in UTC; what is unknown is null. */
export function jsonLine({ rule, atMs, host, evidence }: Finding): string {
  return `${JSON.stringify({ at: isoTime(atMs) ?? null, host: host ?? null, rule, evidence })}\n`;
}

/** `message`, `datetime` and `timestamp_desc` are what Timesketch requires: https://timesketch.org/guides/user/import-from-json-csv/ */
const COLUMNS = [
  'message',
  'datetime',
  'timestamp',
  'timestamp_desc',
  'level',
  'rule_title',
  'rule_id',
  'rule_sha256',
  'host',
  'tags',
  'techniques',
  'evidence_id',
  'file',
  'file_sha256',
  'record',
  'offset',
  'matched',
  'fields',
] as const;

export const TIMESKETCH_HEADER = `${COLUMNS.join(',')}\r\n`;

/** Timesketch refuses a line without a time; such findings carry its epoch and say so in `timestamp_desc`. */
const NO_TIME_MS = 0;
const MAX_CELL = 32_000;

/** One line per record of evidence, so that a correlation shows as all of its records. */
export function timesketchLines(finding: Finding): string {
  return finding.evidence.map((evidence) => timesketchLine(finding, evidence)).join('');
}

function timesketchLine({ rule, atMs, host }: Finding, evidence: Evidence): string {
  const time = isoTime(atMs);
  const row: Readonly<Record<(typeof COLUMNS)[number], string | number>> = {
    message: `[${rule.level}] ${rule.title}${host === undefined ? '' : ` on ${host}`}: ${shortOf(evidence)}`,
    datetime: (time ?? new Date(NO_TIME_MS).toISOString()).replace('Z', '+00:00'),
    timestamp: Math.round((time === undefined ? NO_TIME_MS : atMs!) * 1000),
    timestamp_desc:
      time === undefined ? 'Not a time: the record states none' : rule.kind === 'correlation' ? 'Correlation' : 'Event Logged',
    level: rule.level,
    rule_title: rule.title,
    rule_id: rule.id,
    rule_sha256: rule.sha256,
    host: host ?? '',
    tags: rule.tags.join(' '),
    techniques: attackTags(rule.tags).techniques.join(' '),
    evidence_id: evidence.id,
    file: evidence.position.file,
    file_sha256: evidence.fileSha256,
    record: evidence.position.record,
    offset: evidence.position.offset,
    matched: JSON.stringify(evidence.matched.map(({ field, value, condition }) => ({ field, value, condition }))),
    fields: JSON.stringify(evidence.fields),
  };
  return `${COLUMNS.map((column) => csvCell(row[column])).join(',')}\r\n`;
}

function shortOf({ matched }: Evidence): string {
  return matched
    .slice(0, 3)
    .map(({ field, value }) => `${field}=${value.slice(0, 200)}`)
    .join(' ');
}

/**
 * RFC 4180, and harmless in a spreadsheet: a text that a spreadsheet would take for a formula begins with an apostrophe. The value as it
 * was is in the JSONL.
 */
function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const flat = value.toWellFormed().replace(/\0/g, '\\0');
  const cut = flat.length > MAX_CELL ? `${flat.slice(0, MAX_CELL)}…` : flat;
  const safe = /^[\t\r\n ]*[=+\-@]/.test(cut) ? `'${cut}` : cut;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Undefined for what is no date. */
export function isoTime(atMs: number | undefined): string | undefined {
  return atMs === undefined || !(Math.abs(atMs) <= 8.64e15) ? undefined : new Date(atMs).toISOString();
}

export function valueText(value: FieldValue): string {
  return Array.isArray(value) ? value.map(String).join(', ') : String(value);
}
