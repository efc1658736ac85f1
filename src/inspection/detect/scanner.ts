// Runs many detectors over one text: one pass for all triggers, one for each kind of run that somebody asked for, and detectors are called
// only where something may be.
import { AhoCorasick } from '../text/aho-corasick.ts';
import { findRuns } from '../text/runs.ts';
import type { Subject } from '../text/subject.ts';
import type { Detector, Finding, RunKind } from './detector.ts';

export class Scanner {
  readonly #automaton: AhoCorasick | undefined;
  /** By index of the literal: who asked for it. */
  readonly #askers: readonly (readonly Detector[])[];
  readonly #runs: readonly (readonly [RunKind, readonly Detector[]])[];
  readonly #hinted: readonly Detector[];

  constructor(detectors: readonly Detector[]) {
    const byLiteral = new Map<string, Detector[]>();
    const byRun = new Map<RunKind, Detector[]>();
    for (const detector of detectors) {
      for (const trigger of new Set(detector.triggers)) append(byLiteral, trigger, detector);
      for (const run of new Set(detector.runs)) append(byRun, run, detector);
    }
    this.#askers = [...byLiteral.values()];
    this.#automaton = byLiteral.size === 0 ? undefined : new AhoCorasick([...byLiteral.keys()]);
    this.#runs = [...byRun];
    this.#hinted = detectors.filter(({ hints }) => hints !== undefined);
  }

  /** Everything the detectors report, in offsets of `subject.text`, unordered, overlapping, perhaps repeated. */
  scan(subject: Subject): Finding[] {
    const findings: Finding[] = [];
    const report = (finding: Finding) => void findings.push(finding);
    this.#automaton?.scan(subject.folded, (literal, start, end) => {
      for (const detector of this.#askers[literal]!) detector.find(subject, start, end, report);
    });
    for (const [kind, detectors] of this.#runs) {
      let asked: readonly Detector[] | undefined;
      findRuns(kind, subject.text, (start, end, digits) => {
        asked ??= detectors.filter((detector) => detector.isInFor?.(subject) !== false);
        for (let index = 0; index < asked.length; index++) {
          const detector = asked[index]!;
          if (digits === undefined || digits >= (detector.minDigits ?? 0)) detector.find(subject, start, end, report);
        }
      });
    }
    if (subject.hint !== '') this.#scanHinted(subject, report);
    return findings;
  }

  #scanHinted(subject: Subject, report: (finding: Finding) => void): void {
    const hint = plainHint(subject.hint);
    for (const detector of this.#hinted) if (detector.hints!.test(hint)) detector.find(subject, 0, subject.text.length, report);
  }
}

/** `TargetUserName`, `target_user-name` and `Target User Name` are one name. */
export function plainHint(hint: string): string {
  return hint
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[\s._-]/g, '');
}

function append<Key>(map: Map<Key, Detector[]>, key: Key, detector: Detector): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [detector]);
  else known.push(detector);
}
