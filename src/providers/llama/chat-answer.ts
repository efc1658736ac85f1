// An answer in the shape of chat completions (OpenAI API reference, "The chat completion object", "The chat completion chunk object"), whole
// or as server-sent events. `reasoning_content` is what other local servers call a model's reasoning.
import type { Outcome, Usage } from './engine.ts';

export interface AnswerHead {
  readonly id: string;
  /** Seconds since the Unix epoch. */
  readonly created: number;
  readonly model: string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface AnswerParts {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
}

export function completionJson(head: AnswerHead, { text, reasoning, toolCalls }: AnswerParts, { finish, usage }: Outcome): string {
  const message = {
    role: 'assistant',
    content: text === '' && toolCalls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(toolCallJson) }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finish };
  return JSON.stringify({ ...head, object: 'chat.completion', choices: [choice], usage: usageJson(usage) });
}

/** Events of one stream. */
export function streamEvents(head: AnswerHead, includeUsage: boolean) {
  const chunk = (choices: readonly object[], usage: object | null = null): string =>
    event(JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...(includeUsage ? { usage } : {}) }));
  const delta = (content: object, finish: string | null = null): string =>
    chunk([{ index: 0, delta: content, logprobs: null, finish_reason: finish }]);
  return {
    start: (): string => delta({ role: 'assistant', content: '', refusal: null }),
    text: (content: string): string => delta({ content }),
    reasoning: (content: string): string => delta({ reasoning_content: content }),
    toolCall: (call: ToolCall, index: number): string => delta({ tool_calls: [{ index, ...toolCallJson(call) }] }),
    end: ({ finish, usage }: Outcome): string => `${delta({}, finish)}${includeUsage ? chunk([], usageJson(usage)) : ''}${event('[DONE]')}`,
    /** Ends the stream without the mark of its end. */
    error: (error: string): string => event(error),
  };
}

export interface WireError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly param?: string | undefined;
}

/** OpenAI API reference, "Error codes". */
export function errorJson({ status, code, message, param }: WireError): string {
  const type = status === 401 ? 'authentication_error' : status >= 500 ? 'server_error' : 'invalid_request_error';
  return JSON.stringify({ error: { message, type, param: param ?? null, code } });
}

function event(data: string): string {
  return `data: ${data}\n\n`;
}

function toolCallJson(call: ToolCall): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
}

function usageJson({ promptTokens, cachedTokens, completionTokens, reasoningTokens }: Usage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}
