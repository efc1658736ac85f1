// What the HTTP client's error says about an attempt.
import { systemErrorCode } from '#kernel';
import type { FailureReason } from './refusal.ts';

/** The assertion is the client library's own, for status codes below 100. */
const MALFORMED: ReadonlySet<string | undefined> = new Set([
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
  'ERR_ASSERTION',
]);

/** `wasSent`: a connection was there and the request on its way. */
export function failureReason(error: Error, wasSent: boolean): FailureReason {
  const code = systemErrorCode(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'connect-timeout';
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'first-byte-timeout';
  if (code === 'UND_ERR_BODY_TIMEOUT') return 'idle-timeout';
  if (error.name === 'HTTPParserError' || MALFORMED.has(code)) return 'malformed-answer';
  if (wasSent) return 'connection-broken';
  // Our own argument was refused: a defect, not an outage.
  if (code?.startsWith('UND_ERR_INVALID') === true || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') return 'send-failed';
  return 'connect-failed';
}
