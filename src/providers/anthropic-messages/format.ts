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
    observeModel(answer, observation);
    observeUsage(answer['usage'], observation);
    observeStop(answer, observation);
    observeError(answer, observation);
    return observation;
  },
  createStreamObserver: () => createEventObserver(INTERESTING, createEventReader()),
};

/** A stream's counts are running totals, and each event repeats only some of them: what it leaves out stays as it was. */
function createEventReader(): (payload: Fields, into: Observation) => boolean {
  let counts: Fields = {};
  function add(usage: unknown, into: Observation): void {
    counts = { ...counts, ...countsOf(usage) };
    observeUsage(counts, into);
  }
  return (payload, into) => {
    const message = fieldsOf(payload['message']);
    if (payload['type'] === 'message_start') {
      observeModel(message, into);
      add(message['usage'], into);
    }
    if (payload['type'] === 'message_delta') {
      observeStop(fieldsOf(payload['delta']), into);
      add(payload['usage'], into);
    }
    if (payload['type'] === 'error') observeError(payload, into);
    return payload['type'] === 'message_stop' || payload['type'] === 'error';
  };
}

function observeStop(holder: Fields, into: Observation): void {
  const finish = textOf(holder['stop_reason']);
  if (finish === undefined) return;
  into.finish = finish;
  if (finish === 'refusal') into.refusal = textOf(fieldsOf(holder['stop_details'])['category']) ?? 'model';
}

/** Cached and newly cached input is reported beside `input_tokens`. */
function observeUsage(value: unknown, into: Observation): void {
  const usage = fieldsOf(value);
  const [fresh, read, created, output] = USAGE_COUNTS.map((name) => countOf(usage[name]));
  if (output === undefined) return;
  const found: Usage = { inputTokens: (fresh ?? 0) + (read ?? 0) + (created ?? 0), outputTokens: output };
  into.usage = read === undefined ? found : { ...found, cachedInputTokens: read };
}

const USAGE_COUNTS = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens', 'output_tokens'];

function countsOf(value: unknown): Fields {
  const usage = fieldsOf(value);
  return Object.fromEntries(USAGE_COUNTS.filter((name) => countOf(usage[name]) !== undefined).map((name) => [name, usage[name]]));
}
