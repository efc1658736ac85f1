// POST /v1/messages and /v1/messages/count_tokens, in the shapes the official SDK declares (resources/messages).
// Left out: thinking, citations, server tools, containers, batches. Their request fields are accepted and have no effect.
import type { Json } from '#kernel';
import { idFor, jsonAnswer, modelOf, type Answer, type SseEvent } from '../answer.ts';
import { asArray, asCount, asObject, asString, objectsIn, textOf, type JsonObject } from '../json.ts';
import {
  composeReply,
  pieces,
  POLICY_ERROR_MODEL,
  tokensOf,
  type Prompt,
  type Reply,
  type Speaker,
  type ToolCall,
  type ToolChoice,
} from '../reply.ts';
import { anthropicErrorBody, type ErrorDetails } from './errors.ts';

/** This API has no `cyber_policy`; a block before the model is a 400 whose details name the missing programme. */
const POLICY_ERROR: ErrorDetails = {
  status: 400,
  code: 'access_program_not_enabled',
  message: 'This request needs an access program that is not enabled for this organization. (simulated)',
};
const POLICY_ERROR_AFTER_DELTAS = 2;

/** The answer to a parsed body, or what is wrong with it. */
export function answerMessages(body: JsonObject, speaker: Speaker, requestId: string): Answer | ErrorDetails {
  const problem = problemIn(body);
  if (problem !== undefined) return problem;
  if (asCount(body.max_tokens) === undefined || body.max_tokens === 0) return { status: 400, message: 'max_tokens: Field required' };
  const model = modelOf(body) ?? '';
  const streamed = body.stream === true;
  if (model === POLICY_ERROR_MODEL && !streamed) return POLICY_ERROR;
  const prompt = readPrompt(body, model);
  const reply = composeReply(prompt, speaker);
  const preamble = prompt.toolChoice.kind === 'auto';
  const namedModel = speaker.behaviour.effectiveModel === '' ? model : speaker.behaviour.effectiveModel;
  if (!streamed) return jsonAnswer(messageOf(namedModel, reply, speaker, preamble));
  return {
    kind: 'stream',
    headers: {},
    events: { [Symbol.iterator]: () => events({ asked: model, named: namedModel }, reply, speaker, preamble, requestId) },
    failure: (_at, code, message) => [named('error', { ...anthropicErrorBody({ status: 529, code, message }, requestId) })],
  };
}

export function answerCountTokens(body: JsonObject): Answer | ErrorDetails {
  return problemIn(body) ?? jsonAnswer({ input_tokens: inputTokensOf(body), x_simulated: true });
}

function problemIn(body: JsonObject): ErrorDetails | undefined {
  if (modelOf(body) === undefined) return { status: 400, message: 'model: Field required' };
  if (asArray(body.messages) === undefined) return { status: 400, message: 'messages: Field required' };
  return undefined;
}

function inputTokensOf(body: JsonObject): number {
  return tokensOf(JSON.stringify([body.system ?? '', body.messages, body.tools ?? []]));
}

function readPrompt(body: JsonObject, model: string): Prompt {
  const messages = objectsIn(body.messages);
  const last = messages.at(-1);
  const texts = (message: JsonObject | undefined) =>
    typeof message?.content === 'string' ? message.content : textOf(objectsIn(message?.content).filter((block) => block.type === 'text'));
  const spoken = messages.findLast((message) => message.role === 'user' && texts(message) !== '');
  const choice = asObject(body.tool_choice);
  const format = asObject(asObject(body.output_config)?.format) ?? asObject(body.output_format);
  return {
    model,
    userText: texts(spoken),
    toolResults: objectsIn(last?.role === 'user' ? last.content : undefined)
      .filter((block) => block.type === 'tool_result')
      .map((block) => textOf(block.content)),
    tools: objectsIn(body.tools).flatMap((tool) =>
      tool.input_schema === undefined ? [] : [{ name: asString(tool.name) ?? '', parameters: tool.input_schema }],
    ),
    toolChoice: readToolChoice(choice),
    parallelTools: choice?.disable_parallel_tool_use !== true,
    structured: format?.type === 'json_schema' ? format.schema : undefined,
    maxTokens: asCount(body.max_tokens),
    inputTokens: inputTokensOf(body),
  };
}

function readToolChoice(choice: JsonObject | undefined): ToolChoice {
  const name = asString(choice?.name);
  if (choice?.type === 'tool' && name !== undefined) return { kind: 'named', name };
  return { kind: choice?.type === 'any' ? 'required' : choice?.type === 'none' ? 'none' : 'auto' };
}

function stopReason(reply: Reply): string {
  if (reply.refused) return 'refusal';
  if (reply.calls.length > 0) return 'tool_use';
  return reply.truncated ? 'max_tokens' : 'end_turn';
}

function stopDetails(reply: Reply): Json {
  return reply.refused ? { type: 'refusal', category: 'cyber', explanation: reply.text } : null;
}

function usageOf(reply: Reply, outputTokens: number): { [name: string]: Json } {
  return {
    input_tokens: reply.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'not_available',
  };
}

function messageShell(model: string, speaker: Speaker): { [name: string]: Json } {
  return { id: idFor(speaker, 'msg_'), type: 'message', role: 'assistant', model, container: null, diagnostics: null };
}

function toolBlock(call: ToolCall, input: Json): Json {
  return { type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input, caller: { type: 'direct' } };
}

/** A refusal has no content. A forced tool choice has no text before the calls. */
function hasText(reply: Reply, preamble: boolean): boolean {
  return !reply.refused && (reply.calls.length === 0 || preamble);
}

function messageOf(model: string, reply: Reply, speaker: Speaker, preamble: boolean): Json {
  return {
    ...messageShell(model, speaker),
    content: [
      ...(hasText(reply, preamble) ? [{ type: 'text', text: reply.text }] : []),
      ...reply.calls.map((call) => toolBlock(call, call.arguments)),
    ],
    stop_reason: stopReason(reply),
    stop_sequence: null,
    stop_details: stopDetails(reply),
    usage: usageOf(reply, reply.outputTokens),
    x_simulated: true,
  };
}

function named(type: string, fields: { readonly [name: string]: Json }): SseEvent {
  return { event: type, data: JSON.stringify({ type, ...fields }) };
}

function* events(
  model: { readonly asked: string; readonly named: string },
  reply: Reply,
  speaker: Speaker,
  preamble: boolean,
  requestId: string,
): Generator<SseEvent> {
  const started = { ...messageShell(model.named, speaker), content: [], stop_reason: null, stop_sequence: null, stop_details: null };
  yield named('message_start', { message: { ...started, usage: usageOf(reply, 1), x_simulated: true } });
  let index = 0;
  if (reply.refused) yield named('ping', {});
  if (hasText(reply, preamble)) {
    yield named('content_block_start', { index, content_block: { type: 'text', text: '' } });
    yield named('ping', {});
    const parts = pieces(reply.text, speaker.behaviour);
    for (const [at, text] of parts.entries()) {
      yield named('content_block_delta', { index, delta: { type: 'text_delta', text } });
      if (model.asked === POLICY_ERROR_MODEL && at + 1 === Math.min(POLICY_ERROR_AFTER_DELTAS, parts.length)) {
        yield named('error', { ...anthropicErrorBody(POLICY_ERROR, requestId) });
        return;
      }
    }
    yield named('content_block_stop', { index: index++ });
  }
  for (const call of reply.calls) {
    yield named('content_block_start', { index, content_block: toolBlock(call, {}) });
    for (const piece of ['', ...pieces(JSON.stringify(call.arguments), speaker.behaviour)]) {
      yield named('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: piece } });
    }
    yield named('content_block_stop', { index: index++ });
  }
  const { cache_creation: _creation, service_tier: _tier, inference_geo: _geo, ...usage } = usageOf(reply, reply.outputTokens);
  yield named('message_delta', {
    delta: { stop_reason: stopReason(reply), stop_sequence: null, stop_details: stopDetails(reply) },
    usage,
  });
  yield named('message_stop', {});
}
