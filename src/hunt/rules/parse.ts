// A rule file into what its documents mean. Every document ends as a rule or as a `Skipped` with the exact reason.
import { createHash } from 'node:crypto';

import type { Level } from '../finding.ts';

import { readCorrelation } from './correlation.ts';
import { readDetection } from './detection.ts';
import { RuleProblem, type ParsedRule, type RuleHead, type RuleLogsource, type Skipped } from './model.ts';
import type { Placeholders } from './values.ts';
import { isList, isMapping, readDocuments, type Mapping, type Value } from './yaml.ts';

export interface RuleSource {
  /** Shown to people; not opened. */
  readonly path: string;
  readonly text: string;
}

export interface ParseResult {
  readonly rules: readonly ParsedRule[];
  readonly skipped: readonly Skipped[];
}

const levels: ReadonlySet<string> = new Set(['informational', 'low', 'medium', 'high', 'critical']);
const filterKeys: ReadonlySet<string> = new Set(['rules']);

export function parseRules(source: RuleSource, placeholders: Placeholders): ParseResult {
  const sha256 = createHash('sha256').update(source.text).digest('hex');
  const rules: ParsedRule[] = [];
  const skipped: Skipped[] = [];
  let common: Mapping | undefined;
  for (const [index, read] of readDocuments(source.text).entries()) {
    if (read instanceof RuleProblem) {
      skipped.push({ path: source.path, id: undefined, title: undefined, reason: read.message });
      continue;
    }
    // `action: global` is Sigma 1's way to share fields between documents; the reference implementation still reads it.
    if (read.action === 'global') {
      common = read;
      continue;
    }
    const document = common === undefined ? read : merge(common, read);
    try {
      rules.push(readRule(document, { path: source.path, sha256, index, placeholders }));
    } catch (error) {
      if (!(error instanceof RuleProblem)) throw error;
      skipped.push({ path: source.path, id: textOf(document.id), title: textOf(document.title), reason: error.message });
    }
  }
  return { rules, skipped };
}

interface Origin {
  readonly path: string;
  readonly sha256: string;
  readonly index: number;
  readonly placeholders: Placeholders;
}

function readRule(document: Mapping, origin: Origin): ParsedRule {
  const head = readHead(document, origin);
  if (document.correlation !== undefined) {
    if (!isMapping(document.correlation)) throw new RuleProblem('correlation is not a map');
    return readCorrelation(head, document.correlation, document.generate);
  }
  if (document.filter !== undefined) {
    if (!isMapping(document.filter)) throw new RuleProblem('filter is not a map');
    const { atoms, condition } = readDetection(document.filter, origin.placeholders, filterKeys);
    return {
      ...head,
      kind: 'filter',
      logsource: readLogsource(document.logsource),
      rules: readFilterTargets(document.filter.rules),
      atoms,
      condition,
    };
  }
  if (!isMapping(document.detection)) throw new RuleProblem('the document has neither detection nor correlation nor filter');
  const logsource = readLogsource(document.logsource);
  return { ...head, kind: 'rule', logsource, ...readDetection(document.detection, origin.placeholders) };
}

function readHead(document: Mapping, origin: Origin): RuleHead {
  const level = textOf(document.level)?.toLowerCase();
  if (level !== undefined && !levels.has(level)) throw new RuleProblem(`unknown level "${level.slice(0, 40)}"`);
  const title = textOf(document.title) ?? textOf(document.name) ?? origin.path;
  return {
    id: textOf(document.id) ?? `${origin.sha256.slice(0, 16)}-${origin.index}`,
    title: title.slice(0, 512),
    name: textOf(document.name),
    // Sigma leaves the level optional; a rule without one is not less urgent than it looks.
    level: (level ?? 'medium') as Level,
    tags: isList(document.tags) ? document.tags.filter((tag) => typeof tag === 'string') : [],
    path: origin.path,
    sha256: origin.sha256,
  };
}

function readLogsource(value: Value | undefined): RuleLogsource {
  if (!isMapping(value)) throw new RuleProblem('the rule has no logsource');
  const part = (name: 'product' | 'category' | 'service') => textOf(value[name])?.trim().toLowerCase();
  return { product: part('product'), category: part('category'), service: part('service') };
}

function readFilterTargets(value: Value | undefined): readonly string[] | undefined {
  if (value === undefined || value === null || value === 'any' || value === 'all') return undefined;
  const targets = isList(value) ? value : [value];
  return targets.map((target) => {
    if (typeof target !== 'string') throw new RuleProblem('filter.rules holds something that is not a name');
    return target;
  });
}

function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

function merge(common: Mapping, own: Mapping): Mapping {
  const merged: Record<string, Value> = Object.create(null) as Record<string, Value>;
  for (const [key, value] of [...Object.entries(common), ...Object.entries(own)]) {
    const before = merged[key];
    if (key === 'action') continue;
    merged[key] = isMapping(before) && isMapping(value) ? merge(before, value) : value;
  }
  return merged;
}
