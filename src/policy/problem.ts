// What is wrong with a policy text, in terms of the file its writer has open. Turns Cedar's errors into that; judges nothing.
import type { DetailedError } from './cedar.ts';

export interface PolicyProblem {
  readonly file: string;
  /** From 1; undefined: the file as a whole. */
  readonly line: number | undefined;
  /** Undefined where the policy has no id that could be read. */
  readonly policy: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Where a policy stands. */
export interface PolicyPlace {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const PREFIX = /^(?:for policy `[^`]*`[,:] |failed to parse (?:policy|template)(?: with id `[^`]*`)? from string: )+/;
const MOST_MESSAGE_LENGTH = 500;

/** `error`: what Cedar says about the text of `place`; its locations are bytes of UTF-8. */
export function cedarProblem(error: DetailedError, place: PolicyPlace, policy: string | undefined): PolicyProblem {
  const [location] = error.sourceLocations ?? [];
  const label = location?.label;
  const message = error.message.replace(PREFIX, '').slice(0, MOST_MESSAGE_LENGTH);
  return {
    file: place.file,
    line: place.line + (location === undefined ? 0 : lineFeeds(place.text, location.start)),
    policy,
    message: label === undefined || label === null ? message : `${message}: ${label}`,
    hint: error.help ?? undefined,
  };
}

/** `file:line: policy: message`, for logs and messages of one line. */
export function problemText({ file, line, policy, message, hint }: PolicyProblem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const parts = policy === undefined ? [place, message] : [place, policy, message];
  return parts.join(': ') + (hint === undefined ? '' : ` (${hint})`);
}

function lineFeeds(text: string, bytes: number): number {
  let count = 0;
  for (const byte of Buffer.from(text).subarray(0, bytes)) if (byte === 10) count++;
  return count;
}
