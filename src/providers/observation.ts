// What an answer says about itself, gathered piece by piece. Every field is the provider's claim.
import { countOf, fieldsOf, textOf, type Fields } from './json-fields.ts';
import { providerErrorOf } from './provider-errors.ts';
import type { ProviderRefusal } from './refusal-codes.ts';

/** Token counts as the provider reports them. `inputTokens` includes the cached ones. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens?: number;
  readonly reasoningTokens?: number;
}

export interface Observation {
  /** By which a later request can continue from this answer. */
  responseId?: string;
  effectiveModel?: string;
  /** The vendor's trusted-access program that was in force; `standard` where the vendor fell back to none. */
  effectiveProgram?: string;
  usage?: Usage;
  /** The provider's own word for why it stopped: `stop`, `tool_calls`, `end_turn`, `completed`, … */
  finish?: string;
  /** The provider or the model declined. Never retried elsewhere. */
  refusal?: ProviderRefusal;
  /** An error reported inside a successful answer or in an error body: its code or type. */
  error?: string;
}

export function observeModel(payload: Fields, into: Observation): void {
  const model = textOf(payload['model']);
  if (model !== undefined) into.effectiveModel = model;
}

/** `{access_programs: {cyber}}`, and null for "standard, because nothing else was to be had" (OpenAI API reference, Response). */
export function observeProgram(payload: Fields, into: Observation): void {
  const programs = payload['access_programs'];
  if (programs === undefined) return;
  if (programs === null) into.effectiveProgram = 'standard';
  const program = textOf(fieldsOf(programs)['cyber'], 64);
  if (program !== undefined) into.effectiveProgram = program;
}

export function observeError(payload: Fields, into: Observation): void {
  const error = providerErrorOf(payload);
  if (error === undefined) return;
  into.error = error.code;
  if (error.refusal !== undefined) into.refusal = error.refusal;
}

/** OpenAI's usage object: `{prompt_tokens, completion_tokens, …}` in chat, `{input_tokens, output_tokens, …}` in Responses. */
export function observeOpenaiUsage(value: unknown, names: { input: string; output: string }, into: Observation): void {
  const usage = fieldsOf(value);
  const inputTokens = countOf(usage[`${names.input}_tokens`]);
  if (inputTokens === undefined) return;
  const cachedInputTokens = countOf(fieldsOf(usage[`${names.input}_tokens_details`])['cached_tokens']);
  const reasoningTokens = countOf(fieldsOf(usage[`${names.output}_tokens_details`])['reasoning_tokens']);
  into.usage = {
    inputTokens,
    outputTokens: countOf(usage[`${names.output}_tokens`]) ?? 0,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  };
}
