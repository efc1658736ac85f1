// Provider errors between formats. A code says what happened and is kept wherever the client's format can hold it, because refusals and
// exhausted quotas are recognised by it; nothing here decides whether to try elsewhere.
// Sources: OpenAI API reference, "Error codes"; Anthropic API reference, "Errors"; Open Responses specification, ErrorPayload.
import { fieldsOf, itemsOf, parseFields, textOf, type Fields } from '../../json-fields.ts';
import { providerErrorOf } from '../../provider-errors.ts';
import type { ConversationWire } from '../request.ts';
import { LIMITS, type AnswerError } from './neutral.ts';

/** `{error: {…}}`, `{error: "…"}`, `{type: "error", …}`, `{response: {error}}`, `{message, code}`, `{detail}`, and any of them in an array. */
export function readError(payload: unknown): AnswerError | undefined {
  const outer = fieldsOf(Array.isArray(payload) ? payload[0] : payload);
  const found = outer['error'] ?? fieldsOf(outer['response'])['error'] ?? outer;
  if (typeof found === 'string') return { code: undefined, type: undefined, message: found.slice(0, LIMITS.errorMessageChars) };
  const error = fieldsOf(found);
  const message =
    textOf(error['message'], LIMITS.errorMessageChars) ?? detailOf(error['detail']) ?? textOf(outer['message'], LIMITS.errorMessageChars);
  const code = nameOf(error['code']) ?? textOf(fieldsOf(error['details'])['error_code']);
  const ownType = error === outer && error['type'] === 'error' ? undefined : textOf(error['type']);
  if (message === undefined && code === undefined && ownType === undefined) return undefined;
  const param = textOf(error['param']);
  return { code, type: ownType, message: message ?? code ?? ownType ?? '', ...(param === undefined ? {} : { param }) };
}

/** FastAPI servers: `{detail: "…"}` or `{detail: [{msg, loc}]}`. */
function detailOf(value: unknown): string | undefined {
  const messages = itemsOf(value).map((item) => textOf(fieldsOf(item)['msg'], 512));
  const joined = messages.filter((message) => message !== undefined).join('; ');
  return textOf(value, LIMITS.errorMessageChars) ?? textOf(joined, LIMITS.errorMessageChars);
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOf(value);
}

/** The error an answer of this status reports, whatever its body is. */
export function readErrorBody(status: number, body: Buffer): AnswerError {
  const text = body.toString('utf8', 0, ERROR_BODY_BYTES);
  const payload = body.length > ERROR_BODY_BYTES ? undefined : parseFields(text);
  const read = payload === undefined ? undefined : readError(payload);
  if (read !== undefined) return read;
  const plain = text.trim();
  // A page of markup or of data that is no error helps no client; a line of text may.
  const isReadable = plain !== '' && plain.length <= 1024 && !/^[<{["]/.test(plain);
  return { code: undefined, type: undefined, message: isReadable ? plain : `The provider answered with HTTP status ${status}.` };
}

const ERROR_BODY_BYTES = 1024 * 1024;

/** The HTTP status that an error reported without one belongs to. */
export function statusOfError(error: AnswerError): number {
  const read = providerErrorOf({ error: { code: error.code, type: error.type } });
  if (read?.isRefusal === true) return 400;
  const names = `${error.code ?? ''} ${error.type ?? ''}`;
  if (/rate_limit|quota/.test(names)) return 429;
  if (/overloaded|unavailable/.test(names)) return 503;
  if (/invalid|context_length|unsupported/.test(names)) return 400;
  const numeric = Number(error.code);
  return numeric >= 400 && numeric <= 599 ? numeric : 500;
}

export function errorBody(to: ConversationWire, error: AnswerError, status: number): string {
  return to === 'anthropic-messages' ? JSON.stringify(anthropicError(error, status)) : JSON.stringify(openaiError(error, status));
}

export function openaiError(error: AnswerError, status: number): Fields {
  return {
    error: { message: error.message, type: error.type ?? openaiType(status), param: error.param ?? null, code: error.code ?? null },
  };
}

export function anthropicError(error: AnswerError, status: number): Fields {
  const type = error.type !== undefined && ANTHROPIC_TYPES.has(error.type) ? error.type : anthropicType(status);
  const code = error.code ?? (error.type === type ? undefined : error.type);
  return { type: 'error', error: { type, message: error.message, ...(code === undefined ? {} : { details: { error_code: code } }) } };
}

const ANTHROPIC_TYPES: ReadonlySet<string> = new Set([
  'invalid_request_error',
  'authentication_error',
  'billing_error',
  'permission_error',
  'not_found_error',
  'request_too_large',
  'rate_limit_error',
  'timeout_error',
  'api_error',
  'overloaded_error',
  'conflict_error',
]);

const ANTHROPIC_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function anthropicType(status: number): string {
  return ANTHROPIC_BY_STATUS[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

function openaiType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
