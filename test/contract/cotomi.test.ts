// NEC's own format behind the checkpoint: clients of the three formats get their text, whole and streamed, and what the format cannot carry
// is refused by name. The server here says what the format's header comment says of it, no more.
import Anthropic from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import OpenAI, { BadRequestError } from 'openai';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const ANSWER = '関所です。通行手形を拝見します。';

let server: Server;
let received: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Record<string, unknown> }[] = [];
let checkpoint: StartedCheckpoint;
let openai: OpenAI;
let anthropic: Anthropic;

before(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (data: Buffer) => (text += data.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      received.push({ path: request.url ?? '', headers: request.headers, body });
      if (body['stream'] !== true) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ answer: ANSWER, historyId: 'h' }));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const piece of ANSWER) response.write(`data: ${JSON.stringify({ answer: piece })}\n\n`);
      response.end('event:done\ndata: {}\n\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  checkpoint = await startCheckpoint({
    yaml: `providers:\n${providerYaml('nec', { url, country: 'JP', model: 'cotomi-test', wire: 'nec-cotomi' })}
routes:
  cotomi: { candidates: [nec/d] }
`,
  });
  const key = await checkpoint.createKey();
  openai = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: checkpoint.url, apiKey: key, maxRetries: 0 });
});

after(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  received = [];
});

const messages = [{ role: 'user' as const, content: 'こんにちは' }];

describe('a deployment that speaks NEC’s format', () => {
  it('answers chat completions, with system and user text in their places and nothing kept', async () => {
    const asked = [{ role: 'system' as const, content: '短く。' }, ...messages];
    const answer = await openai.chat.completions.create({ model: 'cotomi', messages: asked, max_completion_tokens: 50 });
    assert.equal(answer.choices[0]!.message.content, ANSWER);
    const [request] = received;
    assert.equal(request!.path, '/v1/chat');
    const { model, userContent, systemContent, maxTokens, oneshot } = request!.body;
    assert.deepEqual([model, userContent, systemContent, maxTokens, oneshot], ['cotomi-test', 'こんにちは', '短く。', 50, true]);
    assert.match(String(request!.headers['x-nec-cotomi-client-id']), /^[\w-]{43}$/, 'the caller under a pseudonym');
  });

  it('answers streams of all three formats', async () => {
    const chat = await openai.chat.completions.stream({ model: 'cotomi', messages }).finalChatCompletion();
    assert.equal(chat.choices[0]!.message.content, ANSWER);
    const response = await openai.responses.stream({ model: 'cotomi', input: 'こんにちは' }).finalResponse();
    assert.equal(response.output_text, ANSWER);
    const message = await anthropic.messages.stream({ model: 'cotomi', max_tokens: 50, messages }).finalMessage();
    assert.equal(message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''), ANSWER);
    assert.equal(received.length, 3);
  });

  it('is not asked what its format cannot carry', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'lookup', parameters: { type: 'object', properties: {} } } }];
    const error = await openai.chat.completions.create({ model: 'cotomi', messages, tools }).catch((reason: unknown) => reason);
    assert.ok(error instanceof BadRequestError, String(error));
    assert.equal(error.code, 'untranslatable');
    assert.match(error.message, /tools/);
    assert.equal(received.length, 0);
  });
});
