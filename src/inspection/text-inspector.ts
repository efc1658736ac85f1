// What one text holds: sensitive values and markings. Puts the detectors together and knows nothing of requests, masks or policies. A long text
// is looked at in windows, and others get their turn in between.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Marking } from './classify/index.ts';
import type { Detector, Finding } from './detect/detector.ts';
import { withoutOverlaps } from './detect/overlaps.ts';
import { Scanner } from './detect/scanner.ts';
import { signalsIn, type Signals } from './signals/index.ts';
import { subjectOf, type Subject } from './text/subject.ts';
import { valuesIn, withWholeRuns } from './text-values.ts';
import { windowsOf } from './text/windows.ts';
import type { SensitiveType } from './types.ts';

/** Finds by other means than triggers and runs: a dictionary, a tagger. Offsets in `Subject.text`. */
export type Finder = (subject: Subject) => readonly Finding[];

export interface TextInspectorOptions {
  readonly detectors: readonly Detector[];
  readonly finders: readonly Finder[];
  /** Findings that are less sure are left out. */
  readonly minConfidence: number;
  /** Types that are left out whoever finds them. */
  readonly off: ReadonlySet<SensitiveType>;
  readonly withSignals: boolean;
}

export interface TextInspection {
  /** In order, not overlapping, offsets in the original text. */
  readonly findings: readonly Finding[];
  readonly markings: readonly Marking[];
  /** Undefined where the text gives none, or nobody wants them. */
  readonly signals: Signals | undefined;
}

export interface TextContext {
  /** The name of the member that holds the text. */
  readonly hint?: string;
  /** It came from outside the conversation. */
  readonly isTainted?: boolean;
}

export interface TextInspector {
  /** At once for a short text. */
  inspect(text: string, context?: TextContext): TextInspection | Promise<TextInspection>;
  /** At once, however long it takes: for tools, not for a server. */
  inspectNow(text: string, context?: TextContext): TextInspection;
}

const NOTHING: TextInspection = { findings: [], markings: [], signals: undefined };

export function createTextInspector({ detectors, finders, minConfidence, off, withSignals }: TextInspectorOptions): TextInspector {
  const scanner = new Scanner(detectors);

  const find = (subject: Subject): Finding[] => {
    const found = scanner.scan(subject);
    for (const finder of finders) for (const finding of finder(subject)) found.push(finding);
    return found;
  };
  const isWanted = ({ type, confidence, start, end }: Finding): boolean => confidence >= minConfidence && end > start && !off.has(type);

  const look = (text: string, { hint = '', isTainted = false }: TextContext): TextInspection => {
    const subject = subjectOf(text, hint);
    const { findings, markings } = valuesIn(subject, { find, isWanted });
    const signals = withSignals ? signalsIn(subject, { isTainted }) : undefined;
    if (findings.length === 0 && markings.length === 0 && (signals === undefined || saysNothing(signals))) return NOTHING;
    return { findings: withoutOverlaps(findings), markings, signals };
  };

  return {
    inspect(text, context = {}) {
      if (text.length < 2) return NOTHING;
      const windows = windowsOf(text);
      return windows.length === 1 ? look(text, context) : lookByTurns(text, windows, (part) => look(part, context));
    },
    inspectNow(text, context = {}) {
      const windows = windowsOf(text);
      if (windows.length === 1) return look(text, context);
      return joined(windows.map(([start, end]) => moved(look(text.slice(start, end), context), start)));
    },
  };
}

async function lookByTurns(
  text: string,
  windows: readonly (readonly [number, number])[],
  look: (part: string) => TextInspection,
): Promise<TextInspection> {
  const looked: TextInspection[] = [];
  for (const [start, end] of windows) {
    looked.push(moved(look(text.slice(start, end)), start));
    await nextTurn();
  }
  return joined(looked);
}

function saysNothing({ hidden, encoded, instructions, capabilities, prohibited, targets }: Signals): boolean {
  return (
    hidden.length === 0 &&
    encoded.length === 0 &&
    targets.length === 0 &&
    prohibited.length === 0 &&
    instructions.score === 0 &&
    capabilities.cyber === 0 &&
    capabilities.tags.length === 0
  );
}

/** Signals keep the offsets of their window: they are summed up, not placed. */
function moved({ findings, markings, signals }: TextInspection, by: number): TextInspection {
  if (by === 0) return { findings, markings, signals };
  const move = <Place extends { readonly start: number; readonly end: number }>(place: Place): Place => ({
    ...place,
    start: place.start + by,
    end: place.end + by,
  });
  return { findings: findings.map(move), markings: markings.map(move), signals };
}

/** Windows overlap, and what lies in both is found twice. Of signals the strongest window speaks; what must not be asked for counts anywhere. */
function joined(parts: readonly TextInspection[]): TextInspection {
  const findings = withoutOverlaps(withWholeRuns(parts.flatMap((part) => part.findings)));
  const markings = new Map(parts.flatMap((part) => part.markings).map((marking) => [`${marking.start}:${marking.rule}`, marking]));
  const signals = parts.flatMap((part) => part.signals ?? []);
  const strongest = signals.toSorted((a, b) => strengthOf(b) - strengthOf(a))[0];
  const all = strongest && {
    ...strongest,
    prohibited: signals.flatMap(({ prohibited }) => prohibited),
    beyondTier1: signals.flatMap(({ beyondTier1 }) => beyondTier1),
  };
  return { findings, markings: [...markings.values()], signals: all };
}

function strengthOf({ instructions, capabilities }: Signals): number {
  return instructions.score + capabilities.cyber;
}
