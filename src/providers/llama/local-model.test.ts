// The life of a local model: starting, being busy, closing. With the real package and models made here.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemErrorCode } from '#kernel';
import { ABSENT, ask, completion, createModels, type Failure, type Models } from '#test/llama-asking';
import { randomModel, scriptedModel } from '#test/llama-tiny-model';
import type { LocalModel, LocalModelOptions } from './local-model.ts';

let models: Models;
before(async () => {
  models = await createModels();
});
after(() => models.close());

describe('a local model that is busy', { skip: ABSENT ?? false }, () => {
  const endless = { temperature: 0, max_tokens: 100_000 };
  const options = { maxOutputTokens: 1_500 };
  const script = [' ', 'on', ' and', ' on', ','];

  /** Begins a long answer and waits for its first words. */
  async function begin(model: LocalModel): Promise<{ readonly giveUp: () => void; readonly rest: () => Promise<string> }> {
    const controller = new AbortController();
    const response = await ask(model, { ...endless, stream: true }, controller.signal);
    const reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    await reader.read();
    return {
      giveUp: () => controller.abort(),
      async rest() {
        const decoder = new TextDecoder();
        let text = '';
        for (let piece = await reader.read(); !piece.done; piece = await reader.read())
          text += decoder.decode(piece.value, { stream: true });
        return text;
      },
    };
  }

  test('sends away who is one too many, and serves the others when it is their turn', async () => {
    const model = await models.start(scriptedModel({ script, endless: true }), { ...options, parallel: 1, maxQueued: 1 });
    const first = await begin(model);
    const second = completion(model, { temperature: 0, max_tokens: 1 });
    let away: Response | undefined;
    // The second takes its place when its headers are read; until then a third may take it.
    for (let attempt = 0; attempt < 50 && away?.status !== 503; attempt++)
      away = await ask(model, { max_tokens: 1 }, AbortSignal.timeout(100)).catch(() => undefined);
    assert.equal(away?.status, 503);
    assert.match(away.headers.get('retry-after') ?? '', /^\d+$/);
    const { error } = (await away.json()) as Failure;
    assert.deepEqual([error.type, error.code], ['server_error', 'overloaded']);
    assert.ok((await first.rest()).endsWith('data: [DONE]\n\n'));
    assert.equal((await second).usage.completion_tokens, 1);
  });

  test('stops for a client that is gone and takes the next', async () => {
    const model = await models.start(scriptedModel({ script, endless: true }), { ...options, parallel: 1, maxQueued: 0 });
    const startedAt = performance.now();
    await (await begin(model)).rest();
    const wholeMs = performance.now() - startedAt;
    const abandoned = await begin(model);
    assert.equal((await ask(model, { max_tokens: 1 })).status, 503);
    const givenUpAt = performance.now();
    abandoned.giveUp();
    let status = 503;
    while (status === 503) {
      status = (await ask(model, { temperature: 0, max_tokens: 1 })).status;
      if (status === 503) await sleep(5);
    }
    assert.equal(status, 200);
    const waitedMs = performance.now() - givenUpAt;
    assert.ok(waitedMs < wholeMs / 2, `the place was free after ${waitedMs} ms, and the whole answer takes ${wholeMs} ms`);
  });

  test('runs where a graphics card may be used, whether there is one or not', async () => {
    const model = await models.start(scriptedModel({ script, endless: true }), { gpu: true });
    assert.equal((await completion(model, { temperature: 0, max_tokens: 2 })).choices[0]?.message.content, 'on and');
  });

  test('ends at once when it is closed', async () => {
    const model = await models.start(scriptedModel({ script, endless: true }), options);
    const answer = await begin(model);
    await model.close();
    await assert.rejects(answer.rest());
    await assert.rejects(ask(model, {}));
  });
});

describe('a local model that cannot be started', { skip: ABSENT ?? false }, () => {
  const codeOf = async (file: Buffer, more: Partial<LocalModelOptions> = {}): Promise<unknown> =>
    await models.start(file, more).then(() => 'started', systemErrorCode);

  test('says why before anything serves', async () => {
    const sound = randomModel({ seed: 1 });
    assert.equal(await codeOf(sound, { modelPath: join(models.directory, 'none.gguf') }), 'llama-model-missing');
    assert.equal(await codeOf(sound, { modelPath: models.directory }), 'llama-model-invalid');
    assert.equal(await codeOf(Buffer.from('not a model at all, but long enough')), 'llama-model-invalid');
    assert.equal(await codeOf(Buffer.from('GGUF')), 'llama-model-invalid');
    assert.equal(await codeOf(sound.subarray(0, sound.length / 2)), 'llama-load-failed');
    assert.equal(await codeOf(sound, { resolveFrom: models.directory }), 'llama-missing');
  });

  test('because nothing has so much memory says so, and takes none of it', async () => {
    assert.equal(await codeOf(randomModel({ seed: 1 }), { contextTokens: 2_000_000_000, parallel: 64 }), 'llama-memory');
  });
});
