// Numbers and times in the values of a record.
import type { FieldValue } from '../event.ts';
import type { Comparison, TimePart } from '../rules/model.ts';

/** Decimal or 0x… text, or a number. NaN: neither. */
export function numberOf(value: FieldValue | undefined): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > 40 || value.trim() === '') return Number.NaN;
  return Number(value);
}

export function compares(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case 'lt':
      return value < limit;
    case 'lte':
      return value <= limit;
    case 'gt':
      return value > limit;
    case 'gte':
      return value >= limit;
  }
}

/** As the text writes it, without conversion between time zones; numbers are seconds or milliseconds since 1970, in UTC. NaN: no time. */
export function timePartOf(value: FieldValue | undefined, part: TimePart): number {
  let year: number, month: number, day: number, hour: number, minute: number;
  const written = typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?/.exec(value) : null;
  if (written !== null)
    [year, month, day, hour, minute] = written.slice(1).map((digits) => Number(digits ?? 0)) as [number, number, number, number, number];
  else {
    const number = numberOf(value);
    const date = new Date(Math.abs(number) < 1e11 ? number * 1000 : number);
    if (Number.isNaN(date.getTime())) return Number.NaN;
    [year, month, day, hour, minute] = [
      date.getUTCFullYear(),
      date.getUTCMonth() + 1,
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCMinutes(),
    ];
  }
  switch (part) {
    case 'year':
      return year;
    case 'month':
      return month;
    case 'day':
      return day;
    case 'hour':
      return hour;
    case 'minute':
      return minute;
    case 'week':
      return isoWeek(year, month, day);
  }
}

function isoWeek(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(year, month - 1, day));
  // The week belongs to the year of its Thursday.
  date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const newYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  return Math.ceil(((date.getTime() - newYear) / 86_400_000 + 1) / 7);
}
