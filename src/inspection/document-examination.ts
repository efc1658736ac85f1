// What a whole document holds, for people at a command line: the same inspection as requests get, window by window, so that whoever waits
// sees how far it is and can end it. Masks nothing and decides nothing.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DEFAULT_LEVELS, levelOf, type LevelDecision, type LevelEvidence, type LevelTable, type Marking } from './classify/index.ts';
import type { Finding } from './detect/detector.ts';
import { withoutOverlaps } from './detect/overlaps.ts';
import type { TermFinding } from './dictionary/matcher.ts';
import { mergeSignals, type Signals, type SignalSummary } from './signals/index.ts';
import type { TextInspector } from './text-inspector.ts';
import { windowsOf } from './text/windows.ts';
import type { SensitiveType } from './types.ts';

export interface Look {
  readonly inspector: TextInspector;
  /** Called between windows; what it throws ends the work. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface Examination {
  /** In order, not overlapping. */
  readonly findings: readonly Finding[];
  readonly markings: readonly Marking[];
  /** Where the inspector looks for any. */
  readonly signals: SignalSummary;
}

/** What differs from the usual levels. */
export type LevelChanges = Partial<Pick<LevelTable, 'labels' | 'bulkFrom'>> & { readonly types?: Partial<LevelTable['types']> };

/** The text counts as one from outside: somebody handed it over to be looked at. */
export async function examineDocument(text: string, { inspector, onProgress }: Look): Promise<Examination> {
  const settled: Finding[] = [];
  // Windows overlap, and what lies in both is found twice.
  let open: readonly Finding[] = [];
  const markings = new Map<string, Marking>();
  const signals: Signals[] = [];
  const windows = windowsOf(text);
  for (const [index, [start, end]] of windows.entries()) {
    const window = windows.length === 1 ? text : text.slice(start, end);
    const found = await inspector.inspect(window, { isTainted: true });
    const next = windows[index + 1]?.[0] ?? Infinity;
    const known = withoutOverlaps([...open, ...found.findings.map((finding) => moved(finding, start))]);
    for (const finding of known) if (finding.end <= next) settled.push(finding);
    open = known.filter((finding) => finding.end > next);
    for (const marking of found.markings) markings.set(`${marking.start + start}:${marking.rule}`, moved(marking, start));
    if (found.signals !== undefined) signals.push(found.signals);
    if (windows.length > 1) {
      onProgress?.(end, text.length);
      await nextTurn();
    }
  }
  return { findings: settled, markings: [...markings.values()], signals: mergeSignals(signals) };
}

function moved<Place extends { readonly start: number; readonly end: number }>(place: Place, by: number): Place {
  return by === 0 ? place : { ...place, start: place.start + by, end: place.end + by };
}

/** Distinct values by type. */
export function valuesByType(text: string, findings: readonly Finding[]): ReadonlyMap<SensitiveType, ReadonlySet<string>> {
  const values = new Map<SensitiveType, Set<string>>();
  for (const { type, start, end } of findings) {
    let known = values.get(type);
    if (known === undefined) values.set(type, (known = new Set()));
    known.add(text.slice(start, end));
  }
  return values;
}

/** The level of data of one text, and what asks for it. */
export function levelOfDocument(
  text: string,
  { findings, markings }: Pick<Examination, 'findings' | 'markings'>,
  changes: LevelChanges = {},
): LevelDecision {
  const table: LevelTable = {
    types: { ...DEFAULT_LEVELS.types, ...changes.types },
    labels: { ...DEFAULT_LEVELS.labels, ...changes.labels },
    bulkFrom: changes.bulkFrom ?? DEFAULT_LEVELS.bulkFrom,
  };
  // A label speaks for its terms.
  const unlabelled = findings.filter(({ label }) => label === undefined);
  const types = Object.fromEntries([...valuesByType(text, unlabelled)].map(([type, { size }]) => [type, size])) as LevelEvidence['types'] &
    object;
  // A term that has a class of its own needs no other, unless the configuration says more of its label.
  const labels = (findings as readonly Partial<TermFinding>[]).flatMap(({ label, dataClass }) =>
    label !== undefined && (dataClass === undefined || Object.hasOwn(table.labels, label)) ? [label] : [],
  );
  // What the dictionary itself says of a term speaks as a marking does.
  const terms = (findings as readonly Partial<TermFinding>[]).flatMap(({ label, dataClass }) =>
    dataClass === undefined ? [] : [{ level: dataClass, rule: `dictionary.${label}` }],
  );
  return levelOf({ types, labels, markings: [...markings, ...terms] }, table);
}
