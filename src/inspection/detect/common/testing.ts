// For tests: what all common detectors make of a text, as `type:value` in the order of the text.
import { subjectOf } from '../../text/subject.ts';
import { withoutOverlaps } from '../overlaps.ts';
import { Scanner } from '../scanner.ts';
import { commonDetectors } from './index.ts';

const scanner = new Scanner(commonDetectors({ internalDomains: ['plant7.example.co.jp'] }));

export function valuesIn(text: string, hint = ''): string[] {
  const subject = subjectOf(text, hint);
  return withoutOverlaps(scanner.scan(subject).filter(({ confidence }) => confidence >= 0.5)).map(
    ({ type, start, end }) => `${type}:${text.slice(...subject.originalRange(start, end))}`,
  );
}

/** Only of one type. */
export function valuesOf(type: string, text: string, hint = ''): string[] {
  return valuesIn(text, hint)
    .filter((value) => value.startsWith(`${type}:`))
    .map((value) => value.slice(type.length + 1));
}
