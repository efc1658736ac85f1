// OpenAI Responses: POST /responses. Source: OpenAI API reference, "Responses" and "Streaming events"; Open Responses specification.
import { editJsonObject, memberValue } from '#kernel';
import { createEventObserver } from '../event-observer.ts';
import { fieldsOf, itemsOf, parseFields, textOf, type Fields } from '../json-fields.ts';
import { observeError, observeModel, observeOpenaiUsage, type Observation } from '../observation.ts';
import type { WireFormat } from '../wire-format.ts';

const INTERESTING = /"type"\s*:\s*"(?:response\.(?:created|completed|incomplete|failed|refusal\.done)|error)"/g;
const FINAL_EVENTS: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed']);

export const openaiResponses: WireFormat = {
  wire: 'openai-responses',
  members: new Set(['model', 'stream', 'user', 'safety_identifier']),
  endUser: (request) => memberValue(request, 'safety_identifier') ?? memberValue(request, 'user'),
  prepare: (request, target) => ({
    body: editJsonObject(request, [{ member: 'model', json: JSON.stringify(target.model) }]),
    addedStreamUsage: false,
  }),
  observeAnswer(body) {
    const observation: Observation = {};
    const answer = parseFields(body.toString('utf8'));
    if (answer !== undefined) observeResponse(answer, observation);
    return observation;
  },
  createStreamObserver: () => createEventObserver(INTERESTING, readEvent),
};

function readEvent(payload: Fields, into: Observation): boolean {
  const type = payload['type'];
  if (type === 'error') observeError(payload, into);
  if (type === 'response.refusal.done') into.refusal ??= 'model';
  if (payload['response'] !== undefined) observeResponse(fieldsOf(payload['response']), into);
  return FINAL_EVENTS.has(type) || type === 'error';
}

function observeResponse(response: Fields, into: Observation): void {
  observeModel(response, into);
  observeOpenaiUsage(response['usage'], { input: 'input', output: 'output' }, into);
  const status = textOf(response['status']);
  if (status !== undefined && status !== 'in_progress') into.finish = textOf(fieldsOf(response['incomplete_details'])['reason']) ?? status;
  if (into.finish === 'content_filter') into.refusal ??= 'content_filter';
  for (const item of itemsOf(response['output']))
    for (const part of itemsOf(fieldsOf(item)['content'])) if (fieldsOf(part)['type'] === 'refusal') into.refusal ??= 'model';
  observeError(response, into);
}
