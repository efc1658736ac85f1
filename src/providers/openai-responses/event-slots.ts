// Where the strings of the events of a Responses stream sit. Source: OpenAI API reference, "Streaming events". What is not named here is text.
import { byValue, data, either, extended, json, object, opaque, plainNumber, structural, text, type SlotTree } from '#slots';
import { errorMembers } from '../openai-chat/slots.ts';
import { annotation, items, logprobs, part, responsesAnswerSlots as response, shellOutput } from './slots.ts';

/** Members by which every event says where it belongs. */
const place: Readonly<Record<string, SlotTree>> = {
  type: structural,
  sequence_number: { numbers: 'always' },
  item_id: structural,
  output_index: plainNumber,
  content_index: plainNumber,
  summary_index: plainNumber,
  annotation_index: plainNumber,
  command_index: plainNumber,
  partial_image_index: plainNumber,
  response_id: structural,
  obfuscation: opaque,
};

const event = object({
  ...errorMembers,
  ...place,
  response,
  item: items,
  part,
  annotation,
  logprobs,
  delta: text,
  text,
  refusal: text,
  arguments: json,
  input: text,
  code: either(text, plainNumber),
  command: text,
  output: shellOutput,
  transcript: text,
  name: structural,
  partial_image_b64: data,
  size: structural,
  quality: structural,
  background: structural,
  output_format: structural,
  status: structural,
  error: object(errorMembers),
});

export const responsesEventSlots: SlotTree = byValue(
  'type',
  {
    'response.audio.delta': extended(event, { delta: data }),
    'response.function_call_arguments.delta': extended(event, { delta: json }),
    'response.mcp_call_arguments.delta': extended(event, { delta: json }),
    error: extended(event, { code: either(structural, plainNumber) }),
  },
  event,
);
