// For tests only: one answer as each provider would send it, and what the vendors' own clients make of the bytes a client gets. The clients
// read through a stand-in for `fetch`, so nothing leaves the process.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { eventData, splitEvents } from '../../../sse.ts';
import { createAnswerTranslator, type AnswerTranslator, type StreamTranslator } from '../../answer.ts';
import type { ConversationWire } from '../../request.ts';

export const WIRES: readonly ConversationWire[] = ['openai-chat', 'openai-responses', 'anthropic-messages'];
export const PAIRS = WIRES.flatMap((from) => WIRES.map((to) => ({ from, to })));

export interface ToldCall {
  readonly id: string;
  readonly name: string;
  /** JSON text in the pieces in which the provider sends it. */
  readonly pieces: readonly string[];
}

export interface Told {
  readonly text?: readonly string[];
  readonly refusal?: string;
  readonly calls?: readonly ToldCall[];
  readonly stop?: 'end' | 'length' | 'tools' | 'filter';
  readonly usage?: { readonly input: number; readonly cached: number; readonly output: number; readonly reasoning: number };
}

export interface Heard {
  readonly text: string;
  readonly refusal: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly stop: string;
  readonly usage: { readonly input: number; readonly cached: number; readonly output: number } | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const USAGE = { input: 20, cached: 8, output: 5, reasoning: 2 };

export function translator(
  from: ConversationWire,
  to: ConversationWire,
  request: Json = { stream_options: { include_usage: true } },
): AnswerTranslator {
  let count = 0;
  return createAnswerTranslator({ from, to, request, model: 'stated-model', newId: () => `made${++count}`, nowSeconds: 1_800_000_000 });
}

/** One server-sent event for each payload; `[DONE]` where the format has it. */
export function eventsOf(wire: ConversationWire, payloads: readonly Json[], isEnded = true): string[] {
  const events = payloads.map((payload) => {
    const { type } = payload;
    const name = wire === 'openai-chat' ? '' : `event: ${typeof type === 'string' ? type : JSON.stringify(type)}\n`;
    return `${name}data: ${JSON.stringify(payload)}\n\n`;
  });
  return wire === 'openai-chat' && isEnded ? [...events, 'data: [DONE]\n\n'] : events;
}

export function streamOf(wire: ConversationWire, told: Told): string[] {
  return eventsOf(wire, STREAMS[wire](told));
}

export function wholeOf(wire: ConversationWire, told: Told): Json {
  return WHOLES[wire](told);
}

export function pushAll(stream: StreamTranslator, events: readonly string[]): string {
  const out = events.map((event) => stream.push(Buffer.from(event)).toString());
  return out.join('') + stream.end().toString();
}

/** The parsed data of every event; `[DONE]` as a string. */
export function payloadsOf(bytes: string): Record<string, unknown>[] {
  const data = [...splitEvents(Buffer.from(bytes))].map(eventData).filter((text) => text !== undefined && text !== '[DONE]');
  return data.map((text) => JSON.parse(text ?? '') as Record<string, unknown>);
}

function chatUsage({ usage = USAGE }: Told): Json {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

function responsesUsage({ usage = USAGE }: Told): Json {
  return {
    input_tokens: usage.input,
    output_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

function anthropicUsage({ usage = USAGE }: Told): Json {
  return { input_tokens: usage.input - usage.cached, cache_read_input_tokens: usage.cached, output_tokens: usage.output };
}

const CHAT_STOPS = { end: 'stop', length: 'length', tools: 'tool_calls', filter: 'content_filter' };
const ANTHROPIC_STOPS = { end: 'end_turn', length: 'max_tokens', tools: 'tool_use', filter: 'refusal' };

function stopOf({ stop, calls = [] }: Told): keyof typeof CHAT_STOPS {
  return stop ?? (calls.length > 0 ? 'tools' : 'end');
}

function chatStream(told: Told): Json[] {
  const chunk = (delta: Json, finish: string | null = null): Json => ({
    id: 'chatcmpl-provider',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'effective-model',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  const calls = (told.calls ?? []).flatMap(({ id, name, pieces }, index) => [
    chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
    ...pieces.map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  return [
    chunk({ role: 'assistant', content: '' }),
    ...(told.text ?? []).map((content) => chunk({ content })),
    ...(told.refusal === undefined ? [] : [chunk({ refusal: told.refusal })]),
    ...calls,
    chunk({}, CHAT_STOPS[stopOf(told)]),
    { ...chunk({}), choices: [], usage: chatUsage(told) },
  ];
}

function chatWhole(told: Told): Json {
  const calls = (told.calls ?? []).map(({ id, name, pieces }) => ({
    id,
    type: 'function',
    function: { name, arguments: pieces.join('') },
  }));
  const content = told.text === undefined ? null : told.text.join('');
  const message = { role: 'assistant', content, refusal: told.refusal ?? null, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
  return {
    id: 'chatcmpl-provider',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'effective-model',
    choices: [{ index: 0, message, logprobs: null, finish_reason: CHAT_STOPS[stopOf(told)] }],
    usage: chatUsage(told),
  };
}

function responsesOutput(told: Told): Json[] {
  const message = (id: string, part: Json): Json => ({ type: 'message', id, status: 'completed', role: 'assistant', content: [part] });
  const text = told.text?.join('') ?? '';
  return [
    ...(text === '' ? [] : [message('msg_provider', { type: 'output_text', text, annotations: [] })]),
    ...(told.refusal === undefined ? [] : [message('msg_refusal', { type: 'refusal', refusal: told.refusal })]),
    ...(told.calls ?? []).map(({ id, name, pieces }) => ({
      type: 'function_call',
      id: `fc_${id}`,
      call_id: id,
      name,
      arguments: pieces.join(''),
      status: 'completed',
    })),
  ];
}

function responsesWhole(told: Told): Json {
  const stop = stopOf(told);
  const reason = stop === 'length' ? 'max_output_tokens' : stop === 'filter' ? 'content_filter' : undefined;
  return {
    id: 'resp_provider',
    object: 'response',
    created_at: 1_700_000_000,
    model: 'effective-model',
    status: reason === undefined ? 'completed' : 'incomplete',
    incomplete_details: reason === undefined ? null : { reason },
    error: null,
    output: responsesOutput(told),
    usage: responsesUsage(told),
  };
}

function responsesStream(told: Told): Json[] {
  const whole = responsesWhole(told);
  const open = { ...whole, status: 'in_progress', incomplete_details: null, output: [], usage: null };
  const items = responsesOutput(told).flatMap((item, output_index): Json[] => {
    const place = { output_index, item_id: item['id'] };
    if (item['type'] === 'function_call') {
      const { pieces } = told.calls!.find(({ id }) => id === item['call_id'])!;
      return [
        { type: 'response.output_item.added', output_index, item: { ...item, arguments: '', status: 'in_progress' } },
        ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
        { type: 'response.function_call_arguments.done', ...place, arguments: item['arguments'] },
        { type: 'response.output_item.done', output_index, item },
      ];
    }
    const part = (item['content'] as Json[])[0]!;
    const isText = part['type'] === 'output_text';
    const name = isText ? 'response.output_text' : 'response.refusal';
    const deltas = isText ? told.text! : [String(part['refusal'])];
    const at = { ...place, content_index: 0 };
    return [
      { type: 'response.output_item.added', output_index, item: { ...item, content: [], status: 'in_progress' } },
      { type: 'response.content_part.added', ...at, part: isText ? { ...part, text: '' } : { ...part, refusal: '' } },
      ...deltas.map((delta) => ({ type: `${name}.delta`, ...at, delta })),
      { type: `${name}.done`, ...at, ...(isText ? { text: part['text'] } : { refusal: part['refusal'] }) },
      { type: 'response.content_part.done', ...at, part },
      { type: 'response.output_item.done', output_index, item },
    ];
  });
  const events: Json[] = [
    { type: 'response.created', response: open },
    { type: 'response.in_progress', response: open },
    ...items,
    { type: `response.${String(whole['status'])}`, response: whole },
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

function anthropicWhole(told: Told): Json {
  const refused = told.refusal !== undefined || told.stop === 'filter';
  const text = told.text?.join('') ?? '';
  return {
    id: 'msg_provider',
    type: 'message',
    role: 'assistant',
    model: 'effective-model',
    content: [
      ...(text === '' ? [] : [{ type: 'text', text }]),
      ...(told.calls ?? []).map(({ id, name, pieces }) => ({
        type: 'tool_use',
        id,
        name,
        input: JSON.parse(pieces.join('') || '{}') as Json,
      })),
    ],
    stop_reason: refused ? 'refusal' : ANTHROPIC_STOPS[stopOf(told)],
    stop_sequence: null,
    stop_details: refused ? { type: 'refusal', category: null, explanation: told.refusal ?? null } : null,
    usage: anthropicUsage(told),
  };
}

function anthropicStream(told: Told): Json[] {
  const { content, stop_reason, stop_sequence, stop_details, ...message } = anthropicWhole(told);
  const blocks = (content as Json[]).flatMap((block, index): Json[] => {
    const isText = block['type'] === 'text';
    const pieces = isText ? told.text! : told.calls!.find(({ id }) => id === block['id'])!.pieces;
    const delta = (piece: string): Json =>
      isText ? { type: 'text_delta', text: piece } : { type: 'input_json_delta', partial_json: piece };
    return [
      { type: 'content_block_start', index, content_block: isText ? { type: 'text', text: '' } : { ...block, input: {} } },
      ...pieces.map((piece) => ({ type: 'content_block_delta', index, delta: delta(piece) })),
      { type: 'content_block_stop', index },
    ];
  });
  const usage = anthropicUsage(told);
  return [
    {
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } },
    },
    { type: 'ping' },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason, stop_sequence, stop_details }, usage: { output_tokens: usage['output_tokens'] } },
    { type: 'message_stop' },
  ];
}

const STREAMS: Readonly<Record<ConversationWire, (told: Told) => Json[]>> = {
  'openai-chat': chatStream,
  'openai-responses': responsesStream,
  'anthropic-messages': anthropicStream,
};

const WHOLES: Readonly<Record<ConversationWire, (told: Told) => Json>> = {
  'openai-chat': chatWhole,
  'openai-responses': responsesWhole,
  'anthropic-messages': anthropicWhole,
};

/** What the vendor's client makes of a streamed answer (its own accumulator) or a whole one. Rejects where the client does. */
export async function hear(wire: ConversationWire, bytes: string | Buffer, isStream: boolean): Promise<Heard> {
  const headers = { 'content-type': isStream ? 'text/event-stream' : 'application/json' };
  const fetch = (): Promise<Response> =>
    Promise.resolve(new Response(typeof bytes === 'string' ? bytes : new Uint8Array(bytes), { headers }));
  const options = { apiKey: 'none', baseURL: 'http://127.0.0.1:9', maxRetries: 0, fetch };
  switch (wire) {
    case 'openai-chat':
      return hearChat(new OpenAI(options), isStream);
    case 'openai-responses':
      return hearResponses(new OpenAI(options), isStream);
    case 'anthropic-messages':
      return hearAnthropic(new Anthropic(options), isStream);
  }
}

async function hearChat(client: OpenAI, isStream: boolean): Promise<Heard> {
  const body = { model: 'm', messages: [] };
  const answer = isStream ? await client.chat.completions.stream(body).finalChatCompletion() : await client.chat.completions.create(body);
  const { message, finish_reason: stop } = answer.choices[0]!;
  const calls = (message.tool_calls ?? []).map((call) =>
    call.type === 'function'
      ? { id: call.id, name: call.function.name, arguments: call.function.arguments }
      : { id: call.id, name: call.custom.name, arguments: call.custom.input },
  );
  const usage = answer.usage && {
    input: answer.usage.prompt_tokens,
    cached: answer.usage.prompt_tokens_details?.cached_tokens ?? 0,
    output: answer.usage.completion_tokens,
  };
  return { text: message.content ?? '', refusal: message.refusal ?? '', calls, stop, usage };
}

async function hearResponses(client: OpenAI, isStream: boolean): Promise<Heard> {
  const answer = isStream
    ? await client.responses.stream({ model: 'm', input: '' }).finalResponse()
    : await client.responses.create({ model: 'm', input: '' });
  const parts = answer.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const calls = answer.output.flatMap((item) => {
    if (item.type === 'function_call') return [{ id: item.call_id, name: item.name, arguments: item.arguments }];
    return item.type === 'custom_tool_call' ? [{ id: item.call_id, name: item.name, arguments: item.input }] : [];
  });
  const usage = answer.usage && {
    input: answer.usage.input_tokens,
    cached: answer.usage.input_tokens_details.cached_tokens,
    output: answer.usage.output_tokens,
  };
  return {
    text: parts.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    refusal: parts.map((part) => (part.type === 'refusal' ? part.refusal : '')).join(''),
    calls,
    stop: answer.incomplete_details?.reason ?? answer.status ?? '',
    usage,
  };
}

async function hearAnthropic(client: Anthropic, isStream: boolean): Promise<Heard> {
  const body = { model: 'm', max_tokens: 1, messages: [] };
  const answer = isStream ? await client.messages.stream(body).finalMessage() : await client.messages.create(body);
  const isRefused = answer.stop_reason === 'refusal';
  const text = answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const calls = answer.content.flatMap((block) =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, arguments: JSON.stringify(block.input) }] : [],
  );
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = answer.usage;
  return {
    text: isRefused ? '' : text,
    refusal: isRefused ? (answer.stop_details?.explanation ?? '') : '',
    calls,
    stop: answer.stop_reason ?? '',
    usage: {
      input: input_tokens + (cache_read_input_tokens ?? 0) + (cache_creation_input_tokens ?? 0),
      cached: cache_read_input_tokens ?? 0,
      output: output_tokens,
    },
  };
}
