// OpenAI embeddings: POST /embeddings. Source: OpenAI API reference, "Embeddings". Answers are large vectors, so only their edges are read.
import { editJsonObject, memberValue, scanJsonObject } from '#kernel';
import { countOf, fieldsOf, textOf } from '../json-fields.ts';
import type { Observation } from '../observation.ts';
import type { StreamObserver, WireFormat } from '../wire-format.ts';

const ANSWER_MEMBERS: ReadonlySet<string> = new Set(['model', 'usage']);

export const openaiEmbeddings: WireFormat = {
  wire: 'openai-embeddings',
  members: new Set(['model', 'user']),
  endUser: (request) => memberValue(request, 'user'),
  prepare: (request, target) => ({
    body: editJsonObject(request, [{ member: 'model', json: JSON.stringify(target.model) }]),
    addedStreamUsage: false,
  }),
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
