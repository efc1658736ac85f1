// The request half of translation: a client's request becomes the request that another wire format's deployment takes. Decides nothing
// about who is asked, keeps no state, sends nothing.
import { err, type Result } from '#kernel';
import type { Fields } from '../json-fields.ts';
import type { ConversationWire } from './conversation.ts';

export type { ConversationWire } from './conversation.ts';

export interface TranslationNote {
  readonly field: string;
  readonly problem: string;
}

export interface TranslationTarget {
  readonly model: string;
  readonly streamUsage: boolean;
  readonly defaultMaxOutputTokens: number;
}

export interface TranslatedRequest {
  readonly body: Fields;
  readonly notes: readonly TranslationNote[];
}

export type TranslationProblem =
  | { readonly kind: 'untranslatable'; readonly notes: readonly TranslationNote[] }
  | { readonly kind: 'malformed'; readonly field: string; readonly problem: string };

export interface TranslationInput {
  readonly from: ConversationWire;
  readonly to: ConversationWire;
  readonly request: Fields;
  readonly mode: 'strict' | 'lenient';
  readonly target: TranslationTarget;
}

export function isConversationWire(wire: string): wire is ConversationWire {
  return wire === 'openai-chat' || wire === 'openai-responses' || wire === 'anthropic-messages';
}

export function translateRequest(_input: TranslationInput): Result<TranslatedRequest, TranslationProblem> {
  return err({ kind: 'untranslatable', notes: [] });
}

export function continueRequest(_input: TranslationInput & { readonly textSoFar: string }): Result<TranslatedRequest, TranslationProblem> {
  return err({ kind: 'untranslatable', notes: [] });
}
