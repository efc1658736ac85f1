// GET /v1/models and /v1/models/{id}, in OpenAI's shape, or in Anthropic's for clients that send `anthropic-version`.
import type { Json } from '#kernel';
import { jsonAnswer, type Answer } from '../answer.ts';
import { CREATED_SECONDS } from '../reply.ts';
import type { ErrorDetails, Family } from './errors.ts';

export function answerModels(family: Family, models: readonly string[], owner: string): Answer {
  if (family === 'openai') return jsonAnswer({ object: 'list', data: models.map((id) => openaiModel(id, owner)), x_simulated: true });
  return jsonAnswer({
    data: models.map(anthropicModel),
    has_more: false,
    first_id: models[0] ?? null,
    last_id: models.at(-1) ?? null,
    x_simulated: true,
  });
}

export function answerModel(family: Family, models: readonly string[], owner: string, id: string): Answer | ErrorDetails {
  if (!models.includes(id)) return unknownModel(family, id);
  return jsonAnswer(family === 'openai' ? openaiModel(id, owner) : anthropicModel(id));
}

export function unknownModel(family: Family, id: string): ErrorDetails {
  if (family === 'anthropic') return { status: 404, message: `model: ${id}` };
  return {
    status: 404,
    code: 'model_not_found',
    param: 'model',
    message: `The model '${id}' does not exist or you do not have access to it.`,
  };
}

function openaiModel(id: string, owner: string): Json {
  return { id, object: 'model', created: CREATED_SECONDS, owned_by: owner, x_simulated: true };
}

function anthropicModel(id: string): Json {
  return {
    type: 'model',
    id,
    display_name: `${id} (simulated)`,
    created_at: new Date(CREATED_SECONDS * 1000).toISOString(),
    lifecycle: 'active',
    deprecated_at: null,
    capabilities: null,
    x_simulated: true,
  };
}
