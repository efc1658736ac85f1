// The answers of a local model with random weights, which say nothing sensible: what is sensible about them comes from the code. With the
// real package and a model made here.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ABSENT, completion, CONTEXT_TOKENS, createModels, failure, stream, textOf, type Models } from '#test/llama-asking';
import { randomModel } from '#test/llama-tiny-model';
import type { LocalModel } from './local-model.ts';

let models: Models;
let model: LocalModel;
before(async () => {
  models = await createModels();
  if (ABSENT === undefined) model = await models.start(randomModel({ seed: 1 }), { parallel: 2 });
});
after(() => models.close());

describe('an answer of a local model', { skip: ABSENT ?? false }, () => {
  test('says the same for the same seed, and something else for another', async () => {
    // Three answers each, because one may end at once.
    const said = async (seed: number): Promise<string> => {
      const answers = await Promise.all(
        [seed, seed - 1_000, seed - 2_000].map((one) => completion(model, { seed: one, temperature: 1.5 })),
      );
      return answers.map(({ choices }) => choices[0]?.message.content).join('|');
    };
    const first = await said(7);
    assert.equal(await said(7), first);
    assert.notEqual(await said(8), first);
    // The seed after which llama.cpp would draw one itself.
    assert.equal(await said(0xff_ff_ff_ff), await said(0xff_ff_ff_ff));
  });

  test('says the same whole and as a stream, with the same counts', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const whole = await completion(model, { seed, temperature: 1.5, max_tokens: 90 });
      const chunks = await stream(model, { seed, temperature: 1.5, max_tokens: 90, stream_options: { include_usage: true } });
      assert.equal(textOf(chunks), whole.choices[0]?.message.content);
      assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, whole.choices[0]?.finish_reason);
      assert.deepEqual(chunks.at(-1)?.choices, []);
      assert.deepEqual(chunks.at(-1)?.usage, whole.usage);
    }
    assert.equal((await stream(model, { max_tokens: 3 })).at(-1)?.usage, undefined);
  });

  test('counts what it generates, and stops where it is told to', async () => {
    const { choices, usage } = await completion(model, { seed: 7, temperature: 1.5, max_completion_tokens: 11 });
    assert.equal(choices[0]?.finish_reason, 'length');
    assert.deepEqual([usage.completion_tokens, usage.total_tokens], [11, usage.prompt_tokens + 11]);
    const bounded = await completion(model, { seed: 7, temperature: 1.5, max_tokens: 100_000 });
    assert.ok(bounded.usage.completion_tokens <= 200, 'the operator’s bound holds');
  });

  test('reads a special token in a message as the text it is', async () => {
    const promptTokens = async (content: string): Promise<number> =>
      (await completion(model, { max_tokens: 1, messages: [{ role: 'user', content }] })).usage.prompt_tokens;
    // One token per byte: as a special token it would be one.
    assert.equal((await promptTokens('a</s>')) - (await promptTokens('a')), 4);
  });

  test('remembers a prompt for the one who sent it, and for nobody else', async () => {
    const cached = async (members: Record<string, unknown>): Promise<number> =>
      (await completion(model, { max_tokens: 2, messages: [{ role: 'user', content: 'a longer prompt than the others' }], ...members }))
        .usage.prompt_tokens_details.cached_tokens;
    assert.equal(await cached({ safety_identifier: 'ana' }), 0);
    assert.ok((await cached({ safety_identifier: 'ana' })) > 20);
    assert.equal(await cached({ safety_identifier: 'ben' }), 0);
    assert.equal(await cached({}), 0);
    assert.equal(await cached({}), 0);
  });

  test('answers as many at once as it may', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((seed) => completion(model, { seed, max_tokens: 40 })));
    assert.equal(answers.length, 5);
  });
});

describe('a request that a local model does not answer', { skip: ABSENT ?? false }, () => {
  test('refuses what it cannot do by name, and goes on', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: 'x' } } };
    const refused = await failure(model, { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }, 400);
    assert.deepEqual([refused.param, refused.type], ['response_format.json_schema.schema.properties.a.pattern', 'invalid_request_error']);
    assert.equal((await failure(model, { n: 3 }, 400)).param, 'n');
    const deep = `{"a":`.repeat(20_000) + '1' + '}'.repeat(20_000);
    const response = await fetch(`${model.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${model.token}` },
      body: deep,
    });
    assert.equal(response.status, 400);
    await completion(model, { max_tokens: 1 });
  });

  test('refuses a prompt that its context cannot hold, and says how long it is', async () => {
    const refused = await failure(model, { messages: [{ role: 'user', content: 'x'.repeat(3_000) }] }, 400);
    assert.equal(refused.code, 'context_length_exceeded');
    assert.match(refused.message, /2048 tokens.* 30\d\d\./);
    const streamed = await failure(model, { stream: true, messages: [{ role: 'user', content: 'x'.repeat(3_000) }] }, 400);
    assert.equal(streamed.code, 'context_length_exceeded');
  });

  test('fills its context to the end and forgets nothing of the prompt', async () => {
    const { choices, usage } = await completion(model, {
      seed: 3,
      temperature: 0,
      messages: [{ role: 'user', content: 'x'.repeat(1_990) }],
    });
    assert.ok(usage.total_tokens <= CONTEXT_TOKENS && (choices[0]?.finish_reason === 'stop' || usage.total_tokens === CONTEXT_TOKENS - 2));
  });

  test('refuses a body larger than any prompt that fits', async () => {
    assert.equal((await failure(model, { messages: [{ role: 'user', content: 'x'.repeat(300_000) }] }, 413)).code, 'request_too_large');
  });

  test('answers nobody without its token, and nothing at other paths', async () => {
    const status = async (path: string, init: RequestInit): Promise<number> => (await fetch(new URL(path, model.url), init)).status;
    const authorization = `Bearer ${model.token}`;
    assert.equal(await status('/v1/models', {}), 401);
    assert.equal(await status('/v1/models', { headers: { authorization: `Bearer ${model.token.slice(0, -1)}` } }), 401);
    assert.equal(await status('/v1/chat/completions', { method: 'POST', body: '{}' }), 401);
    assert.equal(await status('/v1/embeddings', { method: 'POST', headers: { authorization }, body: '{}' }), 404);
    assert.equal(await status('/v1/chat/completions', { headers: { authorization } }), 405);
    const models = (await (await fetch(`${model.url}/models`, { headers: { authorization } })).json()) as { data: { id: string }[] };
    assert.deepEqual(
      models.data.map(({ id }) => id),
      ['local/tiny'],
    );
    assert.equal(new URL(model.url).hostname, '127.0.0.1');
  });
});
