// OpenAI embeddings: POST /embeddings. Source: OpenAI API reference, "Embeddings". Answers are large vectors, so only their edges are read.
import { editJsonObject, err, memberValue, ok, scanJsonObject, type JsonEdit } from '#kernel';
import { countOf, fieldsOf, textOf } from '../json-fields.ts';
import type { Observation } from '../observation.ts';
import { OPERATOR_MEMBERS, refuseOperatorMembers } from '../operator-members.ts';
import type { ClientFormat, StreamObserver } from '../wire-format.ts';
import { embeddingsAnswerSlots, embeddingsRequestSlots } from './slots.ts';

const ANSWER_MEMBERS: ReadonlySet<string> = new Set(['model', 'usage']);

export const openaiEmbeddings: ClientFormat = {
  wire: 'openai-embeddings',
  requestSlots: embeddingsRequestSlots,
  answerSlots: embeddingsAnswerSlots,
  eventSlots: embeddingsAnswerSlots,
  segmentedMembers: new Set(['input']),
  members: new Set(['model', 'user', ...OPERATOR_MEMBERS]),
  endUser: (request) => memberValue(request, 'user'),
  prepare(request, { model, endUser }) {
    // Programs are about generation: none is named here, and no client may.
    const refusal = refuseOperatorMembers(request, undefined);
    if (refusal !== undefined) return err(refusal);
    const edits: JsonEdit[] = [
      { member: 'model', json: JSON.stringify(model) },
      { member: 'user', json: endUser === undefined ? null : JSON.stringify(endUser) },
    ];
    return ok({ body: editJsonObject(request, edits), addedStreamUsage: false });
  },
  observeAnswer(body) {
    const observation: Observation = {};
    const answer = scanJsonObject(body, ANSWER_MEMBERS);
    if (!answer.ok) return observation;
    const model = textOf(memberValue(answer.value, 'model'));
    if (model !== undefined) observation.effectiveModel = model;
    const inputTokens = countOf(fieldsOf(memberValue(answer.value, 'usage'))['prompt_tokens']);
    if (inputTokens !== undefined) observation.usage = { inputTokens, outputTokens: 0 };
    return observation;
  },
  createStreamObserver: (): StreamObserver => ({ observation: {}, ended: false, interesting: /(?!)/g, observe: () => 'keep' }),
};
