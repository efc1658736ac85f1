// A real agent loop through the checkpoint: a local tool reads a file with real values, the model abroad sees none of them, and the file that
// the agent writes at its word holds the real ones. The model is a script: it writes down what it was given.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const INCIDENT = `担当者: 佐藤健一 <kenichi.sato@corp.example.co.jp> 携帯 090-1234-5678
マイナンバー 621498320257 の照会、端末 PC-0417.corp.example.co.jp (10.30.40.50)、共有 \\\\fs02\\jinji\\"2026"
AWS_SECRET_ACCESS_KEY=${['wJalrXUtnFEMI', 'K7MDENG', 'bPxRfiCYzq1V9k8Lm2'].join('/')}
`;
const VALUES = [
  '佐藤健一',
  'kenichi.sato',
  'corp.example.co.jp',
  '090-1234-5678',
  '621498320257',
  'PC-0417',
  '10.30.40.50',
  'fs02',
  'wJalrXUtnFEMI',
];

interface Message {
  readonly role: string;
  readonly content: unknown;
}

const received: string[] = [];
const model = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => (body += piece));
  request.on('end', () => {
    received.push(body);
    const { messages, stream } = JSON.parse(body) as { messages: readonly Message[]; stream?: boolean };
    const { role, content } = messages.at(-1)!;
    const results = messages.filter((message) => message.role === 'tool').length;
    if (role === 'user') call(response, stream, 'read_file', { path: 'incident.txt' });
    else if (results === 1) call(response, stream, 'write_file', { path: 'report.txt', content: `確認済み\n${String(content)}` });
    else say(response, stream, `完了: ${String(messages.find((message) => message.role === 'tool')!.content)}`);
  });
});

function call(response: ServerResponse, stream: boolean | undefined, name: string, args: object): void {
  const text = JSON.stringify(args);
  const id = `call_${name}`;
  if (!stream) {
    const calls = [{ id, type: 'function', function: { name, arguments: text } }];
    return whole(response, { role: 'assistant', content: null, tool_calls: calls }, 'tool_calls');
  }
  const first = { tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: '' } }] };
  const pieces = text.match(/.{1,3}/gsu)!.map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] }));
  streamed(response, [first, ...pieces], 'tool_calls');
}

function say(response: ServerResponse, stream: boolean | undefined, text: string): void {
  if (!stream) return whole(response, { role: 'assistant', content: text }, 'stop');
  streamed(
    response,
    text.match(/.{1,3}/gsu)!.map((content) => ({ content })),
    'stop',
  );
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function whole(response: ServerResponse, message: object, finish: string): void {
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'script',
      choices: [{ index: 0, message, finish_reason: finish }],
      usage: USAGE,
    }),
  );
}

function streamed(response: ServerResponse, deltas: readonly object[], finish: string): void {
  response.setHeader('content-type', 'text/event-stream');
  const chunk = (delta: object, reason: string | null) =>
    response.write(
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'script', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`,
    );
  for (const delta of deltas) chunk(delta, null);
  chunk({}, finish);
  response.end('data: [DONE]\n\n');
}

let checkpoint: StartedCheckpoint;
let key: string;
let folder: string;

before(async () => {
  await new Promise<void>((resolve) => void model.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(model.address() as AddressInfo).port}`;
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('us', { url, country: 'US', model: 'script', wire: 'openai-chat' })}
inspection: { internalDomains: [corp.example.co.jp] }
routes:
  defender: { candidates: [us/d] }
`,
  });
  key = await checkpoint.createKey();
  folder = await mkdtemp(join(tmpdir(), 'sekisho-agent-'));
  await writeFile(join(folder, 'incident.txt'), INCIDENT);
});

after(async () => {
  model.close();
  await rm(folder, { recursive: true, force: true });
});

const tools = {
  read_file: tool({
    description: 'Reads a file',
    inputSchema: z.object({ path: z.string() }),
    execute: ({ path }) => readFile(join(folder, path), 'utf8'),
  }),
  write_file: tool({
    description: 'Writes a file',
    inputSchema: z.object({ path: z.string(), content: z.string() }),
    execute: async ({ path, content }) => {
      await writeFile(join(folder, path), content);
      return 'written';
    },
  }),
};

for (const isStreamed of [false, true]) {
  test(`an agent's files keep the real values and the model sees none (${isStreamed ? 'streamed' : 'whole answers'})`, async () => {
    received.length = 0;
    await rm(join(folder, 'report.txt'), { force: true });
    const provider = createOpenAICompatible({ name: 'sekisho', baseURL: `${checkpoint.url}/v1`, apiKey: key });
    const options = {
      model: provider('defender'),
      tools,
      stopWhen: stepCountIs(5),
      prompt: 'Read the incident and write a report.',
      maxRetries: 0,
    };
    const text = isStreamed ? await streamText(options).text : (await generateText(options)).text;
    assert.equal(received.length, 3);
    for (const body of received)
      for (const value of VALUES) {
        assert.ok(!body.includes(value), `${value} reached the model in ${body}`);
        assert.ok(!body.includes(JSON.stringify(value).slice(1, -1)), value);
      }
    const report = await readFile(join(folder, 'report.txt'), 'utf8');
    const secret = /AWS_SECRET_ACCESS_KEY=(.*)/.exec(report)![1]!;
    // A secret does not come back from a model; everything else does, byte for byte.
    assert.match(secret, /^[A-Z]+_[A-Z0-9]+$/);
    const expected = INCIDENT.replace(/(?<=AWS_SECRET_ACCESS_KEY=).*/, secret);
    assert.equal(report, `確認済み\n${expected}`);
    assert.equal(text, `完了: ${expected}`);
  });
}
