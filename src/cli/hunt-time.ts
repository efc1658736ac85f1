// Times on the command line: a date, a time, or how long ago.
import { usageError } from './failure.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `2026-11-24`, `2026-11-24T08:00Z`, `36h`. Without a zone a time is UTC. Milliseconds since 1970. */
export function timeFlag(name: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = /^(\d{1,6})([mhdw])$/.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * UNITS[ago[2]!]!;
  const dated = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  const at = dated === null ? Number.NaN : Date.parse(dated[1] === undefined || dated[4] !== undefined ? text : `${text}Z`);
  if (Number.isNaN(at)) throw usageError(`--${name} is no time`, 'Such as 2026-11-24, 2026-11-24T08:00Z or 36h (ago).');
  return at;
}
