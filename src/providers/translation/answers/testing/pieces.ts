// For tests: chunks of chat completions by hand, and a provider's stream heard through the translator.
import type { StreamTranslator } from '../../answer.ts';
import type { ConversationWire } from '../../request.ts';
import { eventsOf, pushAll, translator } from './answers.ts';

export type Json = Readonly<Record<string, unknown>>;

export const chunk = (delta: Json, finish: string | null = null): Json => ({ choices: [{ index: 0, delta, finish_reason: finish }] });
export const callPiece = (index: number, piece: string, start: Json = {}): Json =>
  chunk({
    tool_calls: [{ index, ...start, function: { ...(start['name'] === undefined ? {} : { name: start['name'] }), arguments: piece } }],
  });

export function streamed(
  from: ConversationWire,
  to: ConversationWire,
  payloads: readonly Json[],
  request: Json = {},
): { bytes: string; stream: StreamTranslator } {
  const stream = translator(from, to, request).stream();
  return { bytes: pushAll(stream, eventsOf(from, payloads)), stream };
}

export const fieldsOfNotes = (stream: StreamTranslator): string[] => stream.notes.map(({ field }) => field);
