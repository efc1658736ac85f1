// Where the strings of embeddings sit. Source: OpenAI API reference, "Embeddings". What is not named here is text.
import { data, either, list, object, plainNumber, plainNumbers, structural, text, user, type SlotTree } from '#slots';
import { errorMembers, usage } from '../openai-chat/slots.ts';

export const embeddingsRequestSlots: SlotTree = object({
  model: structural,
  // Texts, or tokens as numbers: one list, or a list of lists.
  input: either(text, { items: either(text, { numbers: 'tokens', items: { numbers: 'tokens' } }) }),
  encoding_format: structural,
  dimensions: plainNumber,
  user,
});

export const embeddingsAnswerSlots: SlotTree = object({
  object: structural,
  model: structural,
  data: list(object({ object: structural, index: plainNumber, embedding: either(data, plainNumbers) })),
  usage,
  error: either(text, object(errorMembers)),
});
