// Lists of indicators in a hunt: reads them, and makes findings of what is seen, with the same evidence as a rule's.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import {
  compileIndicators,
  evidenceId,
  readIndicators,
  type Finding,
  type Indicator,
  type IndicatorCoverage,
  type IndicatorHit,
  type Level,
  type LogEvent,
} from '#hunt';
import { SekishoError } from '#kernel';

export interface IndicatorHunt {
  readonly find: (event: LogEvent, fileSha256: string) => readonly Finding[];
  readonly coverage: IndicatorCoverage;
}

/** What a string can hold with room to spare; a list of a million entries has some 100 MB at most. */
const MOST_BYTES = 400 * 1024 * 1024;
const MOST_SKIPPED = 1_000;
const LONGEST_TITLE = 200;
const LONGEST_VALUE = 4_096;

/** Undefined: no list was named. */
export async function loadIndicators(paths: readonly string[]): Promise<IndicatorHunt | undefined> {
  if (paths.length === 0) return undefined;
  const hashes = new Map<string, string>();
  const lists = [];
  for (const path of paths) {
    if ((await stat(path)).size > MOST_BYTES) throw new SekishoError('list-too-large', `${path} has more than ${MOST_BYTES} bytes`);
    const bytes = await readFile(path);
    hashes.set(path, createHash('sha256').update(bytes).digest('hex'));
    lists.push({ path, ...readIndicators(bytes.toString('utf8'), path) });
  }
  const matcher = compileIndicators(lists);
  const skipped = lists.flatMap(({ path, skipped: of }) => of.map(({ id, problem }) => ({ list: path, id, reason: problem })));
  const { indicators, limited } = matcher.stats();
  return {
    find: (event, fileSha256) => findingsOf(event, matcher.match(event), fileSha256, hashes),
    coverage: { loaded: indicators, limited, skippedTotal: skipped.length, skipped: skipped.slice(0, MOST_SKIPPED) },
  };
}

/** One finding an indicator, with every field that it was seen in. */
function findingsOf(
  event: LogEvent,
  hits: readonly IndicatorHit[],
  fileSha256: string,
  hashes: ReadonlyMap<string, string>,
): readonly Finding[] {
  if (hits.length === 0) return [];
  const { fields, position, atMs, host } = event;
  return [...Map.groupBy(hits, ({ indicator }) => indicator)].map(([indicator, seen]) => {
    const matched = seen.map(({ field, value }) => ({
      field,
      value: String(fields[field] ?? value).slice(0, LONGEST_VALUE),
      condition: `${indicator.source}: ${value.slice(0, LONGEST_TITLE)}`,
    }));
    return {
      rule: {
        id: indicator.id,
        title: `Indicator seen: ${indicator.name.slice(0, LONGEST_TITLE)}`,
        level: levelOf(indicator),
        tags: [],
        sha256: hashes.get(indicator.source) ?? '',
        kind: 'indicator',
      },
      atMs,
      host,
      evidence: [{ id: evidenceId(fileSha256, position, indicator.id), fileSha256, position, matched, fields }],
    };
  });
}

/** A list that states no confidence is trusted: somebody chose it. */
function levelOf({ confidence = 100 }: Indicator): Level {
  if (confidence >= 70) return 'high';
  return confidence >= 40 ? 'medium' : 'low';
}
