// A generated set of Japanese documents with identifiers, addresses and phones in them, and decoys. Written from the rules of the
// identifiers and from how people write, without knowledge of the detectors that it judges, so that it is blind. Names of people stand
// in the texts but are not scored here.
import { DECOYS } from './japanese-templates-decoys.ts';
import { FORMS } from './japanese-templates-forms.ts';
import { LETTERS } from './japanese-templates-letters.ts';
import { TABLES } from './japanese-templates-tables.ts';
import { UNSEEN } from './japanese-templates-unseen.ts';
import { writerOf, type Template } from './japanese-writer.ts';
import type { Gold } from './doc.ts';

export interface JapaneseDocument {
  readonly id: string;
  readonly style: string;
  /** Authors of detectors see what was missed in even templates, once saw it in odd ones, and never in unseen ones. */
  readonly part: 'even' | 'odd' | 'unseen';
  readonly text: string;
  readonly gold: readonly Gold[];
}

export const JAPANESE_TYPES = [
  'my-number',
  'corporate-number',
  'drivers-licence',
  'insurer-number',
  'pension-number',
  'passport',
  'residence-card',
  'bank-account',
  'phone',
  'postal-code',
  'address',
  'date-of-birth',
] as const;

export const TEMPLATES: readonly Template[] = [...LETTERS, ...FORMS, ...TABLES, ...DECOYS, ...UNSEEN];

/** Each template `perTemplate` times. The same seed gives the same documents. */
export function japaneseSet(seed: number, perTemplate: number): readonly JapaneseDocument[] {
  return TEMPLATES.flatMap(([style, write], template) =>
    Array.from({ length: perTemplate }, (_, copy) => {
      const { text, gold } = write(writerOf(seed * 1_000_003 + template * 1009 + copy));
      return { id: `${template}.${copy}`, style, part: partOf(template), text, gold };
    }),
  );
}

function partOf(template: number): JapaneseDocument['part'] {
  if (template >= TEMPLATES.length - UNSEEN.length) return 'unseen';
  return template % 2 === 0 ? 'even' : 'odd';
}
