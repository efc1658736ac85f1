// The findings that a report shows in full. Bounded in number and in size: where there is no more room, the least severe give way.
import type { FieldValue } from '../event.ts';
import type { Evidence, Finding } from '../finding.ts';
import { LEVELS } from './timeline.ts';

export interface SampleLimits {
  readonly perRule: number;
  readonly total: number;
  /** Characters over all that is kept. */
  readonly characters: number;
}

export const SAMPLE_LIMITS: SampleLimits = { perRule: 20, total: 2_000, characters: 24_000_000 };

const MAX_EVIDENCE = 10;
const MAX_FIELDS = 120;
const MAX_MATCHED = 40;
const MAX_VALUE = 4_096;

interface Kept {
  readonly finding: Finding;
  readonly size: number;
}

export class Samples {
  readonly #limits: SampleLimits;
  /** By level, least severe first, then by rule. */
  readonly #levels = LEVELS.map(() => new Map<string, Kept[]>());
  #count = 0;
  #characters = 0;

  constructor(limits: SampleLimits) {
    this.#limits = limits;
  }

  add(finding: Finding): void {
    const level = LEVELS.indexOf(finding.rule.level);
    const ofRule = this.#levels[level]!.get(finding.rule.id);
    if (ofRule !== undefined && ofRule.length >= this.#limits.perRule) return;
    const small = shortened(finding);
    const size = sizeOf(small);
    while (this.#count >= this.#limits.total || this.#characters + size > this.#limits.characters) {
      if (!this.#dropBelow(level)) return;
    }
    if (ofRule === undefined) this.#levels[level]!.set(finding.rule.id, [{ finding: small, size }]);
    else ofRule.push({ finding: small, size });
    this.#count++;
    this.#characters += size;
  }

  #dropBelow(level: number): boolean {
    for (const rules of this.#levels.slice(0, level)) {
      for (const [id, kept] of rules) {
        const dropped = kept.pop();
        if (kept.length === 0) rules.delete(id);
        if (dropped === undefined) continue;
        this.#count--;
        this.#characters -= dropped.size;
        return true;
      }
    }
    return false;
  }

  /** Of one rule, in the order found. */
  of(ruleId: string): readonly Finding[] {
    return this.#levels.flatMap((rules) => (rules.get(ruleId) ?? []).map(({ finding }) => finding));
  }
}

/** Only as much as a report shows; the fields that matched are kept before others. */
function shortened(finding: Finding): Finding {
  return { ...finding, evidence: finding.evidence.slice(-MAX_EVIDENCE).map(shortEvidence) };
}

function shortEvidence(evidence: Evidence): Evidence {
  const fields: Record<string, FieldValue> = Object.create(null) as Record<string, FieldValue>;
  let count = 0;
  for (const { field } of evidence.matched) {
    const value = evidence.fields[field];
    if (value !== undefined && count++ < MAX_FIELDS) fields[field] = shortValue(value);
  }
  for (const name in evidence.fields) {
    if (Object.hasOwn(fields, name)) continue;
    if (count++ >= MAX_FIELDS) break;
    fields[name.slice(0, 200)] = shortValue(evidence.fields[name]!);
  }
  return { ...evidence, matched: evidence.matched.slice(0, MAX_MATCHED).map((each) => ({ ...each, value: cut(each.value) })), fields };
}

function shortValue(value: FieldValue): FieldValue {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  return value.slice(0, 50).map((each) => (typeof each === 'string' ? cut(each).slice(0, 500) : each));
}

/** Copied, so that a few characters do not keep a record of megabytes alive. */
function cut(text: string): string {
  return text.length <= MAX_VALUE ? text : `${Buffer.from(text.slice(0, MAX_VALUE).toWellFormed()).toString()}…`;
}

function sizeOf(finding: Finding): number {
  let size = 500;
  for (const { fields, matched } of finding.evidence) {
    for (const name in fields) size += name.length + String(fields[name]).length + 16;
    for (const { field, value, condition } of matched) size += field.length + value.length + condition.length + 48;
  }
  return size;
}
