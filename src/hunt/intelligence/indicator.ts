// Indicators of compromise in one form, whatever list they come from. Values are normalised once here, as those of events are.

export type IndicatorType =
  | 'md5'
  | 'sha1'
  | 'sha256'
  | 'sha512'
  | 'ip'
  | 'network'
  | 'domain'
  | 'url'
  | 'email'
  | 'file-name'
  | 'path'
  | 'registry'
  | 'text';

/** One comparison: the value is equal to, lies under (domains), within (networks), or is like the pattern. */
export interface Observable {
  readonly type: IndicatorType;
  readonly value: string;
  /** `like`: `%` and `_` of STIX stand for any text and any character. */
  readonly operator: 'equals' | 'like';
}

/** What must be seen in one event: a single observable, or several joined. */
export type IndicatorCondition =
  | Observable
  | { readonly all: readonly IndicatorCondition[] }
  | { readonly any: readonly IndicatorCondition[] };

export interface Indicator {
  /** Stable within its list: the STIX id, the MISP uuid, or type and value. */
  readonly id: string;
  readonly name: string;
  /** The file of the list, as given. */
  readonly source: string;
  readonly condition: IndicatorCondition;
  /** Milliseconds since 1970, when the list states them: an indicator is not valid outside. */
  readonly validFromMs?: number;
  readonly validUntilMs?: number;
  /** 0 to 100. */
  readonly confidence?: number;
}

/** An entry of a list that could not be used, and why. */
export interface SkippedIndicator {
  readonly id: string;
  readonly problem: string;
}

export interface IndicatorList {
  readonly indicators: readonly Indicator[];
  readonly skipped: readonly SkippedIndicator[];
}

const hashTypes: Readonly<Record<number, IndicatorType>> = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' };

export function hashTypeOf(text: string): IndicatorType | undefined {
  const type = hashTypes[text.length];
  return type !== undefined && /^[0-9a-f]+$/i.test(text) ? type : undefined;
}

/** Takes the disarming off that lists put on: `hxxp://evil[.]example` . */
export function rearm(text: string): string {
  return text
    .trim()
    .replace(/^hxxp/i, 'http')
    .replace(/\[\.\]|\(\.\)|\{\.\}|\[dot\]/gi, '.')
    .replace(/\[:\]/g, ':')
    .replace(/\[:\/\/\]/g, '://')
    .replace(/\[@\]|\[at\]/gi, '@');
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const domain = /^(?=.{4,253}$)(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.)+(?:\p{L}{2,63}|xn--[a-z0-9-]{2,59})\.?$/iu;

export function isIp(text: string): boolean {
  return ipv4.test(text) || isIpv6(text);
}

function isIpv6(text: string): boolean {
  if (text.length < 2 || text.length > 45 || !/^[0-9a-f:.]+$/i.test(text) || text.split(':').length < 3) return false;
  return URL.canParse(`http://[${text}]/`);
}

export function isDomain(text: string): boolean {
  return domain.test(text);
}

/** What a bare value is, as in a list without types. Undefined: nothing that can be told. */
export function typeOfValue(text: string): IndicatorType | undefined {
  const hash = hashTypeOf(text);
  if (hash !== undefined) return hash;
  if (isIp(text)) return 'ip';
  if (/^[0-9a-f:.]+\/\d{1,3}$/i.test(text)) return 'network';
  if (/^[a-z][a-z0-9+.-]{1,15}:\/\//i.test(text)) return 'url';
  if (/^[^\s@]{1,64}@[^\s@]{3,253}$/.test(text)) return 'email';
  if (/^(?:HKEY_|HKLM\\|HKCU\\|HKU\\)/i.test(text)) return 'registry';
  if (isDomain(text)) return 'domain';
  if (/^(?:[a-z]:\\|\\\\|\/)/i.test(text)) return 'path';
  return undefined;
}

/** The form under which values are compared. Undefined: not a value of this type. */
export function normalise(type: IndicatorType, text: string): string | undefined {
  const value = text.trim();
  if (value === '' || value.length > 8192) return undefined;
  switch (type) {
    case 'md5':
    case 'sha1':
    case 'sha256':
    case 'sha512':
      return hashTypeOf(value) === type ? value.toLowerCase() : undefined;
    case 'ip':
      return normaliseIp(value);
    case 'domain':
      return value.toLowerCase().replace(/\.$/, '').replace(/^\*\./, '') || undefined;
    case 'url':
      return normaliseUrl(value);
    default:
      return value.toLowerCase();
  }
}

export function normaliseIp(text: string): string | undefined {
  if (ipv4.test(text)) return text;
  if (!isIpv6(text)) return undefined;
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped === null) return canonical;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** Scheme and host in lower case, no default port, no fragment, a path of at least `/`. Path and query keep their case. */
export function normaliseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
}
