// Anthropic's official client through the checkpoint: messages, streams, tools, token counts, models and errors in its own shapes.
import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
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
  type: 'object' as const,
  properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
  required: ['city', 'unit'],
  additionalProperties: false,
};

let contract: Contract;
let anthropic: Anthropic;

before(async () => {
  contract = await startContract();
  anthropic = client({ apiKey: contract.key });
});

function client(options: ConstructorParameters<typeof Anthropic>[0]): Anthropic {
  return new Anthropic({ baseURL: contract.checkpoint.url, maxRetries: 0, fetch: contract.fetch, ...options });
}

function usageOf(usage: Anthropic.Usage): Seen['usage'] {
  return { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
}

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

async function failure(request: Promise<unknown>): Promise<APIError> {
  const error = await request.then(
    () => assert.fail('the request succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof APIError, String(error));
  return error;
}

const request = { model: ROUTE, max_tokens: 1000, messages: [{ role: 'user' as const, content: 'こんにちは' }] };

describe('messages', () => {
  it('an answer', async () => {
    const message = await anthropic.messages.create(request);
    assert.match(textOf(message), SAID);
    assert.deepEqual([message.model, message.stop_reason], [MODEL, 'end_turn']);
    assert.equal(message['_request_id'], contract.lastCall().id, 'request-id and x-request-id say the same');
    const { received, call } = await contract.passed({ operation: 'messages', usage: usageOf(message.usage), finish: 'end_turn' });
    assert.equal(received.headers['anthropic-version'], call.headers.get('anthropic-version'));
  });

  it('a stream: the text of the whole answer, in pieces, with its usage', async () => {
    const whole = await anthropic.messages.create(request);
    const stream = anthropic.messages.stream(request);
    const pieces: string[] = [];
    stream.on('text', (piece) => pieces.push(piece));
    const message = await stream.finalMessage();
    assert.ok(pieces.length > 3);
    assert.equal(pieces.join(''), textOf(whole));
    assert.equal(stream.request_id, contract.lastCall().id);
    assert.deepEqual(message.usage.output_tokens, whole.usage.output_tokens);
    await contract.passed({ operation: 'messages', stream: true, usage: usageOf(message.usage), finish: 'end_turn' });
  });

  it('a streamed round trip with parallel tools', async () => {
    const tools = [
      { name: 'get_weather', input_schema: WEATHER },
      { name: 'get_time', input_schema: { type: 'object' as const } },
    ];
    const asked = [{ role: 'user' as const, content: 'use the tools' }];
    const proposal = await anthropic.messages.stream({ ...request, messages: asked, tools }).finalMessage();
    assert.equal(proposal.stop_reason, 'tool_use');
    const calls = proposal.content.filter((block) => block.type === 'tool_use');
    assert.deepEqual(
      calls.map((call) => call.name),
      ['get_weather', 'get_time'],
    );
    assert.equal((calls[0]!.input as { unit: string }).unit, 'celsius');
    await contract.passed({ operation: 'messages', stream: true, usage: usageOf(proposal.usage), finish: 'tool_use' });
    const results = calls.map((call) => ({ type: 'tool_result' as const, tool_use_id: call.id, content: '21 °C' }));
    const messages = [...asked, { role: 'assistant' as const, content: proposal.content }, { role: 'user' as const, content: results }];
    const answer = await anthropic.messages.create({ ...request, messages, tools });
    assert.match(textOf(answer), /2 tool result/);
    await contract.passed({ operation: 'messages', usage: usageOf(answer.usage), finish: 'end_turn' });
  });

  it('structured output, a forced tool, an answer cut short', async () => {
    const output_config = { format: { type: 'json_schema' as const, schema: WEATHER } };
    const structured = await anthropic.messages.create({ ...request, output_config });
    assert.equal((JSON.parse(textOf(structured)) as { unit: string }).unit, 'celsius');
    const tools = [{ name: 'get_weather', input_schema: WEATHER }];
    const forced = await anthropic.messages.create({ ...request, tools, tool_choice: { type: 'tool', name: 'get_weather' } });
    assert.deepEqual(
      forced.content.map((block) => block.type),
      ['tool_use'],
    );
    const cut = await anthropic.messages.create({ ...request, max_tokens: 2 });
    assert.equal(cut.stop_reason, 'max_tokens');
    await contract.passed({ operation: 'messages', usage: usageOf(cut.usage), finish: 'max_tokens' });
  });

  it('a token count', async () => {
    const { input_tokens } = await anthropic.messages.countTokens({ model: ROUTE, messages: request.messages });
    const whole = await anthropic.messages.create(request);
    assert.equal(input_tokens, whole.usage.input_tokens);
    await contract.passed(
      { operation: 'count-tokens', usage: { inputTokens: input_tokens, outputTokens: 0 } },
      contract.calls.findLast((call) => call.path.endsWith('/count_tokens')),
    );
  });

  it('beta headers and unknown fields reach the provider, other headers do not', async () => {
    const headers = { 'anthropic-beta': 'future-2027-01-01,other-2027-02-02', cookie: 'session=1', 'x-trace': 'abc' };
    const extra = { x_future: { nested: [1.5e-7, '\u2028', null] } };
    const message = await anthropic.messages.create({ ...request, ...extra }, { headers });
    const { received } = await contract.passed({ operation: 'messages', usage: usageOf(message.usage) });
    assert.equal(received.headers['anthropic-beta'], headers['anthropic-beta']);
    assert.deepEqual((received.json as Record<string, unknown>)['x_future'], extra.x_future);
    assert.equal((message as unknown as { x_simulated: boolean }).x_simulated, true);
  });

  it('an abort in the middle of a stream ends it at the provider', async () => {
    contract.simulator.setBehaviour({ chunks: 200, delayMs: 20 });
    try {
      const aborted = contract.simulator.stats.aborted;
      const stream = anthropic.messages.stream(request);
      let pieces = 0;
      stream.on('text', () => {
        if (++pieces === 3) stream.abort();
      });
      await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
      await eventually('the provider sees it', () => contract.simulator.stats.aborted === aborted + 1);
      const records = await contract.checkpoint.recordsOf(contract.lastCall().id);
      const outcome = records.at(-1)!;
      assert.equal(outcome['ended'], 'client-gone');
      assert.ok((outcome['usage'] as { inputTokens: number }).inputTokens > 0, 'what the first event said about usage is kept');
    } finally {
      contract.simulator.setBehaviour({ chunks: 0, delayMs: 0 });
    }
  });
});

describe('refusals by the provider', () => {
  const refused = {
    route: REFUSING_ROUTE,
    model: 'sim-refusal',
    deployment: 'refusal/d',
    finish: 'refusal',
    providerRefusal: 'cyber-policy: cyber',
  };

  it('stop_reason refusal passes through, with its details, and is in the ledger', async () => {
    const message = await anthropic.messages.create({ ...request, model: REFUSING_ROUTE });
    assert.deepEqual([message.stop_reason, message.stop_details?.category, message.content], ['refusal', 'cyber', []]);
    await contract.passed({ operation: 'messages', usage: usageOf(message.usage), ...refused });
  });

  it('streamed too', async () => {
    const message = await anthropic.messages.stream({ ...request, model: REFUSING_ROUTE }).finalMessage();
    assert.deepEqual([message.stop_reason, message.stop_details?.category], ['refusal', 'cyber']);
    await contract.passed({ operation: 'messages', stream: true, usage: usageOf(message.usage), ...refused });
  });

  it('an access program that is not enabled is told in the provider’s own words', async () => {
    const error = await failure(anthropic.messages.create({ ...request, model: BLOCKING_ROUTE }));
    assert.ok(error instanceof BadRequestError);
    assert.equal((error as unknown as { errorCode: string }).errorCode, 'access_program_not_enabled');
    const blocked = { route: BLOCKING_ROUTE, model: 'sim-policy-error', deployment: 'policy/d' };
    await contract.passed({
      operation: 'messages',
      usage: null,
      status: 400,
      providerRefusal: 'access-program: access_program_not_enabled',
      ...blocked,
    });
  });
});

describe('models', () => {
  it('are the routes that the key may use, in Anthropic’s shape', async () => {
    const page = await anthropic.models.list();
    assert.deepEqual(page.data.map((model) => model.id).toSorted(), [
      ROUTE,
      BLOCKING_ROUTE,
      CHAT_ONLY_ROUTE,
      REFUSING_ROUTE,
      RESPONSES_ONLY_ROUTE,
      SINGLE_ATTEMPT_ROUTE,
    ]);
    assert.equal(page.has_more, false);
    const model = await anthropic.models.retrieve(ROUTE);
    assert.deepEqual([model.type, model.id, model.display_name], ['model', ROUTE, 'Any question']);
    assert.ok(Math.abs(Date.parse(model.created_at) - Date.now()) < 600_000);
    const absent = await failure(anthropic.models.retrieve('absent'));
    assert.ok(absent instanceof NotFoundError && absent.type === 'not_found_error');
  });
});

describe('errors become the classes that programs catch', () => {
  it('401: AuthenticationError with the request id', async () => {
    const received = contract.simulator.stats.received;
    for (const apiKey of [`sk-ant-${'0'.repeat(20)}`, `${contract.key.slice(0, -4)}AAAA`]) {
      const error = await failure(client({ apiKey }).messages.create(request));
      assert.ok(error instanceof AuthenticationError && error.type === 'authentication_error', String(error));
      assert.equal(error.requestID, contract.lastCall().id);
      assert.equal((error.error as { request_id: string }).request_id, contract.lastCall().id);
    }
    assert.equal(contract.simulator.stats.received, received);
  });

  it('403, 404 and 400', async () => {
    const limited = client({ apiKey: await contract.checkpoint.createKey({ routes: [ROUTE] }) });
    const denied = await failure(limited.messages.create({ ...request, model: REFUSING_ROUTE }));
    assert.ok(denied instanceof PermissionDeniedError && denied.type === 'permission_error');
    const unknown = await failure(anthropic.messages.create({ ...request, model: 'anny' }));
    assert.ok(unknown instanceof NotFoundError && unknown.type === 'not_found_error');
    assert.match(unknown.message, /Did you mean/);
    const [record] = await contract.checkpoint.recordsOf(unknown.requestID!);
    assert.deepEqual([record!['type'], record!['rule'], record!['operation']], ['refusal', 'unknown-route', 'messages']);
    const { messages: _, ...incomplete } = request;
    const providers = await failure(anthropic.messages.create(incomplete as typeof request));
    assert.ok(providers instanceof BadRequestError && providers.type === 'invalid_request_error');
    assert.match(providers.message, /messages: Field required/);
    await contract.passed({ operation: 'messages', usage: null, status: 400 });
  });

  it('429 and 529 from the provider, with their own types', async () => {
    const single = { ...request, model: SINGLE_ATTEMPT_ROUTE };
    contract.simulator.setFault({ kind: 'status', status: 529 }, { times: 1 });
    const overloaded = await failure(anthropic.messages.create(single));
    assert.ok(overloaded instanceof InternalServerError && overloaded.type === 'overloaded_error' && overloaded.status === 529);
    contract.simulator.setFault({ kind: 'status', status: 429, retryAfterSeconds: 1 }, { times: 1 });
    const limited = await failure(anthropic.messages.create(single));
    assert.ok(limited instanceof RateLimitError && limited.type === 'rate_limit_error');
    assert.equal(limited.headers.get('retry-after'), '1');
    const answer = await client({ apiKey: contract.key, maxRetries: 5 }).messages.create(single);
    assert.match(textOf(answer), SAID);
  });

  it('an error event inside a stream', async () => {
    contract.simulator.setFault({ kind: 'stream-error', afterChunks: 4 }, { times: 1 });
    const error = await failure(anthropic.messages.stream(request).finalMessage());
    assert.equal(error.type, 'overloaded_error');
    const outcome = (await contract.checkpoint.recordsOf(contract.lastCall().id)).at(-1)!;
    assert.equal(outcome['error'], 'overloaded_error');
  });
});

describe('the key', () => {
  it('may come as a bearer token or as x-api-key', async () => {
    const headers = { 'x-api-key': contract.key, authorization: null };
    for (const options of [{ authToken: contract.key }, { defaultHeaders: headers }]) {
      const message = await client({ apiKey: null, ...options }).messages.create(request);
      const { call } = await contract.passed({ operation: 'messages', usage: usageOf(message.usage) });
      assert.equal(call.headers.has('x-api-key'), 'defaultHeaders' in options);
      assert.equal(call.headers.has('authorization'), 'authToken' in options);
    }
  });
});
