// What a detector is. It sees normalised text, is called only where something may be, and looks at a bounded window there: no text, however
// hostile, may make a call cost more than a constant times the length of the run it is called for.
import type { Subject } from '../text/subject.ts';
import type { SensitiveType } from '../types.ts';

export interface Finding {
  readonly type: SensitiveType;
  /** UTF-16 offsets: into `Subject.text` where a detector reports it, into the original text where `inspectText` returns it. */
  readonly start: number;
  readonly end: number;
  /** 0 to 1: how sure the rule is. 0.5 and more is acted upon unless configured otherwise. */
  readonly confidence: number;
  /** Which rule fired, such as `my-number.context`. */
  readonly rule: string;
  /** For dictionary terms: the label that the operator gave, such as `plant`. */
  readonly label?: string;
}

/**
 * Runs that the scanner finds on its one pass, in `Subject.text`:
 * - `digits`: ASCII digits with at most two of `space - . ( ) / +` between two digits, four digits or more in all
 * - `dotted`: ASCII letters, digits, `_` and `-` with single dots between them, one dot or more (hosts, IPv4, file names)
 * - `colons`: hexadecimal digits with `:` (or `.` behind a colon) between or before them, two colons or more (IPv6, MAC, times)
 * - `capitalised`: words of letters of the Latin alphabet that begin with a capital, with single spaces, `-`, `'`, `.` or `, ` between
 *   them; one word or more
 * - `japanese`: kanji, hiragana, katakana and their marks
 */
export type RunKind = 'digits' | 'dotted' | 'colons' | 'capitalised' | 'japanese';

export interface Detector {
  /** Prefix of its rules. */
  readonly id: string;
  readonly types: readonly SensitiveType[];
  /** Called for each occurrence of one of these in `Subject.folded`: so in lower case and NFKC, two characters or more, or one that is rare. */
  readonly triggers?: readonly string[];
  /** Called for each run of these kinds. */
  readonly runs?: readonly RunKind[];
  /** Runs of `digits` with fewer digits are not for it. */
  readonly minDigits?: number;
  /** Asked once, when a text has such a run: false where nothing in the text lets a run be anything for it. Triggers are not asked for. */
  isInFor?(subject: Subject): boolean;
  /** Called once for the whole text when this fits `Subject.hint` in lower case without `_`, `-`, `.` and blanks: `targetusername`. */
  readonly hints?: RegExp;
  /** `[start, end)` is the trigger, the run or the whole text. What it reports may lie around it; reporting the same twice does no harm. */
  find(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void;
}
