// POST /v1/responses: OpenAI API description, schemas Response and ResponseStreamEvent.
// Left out: storage (GET /v1/responses/{id}), background mode, reasoning items, hosted and custom tools. Of what
// `previous_response_id` and `conversation` name, only what users wrote is kept, and only to be repeated. Where the description and recorded answers differ (null for `user` and early `usage`, nested errors), this
// follows the recordings.
import type { Json } from '#kernel';
import { idFor, jsonAnswer, modelOf, repeated, type Answer, type SseEvent } from '../answer.ts';
import { asObject, asString, objectsIn, textOf, type JsonObject } from '../json.ts';
import {
  composeReply,
  CREATED_SECONDS,
  pieces,
  POLICY_ERROR_MODEL,
  tokenLimit,
  tokensOf,
  type Prompt,
  type Reply,
  type Speaker,
  type ToolCall,
  type ToolChoice,
} from '../reply.ts';
import { openaiErrorBody, type ErrorDetails } from './errors.ts';
import { POLICY_ERROR } from './openai-chat.ts';
import { programOf, type ProgramEcho } from './programs.ts';

type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed';
const POLICY_ERROR_AFTER_DELTAS = 2;

/** The answer to a parsed body, or what is wrong with it. */
export function answerResponses(body: JsonObject, speaker: Speaker): Answer | ErrorDetails {
  const model = modelOf(body);
  if (model === undefined)
    return { status: 400, code: 'missing_required_parameter', param: 'model', message: "Missing required parameter: 'model'." };
  if (typeof body.input !== 'string' && !Array.isArray(body.input)) {
    return { status: 400, code: 'missing_required_parameter', param: 'input', message: "Missing required parameter: 'input'." };
  }
  const programs = programOf(body, model, speaker);
  if ('status' in programs) return programs;
  const streamed = body.stream === true;
  if (model === POLICY_ERROR_MODEL && !streamed) return POLICY_ERROR;
  const reply = composeReply(continued(readPrompt(body, model), body, speaker, idFor(speaker, 'resp_')), speaker);
  const effectiveModel = speaker.behaviour.effectiveModel === '' ? model : speaker.behaviour.effectiveModel;
  const shape = responseShape(body, { model: effectiveModel, programs }, reply, speaker);
  if (!streamed) return jsonAnswer(shape(finalStatus(reply), outputItems(reply, speaker)));
  return {
    kind: 'stream',
    headers: {},
    events: { [Symbol.iterator]: () => events(model, reply, speaker, shape) },
    failure: (at, code, message) => failureEvents(at, openaiErrorBody({ status: 500, code, message }).error, shape),
  };
}

/** The newest that are kept. */
const MOST_EARLIER = 1000;

/** With what was written before, as far as this simulator still knows it; remembered in turn. */
function continued(prompt: Prompt, body: JsonObject, { behaviour, earlier }: Speaker, id: string): Prompt {
  if (behaviour.echo !== 'text') return prompt;
  const conversation = asString(body.conversation) ?? asString(asObject(body.conversation)?.id);
  const before = earlier.get(asString(body.previous_response_id) ?? conversation ?? '');
  const userText = before === undefined ? prompt.userText : `${before}\n${prompt.userText}`;
  if (body.store !== false) for (const name of [id, conversation]) if (name !== undefined) earlier.set(name, userText);
  for (const oldest of earlier.keys()) if (earlier.size > MOST_EARLIER) earlier.delete(oldest);
  return { ...prompt, userText };
}

function readPrompt(body: JsonObject, model: string): Prompt {
  const input = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : objectsIn(body.input);
  const lastUser = input.findLastIndex((item) => item.role === 'user');
  const lastModelTurn = input.findLastIndex((item) => item.role === 'assistant' || item.type === 'function_call');
  const format = asObject(asObject(body.text)?.format);
  return {
    model,
    userText: textOf(input[lastUser]?.content),
    toolResults: input
      .slice(Math.max(lastUser, lastModelTurn) + 1)
      .filter((item) => item.type === 'function_call_output')
      .map((item) => textOf(item.output)),
    tools: objectsIn(body.tools).flatMap((tool) =>
      tool.type === 'function' ? [{ name: asString(tool.name) ?? '', parameters: tool.parameters }] : [],
    ),
    toolChoice: readToolChoice(body.tool_choice),
    parallelTools: body.parallel_tool_calls !== false,
    structured: format?.type === 'json_schema' ? (format.schema ?? true) : format?.type === 'json_object' ? true : undefined,
    maxTokens: tokenLimit(body.max_output_tokens),
    inputTokens: tokensOf(JSON.stringify([body.instructions ?? '', body.input, body.tools ?? []])),
  };
}

function readToolChoice(choice: Json | undefined): ToolChoice {
  if (choice === 'none' || choice === 'required') return { kind: choice };
  const chosen = asObject(choice);
  const name = chosen?.type === 'function' ? asString(chosen.name) : undefined;
  return name === undefined ? { kind: 'auto' } : { kind: 'named', name };
}

function finalStatus(reply: Reply): Status {
  return reply.truncated ? 'incomplete' : 'completed';
}

type ResponseShape = (status: Status, output: readonly Json[], error?: Json) => Json;

function responseShape(
  body: JsonObject,
  { model, programs }: { readonly model: string; readonly programs: ProgramEcho },
  reply: Reply,
  speaker: Speaker,
): ResponseShape {
  const echoed = repeated(body, {
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    metadata: {},
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    store: true,
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    presence_penalty: 0,
    frequency_penalty: 0,
    user: null,
  });
  const usage = {
    input_tokens: reply.inputTokens,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: reply.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: reply.inputTokens + reply.outputTokens,
  };
  return (status, output, error = null) => ({
    id: idFor(speaker, 'resp_'),
    object: 'response',
    created_at: CREATED_SECONDS,
    completed_at: status === 'completed' ? CREATED_SECONDS : null,
    status,
    background: false,
    error,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    model,
    output,
    service_tier: 'default',
    usage: status === 'completed' || status === 'incomplete' ? usage : null,
    ...echoed,
    ...programs,
    x_simulated: true,
  });
}

function messageItem(speaker: Speaker, status: Status, content: readonly Json[]): Json {
  return { id: idFor(speaker, 'msg_'), type: 'message', status, role: 'assistant', content };
}

function contentPart(reply: Reply, text: string): Json {
  return reply.refused ? { type: 'refusal', refusal: text } : { type: 'output_text', text, annotations: [], logprobs: [] };
}

function callItem(speaker: Speaker, call: ToolCall, status: Status, written: string): Json {
  return {
    id: idFor(speaker, 'fc_', call.id),
    type: 'function_call',
    status,
    call_id: `call_${call.id}`,
    name: call.name,
    arguments: written,
  };
}

function outputItems(reply: Reply, speaker: Speaker): Json[] {
  if (reply.calls.length > 0) return reply.calls.map((call) => callItem(speaker, call, 'completed', JSON.stringify(call.arguments)));
  return [messageItem(speaker, finalStatus(reply), [contentPart(reply, reply.text)])];
}

function event(sequence: number, type: string, fields: { readonly [name: string]: Json }): SseEvent {
  return { event: type, data: JSON.stringify({ type, sequence_number: sequence, ...fields }) };
}

/** As recorded from the provider: an `error` event with a nested error, then `response.failed`. The API description shows it flat. */
function failureEvents(at: number, error: { code: string | null; message: string }, shape: ResponseShape): SseEvent[] {
  const failed = shape('failed', [], { code: error.code ?? 'server_error', message: error.message });
  return [event(at, 'error', { error }), event(at + 1, 'response.failed', { response: failed })];
}

function* events(model: string, reply: Reply, speaker: Speaker, shape: ResponseShape): Generator<SseEvent> {
  let sequence = 0;
  yield event(sequence++, 'response.created', { response: shape('in_progress', []) });
  yield event(sequence++, 'response.in_progress', { response: shape('in_progress', []) });
  const parts =
    reply.calls.length > 0 ? reply.calls.flatMap((call, index) => callEvents(call, index, speaker)) : messageEvents(reply, speaker);
  let deltas = 0;
  for (const [type, fields] of parts) {
    yield event(sequence++, type, fields);
    if (type.endsWith('.delta')) deltas++;
    if (model === POLICY_ERROR_MODEL && (deltas === POLICY_ERROR_AFTER_DELTAS || type.endsWith('.done'))) {
      yield* failureEvents(sequence, openaiErrorBody(POLICY_ERROR).error, shape);
      return;
    }
  }
  const status = finalStatus(reply);
  yield event(sequence, `response.${status}`, { response: shape(status, outputItems(reply, speaker)) });
}

type Unnumbered = readonly [type: string, fields: { readonly [name: string]: Json }];

function messageEvents(reply: Reply, speaker: Speaker): Unnumbered[] {
  const place = { item_id: idFor(speaker, 'msg_'), output_index: 0, content_index: 0 };
  const logprobs = reply.refused ? {} : { logprobs: [] };
  const kind = reply.refused ? 'response.refusal' : 'response.output_text';
  return [
    ['response.output_item.added', { output_index: 0, item: messageItem(speaker, 'in_progress', []) }],
    ['response.content_part.added', { ...place, part: contentPart(reply, '') }],
    ...pieces(reply.text, speaker.behaviour).map((delta): Unnumbered => [`${kind}.delta`, { ...place, delta, ...logprobs }]),
    [`${kind}.done`, { ...place, ...(reply.refused ? { refusal: reply.text } : { text: reply.text }), ...logprobs }],
    ['response.content_part.done', { ...place, part: contentPart(reply, reply.text) }],
    ['response.output_item.done', { output_index: 0, item: messageItem(speaker, finalStatus(reply), [contentPart(reply, reply.text)]) }],
  ];
}

function callEvents(call: ToolCall, index: number, speaker: Speaker): Unnumbered[] {
  const written = JSON.stringify(call.arguments);
  const place = { item_id: idFor(speaker, 'fc_', call.id), output_index: index };
  return [
    ['response.output_item.added', { output_index: index, item: callItem(speaker, call, 'in_progress', '') }],
    ...pieces(written, speaker.behaviour).map((delta): Unnumbered => ['response.function_call_arguments.delta', { ...place, delta }]),
    ['response.function_call_arguments.done', { ...place, name: call.name, arguments: written }],
    ['response.output_item.done', { output_index: index, item: callItem(speaker, call, 'completed', written) }],
  ];
}
