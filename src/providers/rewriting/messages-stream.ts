// The texts of a messages stream: one per block and kind of delta, over when the block stops.
import { fieldsOf, textOf } from '../json-fields.ts';
import { keyPart, onlyAt, type StreamPlan } from './stream-plan.ts';

const FINAL: ReadonlySet<unknown> = new Set(['message_delta', 'message_stop', 'error']);

export const messagesPlan: StreamPlan = {
  pieceAt(payload, path) {
    if (payload['type'] !== 'content_block_delta' || path[0] !== 'delta') return undefined;
    const type = textOf(fieldsOf(payload['delta'])['type']) ?? '';
    // A citation comes whole, in between the pieces of the text that it belongs to.
    if (type === 'citations_delta') return undefined;
    const scope = keyPart(payload['index']);
    const group = `${scope}${type}/`;
    return { key: `${group}${path.slice(1).join('/')}/`, scope, group, isSerial: false };
  },
  endsOf(payload) {
    if (FINAL.has(payload['type'])) return [''];
    const isSignature = fieldsOf(payload['delta'])['type'] === 'signature_delta';
    return payload['type'] === 'content_block_stop' || isSignature ? [keyPart(payload['index'])] : [];
  },
  extra: (payload, path, text) => ({ ...payload, delta: onlyAt(payload['delta'], path.slice(1), text, ['type']) }),
};
