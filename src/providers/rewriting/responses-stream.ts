// The texts of a Responses stream. Every `….delta` event with a string continues one, and the `….done` event of the same name ends it.
import { textOf, type Fields } from '../json-fields.ts';
import { keyPart, onlyAt, type StreamPlan } from './stream-plan.ts';

const FINAL: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
  'error',
]);
const PARTS_DONE: ReadonlySet<unknown> = new Set(['response.content_part.done', 'response.reasoning_summary_part.done']);

export const responsesPlan: StreamPlan = {
  pieceAt(payload, path) {
    const type = textOf(payload['type']);
    if (path[0] !== 'delta' || type === undefined || !type.endsWith('.delta')) return undefined;
    const key = `${partOf(payload)}${type.slice(0, -'.delta'.length)}/${path.slice(1).join('/')}/`;
    return { key, scope: key, group: key, isSerial: false };
  },
  endsOf(payload) {
    const type = textOf(payload['type']);
    if (FINAL.has(type)) return [''];
    if (type === undefined || !type.endsWith('.done')) return [];
    if (type === 'response.output_item.done') return [itemOf(payload)];
    if (PARTS_DONE.has(type)) return [partOf(payload)];
    return [`${partOf(payload)}${type.slice(0, -'.done'.length)}/`];
  },
  extra(payload, path, text) {
    const { obfuscation: _obfuscation, delta, ...frame } = payload;
    if (frame['logprobs'] !== undefined) (frame as Record<string, unknown>)['logprobs'] = [];
    return { ...frame, delta: onlyAt(delta, path.slice(1), text, []) };
  },
};

/** By position: some servers give one item another id in each event. */
function itemOf(payload: Fields): string {
  return keyPart(payload['output_index'], payload['item_id']);
}

function partOf(payload: Fields): string {
  return itemOf(payload) + keyPart(payload['content_index'], payload['summary_index'], payload['command_index']);
}
