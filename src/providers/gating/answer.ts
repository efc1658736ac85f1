// The gate of a whole answer.
import type { ClientWire } from '../wire-format.ts';
import type { CallReview, GatedAnswer } from './types.ts';

export function gateAnswer(body: Buffer, format: { readonly wire: ClientWire }, review: CallReview): GatedAnswer | Promise<GatedAnswer> {
  throw new Error(`${format.wire} ${body.length} ${review.length}`);
}
