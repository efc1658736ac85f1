// What a chat completion says, read loosely and within bounds: providers' answers are hostile until shown otherwise. Judges nothing.
import { z } from 'zod';

export interface ToolCall {
  readonly name: string;
  /** JSON text as the model wrote it. */
  readonly arguments: string;
}

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of `inputTokens`. */
  readonly cachedInputTokens: number;
}

export interface ChatAnswer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** The provider or the model declined; in its own words or by a filter. */
  readonly isDeclined: boolean;
  /** The model that the answer says it came from; undefined when it says none that could be shown. */
  readonly model: string | undefined;
  readonly usage: TokenUsage | undefined;
}

const MAX_TOOL_CALLS = 128;
/** Printable, one line, and short enough for a table and a ledger record. */
const MODEL_NAME = /^[\p{L}\p{N}\p{P}\p{S}][\p{L}\p{N}\p{P}\p{S} ]{0,199}$/u;

const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

const completion = z.looseObject({
  model: z.unknown().optional(),
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.unknown().optional(),
        message: z.looseObject({
          content: z.unknown().optional(),
          refusal: z.unknown().optional(),
          tool_calls: z.array(z.unknown()).nullish(),
        }),
      }),
    )
    .min(1),
  usage: z.unknown().optional(),
});

const toolCall = z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.string() }) });
const part = z.looseObject({ type: z.literal('text'), text: z.string() });
const usageOf = z.looseObject({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.looseObject({ cached_tokens: count.nullish() }).nullish(),
});

/** The body of a successful answer; undefined when it is no chat completion. */
export function readChatAnswer(body: string): ChatAnswer | undefined {
  const parsed = completion.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  const { model, choices, usage } = parsed.data;
  const { message, finish_reason: finish } = choices[0]!;
  return {
    text: textOf(message.content),
    toolCalls: (message.tool_calls ?? []).slice(0, MAX_TOOL_CALLS).flatMap((each) => {
      const call = toolCall.safeParse(each);
      return call.success ? [{ name: call.data.function.name, arguments: call.data.function.arguments }] : [];
    }),
    isDeclined: finish === 'content_filter' || (typeof message.refusal === 'string' && message.refusal !== ''),
    model: typeof model === 'string' && MODEL_NAME.test(model) ? model : undefined,
    usage: readUsage(usage),
  };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((each: unknown) => {
      const text = part.safeParse(each);
      return text.success ? text.data.text : '';
    })
    .join('');
}

function readUsage(value: unknown): TokenUsage | undefined {
  const parsed = usageOf.safeParse(value);
  if (!parsed.success) return undefined;
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens, prompt_tokens_details: details } = parsed.data;
  return { inputTokens, outputTokens, cachedInputTokens: Math.min(details?.cached_tokens ?? 0, inputTokens) };
}

const error = z.looseObject({
  error: z.looseObject({ code: z.unknown().optional(), type: z.unknown().optional(), param: z.unknown().optional() }),
});

/** The stable words of an error answer, where they look like such; never its message, which may quote the request. */
export function readErrorWords(body: string): { readonly code: string | undefined; readonly param: string | undefined } {
  const parsed = error.safeParse(parseJson(body));
  if (!parsed.success) return { code: undefined, param: undefined };
  const { code, type, param } = parsed.data.error;
  return { code: word(code) ?? word(type), param: word(param) };
}

/** The message of one of the checkpoint's own refusals, cut and on one line. */
export function readRefusalMessage(body: string): string {
  const parsed = z.looseObject({ error: z.looseObject({ message: z.string() }) }).safeParse(parseJson(body));
  return parsed.success ? parsed.data.error.message.slice(0, 500).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ') : 'it gave no reason';
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(value) ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
