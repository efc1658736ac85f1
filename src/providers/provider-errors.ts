// What a provider's error means for failover: a policy refusal is final, an overload is a reason to try the next candidate.
// Codes: OpenAI error and access-program documentation; Anthropic API errors and stop reasons.
import { fieldsOf, itemsOf, textOf, type Fields } from './json-fields.ts';
import { refusalOfCode, type ProviderRefusal } from './refusal-codes.ts';

const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'server_error',
  'internal_error',
  'internal_server_error',
  'api_error',
  'overloaded_error',
  'overloaded',
  'rate_limit_error',
  'rate_limit_exceeded',
  'timeout_error',
  'service_unavailable',
  'engine_overloaded',
]);

export interface ProviderError {
  /** The error's code, else the code in its details, else its type, else "unknown". */
  readonly code: string;
  /** Set when the provider declined. Then nobody else may be asked, whatever the status. */
  readonly refusal: ProviderRefusal | undefined;
  readonly isRefusal: boolean;
  /** Another candidate may do better. Never true of a refusal. */
  readonly isTransient: boolean;
}

/**
 * Reads `{error: {code, type}}` (both vendors), `{error: {type, details: {error_code}}}` (Anthropic), `{error: {innererror: {code}}}`
 * (Azure), `{type: "error", code}` (Responses streams) and `{response: {error}}`. A refusal in any of these places counts.
 */
export function providerErrorOf(payload: Fields): ProviderError | undefined {
  const inResponse = fieldsOf(payload['response'])['error'];
  const found = payload['error'] ?? inResponse ?? (payload['type'] === 'error' ? payload : undefined);
  if (found === undefined || found === null || found === false) return undefined;
  const error = fieldsOf(found);
  const ownType = error === payload ? undefined : textOf(error['type']);
  const names = [
    textOf(error['code']),
    textOf(fieldsOf(error['details'])['error_code']),
    ownType,
    textOf(fieldsOf(error['innererror'])['code']),
  ].filter((name) => name !== undefined);
  const status = typeof error['code'] === 'number' ? error['code'] : 0;
  let refusal: ProviderRefusal | undefined;
  for (const name of names) refusal ??= refusalOfCode(name);
  return {
    code: names[0] ?? (status > 0 ? String(status) : 'unknown'),
    refusal,
    isRefusal: refusal !== undefined,
    isTransient: refusal === undefined && (names.some((name) => TRANSIENT_CODES.has(name)) || isTransientStatus(status)),
  };
}

/** The same for a whole body. Google's OpenAI-compatible API wraps its errors in a list. */
export function providerErrorInBody(body: Buffer): ProviderError | undefined {
  let payload: unknown;
  try {
    payload = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  return providerErrorOf(fieldsOf(itemsOf(payload)[0] ?? payload));
}

/** Too many requests, or the provider's own failure: another candidate may do better. Every other status is an answer. */
export function isTransientStatus(status: number): boolean {
  return status === 429 || status >= 500;
}

const RETRY_AFTER_LIMIT_MS = 3_600_000;

/** Retry-After in milliseconds (RFC 9110 §10.2.3: seconds or a date), also `retry-after-ms`; undefined when absent or senseless. */
export function retryAfterMs(headers: Readonly<Record<string, string | string[] | undefined>>, nowMs: number): number | undefined {
  const precise = Number(headers['retry-after-ms']);
  const raw = headers['retry-after'];
  const value = typeof raw === 'string' ? raw.trim() : '';
  let wait: number;
  if (precise > 0) wait = precise;
  else if (/^\d{1,9}$/.test(value)) wait = Number(value) * 1000;
  else if (value.endsWith(' GMT')) wait = Date.parse(value) - nowMs;
  else return undefined;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), RETRY_AFTER_LIMIT_MS) : undefined;
}
