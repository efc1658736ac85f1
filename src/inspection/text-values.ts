// The values in a text by every way of reading it: as it stands, with its escapes decoded, and within its base64. Knows no detectors: it asks
// whoever looks at one reading. All findings lead to the original; they may overlap.
import { DEFAULT_LEVELS, markingsIn, rankOf, type Marking } from './classify/index.ts';
import type { Finding } from './detect/detector.ts';
import { withoutOverlaps } from './detect/overlaps.ts';
import { factsOf, type SensitiveType } from './types.ts';
import { base64Budget, base64RunsIn, type Base64Budget } from './text/base64-runs.ts';
import { decodedRegions } from './text/decoded-subject.ts';
import { decodedText, type DecodedText } from './text/decoded-text.ts';
import { subjectOf, type Subject } from './text/subject.ts';

export interface Looking {
  /** Offsets in `Subject.text`. */
  readonly find: (subject: Subject) => readonly Finding[];
  readonly isWanted: (finding: Finding) => boolean;
}

export interface Values {
  readonly findings: readonly Finding[];
  readonly markings: readonly Marking[];
}

/** Base64 within base64 is followed so deep. */
const DEEPEST = 2;

export function valuesIn(subject: Subject, looking: Looking, budget: Base64Budget = base64Budget(), depth = 0): Values {
  const plain = { findings: placed(subject, looking), markings: markingsIn(subject) };
  const decoded = decodedText(subject.original);
  const read = decoded === undefined ? plain : joined(plain, around(decoded, subject, looking), decoded);
  return depth === DEEPEST ? read : withBase64(decoded ?? subject, read, looking, budget, depth + 1);
}

function placed(subject: Subject, { find, isWanted }: Looking): Finding[] {
  return find(subject)
    .filter(isWanted)
    .map((finding) => inOriginal(subject, finding));
}

function inOriginal(subject: Subject, finding: Finding): Finding {
  const [start, end] = subject.originalRange(finding.start, finding.end);
  return { ...finding, start, end };
}

/** What is found around escapes that are decoded. */
function around(decoded: DecodedText, { original, hint }: Subject, { find, isWanted }: Looking): Values {
  const findings: Finding[] = [];
  const markings: Marking[] = [];
  for (const { subject, isCutBefore, isCutBehind } of decodedRegions(original, decoded, hint)) {
    const isCut = ({ start, end }: Finding) => (isCutBefore && start === 0) || (isCutBehind && end === subject.text.length);
    const looking = { find, isWanted: (finding: Finding) => isWanted(finding) && !isCut(finding) };
    for (const finding of placed(subject, looking)) findings.push(finding);
    for (const marking of markingsIn(subject)) markings.push(marking);
  }
  return { findings, markings };
}

function joined(plain: Values, decoded: Values, view: DecodedText): Values {
  const markings = new Map([...plain.markings, ...decoded.markings].map((marking) => [`${marking.start}:${marking.rule}`, marking]));
  return {
    findings: [...withoutCut(plain.findings, decoded.findings, view), ...decoded.findings],
    markings: [...markings.values()].sort((a, b) => a.start - b.start || a.end - b.end),
  };
}

/** `ndb01.example.jp` behind a backslash is not a host of that name when there is one without the `n`. */
function withoutCut(plain: readonly Finding[], decoded: readonly Finding[], view: DecodedText): readonly Finding[] {
  const cut = plain.filter(({ start, end }) => view.isWithinEscape(start) || view.isWithinEscape(end));
  if (cut.length === 0) return plain;
  const inOrder = decoded.toSorted((a, b) => a.start - b.start);
  const wrong = new Set<Finding>();
  for (const finding of cut) {
    let at = lowerBound(inOrder, finding.start - LONGEST_DIFFERENCE);
    for (const last = Math.min(inOrder.length, at + MOST_COMPARED); at < last && inOrder[at]!.start < finding.end; at++)
      if (inOrder[at]!.type === finding.type && inOrder[at]!.end > finding.start) wrong.add(finding);
  }
  return plain.filter((finding) => !wrong.has(finding));
}

/** So far before a finding that cuts an escape begins the one that does not, and so many are looked at. */
const LONGEST_DIFFERENCE = 64;
const MOST_COMPARED = 64;

function lowerBound(inOrder: readonly Finding[], start: number): number {
  let low = 0;
  let high = inOrder.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (inOrder[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withBase64(
  subject: Pick<Subject, 'text' | 'originalRange'>,
  read: Values,
  looking: Looking,
  budget: Base64Budget,
  depth: number,
): Values {
  const runs = base64RunsIn(subject.text, budget);
  if (runs.length === 0) return read;
  const secrets = read.findings.filter(({ type }) => factsOf(type).group === 'secret');
  const findings = [...read.findings];
  const markings = [...read.markings];
  for (const run of runs) {
    const [start, end] = subject.originalRange(run.start, run.end);
    if (secrets.some((secret) => secret.start < end && start < secret.end)) continue;
    const inner = valuesIn(subjectOf(run.decoded), looking, budget, depth);
    const worst = worstOf(withoutOverlaps(inner.findings));
    if (worst !== undefined) findings.push({ ...worst, start, end, rule: `${ENCODED}${worst.rule}` });
    for (const marking of inner.markings) markings.push({ ...marking, start, end });
  }
  return { findings, markings };
}

const ENCODED = 'encoded.base64.';

/** Windows of a long text see parts of a long run, and what two of them find overlaps: all of it is one finding. */
export function withWholeRuns(findings: readonly Finding[]): readonly Finding[] {
  const parts = findings.filter(({ rule }) => rule.startsWith(ENCODED)).sort((a, b) => a.start - b.start);
  if (parts.length < 2) return findings;
  const whole: Finding[] = [];
  for (const part of parts) {
    const before = whole.at(-1);
    if (before === undefined || before.end <= part.start) whole.push(part);
    else whole[whole.length - 1] = { ...worstOf([before, part])!, start: before.start, end: Math.max(before.end, part.end) };
  }
  return [...findings.filter(({ rule }) => !rule.startsWith(ENCODED)), ...whole];
}

function worstOf(findings: readonly Finding[]): Finding | undefined {
  return findings.toSorted((a, b) => severityOf(b.type) - severityOf(a.type) || b.confidence - a.confidence)[0];
}

/** Secrets first, then by the level that a type has unless configured otherwise. */
function severityOf(type: SensitiveType): number {
  return (factsOf(type).group === 'secret' ? 100 : 0) + rankOf(DEFAULT_LEVELS.types[type]);
}
