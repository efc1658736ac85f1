// When a key ends, as a person writes it: a span such as 90d, or an instant in ISO 8601.
import { err, ok, type Result } from '#kernel';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 365 * 86_400_000 };
const SPAN = /^([1-9][0-9]{0,5})(m|h|d|w|y)$/;
/** Date alone, or with time and an offset: a time without one would mean another instant on another machine. */
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Milliseconds since the epoch. A date alone is its first moment in UTC. The error is one sentence. */
export function parseExpiry(text: string, nowMs: number): Result<number, string> {
  const [, amount, unit] = SPAN.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return ok(nowMs + Number(amount) * UNIT_MS[unit]!);
  const [, year, month, day] = INSTANT.exec(text) ?? [];
  const at = Date.parse(text);
  if (day === undefined || Number.isNaN(at) || !isDate(Number(year), Number(month), Number(day))) {
    return err('--expires is a span such as 12h, 90d or 1y, a date such as 2027-03-31, or a time such as 2027-03-31T18:00:00+09:00');
  }
  return at > nowMs ? ok(at) : err(`--expires ${text} lies in the past`);
}

/** The 30th of February is read as the 2nd of March otherwise. */
function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
