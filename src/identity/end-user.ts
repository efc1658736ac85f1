// On whose behalf does the caller ask? A service names its end user in a header or in the body. This is the service's claim: it is
// recorded with the request and never gives a right.
import { err, ok, type Result } from '#kernel';
import { isPlainText } from './plain-text.ts';

/** Longest accepted end-user id, in bytes of UTF-8. */
export const MAX_END_USER_BYTES = 256;

export interface EndUser {
  readonly id: string;
  readonly source: 'header' | 'body';
}

export interface EndUserRefusal {
  readonly kind: 'end-user-unusable';
  readonly source: 'header' | 'body';
  readonly problem: 'not-a-string' | 'too-long' | 'unsafe-characters' | 'not-utf-8';
}

/**
 * The end user of a request, or null when none is named. The header wins over the body.
 *
 * `headerValue`: as node:http gives it, one character per byte; read as UTF-8. `bodyValue`: the JSON value of `user`,
 * `safety_identifier` or `metadata.user_id`. Absent, null and empty mean "none named". Anything that cannot be recorded exactly is
 * refused and not shortened: two users must not become one.
 */
export function endUserOf(input: {
  readonly headerValue: string | undefined;
  readonly bodyValue: unknown;
}): Result<EndUser | null, EndUserRefusal> {
  const { headerValue, bodyValue } = input;
  if (headerValue !== undefined && headerValue !== '') {
    if (headerValue.length > MAX_END_USER_BYTES) return refuse('header', 'too-long');
    const decoded = decodeHeader(headerValue);
    return decoded === undefined ? refuse('header', 'not-utf-8') : checked('header', decoded);
  }
  if (bodyValue === undefined || bodyValue === null || bodyValue === '') return NOBODY;
  if (typeof bodyValue !== 'string') return refuse('body', 'not-a-string');
  return checked('body', bodyValue);
}

const NOBODY = ok(null);
const ASCII = /^[\x20-\x7e]*$/;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeHeader(value: string): string | undefined {
  if (ASCII.test(value)) return value;
  try {
    return UTF8.decode(Buffer.from(value, 'latin1'));
  } catch {
    return undefined;
  }
}

function checked(source: EndUser['source'], id: string): Result<EndUser, EndUserRefusal> {
  if (isPlainText(id, MAX_END_USER_BYTES)) return ok({ id, source });
  const tooLong = id.length > MAX_END_USER_BYTES || Buffer.byteLength(id) > MAX_END_USER_BYTES;
  return refuse(source, tooLong ? 'too-long' : 'unsafe-characters');
}

function refuse(source: EndUser['source'], problem: EndUserRefusal['problem']): Result<never, EndUserRefusal> {
  return err({ kind: 'end-user-unusable', source, problem });
}
