// Whether a dotted name is a host or an IPv4 address. Decides by form alone: nothing is resolved.
import { AMBIGUOUS_TOP_LEVEL, CODE_TOP_LEVEL, SECOND_LEVEL, TOP_LEVEL } from './target-words.ts';

/** Four numbers up to 255 without leading zeros. */
export function ipv4Of(name: string): string | undefined {
  if (name.length > 15) return undefined;
  const parts = name.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255) ? name : undefined;
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;

/**
 * The host in lower case when the name ends in a known top-level domain and looks like no code. `isMeant`: something else, such as `@` or
 * brackets around dots, already says that it is a host.
 */
export function hostOf(written: string, isMeant = false): string | undefined {
  if (written.length > 253) return undefined;
  const name = written.toLowerCase();
  const labels = name.split('.');
  const last = labels.at(-1)!;
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return undefined;
  if (isMeant) return /^[a-z]/.test(last) && last.length >= 2 ? name : undefined;
  if (!TOP_LEVEL.has(last)) return undefined;
  if (CODE_TOP_LEVEL.has(last) && (labels.length < 3 || !SECOND_LEVEL.has(labels.at(-2)!))) return undefined;
  if (AMBIGUOUS_TOP_LEVEL.has(last) && labels.length < 3) return undefined;
  // "…in the end.It": a sentence without its space; `System.IO`, `fooBar.baz`: code.
  if (/[A-Z]/.test(written) && written !== written.toUpperCase()) return undefined;
  const domain = labels.at(-2)!;
  if (domain.length < 2 && last !== 'com' && last !== 'co') return undefined;
  return name;
}
