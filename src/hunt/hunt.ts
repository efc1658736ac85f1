// The hunt itself: records in, findings with evidence out, in the order of the records; correlations come at the end.
// Does not read files and does not write reports. Only one hunt at a time may use a pack within a thread.
import { createHash } from 'node:crypto';

import { Correlator, type CorrelatedMatches, type CorrelationFind, type CorrelationReport } from './correlate/correlator.ts';
import type { LogEvent, Position } from './event.ts';
import type { Evidence, Finding, Level, MatchedField } from './finding.ts';
import { explainExpression } from './match/expression.ts';
import type { RouteFigures } from './match/matcher.ts';
import type { LiveRule } from './match/routes.ts';
import type { EventView, Texts } from './match/view.ts';
import type { CompiledPack } from './pack.ts';
import { KEYWORDS, type DetectionRule, type RuleHead } from './rules/model.ts';

export interface HuntOptions {
  /** Hex SHA-256 of a file named in a position. Without it, evidence cites an empty hash. */
  readonly fileSha256?: (file: string) => string;
  /** Findings below this level are left out; correlations still see the matches. */
  readonly minimumLevel?: Level;
  /** Records before or at or after these times are not matched. A record without a time is. Milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Matches that correlations may hold in memory at once. */
  readonly maxCorrelatedMatches?: number;
}

export interface HuntReport {
  readonly events: number;
  /** Records outside the time asked for. */
  readonly outside: number;
  readonly findings: number;
  readonly routes: readonly RouteFigures[];
  /** Values that a pattern could not be decided on, because it would have cost too much; per pattern. */
  readonly undecided: Readonly<Record<string, number>>;
  readonly correlations: CorrelationReport;
}

/** A rule that holds for a record. Valid for `explain` until the next record. */
export interface Match {
  readonly rule: DetectionRule;
  readonly index: number;
}

const MAX_VALUE = 4096;
const MAX_MATCHED = 64;
const levels: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

/** All rules of the pack that hold for the record, also those that only correlations ask for. */
export function matchEvent(pack: CompiledPack, event: LogEvent): readonly Match[] {
  return pack.matcher.match(event);
}

export class Hunter {
  readonly #pack: CompiledPack;
  readonly #options: HuntOptions;
  readonly #silent: ReadonlySet<number>;
  readonly #correlator: Correlator;
  readonly #minimum: number;
  #events = 0;
  #outside = 0;
  #findings = 0;

  constructor(pack: CompiledPack, options: HuntOptions = {}) {
    this.#pack = pack;
    this.#options = options;
    this.#silent = new Set(pack.silent);
    this.#correlator = new Correlator(pack.correlations, options.maxCorrelatedMatches);
    this.#minimum = levels.indexOf(options.minimumLevel ?? 'informational');
    for (const field of this.#correlator.fields()) pack.matcher.slot(field);
  }

  /** The findings of one record. */
  push(event: LogEvent): readonly Finding[] {
    this.#events++;
    const { sinceMs, untilMs } = this.#options;
    if (sinceMs !== undefined || untilMs !== undefined) {
      const { atMs } = event;
      if (atMs !== undefined && (atMs < (sinceMs ?? -Infinity) || atMs > (untilMs ?? Infinity))) {
        this.#outside++;
        return none;
      }
    }
    const live = this.#pack.matcher.match(event);
    return live.length === 0 ? none : this.#report(event, live);
  }

  #report(event: LogEvent, live: readonly LiveRule[]): readonly Finding[] {
    const findings: Finding[] = [];
    for (const one of live) {
      this.#correlate(event, one.index);
      if (this.#silent.has(one.index) || levels.indexOf(one.rule.level) < this.#minimum) continue;
      const matched = explain(one, this.#pack.matcher.view);
      const evidence = this.#evidence(one.rule, event.position, matched, event.fields);
      findings.push({ rule: describe(one.rule, 'rule'), atMs: event.atMs, host: event.host, evidence: [evidence] });
    }
    this.#findings += findings.length;
    return findings;
  }

  #correlate(event: LogEvent, ruleIndex: number): void {
    const wanted = this.#correlator.wants(ruleIndex);
    if (wanted === undefined) return;
    const { view } = this.#pack.matcher;
    const fields = Object.create(null) as Record<string, string>;
    for (const field of wanted) {
      const text = firstText(view.text(this.#pack.matcher.slot(field)));
      if (text !== undefined) fields[field] = text.slice(0, MAX_VALUE);
    }
    this.#correlator.add(ruleIndex, event, fields);
  }

  /** What correlations need of the records so far: for the hunt that finishes when several threads have shared the records. */
  correlated(): CorrelatedMatches {
    return this.#correlator.collected();
  }

  /** Adds what another hunt with the same pack has seen; the order does not matter. Call before `finish`. */
  addCorrelated(matches: CorrelatedMatches): void {
    this.#correlator.merge(matches);
  }

  /** What only shows over all records. Call once, after the last one. */
  finish(): readonly Finding[] {
    if (this.#correlator.isIdle) return none;
    const finds = this.#correlator.finish().filter(({ rule }) => levels.indexOf(rule.level) >= this.#minimum);
    this.#findings += finds.length;
    return finds.map((find) => this.#correlationFinding(find));
  }

  #correlationFinding(find: CorrelationFind): Finding {
    const { rule } = find;
    const evidence = find.hits.slice(-100).map((hit) => {
      const matched = Object.entries(hit.fields).map(([field, value]) => ({
        field,
        value,
        condition: `${rule.type} over ${rule.rules.join(', ')}`,
      }));
      return this.#evidence(rule, hit.position, matched, hit.fields);
    });
    return { rule: describe(rule, 'correlation'), atMs: find.atMs, host: find.hits.at(-1)?.host, evidence };
  }

  report(): HuntReport {
    return {
      events: this.#events,
      outside: this.#outside,
      findings: this.#findings,
      routes: this.#pack.matcher.figures(),
      undecided: Object.fromEntries(this.#pack.matcher.undecided),
      correlations: this.#correlator.report(),
    };
  }

  #evidence(rule: RuleHead, position: Position, matched: readonly MatchedField[], fields: Evidence['fields']): Evidence {
    const fileSha256 = this.#options.fileSha256?.(position.file) ?? '';
    return { id: evidenceId(fileSha256, position, rule.id), fileSha256, position, matched, fields };
  }
}

const none: readonly Finding[] = [];

/** The same file, position and rule give the same id in every run. */
export function evidenceId(fileSha256: string, position: Position, ruleId: string): string {
  // Without a hash, the name of the file stands for it. Of an archive, the hash is the archive's: the inner name tells entries apart.
  const inner = position.file.includes('!') ? position.file.slice(position.file.indexOf('!')) : '';
  const place = [fileSha256 === '' ? position.file : `${fileSha256}${inner}`, position.record, position.offset, ruleId];
  return `evd_${createHash('sha256').update(JSON.stringify(place)).digest('hex').slice(0, 16)}`;
}

export async function* hunt(
  events: AsyncIterable<LogEvent> | Iterable<LogEvent>,
  pack: CompiledPack,
  options: HuntOptions = {},
): AsyncGenerator<Finding, HuntReport, undefined> {
  const hunter = new Hunter(pack, options);
  for await (const event of events) {
    const findings = hunter.push(event);
    if (findings.length > 0) yield* findings;
  }
  yield* hunter.finish();
  return hunter.report();
}

function describe(rule: RuleHead, kind: Finding['rule']['kind']): Finding['rule'] {
  const { id, title, level, tags, sha256 } = rule;
  return { id, title, level, tags, sha256, kind };
}

/** Why the rule holds for the record in view: the tests that carry its condition, with the values they met. */
function explain(live: LiveRule, view: EventView): readonly MatchedField[] {
  const { rule, cells } = live;
  return explainExpression(rule.condition, cells)
    .slice(0, MAX_MATCHED)
    .map((index) => {
      const atom = rule.atoms[index];
      const cell = cells[index];
      const text = cell === undefined ? undefined : firstText(view.text(cell.slot));
      return {
        field: atom?.field === KEYWORDS ? '(whole record)' : (atom?.field ?? ''),
        value: (text ?? '').slice(0, MAX_VALUE),
        condition: atom?.written ?? '',
      };
    });
}

function firstText(texts: Texts | undefined): string | undefined {
  return typeof texts === 'string' ? texts : texts?.join('\n');
}
