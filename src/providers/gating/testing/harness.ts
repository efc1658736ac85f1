// For tests only: answers with text and calls in every format, a gate with verdicts that come at once or late, and what came out.
import type { ConversationWire } from '../../translation/request.ts';
import { createCallGate } from '../gate.ts';
import type { CallCounts, CallGate, CallReview, CallVerdict, ProposedCall } from '../types.ts';

export type Json = Readonly<Record<string, unknown>>;

export const PASS: CallVerdict = { passes: true };
export const refuse = (notice: string): CallVerdict => ({ passes: false, notice });

export interface Run {
  readonly out: string;
  readonly asked: readonly ProposedCall[];
  readonly counts: CallCounts;
}

export const line = (payload: unknown): string => `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`;
export const typed = (payload: Json): string => `event: ${String(payload['type'])}\n${line(payload)}`;

/** Verdicts at once, by the name of the tool: those named `no…` are refused. */
export const byName = (call: ProposedCall): CallVerdict => (call.name.startsWith('no') ? refuse(`[${call.name}]`) : PASS);

/** Pushes blocks through a gate and waits for whatever verdicts are late. */
export async function gated(
  wire: ConversationWire,
  blocks: readonly (Buffer | string)[],
  review: CallReview,
  maxHeldBytes = 1 << 20,
): Promise<Run> {
  const asked: ProposedCall[] = [];
  let out = '';
  let wake = (): void => undefined;
  const gate: CallGate = createCallGate(
    { wire },
    {
      review: (call) => {
        asked.push(call);
        return review(call);
      },
      onReady: () => {
        out += gate.take().toString('latin1');
        wake();
      },
      maxHeldBytes,
    },
  );
  for (const block of blocks) {
    out += gate.push(Buffer.from(block)).toString('latin1');
    // Late verdicts come between blocks, too.
    await Promise.resolve();
  }
  out += gate.end().toString('latin1');
  while (gate.isWaiting) await new Promise<void>((resolve) => (wake = resolve));
  return { out: Buffer.from(out, 'latin1').toString(), asked, counts: gate.counts };
}

/** The bytes in blocks that end anywhere. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((to, index) => bytes.subarray(index === 0 ? 0 : at[index - 1], to));
}

/** Events of messages. */
export const start = (index: number, content_block: Json): string => typed({ type: 'content_block_start', index, content_block });
export const json = (index: number, partial_json: string): string =>
  typed({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } });
export const stop = (index: number): string => typed({ type: 'content_block_stop', index });
export const end = (stop_reason: string): string =>
  typed({ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 1 } }) + typed({ type: 'message_stop' });
