// What is searched for, and where it was found: the words that the indexes of known values share.
import type { MaskedType } from './placeholders.ts';

/** A value that was found somewhere in the request, or a part of one that says as much. */
export interface ValueSource {
  readonly value: string;
  readonly type: MaskedType;
  /** The how-manieth of all that were added. */
  readonly number: number;
}

export interface KnownValue {
  /** What stands in the text: the value or one of its encodings. */
  readonly text: string;
  readonly source: ValueSource;
  readonly form: 'plain' | 'digits' | 'percent' | 'unicode-escape' | 'base64';
  readonly ignoresCase: boolean;
}

export interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly known: KnownValue;
}

/** Whether it counts in the text that is searched; asked where it occurs. */
export type Accepts = (known: KnownValue) => boolean;
