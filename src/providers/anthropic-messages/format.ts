// Anthropic messages: POST /messages and /messages/count_tokens. Source: Anthropic API reference, "Messages" and "Streaming".
import { editJsonObject, memberValue } from '#kernel';
import { createEventObserver } from '../event-observer.ts';
import { countOf, fieldsOf, parseFields, textOf, type Fields } from '../json-fields.ts';
import { observeError, observeModel, type Observation, type Usage } from '../observation.ts';
import type { WireFormat } from '../wire-format.ts';

const INTERESTING = /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"/g;

export const anthropicMessages: WireFormat = {
  wire: 'anthropic-messages',
  members: new Set(['model', 'stream', 'metadata']),
  endUser: (request) => fieldsOf(memberValue(request, 'metadata'))['user_id'],
  prepare: (request, target) => ({
    body: editJsonObject(request, [{ member: 'model', json: JSON.stringify(target.model) }]),
    addedStreamUsage: false,
  }),
  observeAnswer(body) {
    const observation: Observation = {};
    const answer = parseFields(body.toString('utf8'));
    if (answer === undefined) return observation;
    const counted = countOf(answer['input_tokens']);
    if (counted !== undefined) observation.usage = { inputTokens: counted, outputTokens: 0 };
    observeMessage(answer, observation);
    observeStop(answer, observation);
    observeError(answer, observation);
    return observation;
  },
  createStreamObserver: () => createEventObserver(INTERESTING, readEvent),
};

function readEvent(payload: Fields, into: Observation): boolean {
  if (payload['type'] === 'message_start') observeMessage(fieldsOf(payload['message']), into);
  if (payload['type'] === 'message_delta') {
    observeStop(fieldsOf(payload['delta']), into);
    observeUsage(payload['usage'], into);
  }
  if (payload['type'] === 'error') observeError(payload, into);
  return payload['type'] === 'message_stop' || payload['type'] === 'error';
}

function observeMessage(message: Fields, into: Observation): void {
  observeModel(message, into);
  observeUsage(message['usage'], into);
}

function observeStop(holder: Fields, into: Observation): void {
  const finish = textOf(holder['stop_reason']);
  if (finish === undefined) return;
  into.finish = finish;
  if (finish === 'refusal') into.refusal = textOf(fieldsOf(holder['stop_details'])['category']) ?? 'model';
}

/** Cached and newly cached input is reported beside `input_tokens`, and a stream repeats only what changed. */
function observeUsage(value: unknown, into: Observation): void {
  const usage = fieldsOf(value);
  const outputTokens = countOf(usage['output_tokens']);
  if (outputTokens === undefined) return;
  const fresh = countOf(usage['input_tokens']);
  if (fresh === undefined) {
    into.usage = { ...(into.usage ?? { inputTokens: 0 }), outputTokens };
    return;
  }
  const cached = countOf(usage['cache_read_input_tokens']);
  const found: Usage = { inputTokens: fresh + (cached ?? 0) + (countOf(usage['cache_creation_input_tokens']) ?? 0), outputTokens };
  into.usage = cached === undefined ? found : { ...found, cachedInputTokens: cached };
}
