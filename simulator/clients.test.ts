// The official clients against a simulator, without anything between: what the gateway's contract tests rely on.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import { embed, generateText, Output, stepCountIs, streamText, tool, type LanguageModel } from 'ai';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { z } from 'zod';
import { startSimulator, type Simulator } from './index.ts';

const KEY = 'sim-test-key';
const SAID = /^\[simulated JP provider\]/;
const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] }, days: { type: 'integer', minimum: 1, maximum: 7 } },
  required: ['city', 'unit', 'days'],
  additionalProperties: false,
} as const;
const weatherArguments = z.strictObject({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']), days: z.int().min(1).max(7) });

let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ name: 'jp', label: 'JP', apiKey: KEY, models: ['sim-a', 'sim-b'] });
});
after(() => simulator.close());

const openai = () => new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: KEY, maxRetries: 0 });
const anthropic = () => new Anthropic({ baseURL: simulator.url, apiKey: KEY, maxRetries: 0 });

describe('the openai client, chat completions', () => {
  const request = { model: 'sim-a', messages: [{ role: 'user' as const, content: 'こんにちは' }] };

  test('reads an answer with usage, and the same request has the same answer', async () => {
    const first = await openai().chat.completions.create(request);
    assert.match(first.choices[0]!.message.content!, SAID);
    assert.equal(first.choices[0]!.finish_reason, 'stop');
    assert.equal(first.model, 'sim-a');
    assert.equal(first.usage!.total_tokens, first.usage!.prompt_tokens + first.usage!.completion_tokens);
    assert.equal((first as unknown as { x_simulated: boolean }).x_simulated, true);
    const { _request_id: one, ...a } = first;
    const { _request_id: two, ...b } = await openai().chat.completions.create(request);
    assert.deepEqual(b, a);
    assert.notEqual(one, two);
  });

  test('reads a stream whose text is that of the whole answer, without usage unless asked for', async () => {
    const whole = (await openai().chat.completions.create(request)).choices[0]!.message.content;
    let text = '';
    let usage = 0;
    for await (const chunk of await openai().chat.completions.create({ ...request, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.usage) usage++;
    }
    assert.match(text, SAID);
    assert.equal(text.length, whole!.length);
    assert.equal(usage, 0);
  });

  test('has usage in the last chunk when asked for', async () => {
    const stream = openai().chat.completions.stream({ ...request, stream_options: { include_usage: true } });
    const final = await stream.finalChatCompletion();
    assert.ok(final.usage!.completion_tokens > 0);
  });

  test('gives n different choices, streamed too', async () => {
    const whole = await openai().chat.completions.create({ ...request, n: 3 });
    assert.equal(new Set(whole.choices.map((choice) => choice.message.content)).size, 3);
    const streamed = await openai()
      .chat.completions.stream({ ...request, n: 3 })
      .finalChatCompletion();
    assert.deepEqual(
      streamed.choices.map((choice) => choice.finish_reason),
      ['stop', 'stop', 'stop'],
    );
  });

  test('stops at the token limit', async () => {
    const cut = await openai().chat.completions.create({ ...request, max_completion_tokens: 3 });
    assert.equal(cut.choices[0]!.finish_reason, 'length');
    assert.equal(cut.usage!.completion_tokens, 3);
  });

  const tools = [
    { type: 'function' as const, function: { name: 'get_weather', parameters: WEATHER } },
    { type: 'function' as const, function: { name: 'get_time', parameters: { type: 'object', properties: {} } } },
  ];

  test('takes a tool round trip: proposal, result, text', async () => {
    const asked = [{ role: 'user' as const, content: 'Use the tool get_weather please.' }];
    const proposal = (await openai().chat.completions.create({ model: 'sim-a', messages: asked, tools })).choices[0]!;
    assert.equal(proposal.finish_reason, 'tool_calls');
    const call = proposal.message.tool_calls![0]!;
    assert.ok(call.type === 'function');
    assert.equal(call.function.name, 'get_weather');
    weatherArguments.parse(JSON.parse(call.function.arguments));
    const messages = [...asked, proposal.message, { role: 'tool' as const, tool_call_id: call.id, content: '21 °C' }];
    const answer = (await openai().chat.completions.create({ model: 'sim-a', messages, tools })).choices[0]!;
    assert.match(answer.message.content!, /1 tool result/);
  });

  test('streams parallel tool calls with their arguments in pieces, and one call when parallel calls are off', async () => {
    const body = { model: 'sim-a', messages: [{ role: 'user' as const, content: 'use the tools' }], tools };
    const final = await openai().chat.completions.stream(body).finalChatCompletion();
    const calls = final.choices[0]!.message.tool_calls!;
    assert.deepEqual(
      calls.map((call) => call.type === 'function' && call.function.name),
      ['get_weather', 'get_time'],
    );
    assert.ok(calls[0]!.type === 'function');
    weatherArguments.parse(JSON.parse(calls[0]!.function.arguments));
    assert.equal(new Set(calls.map((call) => call.id)).size, 2);
    const one = await openai().chat.completions.create({ ...body, parallel_tool_calls: false });
    assert.equal(one.choices[0]!.message.tool_calls!.length, 1);
  });

  test('answers in the asked JSON Schema', async () => {
    const response_format = { type: 'json_schema' as const, json_schema: { name: 'weather', strict: true, schema: WEATHER } };
    const answer = await openai().chat.completions.create({ ...request, response_format });
    weatherArguments.parse(JSON.parse(answer.choices[0]!.message.content!));
  });

  test('refuses and blocks by model name', async () => {
    const refused = await openai().chat.completions.create({ ...request, model: 'sim-refusal' });
    assert.match(refused.choices[0]!.message.refusal!, /declined/);
    assert.equal(refused.choices[0]!.message.content, null);
    const streamed = await openai()
      .chat.completions.stream({ ...request, model: 'sim-refusal' })
      .finalChatCompletion();
    assert.equal(streamed.choices[0]!.message.refusal, refused.choices[0]!.message.refusal);
    const blocked = { ...request, model: 'sim-policy-error' };
    await assert.rejects(openai().chat.completions.create(blocked), { status: 400, code: 'cyber_policy' });
    let before = 0;
    const read = async () => {
      for await (const _ of await openai().chat.completions.create({ ...blocked, stream: true })) before++;
    };
    await assert.rejects(read(), { code: 'cyber_policy' });
    assert.ok(before > 0);
  });
});

describe('the openai client, responses', () => {
  const tools = [{ type: 'function' as const, name: 'get_weather', parameters: WEATHER, strict: true }];

  test('reads an answer and a stream with consecutive sequence numbers', async () => {
    const whole = await openai().responses.create({ model: 'sim-a', input: 'hello' });
    assert.match(whole.output_text, SAID);
    assert.ok(whole.usage!.output_tokens > 0);
    const numbers: number[] = [];
    const types: string[] = [];
    for await (const event of await openai().responses.create({ model: 'sim-a', input: 'hello', stream: true })) {
      numbers.push(event.sequence_number);
      types.push(event.type);
      if (event.type === 'response.completed') assert.equal(event.response.usage!.output_tokens, whole.usage!.output_tokens);
    }
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index),
    );
    assert.deepEqual(
      [...new Set(types)],
      [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ],
    );
  });

  test('takes a streamed tool round trip', async () => {
    const input = [{ role: 'user' as const, content: 'use the tool' }];
    const proposal = await openai().responses.stream({ model: 'sim-a', input, tools }).finalResponse();
    const call = proposal.output[0]!;
    assert.ok(call.type === 'function_call');
    weatherArguments.parse(JSON.parse(call.arguments));
    const sent = { type: 'function_call' as const, call_id: call.call_id, name: call.name, arguments: call.arguments };
    const result = { type: 'function_call_output' as const, call_id: call.call_id, output: '21 °C' };
    const answer = await openai().responses.create({ model: 'sim-a', input: [...input, sent, result], tools });
    assert.match(answer.output_text, /1 tool result/);
  });

  test('answers in the asked JSON Schema, and says when it is incomplete', async () => {
    const text = { format: { type: 'json_schema' as const, name: 'weather', schema: WEATHER } };
    weatherArguments.parse(JSON.parse((await openai().responses.create({ model: 'sim-a', input: 'x', text })).output_text));
    const cut = await openai().responses.create({ model: 'sim-a', input: 'x', max_output_tokens: 2 });
    assert.deepEqual([cut.status, cut.incomplete_details], ['incomplete', { reason: 'max_output_tokens' }]);
  });

  test('refuses and blocks by model name', async () => {
    const refused = await openai().responses.stream({ model: 'sim-refusal', input: 'x' }).finalResponse();
    assert.ok(refused.output[0]!.type === 'message' && refused.output[0].content[0]!.type === 'refusal');
    await assert.rejects(openai().responses.create({ model: 'sim-policy-error', input: 'x' }), { status: 400, code: 'cyber_policy' });
    const read = async () => {
      for await (const _ of await openai().responses.create({ model: 'sim-policy-error', input: 'x', stream: true }));
    };
    await assert.rejects(read(), { code: 'cyber_policy' });
  });
});

describe('the openai client, embeddings, models and errors', () => {
  test('decodes the base64 it asks for to the floats it would get', async () => {
    const input = ['関所', 'checkpoint'];
    const decoded = await openai().embeddings.create({ model: 'sim-e', input, dimensions: 64 });
    const floats = await openai().embeddings.create({ model: 'sim-e', input, dimensions: 64, encoding_format: 'float' });
    assert.equal(simulator.requests.at(-2)!.body.includes('base64'), true);
    assert.equal(decoded.data[0]!.embedding.length, 64);
    assert.deepEqual(decoded.data, floats.data);
    assert.notDeepEqual(floats.data[0]!.embedding, floats.data[1]!.embedding);
  });

  test('lists and finds models', async () => {
    assert.deepEqual(
      (await openai().models.list()).data.map((model) => model.id),
      ['sim-a', 'sim-b'],
    );
    assert.equal((await openai().models.retrieve('sim-b')).owned_by, 'jp');
    await assert.rejects(openai().models.retrieve('none/such'), { status: 404, code: 'model_not_found' });
  });

  test('is turned away with a wrong key', async () => {
    const stranger = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'wrong', maxRetries: 0 });
    await assert.rejects(stranger.models.list(), { status: 401, code: 'invalid_api_key' });
  });
});

describe("Anthropic's client", () => {
  const request = { model: 'sim-a', max_tokens: 1000, messages: [{ role: 'user' as const, content: 'hello' }] };
  const tools = [
    { name: 'get_weather', input_schema: { ...WEATHER, required: [...WEATHER.required] } },
    { name: 'get_time', input_schema: { type: 'object' as const } },
  ];

  test('reads an answer, a stream and a token count', async () => {
    const whole = await anthropic().messages.create(request);
    assert.ok(whole.content[0]!.type === 'text');
    assert.match(whole.content[0].text, SAID);
    const streamed = await anthropic().messages.stream(request).finalMessage();
    assert.equal(streamed.stop_reason, 'end_turn');
    assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
    const { input_tokens } = await anthropic().messages.countTokens({ model: 'sim-a', messages: request.messages });
    assert.equal(input_tokens, whole.usage.input_tokens);
  });

  test('takes a streamed round trip with parallel tools', async () => {
    const asked = [{ role: 'user' as const, content: 'use the tools' }];
    const proposal = await anthropic()
      .messages.stream({ ...request, messages: asked, tools })
      .finalMessage();
    assert.equal(proposal.stop_reason, 'tool_use');
    const calls = proposal.content.filter((block) => block.type === 'tool_use');
    assert.deepEqual(
      calls.map((call) => call.name),
      ['get_weather', 'get_time'],
    );
    weatherArguments.parse(calls[0]!.input);
    const results = calls.map((call) => ({ type: 'tool_result' as const, tool_use_id: call.id, content: '21 °C' }));
    const messages = [...asked, { role: 'assistant' as const, content: proposal.content }, { role: 'user' as const, content: results }];
    const answer = await anthropic().messages.create({ ...request, messages, tools });
    assert.ok(answer.content[0]!.type === 'text');
    assert.match(answer.content[0].text, /2 tool result/);
  });

  test('calls the forced tool without a preamble', async () => {
    const forced = await anthropic().messages.create({ ...request, tools, tool_choice: { type: 'tool', name: 'get_time' } });
    assert.deepEqual(
      forced.content.map((block) => block.type),
      ['tool_use'],
    );
  });

  test('refuses with details, streamed too, and blocks by model name', async () => {
    for (const message of [
      await anthropic().messages.create({ ...request, model: 'sim-refusal' }),
      await anthropic()
        .messages.stream({ ...request, model: 'sim-refusal' })
        .finalMessage(),
    ]) {
      assert.equal(message.stop_reason, 'refusal');
      assert.equal(message.stop_details!.category, 'cyber');
    }
    const blocked = { ...request, model: 'sim-policy-error' };
    await assert.rejects(anthropic().messages.create(blocked), { status: 400, errorCode: 'access_program_not_enabled' });
    await assert.rejects(anthropic().messages.stream(blocked).finalMessage(), { errorCode: 'access_program_not_enabled' });
  });

  test('lists models in its own shape and is turned away with a wrong key', async () => {
    const page = await anthropic().models.list();
    assert.deepEqual(
      page.data.map((model) => [model.type, model.id]),
      [
        ['model', 'sim-a'],
        ['model', 'sim-b'],
      ],
    );
    const stranger = new Anthropic({ baseURL: simulator.url, apiKey: 'wrong', maxRetries: 0 });
    await assert.rejects(stranger.messages.create(request), { status: 401, type: 'authentication_error' });
  });
});

describe('the ai package', () => {
  const models: readonly (readonly [string, () => LanguageModel])[] = [
    ['OpenAI Responses', () => createOpenAI({ baseURL: `${simulator.url}/v1`, apiKey: KEY })('sim-a')],
    ['OpenAI chat', () => createOpenAI({ baseURL: `${simulator.url}/v1`, apiKey: KEY }).chat('sim-a')],
    ['Anthropic', () => createAnthropic({ baseURL: `${simulator.url}/v1`, apiKey: KEY })('sim-a')],
    [
      'OpenAI compatible',
      () =>
        createOpenAICompatible({
          name: 'sim',
          baseURL: `${simulator.url}/v1`,
          apiKey: KEY,
          includeUsage: true,
          supportsStructuredOutputs: true,
        })('sim-a'),
    ],
  ];
  const weather = tool({ description: 'The weather', inputSchema: weatherArguments, execute: () => '21 °C' });

  for (const [name, model] of models) {
    test(`${name}: text, stream, tools and structured output`, async () => {
      const whole = await generateText({ model: model(), prompt: 'hello', maxRetries: 0 });
      assert.match(whole.text, SAID);
      assert.ok(whole.usage.outputTokens! > 0);
      const stream = streamText({ model: model(), prompt: 'use the tool', tools: { weather }, stopWhen: stepCountIs(3), maxRetries: 0 });
      assert.match(await stream.text, /1 tool result/);
      assert.equal((await stream.steps).length, 2);
      assert.ok((await stream.usage).outputTokens! > 0);
      const object = await generateText({
        model: model(),
        prompt: 'x',
        output: Output.object({ schema: weatherArguments }),
        maxRetries: 0,
      });
      weatherArguments.parse(object.output);
    });
  }

  test('embeds', async () => {
    const model = createOpenAI({ baseURL: `${simulator.url}/v1`, apiKey: KEY }).embedding('sim-e');
    assert.equal((await embed({ model, value: 'x', maxRetries: 0 })).embedding.length, 256);
  });
});
