// What the AI SDK makes of gated streams, in the three formats; the vendors' own clients are in gate.laws.test.ts.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { jsonSchema, streamText, tool, type LanguageModel, type ToolSet } from 'ai';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamOf } from '../translation/answers/testing/answers.ts';
import type { ConversationWire } from '../translation/request.ts';
import { byName, gated } from './testing/harness.ts';

type Fetch = typeof globalThis.fetch;

const settings = (fetch: Fetch): { apiKey: string; baseURL: string; fetch: Fetch } => ({
  apiKey: 'none',
  baseURL: 'http://127.0.0.1:9/v1',
  fetch,
});
const MODELS: readonly (readonly [name: string, wire: ConversationWire, model: (fetch: Fetch) => LanguageModel])[] = [
  ['OpenAI, chat', 'openai-chat', (fetch) => createOpenAI(settings(fetch)).chat('m')],
  ['OpenAI-compatible', 'openai-chat', (fetch) => createOpenAICompatible({ ...settings(fetch), name: 'c' }).chatModel('m')],
  ['OpenAI, Responses', 'openai-responses', (fetch) => createOpenAI(settings(fetch)).responses('m')],
  ['Anthropic', 'anthropic-messages', (fetch) => createAnthropic(settings(fetch)).messages('m')],
];

const called = (name: string): { id: string; name: string; pieces: string[] } => ({ id: `call_${name}`, name, pieces: ['{"a":', '"1"}'] });

for (const [client, wire, modelOf] of MODELS) {
  for (const [names, finish] of [
    [['yes', 'no', 'yet'], 'tool-calls'],
    [['no', 'not'], 'stop'],
  ] as const) {
    test(`${client}: of ${names.join(', ')} the calls that pass, and notices`, async () => {
      const { out } = await gated(wire, streamOf(wire, { text: ['Well.'], calls: names.map(called) }), byName);
      const fetch: Fetch = () => Promise.resolve(new Response(out, { headers: { 'content-type': 'text/event-stream' } }));
      const schema = jsonSchema<{ a: string }>({ type: 'object', properties: { a: { type: 'string' } } });
      const each = tool({ inputSchema: schema }) as ToolSet[string];
      const tools: ToolSet = { yes: each, no: each, yet: each, not: each };
      const result = streamText({ model: modelOf(fetch), prompt: 'x', tools, onError: ({ error }) => assert.fail(String(error)) });
      const calls = await result.toolCalls;
      assert.deepEqual(
        calls.map(({ toolName, input }) => ({ toolName, input: input as unknown })),
        names.filter((name) => name.startsWith('y')).map((name) => ({ toolName: name, input: { a: '1' } })),
      );
      const text = await result.text;
      assert.ok(text.startsWith('Well.'));
      for (const name of names) assert.equal(text.includes(`[${name}]`), name.startsWith('n'));
      assert.equal(await result.finishReason, finish);
    });
  }
}
