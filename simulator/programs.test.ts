import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startSimulator, type Behaviour, type Simulator } from './index.ts';

const PROGRAMS = { enabled: ['daybreak_blue'], models: { 'gpt-6-sol': 'daybreak_blue', 'gpt-6-cyber': 'daybreak_red' } };

async function start(behaviour: Partial<Behaviour>, apiKey?: string): Promise<Simulator> {
  const simulator = await startSimulator({ name: 'us', label: 'US', behaviour, ...(apiKey === undefined ? {} : { apiKey }) });
  after(() => simulator.close());
  return simulator;
}

async function ask(simulator: Simulator, body: object, path = '/v1/responses', headers: Record<string, string> = {}) {
  const answer = await fetch(`${simulator.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  const json = (text.startsWith('{') ? JSON.parse(text) : {}) as {
    readonly model?: string;
    readonly access_programs?: unknown;
    readonly error?: { readonly code: string | null };
  };
  return { status: answer.status, code: json.error?.code, programs: json.access_programs, model: json.model, text };
}

describe('trusted-access programs', () => {
  it('are echoed when they match the model and are enabled, and refused by code when not', async () => {
    const simulator = await start({ programs: PROGRAMS });
    for (const [path, extra] of [
      ['/v1/responses', { input: 'hello' }],
      ['/v1/chat/completions', { messages: [] }],
    ] as const) {
      const asked = async (model: string, programs: unknown) => {
        const body = programs === undefined ? { model, ...extra } : { model, ...extra, access_programs: programs };
        const { status, code, programs: echoed } = await ask(simulator, body, path);
        return status === 200 ? echoed : [status, code];
      };
      assert.deepEqual(await asked('gpt-6-sol', { cyber: 'daybreak_blue' }), { cyber: 'daybreak_blue' });
      assert.deepEqual(await asked('gpt-6-sol', { cyber: 'standard' }), { cyber: 'standard' });
      assert.deepEqual(await asked('gpt-6-sol', undefined), { cyber: 'daybreak_blue' }, 'silently, as the vendor does');
      assert.deepEqual(await asked('other', undefined), null);
      assert.deepEqual(await asked('gpt-6-sol', { cyber: 'daybreak_red' }), [400, 'invalid_access_program']);
      assert.deepEqual(await asked('gpt-6-sol', { cyber: 'purple' }), [400, 'invalid_access_program']);
      assert.deepEqual(await asked('other', { cyber: 'daybreak_blue' }), [400, 'unsupported_access_program']);
      assert.deepEqual(await asked('gpt-6-cyber', { cyber: 'daybreak_red' }), [403, 'access_program_not_enabled']);
      assert.deepEqual(await asked('gpt-6-cyber', undefined), [403, 'access_program_not_enabled']);
      assert.deepEqual(await asked('gpt-6-sol', null), [400, null]);
    }
  });

  it('are echoed in every object and chunk of a stream', async () => {
    const simulator = await start({ programs: PROGRAMS });
    const body = { model: 'gpt-6-sol', stream: true, access_programs: { cyber: 'daybreak_blue' } };
    const responses = await ask(simulator, { ...body, input: 'hello' });
    assert.equal(responses.text.match(/"access_programs":\{"cyber":"daybreak_blue"\}/g)?.length, 3);
    const chat = await ask(simulator, { ...body, messages: [{ role: 'user', content: 'hello' }] }, '/v1/chat/completions');
    assert.ok((chat.text.match(/"access_programs":\{"cyber":"daybreak_blue"\}/g)?.length ?? 0) > 3);
  });

  it('can be taken back silently while it runs, and so can the model', async () => {
    const simulator = await start({ programs: PROGRAMS });
    const body = { model: 'gpt-6-sol', input: 'hello', access_programs: { cyber: 'daybreak_blue' } };
    simulator.setBehaviour({ effectiveProgram: 'standard', effectiveModel: 'gpt-6-luna' });
    const { programs, model } = await ask(simulator, body);
    assert.deepEqual([programs, model], [{ cyber: 'standard' }, 'gpt-6-luna']);
    simulator.setBehaviour({ effectiveProgram: 'null', effectiveModel: '' });
    assert.deepEqual((await ask(simulator, body)).programs, null);
    const message = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hello' }] };
    simulator.setBehaviour({ effectiveModel: 'other' });
    assert.equal((await ask(simulator, message, '/v1/messages', { 'anthropic-version': '2023-06-01' })).model, 'other');
  });

  it('are no matter to a provider that has none', async () => {
    const simulator = await start({});
    assert.equal((await ask(simulator, { model: 'm', input: 'hello' })).programs, undefined);
    assert.deepEqual((await ask(simulator, { model: 'm', input: 'hello', access_programs: { cyber: 'daybreak_red' } })).programs, {
      cyber: 'daybreak_red',
    });
  });
});

describe('what a simulator notes of a request', () => {
  it('includes whom it names as its user', async () => {
    const simulator = await start({});
    await ask(simulator, { model: 'm', input: 'x', safety_identifier: 'a', user: 'b' });
    await ask(simulator, { model: 'm', max_tokens: 1, messages: [], metadata: { user_id: 'c' } }, '/v1/messages', {
      'anthropic-version': '2023-06-01',
    });
    await ask(simulator, { model: 'm', input: 'x', user: 'd' }, '/v1/embeddings');
    await ask(simulator, { model: 'm', input: 'x' });
    assert.deepEqual(
      simulator.requests.map(({ endUser }) => endUser),
      ['a', 'c', 'd', undefined],
    );
  });
});

describe('addresses as Azure has them', () => {
  it('lead to the same endpoints, with the api-key header and a version', async () => {
    const simulator = await start({}, 'secret');
    const chat = { model: 'm', messages: [{ role: 'user', content: 'hello' }] };
    const header = { 'api-key': 'secret' };
    assert.equal((await ask(simulator, chat, '/openai/deployments/soc/chat/completions?api-version=2024-10-21', header)).status, 200);
    assert.equal((await ask(simulator, chat, '/openai/deployments/soc/chat/completions', header)).status, 404, 'without a version');
    assert.equal((await ask(simulator, { model: 'soc', input: 'x' }, '/openai/v1/responses', header)).status, 200);
    assert.equal((await ask(simulator, chat, '/openai/v1/chat/completions?api-version=preview', { 'api-key': 'wrong' })).status, 401);
    const shown = JSON.stringify(await (await fetch(`${simulator.url}/__simulator/requests`)).json());
    assert.ok(!shown.includes('secret'));
  });
});
