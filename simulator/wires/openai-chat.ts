// POST /v1/chat/completions: OpenAI API description, schemas CreateChatCompletionResponse and CreateChatCompletionStreamResponse.
// Left out: audio, logprobs, custom tools, legacy functions, predicted outputs. Their request fields are accepted and have no effect.
import type { Json } from '#kernel';
import { idFor, jsonAnswer, modelOf, type Answer, type SseEvent } from '../answer.ts';
import { asArray, asCount, asObject, asString, objectsIn, textOf, type JsonObject } from '../json.ts';
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
  type ToolChoice,
} from '../reply.ts';
import { openaiErrorBody, type ErrorDetails } from './errors.ts';
import { programOf, type ProgramEcho } from './programs.ts';

const MOST_CHOICES = 128;
export const POLICY_ERROR: ErrorDetails = {
  status: 400,
  code: 'cyber_policy',
  message: 'This request was blocked by the cyber policy. (simulated)',
};

/** The answer to a parsed body, or what is wrong with it. */
export function answerChat(body: JsonObject, speaker: Speaker): Answer | ErrorDetails {
  const model = modelOf(body);
  if (model === undefined) return { status: 400, message: 'you must provide a model parameter' };
  if (asArray(body.messages) === undefined) return { status: 400, param: 'messages', message: "Missing required parameter: 'messages'." };
  const choices = body.n === undefined || body.n === null ? 1 : asCount(body.n);
  if (choices === undefined || choices < 1 || choices > MOST_CHOICES) return { status: 400, param: 'n', message: "Invalid value for 'n'." };
  const programs = programOf(body, model, speaker);
  if ('status' in programs) return programs;
  const prompt = readPrompt(body, model);
  const streamed = body.stream === true;
  if (model === POLICY_ERROR_MODEL && !streamed) return POLICY_ERROR;
  const replies = Array.from({ length: choices }, (_, choice) => composeReply(prompt, speaker, choice));
  const says: Says = { model: speaker.behaviour.effectiveModel === '' ? model : speaker.behaviour.effectiveModel, programs };
  return streamed ? streamOf(body, says, replies, speaker) : jsonAnswer(completion(says, replies, speaker));
}

/** What an answer says of itself. */
interface Says {
  readonly model: string;
  readonly programs: ProgramEcho;
}

function readPrompt(body: JsonObject, model: string): Prompt {
  const messages = objectsIn(body.messages);
  const lastOf = (role: string) => messages.findLastIndex((message) => message.role === role);
  const format = asObject(body.response_format);
  return {
    model,
    userText: textOf(messages[lastOf('user')]?.content),
    toolResults: messages
      .slice(Math.max(lastOf('assistant'), lastOf('user')) + 1)
      .filter((message) => message.role === 'tool')
      .map((message) => textOf(message.content)),
    tools: objectsIn(body.tools).flatMap((tool) => {
      const offered = asObject(tool.function);
      return offered === undefined ? [] : [{ name: asString(offered.name) ?? '', parameters: offered.parameters }];
    }),
    toolChoice: readToolChoice(body.tool_choice),
    parallelTools: body.parallel_tool_calls !== false,
    structured:
      format?.type === 'json_schema' ? (asObject(format.json_schema)?.schema ?? true) : format?.type === 'json_object' ? true : undefined,
    maxTokens: tokenLimit(body.max_completion_tokens, body.max_tokens),
    inputTokens: tokensOf(JSON.stringify([body.messages, body.tools ?? []])),
  };
}

function readToolChoice(choice: Json | undefined): ToolChoice {
  if (choice === 'none' || choice === 'required') return { kind: choice };
  const name = asString(asObject(asObject(choice)?.function)?.name);
  return name === undefined ? { kind: 'auto' } : { kind: 'named', name };
}

function usageOf(replies: readonly Reply[]) {
  const prompt = replies[0]?.inputTokens ?? 0;
  const output = replies.reduce((sum, reply) => sum + reply.outputTokens, 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function finishReason(reply: Reply): string {
  if (reply.calls.length > 0) return 'tool_calls';
  return reply.truncated ? 'length' : 'stop';
}

function completion({ model, programs }: Says, replies: readonly Reply[], speaker: Speaker): Json {
  return {
    id: idFor(speaker, 'chatcmpl-'),
    object: 'chat.completion',
    created: CREATED_SECONDS,
    model,
    choices: replies.map((reply, index) => ({ index, message: messageOf(reply), logprobs: null, finish_reason: finishReason(reply) })),
    usage: usageOf(replies),
    service_tier: 'default',
    system_fingerprint: `fp_sim_${speaker.name}`,
    ...programs,
    x_simulated: true,
  };
}

function messageOf(reply: Reply): Json {
  const calls = reply.calls.map((call) => ({
    id: `call_${call.id}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
  return {
    role: 'assistant',
    content: reply.refused || calls.length > 0 ? null : reply.text,
    refusal: reply.refused ? reply.text : null,
    annotations: [],
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

function streamOf(body: JsonObject, { model, programs }: Says, replies: readonly Reply[], speaker: Speaker): Answer {
  const withUsage = asObject(body.stream_options)?.include_usage === true;
  const id = idFor(speaker, 'chatcmpl-');
  const chunk = (choices: Json, usage: Json = null): SseEvent => ({
    data: JSON.stringify({
      id,
      object: 'chat.completion.chunk',
      created: CREATED_SECONDS,
      model,
      service_tier: 'default',
      system_fingerprint: `fp_sim_${speaker.name}`,
      choices,
      ...programs,
      ...(withUsage ? { usage } : {}),
      x_simulated: true,
    }),
  });
  const failure = (_at: number, code: string | undefined, message: string | undefined): SseEvent[] => [
    { data: JSON.stringify(openaiErrorBody({ status: 500, code, message })) },
  ];
  function* events(): Generator<SseEvent> {
    const streams = replies.map((reply, index) => deltas(reply, speaker).map((delta) => choiceOf(index, delta, null)));
    const longest = Math.max(...streams.map((stream) => stream.length));
    for (let step = 0; step < longest; step++) {
      for (const stream of streams) {
        const choice = stream[step];
        if (choice !== undefined) yield chunk([choice]);
      }
      const blocked = body.model === POLICY_ERROR_MODEL && step === Math.min(2, longest - 1);
      if (blocked) {
        yield { data: JSON.stringify(openaiErrorBody(POLICY_ERROR)) };
        return;
      }
    }
    for (const [index, reply] of replies.entries()) yield chunk([choiceOf(index, {}, finishReason(reply))]);
    if (withUsage) yield chunk([], usageOf(replies));
    yield { data: '[DONE]' };
  }
  return { kind: 'stream', headers: {}, events: { [Symbol.iterator]: events }, failure };
}

function choiceOf(index: number, delta: Json, finish: string | null): Json {
  return { index, delta, logprobs: null, finish_reason: finish };
}

/** The deltas of one choice: the role first, then text, refusal, or tool calls with their arguments in pieces. */
function deltas(reply: Reply, speaker: Speaker): Json[] {
  const parts = (text: string) => pieces(text, speaker.behaviour);
  if (reply.refused) return [{ role: 'assistant', content: null, refusal: '' }, ...parts(reply.text).map((refusal) => ({ refusal }))];
  if (reply.calls.length === 0)
    return [{ role: 'assistant', content: '', refusal: null }, ...parts(reply.text).map((content) => ({ content }))];
  const calls = reply.calls.flatMap((call, index): Json[] => [
    { tool_calls: [{ index, id: `call_${call.id}`, type: 'function', function: { name: call.name, arguments: '' } }] },
    ...parts(JSON.stringify(call.arguments)).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  return [{ role: 'assistant', content: null, refusal: null }, ...calls];
}
