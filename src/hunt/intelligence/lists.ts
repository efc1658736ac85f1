// Indicator lists: CSV with or without a header, one value a line, STIX 2.1 bundles, MISP events. What cannot be used is told.
import { csvFields, separatorOf } from '../inputs/csv.ts';
import { timeOf } from '../inputs/windows-json.ts';

import {
  normalise,
  rearm,
  typeOfValue,
  type Indicator,
  type IndicatorCondition,
  type IndicatorList,
  type IndicatorType,
  type Observable,
  type SkippedIndicator,
} from './indicator.ts';
import { parseStixPattern } from './stix-pattern.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const MAX_INDICATORS = 5_000_000;

/** The format is told from the text. `source` is named in every indicator. */
export function readIndicators(text: string, source: string): IndicatorList {
  const start = text.trimStart().replace(/^\uFEFF/, '');
  if (!start.startsWith('{') && !start.startsWith('[')) return readIndicatorCsv(start, source);
  let value: unknown;
  try {
    value = JSON.parse(start);
  } catch {
    return { indicators: [], skipped: [{ id: source, problem: 'no valid JSON' }] };
  }
  return isStix(value) ? readStix(value, source) : readMisp(value, source);
}

const valueNames = [
  'indicator',
  'ioc',
  'value',
  'indicator_value',
  'ioc_value',
  'observable',
  'sha256_hash',
  'sha256',
  'url',
  'domain',
  'ip',
];
const typeNames = ['type', 'indicator_type', 'ioc_type', 'observable_type'];
const noteNames = ['name', 'description', 'malware', 'threat', 'title', 'comment', 'tags', 'signature'];

/** Lines that begin with `#` are comments. Without a header, the first field that looks like an indicator is it. */
export function readIndicatorCsv(text: string, source: string): IndicatorList {
  const out = new Collector(source);
  let header: readonly string[] | undefined;
  let separator: string | undefined;
  for (const line of lines(text)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    separator ??= separatorOf(line);
    const fields = csvFields(line, separator).map((field) => field.trim());
    if (header === undefined) {
      const names = fields.map((field) => field.toLowerCase());
      const isHeader = names.some((name) => valueNames.includes(name)) && !fields.some((field) => typeOfValue(rearm(field)) !== undefined);
      header = isHeader ? names : [];
      if (isHeader) continue;
    }
    const at = (names: readonly string[]): string | undefined => {
      for (const name of names) {
        const index = header?.indexOf(name) ?? -1;
        if (index >= 0 && fields[index] !== undefined && fields[index] !== '') return fields[index];
      }
      return undefined;
    };
    const raw = at(valueNames) ?? fields.find((field) => typeOfValue(rearm(field)) !== undefined) ?? fields[0] ?? '';
    out.single(mispTypes[(at(typeNames) ?? '').toLowerCase()], raw, at(noteNames) ?? raw);
  }
  return out.list();
}

function* lines(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end);
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
    at = end < 0 ? text.length : end + 1;
  }
}

function isStix(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isObject(first) && typeof first.type === 'string' && typeof first.id === 'string' && first.id.includes('--');
}

function readStix(value: unknown, source: string): IndicatorList {
  const out = new Collector(source);
  const objects: readonly unknown[] = Array.isArray(value)
    ? value
    : isObject(value) && Array.isArray(value.objects)
      ? value.objects
      : [value];
  for (const object of objects) {
    if (!isObject(object) || object.type !== 'indicator') continue;
    const id = stringOf(object.id) ?? '';
    if (object.revoked === true) out.skip(id, 'revoked');
    else if ((object.pattern_type ?? 'stix') !== 'stix') out.skip(id, `pattern of type ${stringOf(object.pattern_type) ?? ''}`);
    else {
      const condition = parseStixPattern(stringOf(object.pattern) ?? '');
      if (condition.ok) out.add(id, stringOf(object.name) ?? id, condition.value, stixExtras(object));
      else out.skip(id, condition.error);
    }
  }
  return out.list();
}

function stixExtras(object: JsonObject): Partial<Pick<Indicator, 'validFromMs' | 'validUntilMs' | 'confidence'>> {
  const [from, until] = [timeOf(stringOf(object.valid_from)), timeOf(stringOf(object.valid_until))];
  return {
    ...(from === undefined ? {} : { validFromMs: from }),
    ...(until === undefined ? {} : { validUntilMs: until }),
    ...(typeof object.confidence === 'number' ? { confidence: object.confidence } : {}),
  };
}

/** MISP's attribute types, and the words of common CSV lists. */
const mispTypes: Readonly<Record<string, IndicatorType | 'any' | undefined>> = Object.assign(
  Object.create(null) as Record<string, IndicatorType>,
  {
    md5: 'md5',
    sha1: 'sha1',
    sha256: 'sha256',
    sha512: 'sha512',
    'ip-src': 'ip',
    'ip-dst': 'ip',
    ip: 'ip',
    ipv4: 'ip',
    ipv6: 'ip',
    'ipv4-addr': 'ip',
    'ipv6-addr': 'ip',
    cidr: 'network',
    domain: 'domain',
    hostname: 'domain',
    'domain-name': 'domain',
    fqdn: 'domain',
    url: 'url',
    uri: 'url',
    link: 'url',
    email: 'email',
    'email-src': 'email',
    'email-dst': 'email',
    'email-addr': 'email',
    filename: 'file-name',
    file: 'file-name',
    regkey: 'registry',
    mutex: 'text',
  },
);

function readMisp(value: unknown, source: string): IndicatorList {
  const out = new Collector(source);
  const roots: readonly unknown[] = Array.isArray(value)
    ? value
    : isObject(value) && Array.isArray(value.response)
      ? value.response
      : [value];
  for (const root of roots) {
    const event = isObject(root) && isObject(root.Event) ? root.Event : root;
    if (!isObject(event)) continue;
    const info = stringOf(event.info) ?? source;
    const objects: readonly unknown[] = Array.isArray(event.Object) ? event.Object : [];
    for (const holder of [event, ...objects]) {
      const attributes: unknown = isObject(holder) ? (holder.Attribute ?? holder.attributes) : undefined;
      if (Array.isArray(attributes)) for (const attribute of attributes) mispAttribute(out, attribute, info);
    }
  }
  return out.list();
}

function mispAttribute(out: Collector, attribute: unknown, info: string): void {
  if (!isObject(attribute)) return;
  const [type, raw, id] = [stringOf(attribute.type)?.toLowerCase() ?? '', stringOf(attribute.value) ?? '', stringOf(attribute.uuid)];
  if (attribute.deleted === true || attribute.to_ids === false) {
    out.skip(id ?? raw, attribute.deleted === true ? 'deleted' : 'not marked for detection (to_ids)');
    return;
  }
  // `filename|sha256` and the like: each half says it.
  const [types, values] = [type.split('|'), raw.split('|')];
  const parts: Observable[] = [];
  for (const [index, each] of types.entries()) {
    const known = mispTypes[each];
    const found = known === undefined || known === 'any' ? undefined : observableOf(known, values[index] ?? '');
    // In a pair, the hash is the evidence; the name beside it changes from victim to victim.
    if (found !== undefined && !(types.length > 1 && each === 'filename')) parts.push(found);
  }
  const [only] = parts;
  if (only === undefined) out.skip(id ?? raw, `attributes of type ${type} are not used on logs`);
  else out.add(id ?? `${type}:${raw}`, info, parts.length === 1 ? only : { any: parts }, {});
}

function observableOf(type: IndicatorType, raw: string): Observable | undefined {
  const value = rearm(raw);
  const actual = type === 'ip' && value.includes('/') ? 'network' : type;
  const normal = normalise(actual, actual === 'ip' ? value.replace(/^([\d.]+):\d+$/, '$1') : value);
  return normal === undefined ? undefined : { type: actual, value: normal, operator: 'equals' };
}

class Collector {
  readonly #source: string;
  readonly #indicators: Indicator[] = [];
  readonly #skipped: SkippedIndicator[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  single(type: IndicatorType | 'any' | undefined, raw: string, name: string): void {
    const value = rearm(raw);
    const actual = (type === 'any' ? undefined : type) ?? typeOfValue(value);
    const condition = actual === undefined ? undefined : observableOf(actual, value);
    if (condition === undefined) this.skip(raw.slice(0, 200), 'no kind of indicator that is known');
    else this.add(`${condition.type}:${condition.value}`, name, condition, {});
  }

  add(id: string, name: string, condition: IndicatorCondition, extras: Partial<Indicator>): void {
    if (this.#indicators.length >= MAX_INDICATORS) this.skip(id, `more than ${MAX_INDICATORS} indicators`);
    else this.#indicators.push({ id, name: name.slice(0, 512), source: this.#source, condition, ...extras });
  }

  skip(id: string, problem: string): void {
    if (this.#skipped.length < 100_000) this.#skipped.push({ id, problem });
  }

  list(): IndicatorList {
    return { indicators: this.#indicators, skipped: this.#skipped };
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
