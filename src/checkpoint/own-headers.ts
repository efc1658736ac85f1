// The headers in which an answer says what was special about its way here.
import type { Candidate, Selection } from '#routing';

const NONE: readonly string[] = [];

/** Name, value, …: only what differs from an ordinary passage. */
export function ownHeaders(candidate: Candidate, { drill, dataClasses }: Selection): readonly string[] {
  if (candidate.degraded === undefined && !candidate.isTranslated && drill === undefined && dataClasses.length === 0) return NONE;
  const headers: string[] = [];
  if (dataClasses.length > 0) headers.push('x-sekisho-data-class', dataClasses.join(', '));
  if (candidate.isTranslated) headers.push('x-sekisho-translated', candidate.wire);
  if (candidate.degraded !== undefined) headers.push('x-sekisho-degraded', candidate.degraded.reason);
  if (drill !== undefined) headers.push('x-sekisho-drill', drill);
  return headers;
}
