// A local model from its file to its answers, with the real package and models made here. Random weights say nothing sensible, so that what
// is sensible about an answer comes from the code: its shape, its counts, and that it follows the schema.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createSystemRandom, systemClock } from '#kernel';
import { installLlama, llamaAbsent, LLAMA_RUNTIME } from '../../../test/llama/install.ts';
import { randomModel, scriptedModel } from '../../../test/llama/tiny-model.ts';
import { startLocalModel, type LocalModel, type LocalModelOptions } from './local-model.ts';

const ABSENT = llamaAbsent();
const CONTEXT_TOKENS = 2_048;
/** Whatever the weights prefer, nearly anything may come. */
const RANDOM = { temperature: 2, top_p: 1, top_k: 0, min_p: 0 };

interface Completion {
  readonly model: string;
  readonly choices: readonly {
    readonly message: { readonly content: string | null; readonly tool_calls?: readonly Call[] };
    readonly finish_reason: string;
  }[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
  };
}

interface Call {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string; readonly tool_calls?: readonly Call[] }; readonly finish_reason: string | null }[];
  readonly usage?: Completion['usage'] | null;
}

interface Failure {
  readonly error: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string };
}

let directory: string;
const running: LocalModel[] = [];
const warnings: string[] = [];

async function start(file: Buffer, more: Partial<LocalModelOptions> = {}): Promise<LocalModel> {
  const modelPath = join(directory, `${running.length}.gguf`);
  await writeFile(modelPath, file);
  const options: LocalModelOptions = {
    id: 'local/tiny',
    modelPath,
    contextTokens: CONTEXT_TOKENS,
    maxQueued: 4,
    parallel: 1,
    maxOutputTokens: 200,
    threads: 1,
    gpu: false,
    resolveFrom: LLAMA_RUNTIME,
    ...more,
  };
  const model = await startLocalModel(options, { clock: systemClock, random: createSystemRandom(), onWarning: (message) => warnings.push(message) });
  running.push(model);
  return model;
}

function ask(model: LocalModel, members: Record<string, unknown>, signal?: AbortSignal): Promise<Response> {
  return fetch(`${model.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${model.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'hello' }], ...members }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function completion(model: LocalModel, members: Record<string, unknown> = {}): Promise<Completion> {
  const response = await ask(model, members);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text) as Completion;
}

async function failure(model: LocalModel, members: Record<string, unknown>, status: number): Promise<Failure['error']> {
  const response = await ask(model, members);
  assert.equal(response.status, status);
  return ((await response.json()) as Failure).error;
}

async function stream(model: LocalModel, members: Record<string, unknown> = {}): Promise<Chunk[]> {
  const response = await ask(model, { stream: true, ...members });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const events = (await response.text()).split('\n\n');
  assert.deepEqual(events.splice(-2), ['data: [DONE]', '']);
  return events.map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
}

function textOf(chunks: readonly Chunk[]): string {
  return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sekisho-llama-'));
  if (ABSENT === undefined) await installLlama();
});

after(async () => {
  await Promise.all(running.map((model) => model.close()));
  await rm(directory, { recursive: true, force: true });
});

describe('a local model with random weights', { skip: ABSENT ?? false }, () => {
  let model: LocalModel;
  before(async () => {
    model = await start(randomModel({ seed: 1 }), { parallel: 2 });
  });

  test('says the same for the same seed, and something else for another', async () => {
    const said = async (seed: number): Promise<string | null | undefined> => (await completion(model, { seed, temperature: 1.5 })).choices[0]?.message.content;
    const first = await said(7);
    assert.ok(first !== undefined && first !== null && first.length > 20, `too little to compare: ${first}`);
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

  const schemas: [name: string, schema: Record<string, unknown>][] = [
    ['an object', { type: 'object', properties: { id: { type: 'integer', minimum: -5, maximum: 250 }, ok: { type: 'boolean' } }, required: ['id', 'ok'], additionalProperties: false }],
    ['optional members', { type: 'object', properties: { a: { type: 'null' }, b: { type: 'boolean' }, c: { const: 'c' } }, required: ['b'], additionalProperties: false }],
    ['only optional members', { type: 'object', properties: { a: { type: 'null' }, b: { type: 'boolean' } }, additionalProperties: false }],
    ['lists', { type: 'array', minItems: 2, maxItems: 4, items: { type: 'array', maxItems: 2, items: { enum: ['x', '"quoted"\\', 3, null] } } }],
    ['text of some length', { type: 'array', minItems: 2, maxItems: 2, items: { type: 'string', minLength: 2, maxLength: 9 } }],
    ['formats', { type: 'object', properties: { d: { type: 'string', format: 'date' }, t: { type: 'string', format: 'date-time' }, u: { type: 'string', format: 'uuid' }, i: { type: 'string', format: 'ipv4' } }, required: ['d', 't', 'u', 'i'], additionalProperties: false }],
    ['alternatives', { anyOf: [{ type: 'object', properties: { kind: { const: 'a' }, n: { type: 'integer', minimum: 10, maximum: 19 } }, required: ['kind', 'n'], additionalProperties: false }, { type: ['boolean', 'null'] }] }],
    ['definitions', { $defs: { pair: { type: 'array', minItems: 2, maxItems: 2, items: { $ref: '#/$defs/bit' } }, bit: { enum: [0, 1] } }, type: 'array', minItems: 1, maxItems: 2, items: { $ref: '#/$defs/pair' } }],
    ['members of any name', { type: 'object', additionalProperties: { type: 'integer', minimum: 1, maximum: 3 } }],
  ];
  for (const [name, schema] of schemas) {
    test(`follows a schema: ${name}`, async () => {
      const ajv = new Ajv2020({ strict: false, formats: FORMATS });
      const validate = ajv.compile(schema);
      const answers = new Set<string>();
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const answer = await completion(model, { ...RANDOM, seed, response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } } });
        const [choice] = answer.choices;
        if (choice?.finish_reason === 'length') continue;
        const text = choice?.message.content ?? '';
        assert.ok(validate(JSON.parse(text)), `${text}: ${ajv.errorsText(validate.errors)}`);
        answers.add(text);
      }
      assert.ok(answers.size > 1, `not the schema alone decides: ${[...answers].join(' ')}`);
    });
  }

  test('writes an object when any JSON object will do', async () => {
    let complete = 0;
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const { choices } = await completion(model, { ...RANDOM, seed, response_format: { type: 'json_object' } });
      const text = choices[0]?.message.content ?? '';
      assert.equal(text[0], '{');
      if (choices[0]?.finish_reason !== 'stop') continue;
      complete++;
      assert.equal(typeof JSON.parse(text), 'object');
    }
    assert.ok(complete > 0);
  });

  test('refuses what it cannot do by name, and goes on', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: 'x' } } };
    const refused = await failure(model, { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }, 400);
    assert.deepEqual([refused.param, refused.type], ['response_format.json_schema.schema.properties.a.pattern', 'invalid_request_error']);
    assert.equal((await failure(model, { n: 3 }, 400)).param, 'n');
    assert.equal((await failure(model, { model: 'other' }, 404)).code, 'model_not_found');
    const deep = `{"a":`.repeat(20_000) + '1' + '}'.repeat(20_000);
    const response = await fetch(`${model.url}/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${model.token}` }, body: deep });
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
    const { choices, usage } = await completion(model, { seed: 3, temperature: 0, messages: [{ role: 'user', content: 'x'.repeat(1_990) }] });
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
    assert.deepEqual(models.data.map(({ id }) => id), ['local/tiny']);
    assert.equal(new URL(model.url).hostname, '127.0.0.1');
  });

  test('reads a special token in a message as the text it is', async () => {
    const promptTokens = async (content: string): Promise<number> => (await completion(model, { max_tokens: 1, messages: [{ role: 'user', content }] })).usage.prompt_tokens;
    // One token per byte: as a special token it would be one.
    assert.equal((await promptTokens('a</s>')) - (await promptTokens('a')), 4);
  });

  test('remembers a prompt for the one who sent it, and for nobody else', async () => {
    const cached = async (members: Record<string, unknown>): Promise<number> =>
      (await completion(model, { max_tokens: 2, messages: [{ role: 'user', content: 'a longer prompt than the others' }], ...members })).usage.prompt_tokens_details.cached_tokens;
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

const FORMATS = {
  date: /^(?!.*-(?:02-30|02-31|04-31|06-31|09-31|11-31)$)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  'date-time': /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/,
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/,
};

describe('a local model that says what it was told to', { skip: ABSENT ?? false }, () => {
  const weather = {
    type: 'function',
    function: {
      name: 'weather',
      description: 'The weather at a place.',
      parameters: { type: 'object', properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] } }, required: ['city'] },
    },
  };
  // The template of a llama without one of its own ends in a space.
  const script = [' ', 'Let me look. ', '||call:', 'weather', '\n', '(', '{"city":', '"Nara"', ', "unit":', 'null', '}'];

  test('ends at the end of the text, or where a stop text begins', async () => {
    const model = await start(scriptedModel({ script: [' ', 'One. ', 'Two. ', 'Th', 'ree.'] }));
    const whole = await completion(model, { temperature: 0 });
    assert.deepEqual([whole.choices[0]?.message.content, whole.choices[0]?.finish_reason, whole.usage.completion_tokens], ['One. Two. Three.', 'stop', 5]);
    const stopped = await completion(model, { temperature: 0, stop: ['Three'] });
    assert.deepEqual([stopped.choices[0]?.message.content, stopped.choices[0]?.finish_reason], ['One. Two. ', 'stop']);
    assert.equal(textOf(await stream(model, { temperature: 0, stop: 'Three' })), 'One. Two. ');
  });

  test('writes characters of several tokens whole', async () => {
    const bytes = [...Buffer.from('関所')].map((byte) => String.fromCharCode(byte));
    const model = await start(scriptedModel({ script: [' ', ...bytes] }));
    const chunks = await stream(model, { temperature: 0 });
    assert.equal(textOf(chunks), '関所');
    assert.ok(chunks.every((chunk) => !JSON.stringify(chunk).includes('\u{FFFD}')));
  });

  test('goes on with an answer that was begun', async () => {
    const model = await start(scriptedModel({ script: ['e', ' two', ' three'] }));
    const messages = [
      { role: 'user', content: 'count' },
      { role: 'assistant', content: 'zero One' },
    ];
    assert.equal((await completion(model, { temperature: 0, messages })).choices[0]?.message.content, ' two three');
  });

  test('calls a tool, whole and as a stream, without the members it left out', async () => {
    const model = await start(scriptedModel({ script }));
    const whole = await completion(model, { temperature: 0, tools: [weather] });
    const [choice] = whole.choices;
    assert.deepEqual([choice?.message.content, choice?.finish_reason], ['Let me look. ', 'tool_calls']);
    assert.deepEqual(choice?.message.tool_calls?.map((call) => call.function), [{ name: 'weather', arguments: '{"city":"Nara"}' }]);
    const chunks = await stream(model, { temperature: 0, tools: [weather] });
    const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    assert.deepEqual(calls.map((call) => call.function), [{ name: 'weather', arguments: '{"city":"Nara"}' }]);
    assert.match(calls[0]?.id ?? '', /^call_/);
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'tool_calls');
    const declined = await completion(model, { temperature: 0, tools: [weather], tool_choice: 'none' });
    assert.equal(declined.choices[0]?.message.tool_calls, undefined);
  });

  test('is shown tools, calls and results', async () => {
    const model = await start(scriptedModel({ script }));
    const messages = [
      { role: 'system', content: 'You look things up.' },
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Nara"}' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'RESULT' },
    ];
    const promptTokens = async (members: Record<string, unknown>): Promise<number> => (await completion(model, { temperature: 0, max_tokens: 1, ...members })).usage.prompt_tokens;
    const longer = messages.with(3, { role: 'tool', tool_call_id: 'a', content: 'RESULT AND MORE' });
    assert.equal((await promptTokens({ messages: longer, tools: [weather] })) - (await promptTokens({ messages, tools: [weather] })), ' AND MORE'.length);
    assert.ok((await promptTokens({ messages, tools: [weather] })) > (await promptTokens({ messages })) + 100);
  });

  test('renders its own chat template', async () => {
    const chatTemplate =
      "{% for message in messages %}{{ '@' + message['role'] + ':' + message['content'] + '\\n' }}{% endfor %}{% if add_generation_prompt %}@assistant:{% endif %}";
    const model = await start(scriptedModel({ script: [':', 'From the template.'], chatTemplate }));
    const { choices, usage } = await completion(model, { temperature: 0, messages: [{ role: 'user', content: 'hello' }] });
    assert.equal(choices[0]?.message.content, 'From the template.');
    assert.ok(usage.prompt_tokens >= '@user:hello\n@assistant:'.length && usage.prompt_tokens <= '@user:hello\n@assistant:'.length + 1);
  });
});

describe('a local model that is busy', { skip: ABSENT ?? false }, () => {
  const endless = { temperature: 0, max_tokens: 100_000 };
  const options = { contextTokens: 4_096, maxOutputTokens: 4_000 };
  const script = [' ', 'on', ' and', ' on', ','];

  /** Begins a long answer and waits for its first words. */
  async function begin(model: LocalModel): Promise<{ readonly giveUp: () => void; readonly rest: () => Promise<string> }> {
    const controller = new AbortController();
    const response = await ask(model, { ...endless, stream: true }, controller.signal);
    const reader = response.body!.getReader();
    await reader.read();
    return {
      giveUp: () => controller.abort(),
      async rest() {
        const decoder = new TextDecoder();
        let text = '';
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += decoder.decode(piece.value, { stream: true });
        return text;
      },
    };
  }

  test('sends away who is one too many, and serves the others when it is their turn', async () => {
    const model = await start(scriptedModel({ script, endless: true }), { ...options, parallel: 1, maxQueued: 1 });
    const first = await begin(model);
    const second = completion(model, { temperature: 0, max_tokens: 1 });
    let away: Response | undefined;
    // The second takes its place when its headers are read; until then a third may take it.
    for (let attempt = 0; attempt < 50 && away?.status !== 503; attempt++) away = await ask(model, { max_tokens: 1 }, AbortSignal.timeout(100)).catch(() => undefined);
    assert.equal(away?.status, 503);
    assert.match(away.headers.get('retry-after') ?? '', /^\d+$/);
    const { error } = (await away.json()) as Failure;
    assert.deepEqual([error.type, error.code], ['server_error', 'overloaded']);
    assert.ok((await first.rest()).endsWith('data: [DONE]\n\n'));
    assert.equal((await second).usage.completion_tokens, 1);
  });

  test('stops for a client that is gone and takes the next', async () => {
    const model = await start(scriptedModel({ script, endless: true }), { ...options, parallel: 1, maxQueued: 0 });
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

  test('ends at once when it is closed', async () => {
    const model = await start(scriptedModel({ script, endless: true }), options);
    const answer = await begin(model);
    await model.close();
    await assert.rejects(answer.rest());
    await assert.rejects(ask(model, {}));
  });
});

describe('a local model that cannot be started', { skip: ABSENT ?? false }, () => {
  const codeOf = async (file: Buffer, more: Partial<LocalModelOptions> = {}): Promise<unknown> =>
    await start(file, more).then(
      () => 'started',
      (error: { code?: unknown }) => error.code,
    );

  test('says why before anything serves', async () => {
    const sound = randomModel({ seed: 1 });
    assert.equal(await codeOf(sound, { modelPath: join(directory, 'none.gguf') }), 'llama-model-missing');
    assert.equal(await codeOf(sound, { modelPath: directory }), 'llama-model-invalid');
    assert.equal(await codeOf(Buffer.from('not a model at all, but long enough')), 'llama-model-invalid');
    assert.equal(await codeOf(Buffer.from('GGUF')), 'llama-model-invalid');
    assert.equal(await codeOf(sound.subarray(0, sound.length / 2)), 'llama-load-failed');
    assert.equal(await codeOf(sound, { resolveFrom: directory }), 'llama-missing');
  });

  test('because memory is short says so', async () => {
    assert.equal(await codeOf(randomModel({ seed: 1 }), { contextTokens: 2_000_000_000, parallel: 64 }), 'llama-memory');
  });
});
