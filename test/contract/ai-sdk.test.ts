// The `ai` package with its OpenAI, Anthropic and OpenAI-compatible providers through the checkpoint.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  embed,
  embedMany,
  generateText,
  Output,
  stepCountIs,
  streamText,
  tool,
  type EmbeddingModel,
  type LanguageModel,
} from 'ai';
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { z } from 'zod';
import { MODEL, ROUTE, startContract, type Contract, type Seen } from '#test/contract';

const SAID = /^\[simulated JP provider\]/;
const weatherArguments = z.strictObject({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']), days: z.int().min(1).max(7) });

let contract: Contract;

before(async () => {
  contract = await startContract();
});

function settings(apiKey = contract.key) {
  return { baseURL: `${contract.checkpoint.url}/v1`, apiKey, fetch: contract.fetch };
}

function usageOf(usage: { inputTokens: number | undefined; outputTokens: number | undefined }): Seen['usage'] {
  return { inputTokens: usage.inputTokens!, outputTokens: usage.outputTokens! };
}

const compatible = (apiKey?: string) =>
  createOpenAICompatible({ name: 'sekisho', includeUsage: true, supportsStructuredOutputs: true, ...settings(apiKey) });

const models: readonly { name: string; operation: Seen['operation']; model: (apiKey?: string, route?: string) => LanguageModel }[] = [
  { name: 'OpenAI, Responses', operation: 'responses', model: (apiKey, route = ROUTE) => createOpenAI(settings(apiKey))(route) },
  { name: 'OpenAI, chat', operation: 'chat-completions', model: (apiKey, route = ROUTE) => createOpenAI(settings(apiKey)).chat(route) },
  { name: 'Anthropic', operation: 'messages', model: (apiKey, route = ROUTE) => createAnthropic(settings(apiKey))(route) },
  { name: 'OpenAI-compatible', operation: 'chat-completions', model: (apiKey, route = ROUTE) => compatible(apiKey)(route) },
];

for (const { name, operation, model } of models)
  describe(name, () => {
    const base = () => ({ model: model(), maxRetries: 0, maxOutputTokens: 1000 });

    it('generates text', async () => {
      const { text, usage, finalStep } = await generateText({ ...base(), prompt: 'hello' });
      assert.match(text, SAID);
      const { response } = finalStep;
      assert.equal(response.modelId, MODEL);
      assert.equal(response.headers?.['x-request-id'], contract.lastCall().id);
      await contract.passed({ operation, usage: usageOf(usage) });
    });

    it('streams text', async () => {
      const whole = await generateText({ ...base(), prompt: 'hello' });
      const stream = streamText({ ...base(), prompt: 'hello' });
      const pieces: string[] = [];
      for await (const piece of stream.textStream) pieces.push(piece);
      assert.ok(pieces.length > 3);
      assert.equal(pieces.join(''), whole.text);
      await contract.passed({ operation, stream: true, usage: usageOf(await stream.usage) });
    });

    it('calls tools and goes on with their results, streamed', async () => {
      const executed: unknown[] = [];
      const weather = tool({
        description: 'The weather',
        inputSchema: weatherArguments,
        execute: (input) => {
          executed.push(input);
          return '21 °C';
        },
      });
      const from = contract.calls.length;
      const stream = streamText({ ...base(), prompt: 'use the tool', tools: { weather }, stopWhen: stepCountIs(3) });
      assert.match(await stream.text, /1 tool result/);
      assert.equal(executed.length, 1);
      weatherArguments.parse(executed[0]);
      const steps = await stream.steps;
      const calls = contract.calls.slice(from);
      assert.deepEqual([steps.length, calls.length], [2, 2]);
      for (const [index, step] of steps.entries())
        await contract.passed({ operation, stream: true, usage: usageOf(step.usage) }, calls[index]);
    });

    it('generates an object of a schema', async () => {
      const { output, usage } = await generateText({ ...base(), prompt: 'x', output: Output.object({ schema: weatherArguments }) });
      weatherArguments.parse(output);
      await contract.passed({ operation, usage: usageOf(usage) });
    });

    it('reads refusals of the checkpoint as errors with a status', async () => {
      const received = contract.simulator.stats.received;
      const cases: readonly [model: LanguageModel, status: number, message: RegExp][] = [
        [model('sk-not-a-key'), 401, /not a key of this checkpoint/],
        [model(contract.key, 'absent'), 404, /No route is named "absent"/],
      ];
      for (const [refused, status, message] of cases) {
        const error: unknown = await generateText({ model: refused, prompt: 'x', maxRetries: 0 }).catch((reason: unknown) => reason);
        assert.ok(APICallError.isInstance(error), String(error));
        assert.equal(error.statusCode, status);
        assert.match(error.message, message);
        assert.equal(error.responseHeaders?.['x-request-id'], contract.lastCall().id);
      }
      assert.equal(contract.simulator.stats.received, received);
    });
  });

describe('embeddings', () => {
  const embeddings: readonly [string, () => EmbeddingModel][] = [
    ['OpenAI', () => createOpenAI(settings()).embedding(ROUTE)],
    ['OpenAI-compatible', () => compatible().embeddingModel(ROUTE)],
  ];
  for (const [name, model] of embeddings)
    it(name, async () => {
      const one = await embed({ model: model(), value: '関所', maxRetries: 0 });
      assert.equal(one.embedding.length, 256);
      await contract.passed({ operation: 'embeddings', usage: { inputTokens: one.usage.tokens, outputTokens: 0 } });
      const many = await embedMany({ model: model(), values: ['関所', 'checkpoint'], maxRetries: 0 });
      assert.deepEqual(many.embeddings[0], one.embedding);
      await contract.passed({ operation: 'embeddings', usage: { inputTokens: many.usage.tokens, outputTokens: 0 } });
    });
});
