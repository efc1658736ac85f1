// The gate of a whole answer: its calls are reviewed all at once, and those that do not pass are replaced by notices.
import type { ClientWire } from '../wire-format.ts';
import { ReviewDesk } from './desk.ts';
import { GATINGS } from './gate.ts';
import type { Reading } from './reading.ts';
import type { CallCounts, CallReview, GatedAnswer } from './types.ts';

const NOTHING: CallCounts = { reviewed: 0, replaced: 0 };

export function gateAnswer(body: Buffer, format: { readonly wire: ClientWire }, review: CallReview): GatedAnswer | Promise<GatedAnswer> {
  const gating = GATINGS[format.wire];
  const untouched = { body, counts: NOTHING };
  // JSON in UTF-8 holds no zero byte. UTF-16 and UTF-32 do, some clients read them, and no call would be seen in them.
  if (gating !== undefined && body.includes(0)) return { body: undefined, counts: NOTHING };
  if (gating === undefined || !gating.wholeMarks.test(body.toString('latin1'))) return untouched;
  const { promise, resolve } = Promise.withResolvers<GatedAnswer>();
  const settle = (): void => {
    if (desk.pending === 0) resolve(written(desk, reading));
  };
  const desk: ReviewDesk = new ReviewDesk(review, settle);
  const reading = gating.readWhole(desk, body);
  return desk.pending === 0 ? written(desk, reading) : promise;
}

function written({ reviewed, replaced }: ReviewDesk, reading: Reading | undefined): GatedAnswer {
  return { body: reading?.write()[0]?.data, counts: { reviewed, replaced } };
}
