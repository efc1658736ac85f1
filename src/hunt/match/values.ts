// Numbers, times and networks in the values of a record.
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
  if (written !== null) [year, month, day, hour, minute] = written.slice(1).map((digits) => Number(digits ?? 0)) as [number, number, number, number, number];
  else {
    const number = numberOf(value);
    const date = new Date(Math.abs(number) < 1e11 ? number * 1000 : number);
    if (Number.isNaN(date.getTime())) return Number.NaN;
    [year, month, day, hour, minute] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()];
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

/** Eight groups of 16 bits; IPv4 as IPv4-mapped. Undefined: no address. */
export function parseAddress(text: string): readonly number[] | undefined {
  if (text.length > 64) return undefined;
  const address = text.trim().replace(/%.*$/, '');
  if (!address.includes(':')) {
    const four = parseV4(address);
    return four === undefined ? undefined : [0, 0, 0, 0, 0, 0xffff, ...four];
  }
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const four = parseV4(part);
      if (four === undefined) return undefined;
      groups.push(...four);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function parseV4(text: string): readonly [number, number] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = match.slice(1).map(Number);
  return a > 255 || b > 255 || c > 255 || d > 255 ? undefined : [(a << 8) | b, (c << 8) | d];
}

/** Undefined: not a network. */
export function networkMatcher(network: string): ((text: string) => boolean) | undefined {
  const [base = '', length = ''] = network.split('/');
  const wanted = parseAddress(base);
  if (wanted === undefined) return undefined;
  const bits = Number(length) + (base.includes(':') ? 0 : 96);
  return (text) => {
    const address = parseAddress(text);
    if (address === undefined) return false;
    for (let group = 0, left = bits; left > 0; group++, left -= 16) {
      const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff;
      if (((address[group] as number) & mask) !== ((wanted[group] as number) & mask)) return false;
    }
    return true;
  };
}
