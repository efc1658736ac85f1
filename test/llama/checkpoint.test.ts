// A local model behind the started checkpoint, with the vendors' SDKs: an ordinary deployment, in every format that a client may speak.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';
import { installLlama, llamaAbsent, LLAMA_RUNTIME } from '#test/llama-install';
import { scriptedModel } from '#test/llama-tiny-model';

const ABSENT = llamaAbsent();

let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sekisho-llama-checkpoint-'));
});
after(() => rm(directory, { recursive: true, force: true }));

describe('a local model behind the checkpoint', { skip: ABSENT ?? false }, () => {
  let checkpoint: StartedCheckpoint;
  let key: string;

  before(async () => {
    await installLlama();
    const file = join(directory, 'tiny.gguf');
    await writeFile(file, scriptedModel({ script: [' ', 'It stands', ' at the', ' border.'] }));
    checkpoint = await startCheckpoint({
      workers: 2,
      yaml: `providers:
  local:
    company: Example
    country: JP
    deployments:
      tiny:
        model: tiny
        wire: openai-chat
        llama: { file: ${JSON.stringify(file)}, contextTokens: 1024, threads: 1, gpu: false, package: ${JSON.stringify(LLAMA_RUNTIME)} }
routes:
  any: { candidates: [local/tiny] }
`,
    });
    key = await checkpoint.createKey();
  });

  test('answers chat completions, whole and as a stream', async () => {
    const client = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
    const asked = { model: 'any', temperature: 0, messages: [{ role: 'user' as const, content: 'Where is the checkpoint?' }] };
    const whole = await client.chat.completions.create(asked);
    assert.equal(whole.choices[0]?.message.content, 'It stands at the border.');
    let text = '';
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true }))
      text += chunk.choices[0]?.delta.content ?? '';
    assert.equal(text, 'It stands at the border.');
  });

  test('answers Responses and Anthropic messages', async () => {
    const openai = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
    const response = await openai.responses.create({ model: 'any', temperature: 0, input: 'Where is the checkpoint?' });
    assert.equal(response.output_text, 'It stands at the border.');
    const anthropic = new Anthropic({ baseURL: checkpoint.url, apiKey: key, maxRetries: 0 });
    const message = await anthropic.messages.create({
      model: 'any',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Where is the checkpoint?' }],
    });
    assert.deepEqual(
      message.content.map((block) => (block.type === 'text' ? block.text : block.type)),
      ['It stands at the border.'],
    );
  });

  test('refuses by name what it cannot do, in the words of the model', async () => {
    const client = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
    const asked = client.chat.completions.create({ model: 'any', n: 2, messages: [{ role: 'user', content: 'Hello' }] });
    await assert.rejects(asked, (error: unknown) => error instanceof OpenAI.APIError && error.status === 400 && error.param === 'n');
  });

  test('names the deployment and the true counts in the record', async () => {
    const answer = await fetch(`${checkpoint.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'any', temperature: 0, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    const { usage } = (await answer.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
    const records = JSON.stringify(await checkpoint.recordsOf(answer.headers.get('x-request-id') ?? ''));
    assert.ok(records.includes('"local/tiny"'), records);
    assert.ok(records.includes(`"inputTokens":${usage.prompt_tokens},"outputTokens":${usage.completion_tokens}`), records);
    // Three pieces and the end.
    assert.equal(usage.completion_tokens, 4);
  });
});
