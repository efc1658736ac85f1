// A model that does what the last message of the user says: each line `call NAME {"…"}` becomes a proposed tool call, anything else text. It
// speaks chat completions, whole and streamed, and keeps what it was asked. Import it from test files only.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

export interface ScriptedModel {
  /** Base URL, up to and including /v1. */
  readonly url: string;
  /** Bodies as they came, oldest first. */
  readonly received: readonly string[];
}

/** The body as it came. */
export type Says = (body: string) => string | undefined | Promise<string | undefined>;

interface ProposedCall {
  readonly name: string;
  readonly arguments: string;
}

interface Asked {
  readonly stream?: boolean;
  /** Other operations have none, and are answered all the same. */
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
}

// Registered here and not where a server starts: that is inside other hooks.
const started: Server[] = [];
after(() => {
  for (const server of started) {
    server.closeAllConnections();
    server.close();
  }
});

/** `says`: its words for what it was asked, instead of the usual ones; undefined: it fails (500). */
export async function startScriptedModel(says: Says = () => TEXT): Promise<ScriptedModel> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      received.push(body);
      const { stream, messages = [] } = JSON.parse(body) as Asked;
      const last = messages.findLast(({ role }) => role === 'user' || role === 'tool');
      const text = typeof last?.content === 'string' ? last.content : JSON.stringify(last?.content ?? '');
      const calls = last?.role === 'tool' ? [] : callsIn(text);
      void Promise.resolve(says(body)).then((words) => {
        if (words === undefined) response.writeHead(500).end('{}');
        else if (stream === true) sayInPieces(response, words, calls);
        else sayAtOnce(response, words, calls);
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  started.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, received };
}

function callsIn(text: string): ProposedCall[] {
  return [...text.matchAll(/^call (\S+) (\{.*\})$/gm)].map(([, name, json]) => ({ name: name!, arguments: json! }));
}

const TEXT = 'Here you are.';

function sayAtOnce(response: ServerResponse, words: string, calls: readonly ProposedCall[]): void {
  const toolCalls = calls.map((call, index) => ({ id: `call_${index}`, type: 'function', function: call }));
  const message = { role: 'assistant', content: words, ...(calls.length > 0 ? { tool_calls: toolCalls } : {}) };
  const finish = calls.length > 0 ? 'tool_calls' : 'stop';
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'scripted',
      choices: [{ index: 0, message, finish_reason: finish }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }),
  );
}

function sayInPieces(response: ServerResponse, words: string, calls: readonly ProposedCall[]): void {
  const send = (delta: object, finish: string | null = null): void => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'scripted', choices })}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  send({ role: 'assistant', content: '' });
  for (const piece of words.split(/(?<= )/)) send({ content: piece });
  for (const [index, { name, arguments: json }] of calls.entries()) {
    send({ tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }] });
    for (const piece of json.match(/.{1,5}/gsu) ?? []) send({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  send({}, calls.length > 0 ? 'tool_calls' : 'stop');
  response.end('data: [DONE]\n\n');
}
