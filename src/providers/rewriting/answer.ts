// Rewrites the texts of a whole answer and nothing else of it.
import { rewriteSlots, walkSlots, type SlotEdit } from '#slots';
import type { FormatSlots } from '../wire-format.ts';
import { encodingOf, type Encoding } from './channel.ts';

/**
 * `rewrite` gets each text decoded (with encoding `json`: the JSON text of a tool's arguments) and returns what takes its place, decoded as
 * well. An answer in which nothing changes, or that is no JSON, is the very Buffer that came in.
 */
export function rewriteAnswer(
  body: Buffer,
  format: Pick<FormatSlots, 'answerSlots'>,
  rewrite: (text: string, place: { readonly encoding: Encoding }) => string,
): Buffer {
  const source = body.toString('utf8');
  const edits: SlotEdit[] = [];
  const walked = walkSlots(source, format.answerSlots, (slot) => {
    const encoding = encodingOf(slot);
    if (encoding === undefined || slot.value === '') return;
    const rewritten = rewrite(slot.value, { encoding });
    if (rewritten !== slot.value) edits.push({ start: slot.start, end: slot.end, json: JSON.stringify(rewritten) });
  });
  if (!walked.ok || edits.length === 0) return body;
  return Buffer.from(rewriteSlots(source, edits));
}
