// How far a hunt could see: what was loaded, what was not and exactly why, what the logs held that no rule looks at, and what rules looked
// for that no log held. A hunt that finds nothing is worth what this says.
import type { BadRecord, Logsource } from '../event.ts';
import type { RouteFigures } from '../match/matcher.ts';
import type { CompiledPack, Limited } from '../pack.ts';
import type { RuleLogsource, Skipped } from '../rules/model.ts';

export interface FileCoverage {
  readonly file: string;
  readonly format: string;
  readonly events: number;
  readonly badRecords: number;
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
  /** Why the file was not, or not wholly, read. */
  readonly problem: string | undefined;
}

export interface LogsourceCoverage {
  /** `windows/process_creation/-`, several joined with ` + `. */
  readonly logsource: string;
  readonly events: number;
  readonly rules: number;
}

export interface IndicatorCoverage {
  readonly loaded: number;
  /** Comparisons left out because there are too many that cannot be looked up. */
  readonly limited: number;
  /** Entries that could not be used; the first of them with the reason. */
  readonly skippedTotal: number;
  readonly skipped: readonly { readonly list: string; readonly id: string; readonly reason: string }[];
}

export interface Coverage {
  readonly rulesLoaded: number;
  readonly correlationsLoaded: number;
  readonly skipped: readonly Skipped[];
  readonly limited: readonly Limited[];
  /** Values that a pattern could not be decided on, per pattern. */
  readonly undecided: Readonly<Record<string, number>>;
  readonly files: readonly FileCoverage[];
  readonly logsources: readonly LogsourceCoverage[];
  /** Of `logsources`, those that no rule looks at. */
  readonly withoutRules: readonly LogsourceCoverage[];
  /** Logsources that rules ask for and no record had. */
  readonly withoutLogs: readonly { readonly logsource: string; readonly rules: number }[];
  readonly badRecords: { readonly total: number; readonly shown: readonly BadRecord[] };
  /** What correlations could not take into account. */
  readonly correlationGaps: readonly string[];
  /** Undefined: the hunt had no list of indicators. */
  readonly indicators: IndicatorCoverage | undefined;
}

export interface CoverageInput {
  readonly pack: Pick<CompiledPack, 'rules' | 'correlations' | 'skipped' | 'limited'>;
  readonly routes: readonly RouteFigures[];
  readonly undecided: Readonly<Record<string, number>>;
  readonly files: readonly FileCoverage[];
  readonly badRecords: Coverage['badRecords'];
  readonly correlationGaps?: readonly string[];
  readonly indicators?: IndicatorCoverage | undefined;
}

export function coverageOf({ pack, routes, undecided, files, badRecords, correlationGaps = [], indicators }: CoverageInput): Coverage {
  const seen = routes.filter(({ records }) => records > 0);
  const logsources = seen
    .map(({ logsources: of, records, rules }) => ({ logsource: textOfAll(of), events: records, rules }))
    .toSorted((a, b) => b.events - a.events);
  return {
    rulesLoaded: pack.rules.length,
    correlationsLoaded: pack.correlations.length,
    skipped: pack.skipped,
    limited: pack.limited,
    undecided,
    files,
    logsources,
    withoutRules: logsources.filter(({ rules }) => rules === 0),
    withoutLogs: unmet(
      pack.rules.map(({ logsource }) => logsource),
      seen.flatMap(({ logsources: of }) => of),
    ),
    badRecords,
    correlationGaps,
    indicators,
  };
}

/** Product, category and service; `-` for what is not stated. */
export function logsourceText({ product, category, service }: Logsource | RuleLogsource): string {
  return [product, category, service].map((part) => part ?? '-').join('/');
}

function textOfAll(logsources: readonly Logsource[]): string {
  return logsources.length === 0 ? '(unknown)' : logsources.map(logsourceText).join(' + ');
}

function unmet(asked: readonly RuleLogsource[], given: readonly Logsource[]): { logsource: string; rules: number }[] {
  const counts = new Map<string, { readonly logsource: RuleLogsource; rules: number }>();
  for (const logsource of asked) {
    const known = counts.get(logsourceText(logsource));
    if (known === undefined) counts.set(logsourceText(logsource), { logsource, rules: 1 });
    else known.rules++;
  }
  return [...counts]
    .filter(([, { logsource }]) => !given.some((each) => serves(each, logsource)))
    .map(([logsource, { rules }]) => ({ logsource, rules }))
    .toSorted((a, b) => b.rules - a.rules || (a.logsource < b.logsource ? -1 : 1));
}

/** Whatever the rule states, the record states too. */
function serves(given: Logsource, asked: RuleLogsource): boolean {
  return (['product', 'category', 'service'] as const).every((part) => asked[part] === undefined || asked[part] === given[part]);
}
