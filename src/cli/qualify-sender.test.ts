import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Config } from '#config';
import type { ChatReply } from '#continuity';
import { assertRunning, checkpointUrl, createCheckpointClient, type CheckpointClient } from './qualify-sender.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let handler: Handler;
let url: string;
let client: CheckpointClient;
const server = createServer((request, response) => handler(request, response));

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = createCheckpointClient({ url, key: () => Promise.resolve('sk_test'), connections: 2 });
});

after(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

function send(answer: Handler, signal = new AbortController().signal): Promise<ChatReply> {
  handler = answer;
  return client.send({ route: 'work', deployment: 'one/d', body: { messages: [] }, signal });
}

describe('sending', () => {
  test('says who asks, for what, and whom', async () => {
    let seen: IncomingMessage['headers'] = {};
    let body = '';
    const reply = await send((request, response) => {
      seen = request.headers;
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.writeHead(429, { 'x-sekisho-rule': 'busy', 'x-sekisho-deployment': 'one/d', 'retry-after': '3' });
        response.end('{}');
      });
    });
    assert.deepEqual(
      [seen['authorization'], seen['x-sekisho-deployment'], seen['x-sekisho-purpose']],
      ['Bearer sk_test', 'one/d', 'qualification'],
    );
    assert.deepEqual(JSON.parse(body), { model: 'work', messages: [] });
    assert.ok(reply.kind === 'replied');
    const { latencyMs, ...rest } = reply;
    assert.ok(latencyMs >= 0);
    assert.deepEqual(rest, { kind: 'replied', status: 429, rule: 'busy', deployment: 'one/d', retryAfterMs: 3000, body: '{}' });
  });

  test('an answer over 1 MiB is not kept', async () => {
    const reply = await send((_, response) => response.end(Buffer.alloc((1 << 20) + 1, 'x')));
    assert.equal(reply.kind, 'too-large');
  });

  test('a redirect is an answer like any other, and nobody follows it', async () => {
    let requests = 0;
    const reply = await send((_, response) => {
      requests++;
      response.writeHead(307, { location: `${url}/elsewhere` }).end();
    });
    assert.ok(reply.kind === 'replied' && reply.status === 307);
    assert.equal(requests, 1);
  });

  test('an answer that ends early is no answer, and not the checkpoint’s absence', async () => {
    const reply = await send((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"cho', () => response.destroy());
    });
    assert.deepEqual(reply, { kind: 'broken-off' });
  });

  test('a connection that breaks before an answer is', async () => {
    const reply = await send((_, response) => void response.destroy());
    assert.equal(reply.kind, 'unreachable');
  });

  test('an abort ends it with the abort’s own reason', async () => {
    const stop = new AbortController();
    const reason = new Error('Ctrl-C');
    await assert.rejects(
      send(() => stop.abort(reason), stop.signal),
      reason,
    );
  });
});

describe('finding the checkpoint', () => {
  const serverAt = (host: string, port: number): Config['server'] => ({ host, port }) as Config['server'];

  test('where the configuration has it listen', () => {
    assert.equal(checkpointUrl(undefined, serverAt('127.0.0.1', 8787)), 'http://127.0.0.1:8787');
    assert.equal(checkpointUrl(undefined, serverAt('0.0.0.0', 8787)), 'http://127.0.0.1:8787');
    assert.equal(checkpointUrl(undefined, serverAt('::', 8787)), 'http://[::1]:8787');
    assert.throws(() => checkpointUrl(undefined, serverAt('127.0.0.1', 0)), /port/);
  });

  test('where it is said to be', () => {
    for (const given of ['https://ai.example.jp', 'https://ai.example.jp/', 'https://ai.example.jp/v1', 'https://ai.example.jp/v1/']) {
      assert.equal(checkpointUrl(given, serverAt('127.0.0.1', 0)), 'https://ai.example.jp');
    }
    for (const given of ['ai.example.jp', 'file:///etc/passwd', 'https://u:p@ai.example.jp', 'https://ai.example.jp?x=1']) {
      assert.throws(() => checkpointUrl(given, serverAt('127.0.0.1', 0)), /is not the address of a checkpoint/, given);
    }
  });

  test('something else at that address is told apart from nothing', async () => {
    handler = (_, response) => response.writeHead(200).end('hello');
    await assert.rejects(assertRunning(url), { code: 'not-a-checkpoint' });
    handler = (_, response) => response.writeHead(401, { 'x-sekisho-rule': 'identity' }).end('{}');
    await assertRunning(url);
    await assert.rejects(assertRunning('http://127.0.0.1:9'), { code: 'checkpoint-unreachable' });
  });

  test('a key that is not known yet is waited for, and one that may not is not', async () => {
    let asked = 0;
    handler = (_, response) => response.writeHead(++asked < 3 ? 401 : 200).end('{}');
    await client.waitForKey(new AbortController().signal);
    assert.equal(asked, 3);
    handler = (_, response) => response.writeHead(403).end('{}');
    await assert.rejects(client.waitForKey(new AbortController().signal), { code: 'key-refused' });
  });

  test('a key that one worker knows and another not yet is tried again, for a while, and only for that', async () => {
    const fresh = createCheckpointClient({ url, key: () => Promise.resolve('sk_fresh'), connections: 1 });
    const ask = (rule: string, known: number): Promise<[reply: ChatReply, asked: number]> => {
      let asked = 0;
      handler = (_, response) => response.writeHead(++asked < known ? 401 : 200, { 'x-sekisho-rule': rule }).end('{}');
      const chat = { route: 'work', deployment: 'one/d', body: { messages: [] }, signal: new AbortController().signal };
      return fresh.send(chat).then((reply) => [reply, asked]);
    };
    const status = (reply: ChatReply): number | undefined => (reply.kind === 'replied' ? reply.status : undefined);
    try {
      const [known, tries] = await ask('identity', 3);
      assert.deepEqual([status(known), tries], [200, 3]);
      const [other, once] = await ask('unauthorised-upstream', 3);
      assert.deepEqual([status(other), once], [401, 1]);
      const [never, many] = await ask('identity', Infinity);
      assert.equal(status(never), 401);
      assert.ok(many > 1);
    } finally {
      await fresh.close();
    }
  });
});
