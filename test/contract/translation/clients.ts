// The three official clients behind one face: ask, get text, tool calls, refusal, stop and usage, whole or streamed. What a cell of the
// translation matrix claims is what these clients make of the bytes. Import it from test files only.
import Anthropic, { APIError as AnthropicError } from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import OpenAI, { APIError as OpenaiError } from 'openai';

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

export interface Heard {
  readonly text: string;
  readonly calls: readonly Call[];
  readonly refused: boolean;
  readonly usage: { readonly input: number; readonly output: number } | undefined;
  /** Pieces the text came in; 1 when not streamed. */
  readonly pieces: number;
  /** x-request-id of the answer. */
  readonly requestId: string;
  /** What the next turn repeats of this one, in the client's own words. */
  readonly turn: readonly unknown[];
}

export interface Ask {
  readonly route: string;
  readonly stream: boolean;
  readonly text: string;
  /** Names of tools without parameters but `city`. */
  readonly tools?: readonly string[];
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Base64 of a PNG. */
  readonly image?: string;
  /** An earlier answer with tool calls, and one result for each. */
  readonly after?: { readonly heard: Heard; readonly results: readonly string[] };
}

export interface MatrixClient {
  readonly name: string;
  ask(ask: Ask): Promise<Heard>;
}

export const TOOL_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

/** The HTTP status of a client's error; anything else is a failure of the test. */
export function statusOf(error: unknown): number {
  assert.ok(error instanceof OpenaiError || error instanceof AnthropicError, String(error));
  return Number(error.status);
}

export function clientsOf(url: string, key: string): readonly MatrixClient[] {
  let requestId = '';
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await globalThis.fetch(input, init);
    requestId = answer.headers.get('x-request-id') ?? '';
    return answer;
  };
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, fetch });
  const anthropic = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0, fetch });
  const named = (heard: Omit<Heard, 'requestId'>): Heard => ({ ...heard, requestId });
  return [
    { name: 'openai-chat', ask: async (ask) => named(await askChat(openai, ask)) },
    { name: 'openai-responses', ask: async (ask) => named(await askResponses(openai, ask)) },
    { name: 'anthropic-messages', ask: async (ask) => named(await askMessages(anthropic, ask)) },
  ];
}

type Told = Omit<Heard, 'requestId'>;

async function askChat(openai: OpenAI, ask: Ask): Promise<Told> {
  const content: OpenAI.ChatCompletionContentPart[] = [{ type: 'text', text: ask.text }];
  if (ask.image !== undefined) content.push({ type: 'image_url', image_url: { url: `data:image/png;base64,${ask.image}` } });
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: 'Answer briefly.' },
    { role: 'user', content },
  ];
  if (ask.after !== undefined) {
    messages.push(...(ask.after.heard.turn as OpenAI.ChatCompletionMessageParam[]));
    for (const [index, call] of ask.after.heard.calls.entries())
      messages.push({ role: 'tool', tool_call_id: call.id, content: ask.after.results[index]! });
  }
  const body = {
    model: ask.route,
    messages,
    ...(ask.tools === undefined
      ? {}
      : { tools: ask.tools.map((name) => ({ type: 'function' as const, function: { name, parameters: TOOL_SCHEMA } })) }),
    ...(ask.schema === undefined
      ? {}
      : { response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema: ask.schema, strict: true } } }),
  };
  let pieces = 1;
  let completion: OpenAI.ChatCompletion;
  if (ask.stream) {
    const stream = openai.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
    pieces = 0;
    stream.on('content', () => pieces++);
    completion = await stream.finalChatCompletion();
  } else completion = await openai.chat.completions.create(body);
  const { message, finish_reason: finish } = completion.choices[0]!;
  const calls = (message.tool_calls ?? []).map((call): Call => {
    assert.ok(call.type === 'function');
    return { id: call.id, name: call.function.name, arguments: JSON.parse(call.function.arguments) };
  });
  assert.equal(finish === 'tool_calls', calls.length > 0, `finish_reason ${finish} with ${calls.length} calls`);
  return {
    text: message.content ?? '',
    calls,
    refused: finish === 'content_filter' || (message.refusal ?? '') !== '',
    usage: completion.usage && { input: completion.usage.prompt_tokens, output: completion.usage.completion_tokens },
    pieces,
    turn: [{ role: 'assistant', content: message.content, ...(calls.length > 0 ? { tool_calls: message.tool_calls } : {}) }],
  };
}

async function askResponses(openai: OpenAI, ask: Ask): Promise<Told> {
  const content: OpenAI.Responses.ResponseInputMessageContentList = [{ type: 'input_text', text: ask.text }];
  if (ask.image !== undefined) content.push({ type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${ask.image}` });
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content }];
  if (ask.after !== undefined) {
    input.push(...(ask.after.heard.turn as OpenAI.Responses.ResponseInputItem[]));
    for (const [index, call] of ask.after.heard.calls.entries())
      input.push({ type: 'function_call_output', call_id: call.id, output: ask.after.results[index]! });
  }
  const body = {
    model: ask.route,
    instructions: 'Answer briefly.',
    input,
    store: false,
    ...(ask.tools === undefined
      ? {}
      : { tools: ask.tools.map((name) => ({ type: 'function' as const, name, parameters: TOOL_SCHEMA, strict: true })) }),
    ...(ask.schema === undefined
      ? {}
      : { text: { format: { type: 'json_schema' as const, name: 'answer', schema: { ...ask.schema }, strict: true } } }),
  };
  let pieces = 1;
  let response: OpenAI.Responses.Response;
  if (ask.stream) {
    const stream = openai.responses.stream(body);
    pieces = 0;
    stream.on('response.output_text.delta', () => pieces++);
    response = await stream.finalResponse();
  } else response = await openai.responses.create(body);
  const calls = response.output.flatMap((item): Call[] =>
    item.type === 'function_call' ? [{ id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) }] : [],
  );
  const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  return {
    text: parts.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    calls,
    refused: parts.some((part) => part.type === 'refusal') || response.incomplete_details?.reason === 'content_filter',
    usage: response.usage && { input: response.usage.input_tokens, output: response.usage.output_tokens },
    pieces,
    turn: response.output,
  };
}

async function askMessages(anthropic: Anthropic, ask: Ask): Promise<Told> {
  const content: Anthropic.ContentBlockParam[] = [{ type: 'text', text: ask.text }];
  if (ask.image !== undefined) content.push({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: ask.image } });
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content }];
  if (ask.after !== undefined) {
    messages.push(...(ask.after.heard.turn as Anthropic.MessageParam[]));
    const { results } = ask.after;
    messages.push({
      role: 'user',
      content: ask.after.heard.calls.map((call, index) => ({ type: 'tool_result', tool_use_id: call.id, content: results[index]! })),
    });
  }
  const body = {
    model: ask.route,
    max_tokens: 1000,
    system: 'Answer briefly.',
    messages,
    ...(ask.tools === undefined ? {} : { tools: ask.tools.map((name) => ({ name, input_schema: TOOL_SCHEMA })) }),
    ...(ask.schema === undefined ? {} : { output_config: { format: { type: 'json_schema' as const, schema: { ...ask.schema } } } }),
  };
  let pieces = 1;
  let message: Anthropic.Message;
  if (ask.stream) {
    const stream = anthropic.messages.stream(body);
    pieces = 0;
    stream.on('text', () => pieces++);
    message = await stream.finalMessage();
  } else message = await anthropic.messages.create(body);
  const calls = message.content.flatMap((block): Call[] =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, arguments: block.input }] : [],
  );
  if (message.stop_reason !== 'refusal')
    assert.equal(message.stop_reason === 'tool_use', calls.length > 0, `stop_reason ${message.stop_reason} with ${calls.length} calls`);
  return {
    text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    calls,
    refused: message.stop_reason === 'refusal',
    usage: { input: message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0), output: message.usage.output_tokens },
    pieces,
    turn: [{ role: 'assistant', content: message.content }],
  };
}
