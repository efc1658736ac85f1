// The headers in which an answer says what was special about its way here.
import type { SensitiveType } from '#inspection';
import type { Candidate, Selection } from '#routing';

const NONE: readonly string[] = [];
const MOST_NAMED = 5;

/** Name, value, …: only what differs from an ordinary passage. */
export function ownHeaders(
  candidate: Candidate,
  { drill, dataClasses, leftOut }: Selection,
  masked: readonly SensitiveType[],
): readonly string[] {
  const isOrdinary = candidate.degraded === undefined && !candidate.isTranslated && drill === undefined;
  if (isOrdinary && dataClasses.length === 0 && leftOut.length === 0 && masked.length === 0) return NONE;
  const headers: string[] = [];
  if (dataClasses.length > 0) headers.push('x-sekisho-data-class', dataClasses.join(', '));
  if (masked.length > 0) headers.push('x-sekisho-masked', masked.join(', '));
  if (candidate.isTranslated) headers.push('x-sekisho-translated', candidate.wire);
  if (candidate.degraded !== undefined) headers.push('x-sekisho-degraded', candidate.degraded.reason);
  if (drill !== undefined) headers.push('x-sekisho-drill', drill);
  if (leftOut.length > 0)
    headers.push(
      'x-sekisho-left-out',
      leftOut
        .slice(0, MOST_NAMED)
        .map(({ deployment, reason }) => `${deployment} (${reason})`)
        .join(', '),
    );
  return headers;
}
