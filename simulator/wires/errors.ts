// Error answers in the shapes of the two families, and the table from HTTP status to each family's error type.
import { jsonAnswer, type JsonAnswer } from '../answer.ts';

export type Family = 'openai' | 'anthropic';

export interface ErrorDetails {
  readonly status: number;
  readonly message?: string | undefined;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const OPENAI_TYPES: { readonly [status: number]: readonly [type: string, code: string | null, message: string] } = {
  400: ['invalid_request_error', null, 'The request is not valid.'],
  401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  403: ['invalid_request_error', 'permission_denied', 'This key may not use this resource.'],
  404: ['invalid_request_error', null, 'There is no such resource.'],
  405: ['invalid_request_error', 'method_not_supported', 'This method is not allowed here.'],
  413: ['invalid_request_error', 'request_too_large', 'The request body is too large.'],
  429: ['requests', 'rate_limit_exceeded', 'Rate limit reached. Please try again later.'],
  500: ['server_error', null, 'The server had an error while processing your request.'],
  503: ['service_unavailable_error', null, 'The engine is currently overloaded, please try again later.'],
  529: ['service_unavailable_error', 'overloaded', 'Overloaded.'],
};

const ANTHROPIC_TYPES: { readonly [status: number]: readonly [type: string, message: string] } = {
  400: ['invalid_request_error', 'The request is not valid.'],
  401: ['authentication_error', 'invalid x-api-key'],
  403: ['permission_error', 'This key may not use this resource.'],
  404: ['not_found_error', 'Not found'],
  405: ['invalid_request_error', 'Method Not Allowed'],
  413: ['request_too_large', 'Request exceeds the maximum size'],
  429: ['rate_limit_error', 'Rate limit reached. Please try again later.'],
  500: ['api_error', 'Internal server error'],
  504: ['timeout_error', 'Request timed out'],
  529: ['overloaded_error', 'Overloaded'],
};

function nearest<T>(table: { readonly [status: number]: T }, status: number): T {
  return table[status] ?? table[status >= 500 ? 500 : 400]!;
}

/** `{error: {message, type, param, code}}`: OpenAI API description, schema ErrorResponse. */
export function openaiErrorBody(details: ErrorDetails): {
  error: { message: string; type: string; param: string | null; code: string | null };
} {
  const [type, code, message] = nearest(OPENAI_TYPES, details.status);
  return {
    error: { message: details.message ?? `${message} (simulated)`, type, param: details.param ?? null, code: details.code ?? code },
  };
}

export interface AnthropicErrorBody {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string; readonly details?: { readonly error_code: string } };
  readonly request_id: string;
}

/** `{type: 'error', error: {type, message}, request_id}`; a `code` is in `error.details.error_code`, where the official SDK reads it. */
export function anthropicErrorBody(details: ErrorDetails, requestId: string): AnthropicErrorBody {
  const [type, message] = nearest(ANTHROPIC_TYPES, details.status);
  const error = { type, message: details.message ?? `${message} (simulated)` };
  return {
    type: 'error',
    error: details.code === undefined ? error : { ...error, details: { error_code: details.code } },
    request_id: requestId,
  };
}

export function errorAnswer(family: Family, requestId: string, details: ErrorDetails): JsonAnswer {
  const body = family === 'anthropic' ? { ...anthropicErrorBody(details, requestId) } : openaiErrorBody(details);
  return jsonAnswer(body, details.status, details.headers ?? {});
}
