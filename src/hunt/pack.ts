// Rules ready to hunt with: read once, filters applied, correlations resolved, everything that cannot be used listed with its reason.
// The same rules in the same order give the same pack; its cached form is plain JSON under a key over all that went into it.
import { createHash } from 'node:crypto';

import { Matcher } from './match/matcher.ts';
import { compileRegex } from './regex/compile.ts';
import { applyFilters, resolveCorrelations, type ResolvedCorrelation } from './rules/join.ts';
import { RuleProblem, type CorrelationRule, type DetectionRule, type FilterRule, type Skipped } from './rules/model.ts';
import { parseRules, type RuleSource } from './rules/parse.ts';
import type { Placeholders } from './rules/values.ts';

export interface CompileOptions {
  /** Values for `%placeholders%` of the `expand` modifier; a rule whose placeholder has none is skipped. */
  readonly placeholders?: Placeholders;
}

/** A rule in use that does not see all of every record, and why. */
export interface Limited {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly reason: string;
}

export interface PackStats {
  readonly sources: number;
  readonly rules: number;
  readonly correlations: number;
  readonly filters: number;
  readonly skipped: number;
  readonly limited: number;
}

/** What is cached. Plain data. */
interface PackData {
  readonly key: string;
  readonly rules: readonly DetectionRule[];
  readonly correlations: readonly ResolvedCorrelation[];
  /** Indexes of rules that only correlations ask for. */
  readonly silent: readonly number[];
  readonly skipped: readonly Skipped[];
  readonly limited: readonly Limited[];
  readonly stats: PackStats;
}

export interface CompiledPack extends PackData {
  /** Holds the state of matching: one pack serves one hunt at a time within a thread; records are matched one after the other. */
  readonly matcher: Matcher;
}

/** Changes whenever a cached pack of an earlier version would mean something else. */
const FORM = 1;

/** Hex SHA-256 over the paths and texts of all rules, the options, and the form of the cache. */
export function packKey(sources: readonly RuleSource[], options: CompileOptions = {}): string {
  const hash = createHash('sha256').update(JSON.stringify([FORM, options.placeholders ?? {}]));
  for (const { path, text } of sources) hash.update(`\n${path.length} ${text.length} ${path}\n`).update(text);
  return hash.digest('hex');
}

export function compileRules(sources: readonly RuleSource[], options: CompileOptions = {}): CompiledPack {
  const parsed = sources.map((source) => parseRules(source, options.placeholders ?? {}));
  const skipped: Skipped[] = parsed.flatMap((result) => result.skipped);
  const all = withoutDuplicates(
    parsed.flatMap((result) => result.rules),
    skipped,
  );
  const filters = all.filter((rule): rule is FilterRule => rule.kind === 'filter');
  const usable: DetectionRule[] = [];
  const limited: Limited[] = [];
  for (const rule of all) if (rule.kind === 'rule' && checkPatterns(rule, limited, skipped)) usable.push(rule);
  const rules = applyFilters(
    usable,
    filters.filter((filter) => checkPatterns(filter, limited, skipped)),
    skipped,
  );
  const { correlations, silent } = resolveCorrelations(
    rules,
    all.filter((rule): rule is CorrelationRule => rule.kind === 'correlation'),
    skipped,
  );
  const stats: PackStats = {
    sources: sources.length,
    rules: rules.length,
    correlations: correlations.length,
    filters: filters.length,
    skipped: skipped.length,
    limited: limited.length,
  };
  return activate({ key: packKey(sources, options), rules, correlations, silent, skipped, limited, stats });
}

/** The form to cache. An attacker who can change it can blind the hunt: keep it where the rules are as safe. */
export function serializePack(pack: CompiledPack): string {
  const { key, rules, correlations, silent, skipped, limited, stats } = pack;
  return JSON.stringify({ key, rules, correlations, silent, skipped, limited, stats } satisfies PackData);
}

/** Undefined: not a pack for this key; compile again. */
export function loadPack(cached: string, key: string): CompiledPack | undefined {
  if (!cached.startsWith(`{"key":${JSON.stringify(key)},`)) return undefined;
  try {
    return activate(JSON.parse(cached) as PackData);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function activate(data: PackData): CompiledPack {
  return { ...data, matcher: new Matcher(data.rules) };
}

/** The first rule of an id stays. */
function withoutDuplicates<R extends DetectionRule | CorrelationRule | FilterRule>(rules: readonly R[], skipped: Skipped[]): R[] {
  const first = new Map<string, R>();
  for (const rule of rules) {
    const known = first.get(rule.id);
    if (known === undefined) first.set(rule.id, rule);
    else {
      const same = known.sha256 === rule.sha256 ? 'the same file as' : 'has the id of';
      skipped.push({ path: rule.path, id: rule.id, title: rule.title, reason: `${same} ${known.path}` });
    }
  }
  return [...first.values()];
}

/** False, and skipped with the reason, when a pattern of the rule cannot be used. */
function checkPatterns(rule: DetectionRule | FilterRule, limited: Limited[], skipped: Skipped[]): boolean {
  const { id, title, path } = rule;
  try {
    for (const { test } of rule.atoms) {
      if (test.kind !== 'regex') continue;
      const regex = compileRegex(test.pattern, test.flags);
      if (regex.limited !== undefined) limited.push({ id, title, path, reason: regex.limited });
    }
    return true;
  } catch (error) {
    if (!(error instanceof RuleProblem)) throw error;
    skipped.push({ path, id, title, reason: error.message });
    return false;
  }
}
