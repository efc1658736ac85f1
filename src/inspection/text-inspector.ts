// What one text holds: sensitive values and markings. Puts the detectors together and knows nothing of requests, masks or policies. A long text
// is looked at in windows, and others get their turn in between.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { markingsIn, type Marking } from './classify/index.ts';
import type { Detector, Finding } from './detect/detector.ts';
import { withoutOverlaps } from './detect/overlaps.ts';
import { Scanner } from './detect/scanner.ts';
import { subjectOf, type Subject } from './text/subject.ts';
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
}

export interface TextInspection {
  /** In order, not overlapping, offsets in the original text. */
  readonly findings: readonly Finding[];
  readonly markings: readonly Marking[];
}

export interface TextInspector {
  /** At once for a short text. `hint`: the name of the member that holds it. */
  inspect(text: string, hint?: string): TextInspection | Promise<TextInspection>;
  /** At once, however long it takes: for tools, not for a server. */
  inspectNow(text: string, hint?: string): TextInspection;
}

const NOTHING: TextInspection = { findings: [], markings: [] };

export function createTextInspector({ detectors, finders, minConfidence, off }: TextInspectorOptions): TextInspector {
  const scanner = new Scanner(detectors);

  function look(text: string, hint: string): TextInspection {
    const subject = subjectOf(text, hint);
    const found = scanner.scan(subject);
    for (const finder of finders) for (const finding of finder(subject)) found.push(finding);
    const sure = found.filter(({ type, confidence, start, end }) => confidence >= minConfidence && end > start && !off.has(type));
    const findings = sure.map((finding) => {
      const [start, end] = subject.originalRange(finding.start, finding.end);
      return { ...finding, start, end };
    });
    const markings = markingsIn(subject);
    return findings.length === 0 && markings.length === 0 ? NOTHING : { findings: withoutOverlaps(findings), markings };
  }

  async function lookByWindows(text: string, hint: string, windows: readonly (readonly [number, number])[]): Promise<TextInspection> {
    const looked: TextInspection[] = [];
    for (const [start, end] of windows) {
      looked.push(moved(look(text.slice(start, end), hint), start));
      await nextTurn();
    }
    return joined(looked);
  }

  return {
    inspect(text, hint = '') {
      if (text.length < 2) return NOTHING;
      const windows = windowsOf(text);
      return windows.length === 1 ? look(text, hint) : lookByWindows(text, hint, windows);
    },
    inspectNow(text, hint = '') {
      const windows = windowsOf(text);
      return windows.length === 1
        ? look(text, hint)
        : joined(windows.map(([start, end]) => moved(look(text.slice(start, end), hint), start)));
    },
  };
}

function moved({ findings, markings }: TextInspection, by: number): TextInspection {
  const move = <Place extends { readonly start: number; readonly end: number }>(place: Place): Place => ({
    ...place,
    start: place.start + by,
    end: place.end + by,
  });
  return by === 0 ? { findings, markings } : { findings: findings.map(move), markings: markings.map(move) };
}

/** Windows overlap, and what lies in both is found twice. */
function joined(parts: readonly TextInspection[]): TextInspection {
  const findings = withoutOverlaps(parts.flatMap((part) => part.findings));
  const markings = new Map(parts.flatMap((part) => part.markings).map((marking) => [`${marking.start}:${marking.rule}`, marking]));
  return { findings, markings: [...markings.values()] };
}
