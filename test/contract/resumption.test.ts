// A stream that breaks off and is continued by the next deployment: whole to the client, with a seam that everybody can see, and never
// where a seam would do harm. Read by the official clients, so that what they make of the seam is part of the proof.
import Anthropic from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import OpenAI from 'openai';
import { startSimulator, type Fault, type Simulator } from '#simulator';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

const CUT: Fault = { kind: 'cut', at: 'after-chunks', chunks: 8 };
const HEAD = { first: '[simulated US provider]', second: '[simulated JP provider]' };

let first: Simulator;
let second: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;
let openai: OpenAI;
let anthropic: Anthropic;
let lastId = '';

before(async () => {
  first = await startSimulator({ name: 'first', label: 'US', behaviour: { chunks: 20, delayMs: 2 } });
  second = await startSimulator({ name: 'second', label: 'JP' });
  checkpoint = await startCheckpoint({
    yaml: `dataClasses:
  abroad: { constraints: { hostingCountry: { allow: [US] } } }
providers:
${providerYaml('first', { url: first.url, country: 'US' })}
${providerYaml('second', { url: second.url, country: 'JP' })}
${providerYaml('chat', { url: second.url, country: 'JP', wire: 'openai-chat' })}
routes:
  goes-on: { candidates: [first/d, second/d], resumption: true }
  goes-on-in-chat: { candidates: [first/d, chat/d], resumption: true }
  stops: { candidates: [first/d, second/d] }
`,
  });
  key = await checkpoint.createKey();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await globalThis.fetch(input, init);
    lastId = answer.headers.get('x-request-id') ?? '';
    return answer;
  };
  openai = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0, fetch });
  anthropic = new Anthropic({ baseURL: checkpoint.url, apiKey: key, maxRetries: 0, fetch });
});

after(() => Promise.all([first.close(), second.close()]));

beforeEach(async () => {
  for (const simulator of [first, second]) {
    simulator.setFault(null);
    simulator.clearRequests();
  }
  // A healthy answer closes the breaker again.
  await openai.chat.completions.create({ model: 'stops', messages: [{ role: 'user', content: 'hello' }] });
  for (const simulator of [first, second]) simulator.clearRequests();
});

const messages = [{ role: 'user' as const, content: 'hello' }];

async function checkSeam(): Promise<void> {
  const records = await checkpoint.recordsOf(lastId);
  assert.deepEqual(
    records.map((record) => record['type']),
    ['decision', 'decision', 'outcome'],
  );
  assert.deepEqual(
    records.slice(0, 2).map((record) => (record['routing'] as LedgerRecord)['resumes']),
    [false, true],
  );
  const outcome = records[2]!;
  assert.equal(outcome['ended'], 'complete');
  assert.deepEqual(
    (outcome['failures'] as LedgerRecord[]).map(({ deployment, reason }) => [deployment, reason]),
    [['first/d', 'connection-broken']],
  );
}

/** The text begins with what one said and goes on, once, with what the other said. */
function checkText(text: string): void {
  assert.ok(text.startsWith(HEAD.first), text);
  assert.equal(text.split(HEAD.second).length, 2, text);
}

describe('a stream that breaks off goes on with the next deployment', () => {
  it('in chat completions', async () => {
    first.setFault(CUT, { times: 1 });
    const stream = openai.chat.completions.stream({ model: 'goes-on', messages });
    const { choices } = await stream.finalChatCompletion();
    assert.equal(choices[0]!.finish_reason, 'stop');
    checkText(choices[0]!.message.content!);
    await checkSeam();
    const said = (second.requests[0]!.json as { messages: { role: string; content: string }[] }).messages;
    assert.ok(
      said.some(({ role, content }) => role === 'assistant' && content.startsWith(HEAD.first)),
      'the next one got the text so far',
    );
  });

  it('in Responses', async () => {
    first.setFault(CUT, { times: 1 });
    const response = await openai.responses.stream({ model: 'goes-on', input: 'hello' }).finalResponse();
    assert.equal(response.status, 'completed');
    checkText(response.output_text);
    await checkSeam();
  });

  it('in Anthropic messages', async () => {
    first.setFault(CUT, { times: 1 });
    const message = await anthropic.messages.stream({ model: 'goes-on', max_tokens: 1000, messages }).finalMessage();
    assert.equal(message.stop_reason, 'end_turn');
    checkText(message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''));
    await checkSeam();
  });

  it('that speaks another format', async () => {
    first.setFault(CUT, { times: 1 });
    const message = await anthropic.messages.stream({ model: 'goes-on-in-chat', max_tokens: 1000, messages }).finalMessage();
    checkText(message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''));
    assert.equal(second.requests[0]!.path, '/v1/chat/completions');
    await checkSeam();
  });

  it('with the seam as a comment in the stream', async () => {
    first.setFault(CUT, { times: 1 });
    const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'goes-on', messages, stream: true }),
    });
    const text = await response.text();
    assert.match(text, /\n\n: sekisho: first\/d broke off; second\/d goes on from here \(request req_\w+\)\n\n/);
    assert.ok(text.endsWith('data: [DONE]\n\n'));
  });

  it('with a trailer that names who ended it, for programs', async () => {
    first.setFault(CUT, { times: 1 });
    const trailers = await new Promise<NodeJS.Dict<string>>((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const request = httpRequest(`${checkpoint.url}/v1/chat/completions`, { method: 'POST', headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.trailers));
      });
      request.on('error', reject);
      request.end(JSON.stringify({ model: 'goes-on', messages, stream: true }));
    });
    assert.deepEqual({ ...trailers }, { 'x-sekisho-resumed-by': 'second/d' });
  });
});

describe('it ends with an error instead', () => {
  async function broken(run: () => Promise<unknown>): Promise<void> {
    await assert.rejects(run);
    const outcome = (await checkpoint.recordsOf(lastId)).at(-1)!;
    assert.equal(outcome['ended'], 'interrupted');
  }

  it('where the route did not ask for it', async () => {
    first.setFault(CUT, { times: 1 });
    await broken(() => openai.chat.completions.stream({ model: 'stops', messages }).finalChatCompletion());
    assert.equal(second.requests.length, 0);
  });

  it('inside a tool call', async () => {
    first.setBehaviour({ chunks: 4 });
    first.setFault({ kind: 'cut', at: 'after-chunks', chunks: 8 }, { times: 1 });
    const tools = [
      {
        type: 'function' as const,
        function: { name: 'lookup', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
      },
    ];
    const asked = [{ role: 'user' as const, content: 'use the tool lookup' }];
    await broken(() => openai.chat.completions.stream({ model: 'goes-on', messages: asked, tools }).finalChatCompletion());
    assert.equal(second.requests.length, 0);
    first.setBehaviour({ chunks: 20 });
  });

  it('when the caller’s demand leaves nobody to go on', async () => {
    first.setFault(CUT);
    const options = { headers: { 'x-sekisho-data-class': 'abroad' } };
    await broken(() => openai.chat.completions.stream({ model: 'goes-on', messages }, options).finalChatCompletion());
    assert.equal(second.requests.length, 0);
  });

  it('when the next one fails, too', async () => {
    first.setFault(CUT, { times: 2 });
    second.setFault({ kind: 'status', status: 503 });
    await broken(() => openai.chat.completions.stream({ model: 'goes-on', messages }).finalChatCompletion());
  });
});
