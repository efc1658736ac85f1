// For tests of this folder: what the detectors of secrets report in a text, in its own offsets.
import { withoutOverlaps } from '../overlaps.ts';
import type { Finding } from '../detector.ts';
import { Scanner } from '../scanner.ts';
import { subjectOf } from '../../text/subject.ts';
import { secretDetectors } from './index.ts';

const scanner = new Scanner(secretDetectors());

interface Found extends Finding {
  readonly value: string;
}

/** All of them, also those that are not sure and those that overlap. */
export function reportsIn(text: string, hint = ''): Found[] {
  const subject = subjectOf(text, hint);
  return scanner.scan(subject).map((finding) => ({ ...finding, value: text.slice(...subject.originalRange(finding.start, finding.end)) }));
}

/** What counts in the end, from confidence 0.5. */
export function secretsIn(text: string, hint = ''): Found[] {
  return withoutOverlaps(reportsIn(text, hint))
    .filter(({ confidence }) => confidence >= 0.5)
    .map((finding) => finding as Found);
}

/** The values alone. */
export function valuesIn(text: string, hint = ''): string[] {
  return secretsIn(text, hint).map(({ value }) => value);
}
