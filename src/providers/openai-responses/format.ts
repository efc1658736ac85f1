// OpenAI Responses: POST /responses. Source: OpenAI API reference, "Responses" and "Streaming events"; Open Responses specification.
import { editJsonObject, err, memberValue, ok } from '#kernel';
import { createEventObserver } from '../event-observer.ts';
import { fieldsOf, itemsOf, parseFields, textOf, type Fields } from '../json-fields.ts';
import { observeError, observeModel, observeOpenaiUsage, observeProgram, type Observation } from '../observation.ts';
import { openaiEdits } from '../openai-chat/format.ts';
import { OPERATOR_MEMBERS, refuseOperatorMembers } from '../operator-members.ts';
import { refusalOfCategory } from '../refusal-codes.ts';
import type { ClientFormat } from '../wire-format.ts';
import { responsesEventSlots } from './event-slots.ts';
import { responsesAnswerSlots, responsesRequestSlots } from './slots.ts';

const INTERESTING = /"type"\s*:\s*"(?:response\.(?:created|completed|incomplete|failed|refusal\.done)|error)"/g;
const FINAL_EVENTS: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** Characters; a longer one is no id. */
const LONGEST_ID = 1024;

export const openaiResponses: ClientFormat = {
  wire: 'openai-responses',
  requestSlots: responsesRequestSlots,
  answerSlots: responsesAnswerSlots,
  eventSlots: responsesEventSlots,
  segmentedMembers: new Set(['input', 'tools']),
  members: new Set(['model', 'stream', 'user', 'safety_identifier', 'previous_response_id', 'conversation', 'store', ...OPERATOR_MEMBERS]),
  endUser: (request) => memberValue(request, 'safety_identifier') ?? memberValue(request, 'user'),
  prepare(request, target) {
    const refusal = refuseOperatorMembers(request, target.accessProgram);
    if (refusal !== undefined) return err(refusal);
    return ok({ body: editJsonObject(request, openaiEdits(request, target)), addedStreamUsage: false });
  },
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
  if (type === 'response.refusal.done') into.refusal ??= refusalOfCategory(undefined);
  if (payload['response'] !== undefined) observeResponse(fieldsOf(payload['response']), into);
  return FINAL_EVENTS.has(type) || type === 'error';
}

function observeResponse(response: Fields, into: Observation): void {
  const id = textOf(response['id'], LONGEST_ID);
  if (id !== undefined) into.responseId = id;
  observeModel(response, into);
  observeProgram(response, into);
  observeOpenaiUsage(response['usage'], { input: 'input', output: 'output' }, into);
  const status = textOf(response['status']);
  if (status !== undefined && status !== 'in_progress') into.finish = textOf(fieldsOf(response['incomplete_details'])['reason']) ?? status;
  if (into.finish === 'content_filter') into.refusal ??= { kind: 'content-filter', code: 'content_filter' };
  for (const item of itemsOf(response['output']))
    for (const part of itemsOf(fieldsOf(item)['content']))
      if (fieldsOf(part)['type'] === 'refusal') into.refusal ??= refusalOfCategory(undefined);
  observeError(response, into);
}
