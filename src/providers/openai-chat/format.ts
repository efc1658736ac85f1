// OpenAI chat completions: POST /chat/completions. Source: OpenAI API reference, "Chat"; also spoken by most local servers.
import { editJsonObject, err, memberValue, ok, type JsonEdit, type JsonObjectScan, type Result } from '#kernel';
import { fieldsOf, itemsOf, parseFields, textOf, type Fields } from '../json-fields.ts';
import { observeError, observeModel, observeOpenaiUsage, observeProgram, type Observation } from '../observation.ts';
import { OPERATOR_MEMBERS, programEdit, refuseOperatorMembers, replaceUser } from '../operator-members.ts';
import { refusalOfCategory } from '../refusal-codes.ts';
import { eventData } from '../sse.ts';
import type { ClientFormat, PreparationRefusal, PreparedRequest, RequestTarget, StreamObserver } from '../wire-format.ts';
import { chatAnswerSlots, chatRequestSlots } from './slots.ts';

export const openaiChat: ClientFormat = {
  wire: 'openai-chat',
  requestSlots: chatRequestSlots,
  answerSlots: chatAnswerSlots,
  eventSlots: chatAnswerSlots,
  segmentedMembers: new Set(['messages', 'tools']),
  members: new Set(['model', 'stream', 'stream_options', 'user', 'safety_identifier', ...OPERATOR_MEMBERS]),
  endUser: (request) => memberValue(request, 'safety_identifier') ?? memberValue(request, 'user'),
  prepare,
  observeAnswer(body) {
    const observation: Observation = {};
    const answer = parseFields(body.toString('utf8'));
    if (answer !== undefined) observe(answer, observation);
    return observation;
  },
  createStreamObserver,
};

function prepare(request: JsonObjectScan, target: RequestTarget): Result<PreparedRequest, PreparationRefusal> {
  const refusal = refuseOperatorMembers(request, target.accessProgram);
  if (refusal !== undefined) return err(refusal);
  const edits = openaiEdits(request, target);
  // Streams carry usage only when asked; without it the ledger could not say what was spent.
  const isStream = memberValue(request, 'stream') === true;
  const options = isStream ? memberValue(request, 'stream_options') : undefined;
  const addedStreamUsage = isStream && target.streamUsage && fieldsOf(options)['include_usage'] !== true;
  if (addedStreamUsage) edits.push({ member: 'stream_options', json: JSON.stringify({ ...fieldsOf(options), include_usage: true }) });
  return ok({ body: editJsonObject(request, edits), addedStreamUsage });
}

/** What chat completions and Responses have in common. */
export function openaiEdits(request: JsonObjectScan, { model, accessProgram, endUser }: RequestTarget): JsonEdit[] {
  const edits: JsonEdit[] = [{ member: 'model', json: JSON.stringify(model) }];
  if (accessProgram !== undefined) edits.push(programEdit(accessProgram));
  if (endUser === undefined) replaceUser(request, 'safety_identifier', undefined, edits);
  else edits.push({ member: 'safety_identifier', json: JSON.stringify(endUser) });
  replaceUser(request, 'user', endUser, edits);
  return edits;
}

// Most chunks carry these members as null and need no reading.
const INTERESTING = /"(?:usage|finish_reason|refusal|error)"\s*:\s*[^n\s]|\[DONE\]/g;
/** A server that says which program is in force says so in every chunk: one is enough. */
const INTERESTING_AT_FIRST = /"(?:usage|finish_reason|refusal|error|access_programs)"\s*:\s*[^n\s]|\[DONE\]/g;

function createStreamObserver({ dropUsage }: { dropUsage: boolean }): StreamObserver {
  const observation: Observation = {};
  let ended = false;
  return {
    observation,
    get ended() {
      return ended;
    },
    get interesting() {
      return observation.effectiveProgram === undefined ? INTERESTING_AT_FIRST : INTERESTING;
    },
    observe(event) {
      const data = eventData(event);
      if (data === undefined) return 'keep';
      if (data.trim() === '[DONE]') {
        ended = true;
        return 'keep';
      }
      const chunk = parseFields(data);
      if (chunk === undefined) return 'keep';
      observe(chunk, observation);
      return dropUsage && carriesOnlyUsage(chunk) ? 'drop' : 'keep';
    },
  };
}

/** The event that `include_usage` asks for: usage and no choice. */
function carriesOnlyUsage({ choices, usage, error }: Fields): boolean {
  return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null && (error ?? null) === null;
}

function observe(payload: Fields, into: Observation): void {
  observeModel(payload, into);
  observeProgram(payload, into);
  observeOpenaiUsage(payload['usage'], { input: 'prompt', output: 'completion' }, into);
  for (const item of itemsOf(payload['choices'])) {
    const choice = fieldsOf(item);
    const finish = textOf(choice['finish_reason']);
    if (finish !== undefined) into.finish = finish;
    if (finish === 'content_filter') into.refusal ??= { kind: 'content-filter', code: finish };
    const said = fieldsOf(choice['message'] ?? choice['delta']);
    if (textOf(said['refusal']) !== undefined) into.refusal ??= refusalOfCategory(undefined);
  }
  observeError(payload, into);
}
