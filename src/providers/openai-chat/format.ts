// OpenAI chat completions: POST /chat/completions. Source: OpenAI API reference, "Chat"; also spoken by most local servers.
import { editJsonObject, memberValue, type JsonObjectScan } from '#kernel';
import { fieldsOf, itemsOf, parseFields, textOf, type Fields } from '../json-fields.ts';
import { observeError, observeModel, observeOpenaiUsage, type Observation } from '../observation.ts';
import { eventData } from '../sse.ts';
import type { PreparedRequest, RequestTarget, StreamObserver, WireFormat } from '../wire-format.ts';

export const openaiChat: WireFormat = {
  wire: 'openai-chat',
  members: new Set(['model', 'stream', 'stream_options', 'user', 'safety_identifier']),
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

function prepare(request: JsonObjectScan, target: RequestTarget): PreparedRequest {
  const edits = [{ member: 'model', json: JSON.stringify(target.model) }];
  // Streams carry usage only when asked; without it the ledger could not say what was spent.
  const options = memberValue(request, 'stream_options');
  const asksForUsage = fieldsOf(options)['include_usage'] === true;
  const addedStreamUsage = memberValue(request, 'stream') === true && target.streamUsage && !asksForUsage;
  if (addedStreamUsage) edits.push({ member: 'stream_options', json: JSON.stringify({ ...fieldsOf(options), include_usage: true }) });
  return { body: editJsonObject(request, edits), addedStreamUsage };
}

function createStreamObserver({ dropUsage }: { dropUsage: boolean }): StreamObserver {
  const observation: Observation = {};
  let ended = false;
  return {
    observation,
    get ended() {
      return ended;
    },
    // Most chunks carry these members as null and need no reading.
    interesting: /"(?:usage|finish_reason|refusal|error)"\s*:\s*[^n\s]|\[DONE\]/g,
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
  observeOpenaiUsage(payload['usage'], { input: 'prompt', output: 'completion' }, into);
  for (const item of itemsOf(payload['choices'])) {
    const choice = fieldsOf(item);
    const finish = textOf(choice['finish_reason']);
    if (finish !== undefined) into.finish = finish;
    if (finish === 'content_filter') into.refusal ??= finish;
    if (textOf(fieldsOf(choice['message'] ?? choice['delta'])['refusal']) !== undefined) into.refusal ??= 'model';
  }
  observeError(payload, into);
}
