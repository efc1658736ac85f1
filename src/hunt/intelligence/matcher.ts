// Finds the indicators of any number of lists in the fields of events, in the same pass as the rules. Lookups are by hash table: the
// cost of an event does not grow with the lists, but for networks of IPv6 and patterns (`LIKE`), whose number is bounded.
//
// What counts as seen: hashes, addresses, host names, URLs, mail addresses and file names anywhere within a value; a listed domain
// also covers every name under it (`evil.example` is seen in `a.evil.example`, never in `notevil.example`); a URL when it is the same
// after normalisation; paths, registry keys and texts as a whole value, without regard to case.
import { networkMatcher } from '../address.ts';
import type { FieldValue, LogEvent } from '../event.ts';

import { normaliseIp, normaliseUrl, type Indicator, type IndicatorCondition, type IndicatorList, type Observable } from './indicator.ts';
import { tokenise, type TokenHandler } from './tokens.ts';

export interface IndicatorHit {
  readonly indicator: Indicator;
  readonly field: string;
  /** What was seen in the value, in the form of the list. */
  readonly value: string;
}

export interface IndicatorOptions {
  /** Whether an indicator counts only within the time that its list states. Off: hunting looks back before a list was made. */
  readonly onlyWhileValid?: boolean;
}

interface Seen {
  readonly owner: number;
  readonly field: string;
  readonly value: string;
  /** Of the observable that was met. */
  readonly key: string;
}

/** Indices of indicators. */
type Owners = number | number[];
type Table = Map<string, Owners>;

const MAX_HITS = 100;
const MAX_PATTERNS = 10_000;
const MAX_NETWORKS_V6 = 10_000;
const MAX_CLEAN = 32_768;
const MAX_CLEAN_LENGTH = 256;

export interface IndicatorStats {
  readonly indicators: number;
  readonly observables: number;
  /** Comparisons left out because there are too many that cannot be looked up. */
  readonly limited: number;
}

export class IndicatorMatcher {
  readonly #indicators: readonly Indicator[];
  readonly #options: IndicatorOptions;
  readonly #hashes: Table = new Map();
  readonly #ips: Table = new Map();
  readonly #domains: Table = new Map();
  /** The last labels of all listed domains: most words with dots in logs are names of files. */
  readonly #topLabels = new Set<string>();
  readonly #urls: Table = new Map();
  readonly #emails: Table = new Map();
  readonly #fileNames: Table = new Map();
  readonly #whole: Table = new Map();
  /** By prefix length, the network's bits. */
  readonly #networks = new Map<number, Map<number, Owners>>();
  readonly #networks6: { readonly matches: (text: string) => boolean; readonly value: string; readonly owner: number }[] = [];
  readonly #patterns: { readonly observable: Observable; readonly owner: number }[] = [];
  readonly #handler: TokenHandler;
  /** Values in which nothing was seen: logs repeat themselves. */
  readonly #clean = new Set<string>();
  #observables = 0;
  #limited = 0;
  #field = '';
  #seen: Seen[] = [];

  constructor(lists: readonly IndicatorList[], options: IndicatorOptions) {
    this.#options = options;
    this.#indicators = lists.flatMap(({ indicators }) => indicators);
    for (const [index, { condition }] of this.#indicators.entries()) this.#insert(condition, index);
    this.#handler = this.#makeHandler();
  }

  stats(): IndicatorStats {
    return { indicators: this.#indicators.length, observables: this.#observables, limited: this.#limited };
  }

  match(event: LogEvent): readonly IndicatorHit[] {
    if (this.#observables === 0) return none;
    const { fields } = event;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'string') this.#value(name, value);
      else if (typeof value === 'object' && value !== null) for (const item of value) this.#item(name, item);
    }
    if (this.#seen.length === 0) return none;
    const seen = this.#seen;
    this.#seen = [];
    return this.#hits(seen, event.atMs);
  }

  #item(name: string, item: FieldValue): void {
    if (typeof item === 'string') this.#value(name, item);
  }

  #value(field: string, value: string): void {
    if (value.length < 3) return;
    const isShort = value.length <= MAX_CLEAN_LENGTH;
    if (isShort && this.#clean.has(value)) return;
    const before = this.#seen.length;
    this.#field = field;
    tokenise(value, this.#handler);
    if (this.#whole.size > 0 && value.length <= 8192) this.#look(this.#whole, comparable(value.toLowerCase()));
    if (this.#patterns.length > 0) this.#like(value);
    if (!isShort || this.#seen.length !== before) return;
    if (this.#clean.size >= MAX_CLEAN) this.#clean.clear();
    this.#clean.add(value);
  }

  #look(table: Table, key: string): boolean {
    const owners = table.get(key);
    if (owners === undefined) return false;
    this.#saw(owners, key, key);
    return true;
  }

  /** `key` names the observable that was met, `value` what met it. */
  #saw(owners: Owners, key: string, value: string): void {
    for (const owner of typeof owners === 'number' ? [owners] : owners) {
      if (this.#seen.length < 16 * MAX_HITS) this.#seen.push({ owner, field: this.#field, value: value.slice(0, 4096), key });
    }
  }

  #makeHandler(): TokenHandler {
    const on = <T>(isOn: boolean, handler: T): T | undefined => (isOn ? handler : undefined);
    return {
      hash: on(this.#hashes.size > 0, (lower: string) => void this.#look(this.#hashes, lower)),
      ipv4: on(this.#ips.size + this.#networks.size > 0, (text: string) => this.#ipv4(text)),
      ipv6: on(this.#networks6.length > 0 || this.#ips.size > 0, (text: string) => this.#ipv6(text)),
      host: on(this.#domains.size > 0, (lower: string) => this.#host(lower)),
      url: on(this.#urls.size > 0, (text: string) => {
        const normal = normaliseUrl(text);
        if (normal !== undefined) this.#look(this.#urls, normal);
      }),
      email: on(this.#emails.size > 0, (lower: string) => void this.#look(this.#emails, lower)),
      fileName: on(this.#fileNames.size > 0, (lower: string) => void this.#look(this.#fileNames, lower)),
    };
  }

  #host(lower: string): void {
    // The name itself, then what it lies under; a name has at most 127 labels, and no list goes that deep.
    if (!this.#topLabels.has(lower.slice(lower.lastIndexOf('.') + 1))) return;
    let name = lower;
    for (let labels = 0; labels < 32; labels++) {
      const owners = this.#domains.get(name);
      if (owners !== undefined) this.#saw(owners, name, lower);
      const dot = name.indexOf('.');
      if (dot < 0) return;
      name = name.slice(dot + 1);
    }
  }

  #ipv4(text: string): void {
    this.#look(this.#ips, text);
    if (this.#networks.size === 0) return;
    const bits = ipv4Bits(text);
    if (bits === undefined) return;
    for (const [length, networks] of this.#networks) {
      const base = masked(bits, length);
      const owners = networks.get(base);
      if (owners !== undefined) this.#saw(owners, `${base}/${length}`, text);
    }
  }

  #ipv6(text: string): void {
    const normal = normaliseIp(text.replace(/^:(?!:)|(?<!:)[:.]$/g, ''));
    if (normal === undefined) return;
    if (!normal.includes(':')) {
      this.#ipv4(normal);
      return;
    }
    this.#look(this.#ips, normal);
    for (const { matches, value, owner } of this.#networks6) if (matches(normal)) this.#saw(owner, value, normal);
  }

  #like(value: string): void {
    const lower = value.slice(0, 8192).toLowerCase();
    const base = lower.slice(Math.max(lower.lastIndexOf('\\'), lower.lastIndexOf('/')) + 1);
    for (const { observable, owner } of this.#patterns) {
      const text = observable.type === 'file-name' ? base : lower;
      if (isLike(text, observable.value)) this.#saw(owner, observable.value, text);
    }
  }

  #hits(seen: readonly Seen[], atMs: number | undefined): readonly IndicatorHit[] {
    const hits: IndicatorHit[] = [];
    const done = new Set<string>();
    for (const { owner, field, value } of seen) {
      const indicator = this.#indicators[owner];
      const key = `${owner} ${field} ${value}`;
      if (indicator === undefined || done.has(key) || hits.length >= MAX_HITS) continue;
      done.add(key);
      if (this.#options.onlyWhileValid === true && !isValidAt(indicator, atMs)) continue;
      const isWhole =
        'operator' in indicator.condition ||
        holds(indicator.condition, (one) => seen.some((each) => each.owner === owner && each.key === keyOf(one)));
      if (isWhole) hits.push({ indicator, field, value });
    }
    return hits;
  }

  #insert(condition: IndicatorCondition, index: number): void {
    if ('all' in condition) for (const part of condition.all) this.#insert(part, index);
    else if ('any' in condition) for (const part of condition.any) this.#insert(part, index);
    else this.#insertOne(condition, index);
  }

  #insertOne(observable: Observable, index: number): void {
    this.#observables++;
    if (observable.operator === 'like') {
      if (this.#patterns.length >= MAX_PATTERNS) this.#limited++;
      else this.#patterns.push({ observable, owner: index });
      return;
    }
    if (observable.type === 'domain') this.#topLabels.add(observable.value.slice(observable.value.lastIndexOf('.') + 1));
    if (observable.type === 'network') this.#insertNetwork(observable.value, index);
    else add(this.#tableOf(observable.type), keyOf(observable), index);
  }

  #tableOf(type: Observable['type']): Table {
    switch (type) {
      case 'ip':
        return this.#ips;
      case 'domain':
        return this.#domains;
      case 'url':
        return this.#urls;
      case 'email':
        return this.#emails;
      case 'file-name':
        return this.#fileNames;
      case 'md5':
      case 'sha1':
      case 'sha256':
      case 'sha512':
        return this.#hashes;
      default:
        return this.#whole;
    }
  }

  #insertNetwork(network: string, index: number): void {
    const found = networkV4(network);
    if (found !== undefined) {
      let networks = this.#networks.get(found.length);
      if (networks === undefined) {
        networks = new Map<number, Owners>();
        this.#networks.set(found.length, networks);
      }
      add(networks, found.base, index);
      return;
    }
    const matches = networkMatcher(network);
    if (matches === undefined || this.#networks6.length >= MAX_NETWORKS_V6) this.#limited++;
    else this.#networks6.push({ matches, value: network, owner: index });
  }
}

/** Builds the tables once; 10^6 entries take seconds and some hundreds of megabytes. */
export function compileIndicators(lists: readonly IndicatorList[], options: IndicatorOptions = {}): IndicatorMatcher {
  return new IndicatorMatcher(lists, options);
}

/** The indicators that a record shows, each with the field and the value. */
export function matchIndicators(matcher: IndicatorMatcher, event: LogEvent): readonly IndicatorHit[] {
  return matcher.match(event);
}

const none: readonly IndicatorHit[] = [];

function add<K>(table: Map<K, Owners>, key: K, index: number): void {
  const before = table.get(key);
  if (before === undefined) table.set(key, index);
  else if (typeof before === 'number') table.set(key, [before, index]);
  else before.push(index);
}

/** Under which an observable is found again among what was seen. */
function keyOf(observable: Observable): string {
  if (observable.type === 'network') {
    const found = networkV4(observable.value);
    return found === undefined ? observable.value : `${found.base}/${found.length}`;
  }
  return observable.operator === 'equals' && (observable.type === 'registry' || observable.type === 'path' || observable.type === 'text')
    ? comparable(observable.value)
    : observable.value;
}

function holds(condition: IndicatorCondition, isSeen: (observable: Observable) => boolean): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, isSeen));
  if ('any' in condition) return condition.any.some((part) => holds(part, isSeen));
  return isSeen(condition);
}

function isValidAt(indicator: Indicator, atMs: number | undefined): boolean {
  if (atMs === undefined) return true;
  return atMs >= (indicator.validFromMs ?? -Infinity) && atMs < (indicator.validUntilMs ?? Infinity);
}

/** Registry roots are written long in lists and short in logs. */
function comparable(lower: string): string {
  if (!lower.startsWith('hk')) return lower;
  return lower
    .replace(/^hkey_local_machine(?=\\|$)/, 'hklm')
    .replace(/^hkey_current_user(?=\\|$)/, 'hkcu')
    .replace(/^hkey_users(?=\\|$)/, 'hku');
}

function ipv4Bits(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((bits, part) => bits * 256 + part, 0);
}

function masked(bits: number, length: number): number {
  const size = 2 ** (32 - length);
  return Math.floor(bits / size) * size;
}

function networkV4(network: string): { readonly base: number; readonly length: number } | undefined {
  const found = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(network);
  const bits = ipv4Bits(found?.[1] ?? '');
  const length = Number(found?.[2]);
  return found === null || bits === undefined || length > 32 ? undefined : { base: masked(bits, length), length };
}

/** `%` any text, `_` any character. Goes back only to the last `%`: at most length × length of the pattern. */
export function isLike(text: string, pattern: string): boolean {
  let [at, place, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    const want = pattern[place];
    if (want === '%') {
      star = place++;
      mark = at;
    } else if (want !== undefined && (want === '_' || want === text[at])) {
      at++;
      place++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[place] === '%') place++;
  return place === pattern.length;
}
