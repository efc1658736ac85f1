// For the tests of this folder: what the detectors find, as `type:value` in the normalised text.
import { subjectOf } from '../../text/subject.ts';
import { withoutOverlaps } from '../overlaps.ts';
import { Scanner } from '../scanner.ts';
import { japanDetectors } from './index.ts';

const SCANNER = new Scanner(japanDetectors());

export function foundIn(text: string, hint = ''): readonly string[] {
  const subject = subjectOf(text, hint);
  const sure = SCANNER.scan(subject).filter(({ confidence }) => confidence >= 0.5);
  return withoutOverlaps(sure).map(({ type, start, end }) => `${type}:${subject.text.slice(start, end)}`);
}
