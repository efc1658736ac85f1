// The official OpenAI client through the checkpoint: what it sees is what it would see at the provider, and nothing of it gets lost on
// the way or in the ledger.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai';
import {
  BLOCKING_ROUTE,
  CHAT_ONLY_ROUTE,
  eventually,
  MODEL,
  REFUSING_ROUTE,
  RESPONSES_ONLY_ROUTE,
  ROUTE,
  SINGLE_ATTEMPT_ROUTE,
  startContract,
  type Contract,
  type Seen,
} from '#test/contract';

const SAID = /^\[simulated JP provider\]/;
const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] }, days: { type: 'integer', minimum: 1, maximum: 7 } },
  required: ['city', 'unit', 'days'],
  additionalProperties: false,
} as const;

let contract: Contract;
let openai: OpenAI;

before(async () => {
  contract = await startContract();
  openai = client({ apiKey: contract.key });
});

function client(options: ConstructorParameters<typeof OpenAI>[0]): OpenAI {
  return new OpenAI({ baseURL: `${contract.checkpoint.url}/v1`, maxRetries: 0, fetch: contract.fetch, ...options });
}

function chatUsage(usage: OpenAI.CompletionUsage | null | undefined): Seen['usage'] {
  return usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : null;
}

function responseUsage(usage: OpenAI.Responses.ResponseUsage | undefined): Seen['usage'] {
  return usage === undefined ? null : { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
}

async function failure(request: Promise<unknown>): Promise<APIError> {
  const error = await request.then(
    () => assert.fail('the request succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof APIError, String(error));
  return error;
}

function assertWeather(json: string): void {
  const { city, unit, days, ...rest } = JSON.parse(json) as Record<string, unknown>;
  assert.deepEqual([typeof city, unit, days, rest], ['string', 'celsius', 1, {}]);
}

describe('chat completions', () => {
  const request = { model: ROUTE, messages: [{ role: 'user' as const, content: 'こんにちは' }] };

  it('an answer', async () => {
    const answer = await openai.chat.completions.create(request);
    assert.match(answer.choices[0]!.message.content!, SAID);
    assert.equal(answer.model, MODEL, 'the client learns which model answered');
    assert.equal(answer['_request_id'], contract.lastCall().id);
    await contract.passed({ operation: 'chat-completions', usage: chatUsage(answer.usage), finish: 'stop' });
  });

  it('a stream: the text of the whole answer, no usage that was not asked for, and usage in the ledger all the same', async () => {
    const whole = await openai.chat.completions.create(request);
    let text = '';
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of await openai.chat.completions.create({ ...request, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? '';
      chunks.push(chunk);
    }
    assert.equal(text, whole.choices[0]!.message.content);
    assert.ok(chunks.length > 3, 'it came in pieces');
    assert.ok(chunks.every((chunk) => chunk.choices.length > 0 && !chunk.usage));
    await contract.passed({ operation: 'chat-completions', stream: true, usage: chatUsage(whole.usage), finish: 'stop' });
  });

  it('a stream whose client asks for usage gets it', async () => {
    const usages: OpenAI.CompletionUsage[] = [];
    const asked = { ...request, stream: true as const, stream_options: { include_usage: true } };
    for await (const chunk of await openai.chat.completions.create(asked)) if (chunk.usage) usages.push(chunk.usage);
    assert.equal(usages.length, 1);
    await contract.passed({ operation: 'chat-completions', stream: true, usage: chatUsage(usages[0]) });
  });

  it('the stream helper, with several choices', async () => {
    const final = await openai.chat.completions.stream({ ...request, n: 2, stream_options: { include_usage: true } }).finalChatCompletion();
    assert.deepEqual(
      final.choices.map((choice) => choice.finish_reason),
      ['stop', 'stop'],
    );
    await contract.passed({ operation: 'chat-completions', stream: true, usage: chatUsage(final.usage) });
  });

  const tools = [
    { type: 'function' as const, function: { name: 'get_weather', parameters: WEATHER } },
    { type: 'function' as const, function: { name: 'get_time', parameters: { type: 'object', properties: {} } } },
  ];

  it('a tool round trip: proposal, result, answer', async () => {
    const asked = [{ role: 'user' as const, content: 'Use the tool get_weather please.' }];
    const proposal = await openai.chat.completions.create({ model: ROUTE, messages: asked, tools });
    const { message } = proposal.choices[0]!;
    const call = message.tool_calls![0]!;
    assert.ok(call.type === 'function' && call.function.name === 'get_weather');
    assertWeather(call.function.arguments);
    await contract.passed({ operation: 'chat-completions', usage: chatUsage(proposal.usage), finish: 'tool_calls' });
    const messages = [...asked, message, { role: 'tool' as const, tool_call_id: call.id, content: '21 °C' }];
    const answer = await openai.chat.completions.create({ model: ROUTE, messages, tools });
    assert.match(answer.choices[0]!.message.content!, /1 tool result/);
    await contract.passed({ operation: 'chat-completions', usage: chatUsage(answer.usage), finish: 'stop' });
  });

  it('parallel tools, whole and streamed, and their results', async () => {
    const asked = [{ role: 'user' as const, content: 'use the tools' }];
    const body = { model: ROUTE, messages: asked, tools };
    const whole = await openai.chat.completions.create(body);
    const stream = openai.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
    const streamed = await stream.finalChatCompletion();
    await contract.passed({ operation: 'chat-completions', stream: true, usage: chatUsage(streamed.usage), finish: 'tool_calls' });
    const callsOf = (completion: OpenAI.ChatCompletion) =>
      completion.choices[0]!.message.tool_calls!.map((call) =>
        call.type === 'function' ? [call.function.name, typeof JSON.parse(call.function.arguments)] : [],
      );
    const expected = [
      ['get_weather', 'object'],
      ['get_time', 'object'],
    ];
    assert.deepEqual([callsOf(whole), callsOf(streamed)], [expected, expected]);
    const { message } = whole.choices[0]!;
    const results = message.tool_calls!.map((call) => ({ role: 'tool' as const, tool_call_id: call.id, content: 'done' }));
    const answer = await openai.chat.completions.create({ ...body, messages: [...asked, message, ...results] });
    assert.match(answer.choices[0]!.message.content!, /2 tool result/);
  });

  it('structured output', async () => {
    const response_format = { type: 'json_schema' as const, json_schema: { name: 'weather', strict: true, schema: WEATHER } };
    const answer = await openai.chat.completions.parse({ ...request, response_format });
    assertWeather(answer.choices[0]!.message.content!);
    await contract.passed({ operation: 'chat-completions', usage: chatUsage(answer.usage) });
  });

  it('fields that nobody here knows reach the provider byte for byte, and the client', async () => {
    const future = { x_future: { 'ключ "1"': [1.5, -0.5e-9, '\u2028\ud83d\ude00', null, {}] } };
    const answer = (await openai.chat.completions.create({ ...request, ...future })) as OpenAI.ChatCompletion & {
      x_simulated?: boolean;
    };
    assert.equal(answer.x_simulated, true);
    const { received } = await contract.passed({ operation: 'chat-completions', usage: chatUsage(answer.usage) });
    assert.deepEqual((received.json as Record<string, unknown>)['x_future'], future.x_future);
    // A name that a parser without regard for case would take for one that decides is not passed on.
    const ambiguous = { Model: 'case' };
    const error = await failure(openai.chat.completions.create({ ...request, ...ambiguous }));
    assert.ok(error instanceof BadRequestError && error.code === 'invalid_body');
    for await (const chunk of await openai.chat.completions.create({ ...request, stream: true }))
      assert.equal((chunk as { x_simulated?: boolean }).x_simulated, true);
  });

  it('headers: those for a provider are forwarded, all others stay', async () => {
    const headers = { 'openai-beta': 'assistants=v2', 'idempotency-key': 'once', cookie: 'session=1', 'x-forwarded-for': '10.0.0.1' };
    const answer = await openai.chat.completions.create(request, { headers: { ...headers, 'openai-organization': 'org-1' } });
    const { received } = await contract.passed({ operation: 'chat-completions', usage: chatUsage(answer.usage) });
    assert.deepEqual([received.headers['openai-beta'], received.headers['idempotency-key']], ['assistants=v2', 'once']);
  });

  it('an abort in the middle of a stream ends it at the provider', async () => {
    contract.simulator.setBehaviour({ chunks: 200, delayMs: 20 });
    try {
      const aborted = contract.simulator.stats.aborted;
      const stream = await openai.chat.completions.create({ ...request, stream: true });
      let chunks = 0;
      for await (const _ of stream) if (++chunks === 3) break;
      await eventually('the provider sees it', () => contract.simulator.stats.aborted === aborted + 1);
      assert.equal(contract.simulator.stats.openStreams, 0);
      await contract.passed({ operation: 'chat-completions', stream: true, usage: null, ended: 'client-gone' });
    } finally {
      contract.simulator.setBehaviour({ chunks: 0, delayMs: 0 });
    }
  });

  it('a refusal by the model is an answer, and the ledger says that it was one', async () => {
    const answer = await openai.chat.completions.create({ ...request, model: REFUSING_ROUTE });
    assert.match(answer.choices[0]!.message.refusal!, /declined/);
    const refused = { route: REFUSING_ROUTE, model: 'sim-refusal', deployment: 'refusal/d', providerRefusal: 'model-refusal: refusal' };
    await contract.passed({ operation: 'chat-completions', usage: chatUsage(answer.usage), ...refused });
  });

  it('a policy error by the provider arrives with its own code', async () => {
    const error = await failure(openai.chat.completions.create({ ...request, model: BLOCKING_ROUTE }));
    assert.ok(error instanceof BadRequestError && error.code === 'cyber_policy');
    const blocked = {
      route: BLOCKING_ROUTE,
      model: 'sim-policy-error',
      deployment: 'policy/d',
      providerRefusal: 'cyber-policy: cyber_policy',
    };
    await contract.passed({ operation: 'chat-completions', usage: null, status: 400, ...blocked });
  });
});

describe('responses', () => {
  const tools = [{ type: 'function' as const, name: 'get_weather', parameters: WEATHER, strict: true }];

  it('an answer and a stream', async () => {
    const whole = await openai.responses.create({ model: ROUTE, input: 'hello' });
    assert.match(whole.output_text, SAID);
    assert.equal(whole['_request_id'], contract.lastCall().id);
    await contract.passed({ operation: 'responses', usage: responseUsage(whole.usage), finish: 'completed' });
    let text = '';
    let usage: Seen['usage'] = null;
    const numbers: number[] = [];
    for await (const event of await openai.responses.create({ model: ROUTE, input: 'hello', stream: true })) {
      numbers.push(event.sequence_number);
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') usage = responseUsage(event.response.usage);
    }
    assert.equal(text, whole.output_text);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index),
      'no event is missing',
    );
    assert.notEqual(usage, null);
    await contract.passed({ operation: 'responses', stream: true, usage, finish: 'completed' });
  });

  it('a streamed tool round trip', async () => {
    const input = [{ role: 'user' as const, content: 'use the tool' }];
    const proposal = await openai.responses.stream({ model: ROUTE, input, tools }).finalResponse();
    await contract.passed({ operation: 'responses', stream: true, usage: responseUsage(proposal.usage) });
    const call = proposal.output[0]!;
    assert.ok(call.type === 'function_call');
    assertWeather(call.arguments);
    const sent = { type: 'function_call' as const, call_id: call.call_id, name: call.name, arguments: call.arguments };
    const result = { type: 'function_call_output' as const, call_id: call.call_id, output: '21 °C' };
    const answer = await openai.responses.create({ model: ROUTE, input: [...input, sent, result], tools });
    assert.match(answer.output_text, /1 tool result/);
  });

  it('parallel tools, structured output, an answer cut short', async () => {
    const asked = { model: ROUTE, input: 'use the tools' };
    const proposal = await openai.responses.create({ ...asked, tools });
    assert.deepEqual(
      proposal.output.map((item) => item.type),
      ['function_call', 'function_call'],
    );
    const text = { format: { type: 'json_schema' as const, name: 'weather', schema: WEATHER } };
    assertWeather((await openai.responses.create({ model: ROUTE, input: 'x', text })).output_text);
    const cut = await openai.responses.create({ model: ROUTE, input: 'x', max_output_tokens: 2 });
    assert.equal(cut.status, 'incomplete');
    await contract.passed({ operation: 'responses', usage: responseUsage(cut.usage), finish: 'max_output_tokens' });
  });
});

describe('embeddings', () => {
  it('as base64, which the client asks for by itself, and as floats', async () => {
    const input = ['関所', 'checkpoint'];
    const decoded = await openai.embeddings.create({ model: ROUTE, input, dimensions: 64 });
    assert.ok(contract.lastCall().body.includes('"encoding_format":"base64"'));
    await contract.passed({ operation: 'embeddings', usage: { inputTokens: decoded.usage.prompt_tokens, outputTokens: 0 } });
    const floats = await openai.embeddings.create({ model: ROUTE, input, dimensions: 64, encoding_format: 'float' });
    await contract.passed({ operation: 'embeddings', usage: { inputTokens: floats.usage.prompt_tokens, outputTokens: 0 } });
    assert.equal(decoded.data[0]!.embedding.length, 64);
    assert.deepEqual(decoded.data, floats.data);
  });
});

describe('models', () => {
  it('are the routes that the key may use', async () => {
    const received = contract.simulator.stats.received;
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    assert.deepEqual(ids.toSorted(), [ROUTE, BLOCKING_ROUTE, CHAT_ONLY_ROUTE, REFUSING_ROUTE, RESPONSES_ONLY_ROUTE, SINGLE_ATTEMPT_ROUTE]);
    const model = await openai.models.retrieve(ROUTE);
    assert.deepEqual([model.id, model.object], [ROUTE, 'model']);
    const limited = client({ apiKey: await contract.checkpoint.createKey({ routes: [ROUTE] }) });
    assert.deepEqual(
      (await limited.models.list()).data.map((visible) => visible.id),
      [ROUTE],
    );
    const hidden = await failure(limited.models.retrieve(REFUSING_ROUTE));
    assert.ok(hidden instanceof NotFoundError && hidden.code === 'model_not_found');
    const denied = await failure(limited.chat.completions.create({ model: REFUSING_ROUTE, messages: [] }));
    assert.ok(denied instanceof PermissionDeniedError && denied.code === 'route_not_granted');
    assert.equal(contract.simulator.stats.received, received, 'nothing of this is a provider’s business');
  });
});

describe('errors become the classes that programs catch', () => {
  const request = { model: ROUTE, messages: [{ role: 'user' as const, content: 'hello' }] };

  it('401: a provider’s key, an unknown key', async () => {
    const received = contract.simulator.stats.received;
    for (const apiKey of ['sk-proj-0000', `${contract.key.slice(0, -4)}AAAA`]) {
      const error = await failure(client({ apiKey }).chat.completions.create(request));
      assert.ok(error instanceof AuthenticationError, String(error));
      assert.equal(error.code, 'invalid_api_key');
      assert.equal(error.requestID, contract.lastCall().id);
    }
    assert.equal(contract.simulator.stats.received, received);
  });

  it('404 with code model_not_found and a hint: an unknown route', async () => {
    const error = await failure(openai.chat.completions.create({ ...request, model: 'anny' }));
    assert.ok(error instanceof NotFoundError && error.code === 'model_not_found');
    assert.match(error.message, /Did you mean "any"\?/);
    assert.equal(error.requestID, contract.lastCall().id);
    const [record] = await contract.checkpoint.recordsOf(error.requestID);
    assert.deepEqual([record!['type'], record!['rule'], record!['route']], ['refusal', 'unknown-route', 'anny']);
  });

  it('400: from the checkpoint, and from the provider word for word', async () => {
    const own = await failure(openai.chat.completions.create({ ...request, stream: 'yes' as unknown as false }));
    assert.ok(own instanceof BadRequestError && own.code === 'invalid_body');
    const providers = await failure(openai.chat.completions.create({ ...request, n: 1_000 }));
    assert.ok(providers instanceof BadRequestError && providers.param === 'n');
    assert.match(providers.message, /Invalid value for 'n'/);
    await contract.passed({ operation: 'chat-completions', usage: null, status: 400 });
  });

  it('429 from the provider, with its Retry-After', async () => {
    contract.simulator.setFault({ kind: 'status', status: 429, retryAfterSeconds: 1 }, { times: 1 });
    const error = await failure(openai.chat.completions.create({ ...request, model: SINGLE_ATTEMPT_ROUTE }));
    assert.ok(error instanceof RateLimitError && error.code === 'rate_limit_exceeded');
    assert.equal(contract.lastCall().answerHeaders.get('retry-after'), '1');
    const outcome = (await contract.checkpoint.recordsOf(error.requestID!)).at(-1)!;
    assert.deepEqual([outcome['type'], outcome['refusal']], ['outcome', 'upstream-failed']);
  });

  it('503 while that deployment rests, which the client’s own retries outlast', async () => {
    const resting = await failure(openai.chat.completions.create({ ...request, model: SINGLE_ATTEMPT_ROUTE }));
    assert.ok(resting instanceof InternalServerError && resting.code === 'deployments_resting');
    const patient = client({ apiKey: contract.key, maxRetries: 5 });
    const answer = await patient.chat.completions.create({ ...request, model: SINGLE_ATTEMPT_ROUTE });
    assert.match(answer.choices[0]!.message.content!, SAID);
    const seen = { route: SINGLE_ATTEMPT_ROUTE, model: 'sim-jp-small', deployment: 'single/d' };
    await contract.passed({ operation: 'chat-completions', usage: chatUsage(answer.usage), ...seen });
  });
});

describe('the key', () => {
  it('may also come as x-api-key, and Authorization wins where both come', async () => {
    const chat = { model: ROUTE, messages: [{ role: 'user' as const, content: 'hello' }] };
    const headers = { 'x-api-key': contract.key, authorization: null };
    const answer = await client({ apiKey: 'unused', defaultHeaders: headers }).chat.completions.create(chat);
    assert.equal(contract.lastCall().headers.get('authorization'), null);
    await contract.passed({ operation: 'chat-completions', usage: chatUsage(answer.usage) });
    await openai.chat.completions.create(chat, { headers: { 'x-api-key': 'stale' } });
    const error = await failure(client({ apiKey: 'sk-wrong' }).chat.completions.create(chat, { headers: { 'x-api-key': contract.key } }));
    assert.ok(error instanceof AuthenticationError);
  });
});
