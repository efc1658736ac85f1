// Correlations over the matches of a whole hunt. Matches are collected first and judged in the order of time at the end, so that the
// result does not depend on the order of files, on chunks, or on how many workers read. Memory is bounded: what does not fit is counted.
import type { LogEvent, Position } from '../event.ts';
import type { ResolvedCorrelation } from '../rules/join.ts';
import type { CorrelationRule } from '../rules/model.ts';

import { createJudge, type Entry } from './windows.ts';

/** What is kept of a match. */
export interface Hit {
  readonly atMs: number;
  readonly position: Position;
  readonly host: string | undefined;
  /** Only the fields that correlations ask for. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface CorrelationFind {
  readonly rule: CorrelationRule;
  /** When the condition first held. */
  readonly atMs: number;
  /** In the order of time; the newest when there are more than are kept. */
  readonly hits: readonly Hit[];
  readonly total: number;
}

export interface CorrelationReport {
  /** Matches that were not kept because there were too many: correlations may be missing. */
  readonly evicted: number;
  /** Matches of records without a time. */
  readonly withoutTime: number;
  /** Matches of records without a field that a correlation groups by, per correlation id. */
  readonly withoutGroup: Readonly<Record<string, number>>;
}

/** Plain data. Rules by their index in the pack. */
export interface CorrelatedMatches {
  readonly hits: readonly (readonly [ruleIndex: number, hits: readonly Hit[]])[];
  readonly evicted: number;
  readonly withoutTime: number;
}

const MAX_EVIDENCE = 100;
const DEFAULT_MAX_HITS = 200_000;

interface Grouped extends Entry {
  readonly hits: readonly Hit[];
  readonly total: number;
}

export class Correlator {
  readonly #correlations: readonly ResolvedCorrelation[];
  /** Fields to keep, per rule of the pack; only rules that correlations refer to. */
  readonly #wanted = new Map<number, readonly string[]>();
  readonly #hits = new Map<number, Hit[]>();
  readonly #maxHits: number;
  #kept = 0;
  #evicted = 0;
  #withoutTime = 0;
  readonly #withoutGroup = new Map<string, number>();

  constructor(correlations: readonly ResolvedCorrelation[], maxHits: number = DEFAULT_MAX_HITS) {
    this.#correlations = correlations;
    this.#maxHits = maxHits;
    const wanted = new Map<number, Set<string>>();
    for (const { rule } of correlations) for (const field of [...rule.groupBy, ...rule.fields]) this.#want(rule, field, wanted);
    for (const correlation of correlations) {
      for (const { kind, index } of correlation.references) if (kind === 'rule' && !wanted.has(index)) wanted.set(index, new Set());
    }
    for (const [index, fields] of wanted) this.#wanted.set(index, [...fields]);
  }

  /** Follows a field down to the rules whose records hold it. */
  #want(rule: CorrelationRule, field: string, wanted: Map<number, Set<string>>): void {
    const resolved = this.#correlations.find((candidate) => candidate.rule === rule);
    for (const { name, kind, index } of resolved?.references ?? []) {
      const actual = fieldOf(rule, field, name);
      if (kind === 'rule') {
        const fields = wanted.get(index) ?? new Set();
        fields.add(actual);
        wanted.set(index, fields);
      } else {
        const inner = this.#correlations[index];
        if (inner !== undefined) this.#want(inner.rule, actual, wanted);
      }
    }
  }

  get isIdle(): boolean {
    return this.#correlations.length === 0;
  }

  /** All fields that any correlation asks for. */
  fields(): readonly string[] {
    return [...new Set([...this.#wanted.values()].flat())];
  }

  /** The fields of a rule's records to hand to `add`; undefined: no correlation refers to the rule. */
  wants(ruleIndex: number): readonly string[] | undefined {
    return this.#wanted.get(ruleIndex);
  }

  add(ruleIndex: number, event: LogEvent, fields: Readonly<Record<string, string>>): void {
    const { atMs, position, host } = event;
    if (atMs === undefined) this.#withoutTime++;
    else this.#keep(ruleIndex, { atMs, position, host, fields });
  }

  #keep(ruleIndex: number, hit: Hit): void {
    if (this.#kept >= this.#maxHits) {
      this.#evicted++;
      return;
    }
    this.#kept++;
    const hits = this.#hits.get(ruleIndex);
    if (hits === undefined) this.#hits.set(ruleIndex, [hit]);
    else hits.push(hit);
  }

  /** What was collected so far, as plain data that can be posted to another thread. */
  collected(): CorrelatedMatches {
    return { hits: [...this.#hits], evicted: this.#evicted, withoutTime: this.#withoutTime };
  }

  /** Takes over what another hunt with the same pack has collected, of other records. */
  merge(other: CorrelatedMatches): void {
    for (const [ruleIndex, hits] of other.hits) {
      // Posting between threads gives objects their usual prototype; fields are looked up by names out of rules.
      for (const hit of hits) this.#keep(ruleIndex, { ...hit, fields: Object.assign(Object.create(null) as object, hit.fields) });
    }
    this.#evicted += other.evicted;
    this.#withoutTime += other.withoutTime;
  }

  finish(): readonly CorrelationFind[] {
    const finds: CorrelationFind[] = [];
    const byCorrelation: (readonly CorrelationFind[])[] = [];
    for (const resolved of this.#correlations) {
      const found = this.#judge(resolved, byCorrelation);
      byCorrelation.push(found);
      if (!resolved.silent) finds.push(...found);
    }
    return finds;
  }

  report(): CorrelationReport {
    return { evicted: this.#evicted, withoutTime: this.#withoutTime, withoutGroup: Object.fromEntries(this.#withoutGroup) };
  }

  #judge(resolved: ResolvedCorrelation, earlier: readonly (readonly CorrelationFind[])[]): readonly CorrelationFind[] {
    const { rule } = resolved;
    const groups = new Map<string, Grouped[]>();
    for (const [reference, { name, kind, index }] of resolved.references.entries()) {
      const add = (hits: readonly Hit[], atMs: number, total: number) => {
        const last = hits.at(-1);
        const group = last === undefined ? undefined : groupOf(rule, name, last);
        if (last === undefined || group === undefined) {
          this.#withoutGroup.set(rule.id, (this.#withoutGroup.get(rule.id) ?? 0) + 1);
          return;
        }
        const value = valueOf(rule, name, last);
        const entries = groups.get(group) ?? [];
        entries.push({ atMs, reference, value, hits, total });
        groups.set(group, entries);
      };
      if (kind === 'rule') for (const hit of this.#hits.get(index) ?? []) add([hit], hit.atMs, 1);
      else for (const find of earlier[index] ?? []) add(find.hits, find.atMs, find.total);
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, entries]) => judgeGroup(rule, entries));
  }
}

function judgeGroup(rule: CorrelationRule, unsorted: readonly Grouped[]): readonly CorrelationFind[] {
  const entries = [...unsorted].sort(compareEntries);
  const judge = createJudge<Grouped>(rule);
  const finds: { rule: CorrelationRule; atMs: number; hits: Hit[]; total: number }[] = [];
  let open: { rule: CorrelationRule; atMs: number; hits: Hit[]; total: number } | undefined;
  let first = 0;
  for (const [index, entry] of entries.entries()) {
    while (first < index && entry.atMs - (entries[first] as Grouped).atMs > rule.timespanMs) judge.remove(entries[first++] as Grouped);
    judge.add(entry);
    const previous = entries[index - 1];
    if (previous !== undefined && entry.atMs - previous.atMs > rule.timespanMs) open = undefined;
    if (!judge.holds(entry)) {
      // An ordered chain is complete at one entry only; what follows before a pause belongs to the same find.
      if (rule.type !== 'temporal_ordered') open = undefined;
      else if (open !== undefined) extend(open, entry);
      continue;
    }
    // One find for as long as the condition goes on holding: a burst is one finding, not one for each record of it.
    if (open === undefined) {
      open = { rule, atMs: entry.atMs, hits: [], total: 0 };
      finds.push(open);
      for (const member of entries.slice(first, index)) extend(open, member);
    }
    extend(open, entry);
  }
  return finds;
}

function extend(find: { hits: Hit[]; total: number }, entry: Grouped): void {
  find.hits.push(...entry.hits);
  find.total += entry.total;
  if (find.hits.length > 2 * MAX_EVIDENCE) find.hits.splice(0, find.hits.length - MAX_EVIDENCE);
}

function compareEntries(a: Grouped, b: Grouped): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  const [first, second] = [a.hits.at(-1)?.position, b.hits.at(-1)?.position];
  if (first === undefined || second === undefined) return a.reference - b.reference;
  if (first.file !== second.file) return first.file < second.file ? -1 : 1;
  return first.record - second.record || first.offset - second.offset || a.reference - b.reference;
}

function fieldOf(rule: CorrelationRule, field: string, reference: string): string {
  const byRule = Object.hasOwn(rule.aliases, field) ? rule.aliases[field] : undefined;
  return byRule !== undefined && Object.hasOwn(byRule, reference) ? (byRule[reference] ?? field) : field;
}

/** Undefined: the record lacks one of the fields, and cannot be said to belong to any group. Values are compared without regard to case. */
function groupOf(rule: CorrelationRule, reference: string, hit: Hit): string | undefined {
  const values: string[] = [];
  for (const field of rule.groupBy) {
    const value = hit.fields[fieldOf(rule, field, reference)];
    if (value === undefined) return undefined;
    values.push(value.toLowerCase());
  }
  return JSON.stringify(values);
}

function valueOf(rule: CorrelationRule, reference: string, hit: Hit): string | undefined {
  if (rule.fields.length === 0) return undefined;
  const values = rule.fields.map((field) => hit.fields[fieldOf(rule, field, reference)]);
  if (values.some((value) => value === undefined)) return undefined;
  return values.length === 1 ? values[0] : JSON.stringify(values);
}
