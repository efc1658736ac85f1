// A local model whose process fails: with a stand-in for the library that fails on request, because the real one fails by accident only.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSystemRandom, systemClock, type Clock, type SekishoError } from '#kernel';
import { installFakeLibrary } from '#test/llama-fake-library';
import { startLocalModel, type LocalModel, type LocalModelPorts } from './local-model.ts';

const OPTIONS = { id: 'local/fake', contextTokens: 64, maxQueued: 1, parallel: 1, maxOutputTokens: 8, threads: undefined, gpu: false };

let directory: string;
let modelPath: string;
let model: LocalModel | undefined;
let warnings: string[];
let pauses: number[];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sekisho-llama-keeping-'));
  modelPath = join(directory, 'model.gguf');
  const header = Buffer.alloc(64);
  header.write('GGUF');
  header.writeUInt32LE(3, 4);
  await writeFile(modelPath, header);
});
after(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  [warnings, pauses, model] = [[], [], undefined];
  await installFakeLibrary(directory);
});
afterEach(() => model?.close());

async function start(ports: Partial<LocalModelPorts> = {}): Promise<LocalModel> {
  const options = {
    id: 'local/fake',
    modelPath,
    contextTokens: 64,
    maxQueued: 1,
    parallel: 1,
    maxOutputTokens: 8,
    threads: undefined,
    gpu: false,
  };
  model = await startLocalModel(
    { ...options, resolveFrom: directory },
    {
      clock: systemClock,
      random: createSystemRandom(),
      onWarning: (message) => warnings.push(message),
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
      },
      ...ports,
    },
  );
  return model;
}

async function say(content: string): Promise<number | 'no answer'> {
  assert.ok(model !== undefined);
  const body = JSON.stringify({ model: 'fake', messages: [{ role: 'user', content }] });
  const response = await fetch(`${model.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${model.token}` },
    body,
  }).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.status ?? 'no answer';
}

async function answersAgain(): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if ((await say('hello')) === 200) return;
    await sleep(25);
  }
  assert.fail(`it never answered again: ${warnings.join('; ')}`);
}

describe('the process of a local model', () => {
  test('goes on after an answer that failed, and tells nobody what was asked', async () => {
    await start();
    assert.equal(await say('fail'), 500);
    assert.equal(await say('hello'), 200);
    assert.deepEqual([pauses, warnings.length], [[], 1]);
    assert.doesNotMatch(warnings.join(), /words of the prompt/);
  });

  test('is started again when it dies, behind the same address and token', async () => {
    const { url, token } = await start();
    assert.equal(await say('die'), 'no answer');
    await answersAgain();
    assert.deepEqual([model?.url, model?.token], [url, token]);
    assert.deepEqual(pauses, [1_000]);
    assert.match(warnings.join('\n'), /local model local\/fake: its process ended \(exit code \d+\) and is started again in 1 s/);
  });

  test('is started again when what it remembers cannot be cleared', async () => {
    await start();
    await say('stuck');
    await answersAgain();
    assert.equal(pauses.length, 1);
  });

  test('is started again when it does not answer its keeper', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    let now = 0;
    const clock: Clock = { now: () => systemClock.now(), monotonic: () => now };
    await start({ clock });
    const stalled = say('stall');
    await sleep(100);
    now += 59_000;
    t.mock.timers.tick(10_000);
    await sleep(100);
    assert.deepEqual(pauses, []);
    now += 2_000;
    t.mock.timers.tick(10_000);
    assert.equal(await stalled, 'no answer');
    await answersAgain();
    assert.match(warnings.join('\n'), /did not answer for 60 s/);
  });

  test('is given up when it dies again and again, with longer pauses in between', async () => {
    await start();
    const failed = model!.failed;
    await rm(join(directory, 'node_modules'), { recursive: true });
    await say('die');
    const error: SekishoError = await failed;
    assert.equal(error.code, 'llama-failed');
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000]);
    assert.equal(await say('hello'), 'no answer');
  });

  test('is gone once it is closed, also while it is being started again', async () => {
    const paused = Promise.withResolvers<void>();
    await start({
      pause: (_, signal) => {
        paused.resolve();
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('closed'))));
      },
    });
    await say('die');
    await paused.promise;
    await model!.close();
    assert.equal(await say('hello'), 'no answer');
  });

  test('ends with the checkpoint, however that ends', async () => {
    const program = `
      import { createSystemRandom, systemClock } from '#kernel';
      import { startLocalModel } from '#providers';
      const options = ${JSON.stringify({ ...OPTIONS, modelPath, resolveFrom: directory })};
      const model = await startLocalModel(options, { clock: systemClock, random: createSystemRandom(), onWarning() {} });
      console.log(model.url);
      setInterval(() => {}, 1000);`;
    const cwd = resolve(import.meta.dirname, '..', '..', '..');
    const checkpoint = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = (await once(checkpoint.stdout.setEncoding('utf8'), 'data')) as [string];
    const isServing = (): Promise<boolean> =>
      fetch(`${url.trim()}/models`).then(
        () => true,
        () => false,
      );
    assert.equal(await isServing(), true);
    checkpoint.kill('SIGKILL');
    for (let attempt = 0; attempt < 200 && (await isServing()); attempt++) await sleep(25);
    assert.equal(await isServing(), false);
  });

  test('sees nothing of the environment', async () => {
    const folder = join(directory, 'node_modules', 'node-llama-cpp');
    await writeFile(join(folder, 'index.js'), 'throw new Error(`it sees ${Object.keys(process.env).join()}`);');
    await assert.rejects(start(), (error: SekishoError) => error.code === 'llama-failed' && error.message === 'it sees ');
  });
});

describe('a library that does not do', () => {
  const cases = [
    { options: { version: '2.8.16' }, code: 'llama-incompatible' },
    { options: { loading: 'memory' }, code: 'llama-memory' },
    { options: { loading: 'binary' }, code: 'llama-no-binary' },
    { options: { loading: 'unreadable' }, code: 'llama-load-failed' },
  ] as const;
  for (const { options, code } of cases) {
    test(`is said at the start: ${code}`, async () => {
      await installFakeLibrary(directory, options);
      await assert.rejects(start(), (error: SekishoError) => error.code === code && error.message !== '');
      assert.equal(pauses.length, 0);
    });
  }

  test('is said at the start: llama-missing, with what to install', async () => {
    await rm(join(directory, 'node_modules'), { recursive: true, force: true });
    await assert.rejects(
      start(),
      (error: SekishoError) => error.code === 'llama-missing' && error.hint === 'npm install node-llama-cpp@3.21.1',
    );
  });
});
