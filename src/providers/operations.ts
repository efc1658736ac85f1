// The operations clients know, each with its wire format and its path at the provider.
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages/format.ts';
import { openaiChat } from './openai-chat/format.ts';
import { openaiEmbeddings } from './openai-embeddings/format.ts';
import { openaiResponses } from './openai-responses/format.ts';
import type { ClientFormat } from './wire-format.ts';

export interface Operation {
  readonly id: 'chat-completions' | 'responses' | 'embeddings' | 'messages' | 'count-tokens';
  readonly format: ClientFormat;
  /** Path appended to a deployment's base URL. */
  readonly upstreamPath: string;
}

export const chatCompletions: Operation = { id: 'chat-completions', format: openaiChat, upstreamPath: '/chat/completions' };
export const responses: Operation = { id: 'responses', format: openaiResponses, upstreamPath: '/responses' };
export const embeddings: Operation = { id: 'embeddings', format: openaiEmbeddings, upstreamPath: '/embeddings' };
export const messages: Operation = { id: 'messages', format: anthropicMessages, upstreamPath: '/messages' };
export const countTokens: Operation = { id: 'count-tokens', format: anthropicCountTokens, upstreamPath: '/messages/count_tokens' };

export const OPERATIONS: readonly Operation[] = [chatCompletions, responses, embeddings, messages, countTokens];
