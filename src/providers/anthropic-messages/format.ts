// Anthropic messages: POST /messages and /messages/count_tokens. Source: Anthropic API reference, "Messages" and "Streaming".
import { editJsonObject, err, memberValue, ok, type JsonEdit, type JsonObjectScan, type Result } from '#kernel';
import { createEventObserver } from '../event-observer.ts';
import { countOf, fieldsOf, parseFields, textOf, type Fields } from '../json-fields.ts';
import { observeError, observeModel, type Observation, type Usage } from '../observation.ts';
import { OPERATOR_MEMBERS, refuseOperatorMembers } from '../operator-members.ts';
import { refusalOfCategory } from '../refusal-codes.ts';
import type { ClientFormat, PreparationRefusal, PreparedRequest, RequestTarget } from '../wire-format.ts';
import { messagesAnswerSlots, messagesEventSlots, messagesRequestSlots } from './slots.ts';

const INTERESTING = /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"/g;

export const anthropicMessages: ClientFormat = {
  wire: 'anthropic-messages',
  requestSlots: messagesRequestSlots,
  answerSlots: messagesAnswerSlots,
  eventSlots: messagesEventSlots,
  segmentedMembers: new Set(['messages', 'system', 'tools']),
  members: new Set(['model', 'stream', 'metadata', ...OPERATOR_MEMBERS]),
  endUser: (request) => fieldsOf(memberValue(request, 'metadata'))['user_id'],
  prepare: (request, target) => prepare(request, target, metadataEdit(request, target.endUser)),
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

/** count_tokens has no `metadata`: none is added, and what the client put there is treated as in messages. */
export const anthropicCountTokens: ClientFormat = {
  ...anthropicMessages,
  prepare: (request, target) =>
    prepare(request, target, request.members.has('metadata') ? metadataEdit(request, target.endUser) : undefined),
};

function prepare(
  request: JsonObjectScan,
  target: RequestTarget,
  metadata: JsonEdit | undefined,
): Result<PreparedRequest, PreparationRefusal> {
  // This API knows no field for programs: a deployment's own has nowhere to go, and a client's has no business here.
  const refusal = refuseOperatorMembers(request, undefined);
  if (refusal !== undefined) return err(refusal);
  const edits: JsonEdit[] = [{ member: 'model', json: JSON.stringify(target.model) }];
  if (metadata !== undefined) edits.push(metadata);
  return ok({ body: editJsonObject(request, edits), addedStreamUsage: false });
}

/** `metadata.user_id` is the pseudonym or absent; other members of `metadata` stay. */
function metadataEdit(request: JsonObjectScan, endUser: string | undefined): JsonEdit | undefined {
  const member = 'metadata';
  if (!request.members.has(member)) return endUser === undefined ? undefined : { member, json: `{"user_id":${JSON.stringify(endUser)}}` };
  const value = memberValue(request, member);
  const { user_id: userId, ...others } = Array.isArray(value) ? {} : fieldsOf(value);
  if (endUser !== undefined) return { member, json: JSON.stringify({ ...others, user_id: endUser }) };
  // What is no object is no metadata, and may be a name in the wrong place.
  const isClean = value === null || (typeof value === 'object' && !Array.isArray(value) && userId === undefined);
  return isClean ? undefined : { member, json: JSON.stringify(others) };
}

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
  if (finish === 'refusal') into.refusal = refusalOfCategory(textOf(fieldsOf(holder['stop_details'])['category']));
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
