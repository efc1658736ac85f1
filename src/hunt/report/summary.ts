// What a hunt found, counted while findings pass: by severity, rule, host, technique and time. Memory is bounded whatever comes: names
// beyond a bound are counted together, and that they were is part of the result.
import type { Finding, Level } from '../finding.ts';
import { attackTags } from './attack.ts';
import { SAMPLE_LIMITS, Samples, type SampleLimits } from './samples.ts';
import { LEVELS, TimelineBuilder, type Timeline } from './timeline.ts';

export interface RuleCount {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly kind: Finding['rule']['kind'];
  readonly tags: readonly string[];
  readonly sha256: string;
  readonly count: number;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  /** Hosts seen, up to `MAX_HOSTS_PER_RULE`. */
  readonly hosts: readonly string[];
}

export interface HostCount {
  readonly host: string;
  readonly count: number;
  readonly byLevel: Readonly<Record<Level, number>>;
  readonly worst: Level;
}

export interface TechniqueCount {
  /** `T1059.001`. */
  readonly id: string;
  readonly count: number;
  /** Findings whose rule names the tactic beside the technique, by tactic. A rule that names several counts in each. */
  readonly byTactic: Readonly<Record<string, number>>;
  readonly worst: Level;
  readonly rules: number;
}

export interface HuntSummary {
  readonly findings: number;
  readonly byLevel: Readonly<Record<Level, number>>;
  /** Most severe first, then most frequent. */
  readonly rules: readonly RuleCount[];
  readonly hosts: readonly HostCount[];
  readonly techniques: readonly TechniqueCount[];
  readonly tactics: Readonly<Record<string, number>>;
  readonly timeline: Timeline;
  /** Findings whose rule or host is counted nowhere by name, because there were too many names. */
  readonly unnamed: { readonly rules: number; readonly hosts: number };
  readonly withoutHost: number;
  /** Findings to show in full, of one rule. */
  readonly samples: (ruleId: string) => readonly Finding[];
}

export interface SummaryOptions {
  readonly maxRules?: number;
  readonly maxHosts?: number;
  /** Most buckets of the timeline. */
  readonly buckets?: number;
  readonly samples?: SampleLimits;
}

export const MAX_HOSTS_PER_RULE = 50;
const MAX_TECHNIQUES = 2_000;

interface OpenRule {
  readonly rule: Finding['rule'];
  readonly techniques: readonly string[];
  count: number;
  firstMs: number | undefined;
  lastMs: number | undefined;
  readonly hosts: Set<string>;
}

type Counts = Record<Level, number>;

export class Summary {
  readonly #options: Required<SummaryOptions>;
  readonly #byLevel = noCounts();
  readonly #rules = new Map<string, OpenRule>();
  readonly #hosts = new Map<string, { count: number; readonly byLevel: Counts }>();
  readonly #techniques = new Map<
    string,
    { count: number; worst: number; readonly tactics: Map<string, number>; readonly rules: Set<string> }
  >();
  readonly #tactics = new Map<string, number>();
  readonly #timeline = new TimelineBuilder();
  readonly #samples: Samples;
  #findings = 0;
  #unnamedRules = 0;
  #unnamedHosts = 0;
  #withoutHost = 0;

  constructor(options: SummaryOptions = {}) {
    this.#options = { maxRules: 20_000, maxHosts: 10_000, buckets: 240, samples: SAMPLE_LIMITS, ...options };
    this.#samples = new Samples(this.#options.samples);
  }

  get findings(): number {
    return this.#findings;
  }

  /** Findings at or above a level. */
  atLeast(level: Level): number {
    return LEVELS.slice(LEVELS.indexOf(level)).reduce((sum, each) => sum + this.#byLevel[each], 0);
  }

  add(finding: Finding): void {
    const { rule, atMs, host } = finding;
    this.#findings++;
    this.#byLevel[rule.level]++;
    this.#timeline.add(atMs, rule.level);
    this.#addRule(finding);
    if (host === undefined) this.#withoutHost++;
    else this.#addHost(host, rule.level);
    this.#samples.add(finding);
  }

  #addRule({ rule, atMs, host }: Finding): void {
    let open = this.#rules.get(rule.id);
    if (open === undefined) {
      if (this.#rules.size >= this.#options.maxRules) {
        this.#unnamedRules++;
        return;
      }
      const { techniques } = attackTags(rule.tags);
      open = { rule, techniques, count: 0, firstMs: undefined, lastMs: undefined, hosts: new Set() };
      this.#rules.set(rule.id, open);
    }
    open.count++;
    if (atMs !== undefined) {
      open.firstMs = Math.min(open.firstMs ?? atMs, atMs);
      open.lastMs = Math.max(open.lastMs ?? atMs, atMs);
    }
    if (host !== undefined && open.hosts.size < MAX_HOSTS_PER_RULE) open.hosts.add(host.slice(0, 255));
    this.#addTechniques(open);
  }

  #addTechniques({ rule, techniques }: OpenRule): void {
    const { tactics } = attackTags(rule.tags);
    for (const tactic of tactics) this.#tactics.set(tactic, (this.#tactics.get(tactic) ?? 0) + 1);
    for (const id of techniques) {
      let open = this.#techniques.get(id);
      if (open === undefined) {
        if (this.#techniques.size >= MAX_TECHNIQUES) continue;
        open = { count: 0, worst: 0, tactics: new Map(), rules: new Set() };
        this.#techniques.set(id, open);
      }
      open.count++;
      open.worst = Math.max(open.worst, LEVELS.indexOf(rule.level));
      open.rules.add(rule.id);
      for (const tactic of tactics) open.tactics.set(tactic, (open.tactics.get(tactic) ?? 0) + 1);
    }
  }

  #addHost(given: string, level: Level): void {
    const host = given.slice(0, 255);
    let open = this.#hosts.get(host);
    if (open === undefined) {
      if (this.#hosts.size >= this.#options.maxHosts) {
        this.#unnamedHosts++;
        return;
      }
      open = { count: 0, byLevel: noCounts() };
      this.#hosts.set(host, open);
    }
    open.count++;
    open.byLevel[level]++;
  }

  /** May be asked for at any time; later findings change later results. */
  result(): HuntSummary {
    const rules = [...this.#rules.values()].map(({ rule, count, firstMs, lastMs, hosts }) => ({
      ...rule,
      count,
      firstMs,
      lastMs,
      hosts: [...hosts].toSorted(),
    }));
    const hosts = [...this.#hosts].map(([host, { count, byLevel }]) => ({ host, count, byLevel: { ...byLevel }, worst: worstOf(byLevel) }));
    const techniques = [...this.#techniques].map(([id, { count, worst, tactics, rules: ids }]) => ({
      id,
      count,
      byTactic: Object.fromEntries([...tactics].toSorted(([a], [b]) => order(a, b))),
      worst: LEVELS[worst]!,
      rules: ids.size,
    }));
    return {
      findings: this.#findings,
      byLevel: { ...this.#byLevel },
      rules: rules.toSorted(
        (a, b) => severity(b.level) - severity(a.level) || b.count - a.count || order(a.title, b.title) || order(a.id, b.id),
      ),
      hosts: hosts.toSorted((a, b) => severity(b.worst) - severity(a.worst) || b.count - a.count || order(a.host, b.host)),
      techniques: techniques.toSorted((a, b) => order(a.id, b.id)),
      tactics: Object.fromEntries([...this.#tactics].toSorted(([a], [b]) => order(a, b))),
      timeline: this.#timeline.result(this.#options.buckets),
      unnamed: { rules: this.#unnamedRules, hosts: this.#unnamedHosts },
      withoutHost: this.#withoutHost,
      samples: (ruleId) => this.#samples.of(ruleId),
    };
  }
}

/** Counts a whole stream. */
export async function summarise(findings: AsyncIterable<Finding> | Iterable<Finding>, options: SummaryOptions = {}): Promise<HuntSummary> {
  const summary = new Summary(options);
  for await (const finding of findings) summary.add(finding);
  return summary.result();
}

export function severity(level: Level): number {
  return LEVELS.indexOf(level);
}

function noCounts(): Counts {
  return { informational: 0, low: 0, medium: 0, high: 0, critical: 0 };
}

function worstOf(counts: Counts): Level {
  return LEVELS.findLast((level) => counts[level] > 0) ?? 'informational';
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
