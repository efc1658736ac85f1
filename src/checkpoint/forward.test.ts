import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { systemClock, type RequestId } from '#kernel';
import {
  chatCompletions,
  createAnswerTranslator,
  createTransport,
  messages,
  type AnswerTranslator,
  type ConversationWire,
  type Endpoint,
  type Transport,
} from '#providers';
import type { Reply } from './exchange.ts';
import type { AttemptResult } from './attempt.ts';
import { forward, type ForwardOptions } from './forward.ts';

type Answer = (response: ServerResponse) => void;

async function provider(
  answer: Answer,
  timeouts: Partial<Endpoint['timeouts']> = {},
): Promise<{ endpoint: Endpoint; transport: Transport }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint: Endpoint = {
    id: 'p/d',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    credential: undefined,
    query: undefined,
    authentication: 'none',
    headers: {},
    timeouts: { connectSeconds: 1, firstByteSeconds: 0.3, idleSeconds: 5, ...timeouts },
    maxConnections: 1,
  };
  const transport = createTransport([endpoint]);
  after(async () => {
    await transport.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { endpoint, transport };
}

class KeptReply implements Reply {
  readonly isClosed = false;
  text = '';
  status = 0;
  headers: readonly string[] = [];
  leave = (): void => undefined;
  onGone(listener: () => void): void {
    this.leave = listener;
  }
  onDone(): void {}
  start(status: number, headers: readonly string[]): void {
    this.status = status;
    this.headers = headers;
  }
  write(chunk: Buffer): boolean {
    this.text += chunk.toString();
    return true;
  }
  onDrain(): void {}
  trailer(): void {}
  end(chunk?: Buffer): void {
    this.text += chunk?.toString() ?? '';
  }
  refuse(): void {}
  interrupt(): void {}
}

function send(
  { endpoint, transport }: { endpoint: Endpoint; transport: Transport },
  reply = new KeptReply(),
  changed: Partial<ForwardOptions> = {},
): Promise<AttemptResult> {
  return forward({
    transport,
    clock: systemClock,
    endpoint,
    request: { path: '/chat/completions', headers: [], body: Buffer.from('{}') },
    format: chatCompletions.format,
    dropUsage: false,
    translator: undefined,
    answer: undefined,
    continues: undefined,
    isResumable: false,
    mayStillLeave: () => true,
    ownHeaders: [],
    reply,
    requestId: 'req_0' as RequestId,
    ...changed,
  });
}

function translator(from: ConversationWire = 'openai-chat'): AnswerTranslator {
  return createAnswerTranslator({ from, to: 'openai-chat', request: {}, model: 'm', newId: () => '1', nowSeconds: 0 });
}

const reason = (result: AttemptResult) => (result.kind === 'failed' ? result.reason : result.kind);

describe('an attempt', () => {
  it('that gets no connection in time blames nobody', async () => {
    const line = await provider(() => undefined);
    const [first, second] = await Promise.all([send(line), send(line)]);
    assert.deepEqual([reason(first), reason(second)], ['first-byte-timeout', 'no-connection']);
  });

  it('that waited for its connection has its whole time for the answer', async () => {
    let answered = 0;
    const line = await provider((response) => setTimeout(() => response.end('{}'), answered++ === 0 ? 200 : 250));
    const results = await Promise.all([send(line), send(line)]);
    assert.deepEqual(results.map(reason), ['answered', 'answered']);
  });

  it('that waits for a connection ends when the client leaves', async () => {
    let received = 0;
    const line = await provider(() => received++);
    const reply = new KeptReply();
    const first = send(line);
    const second = send(line, reply);
    reply.leave();
    assert.deepEqual(await second, { kind: 'abandoned' });
    await first;
    assert.equal(received, 1);
  });

  it('may take longer for a whole answer than for its first byte', async () => {
    const line = await provider((response) => {
      response.write(' ');
      setTimeout(() => response.end('{"choices":[]}'), 600);
    });
    const reply = new KeptReply();
    assert.deepEqual([reason(await send(line, reply)), reply.text], ['answered', ' {"choices":[]}']);
  });

  it('reads the type of an answer in any case', async () => {
    const line = await provider((response) => {
      response.writeHead(200, { 'content-type': 'Text/Event-Stream' });
      response.end('data: {"choices":[{"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    });
    const result = await send(line);
    assert.ok(result.kind === 'answered');
    assert.deepEqual([result.ended, result.observation.finish], ['complete', 'stop']);
  });

  it('that broke after it was sent is not taken for one that never left', async () => {
    const line = await provider((response) => response.destroy());
    assert.equal(reason(await send(line)), 'connection-broken');
  });

  it('answered with something that is no HTTP was answered wrongly', async () => {
    const line = await provider((response) => {
      response.socket!.end('HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n');
    });
    assert.equal(reason(await send(line)), 'malformed-answer');
  });

  it('answered with headers beyond the limit was answered wrongly', async () => {
    const line = await provider((response) => {
      for (let count = 0; count < 9; count++) response.setHeader(`x-${count}`, 'x'.repeat(8_000));
      response.end('{}');
    });
    assert.equal(reason(await send(line)), 'malformed-answer');
  });
});

describe('a request that waits for its connection', () => {
  it('does not leave when somebody forbade it meanwhile', async () => {
    let received = 0;
    const line = await provider((response) => {
      received++;
      setTimeout(() => response.end('{}'), 100);
    });
    let isCut = false;
    const first = send(line);
    const second = send(line, new KeptReply(), { mayStillLeave: () => !isCut });
    isCut = true;
    assert.deepEqual([reason(await first), reason(await second)], ['answered', 'cut-off-waiting']);
    assert.equal(reason(await send(line)), 'answered', 'the connection is free for the next one');
    assert.equal(received, 2);
  });
});

describe('an answer in our own words', () => {
  it('says what it is, whatever the provider called its own', async () => {
    const line = await provider((response) => {
      response.writeHead(400, { 'content-type': 'text/html', 'content-encoding': 'gzip', 'x-ratelimit-limit': '7' });
      response.end('<h1>Bad Request</h1>');
    });
    const reply = new KeptReply();
    await send(line, reply, { format: messages.format, translator: translator('anthropic-messages') });
    const headers = new Map<string, string>();
    for (let index = 0; index < reply.headers.length; index += 2) headers.set(reply.headers[index]!, reply.headers[index + 1]!);
    assert.deepEqual(
      [reply.status, headers.get('content-type'), headers.get('content-encoding'), headers.get('x-ratelimit-limit')],
      [400, 'application/json', undefined, '7'],
    );
    assert.equal(Number(headers.get('content-length')), Buffer.byteLength(reply.text));
    assert.ok((JSON.parse(reply.text) as { error: object }).error);
  });
});

describe('a stream that another deployment may continue', () => {
  const TEXT = 'data: {"choices":[{"index":0,"delta":{"content":"so far"}}]}\n\n';

  async function answered(...events: string[]): Promise<{ result: AttemptResult; text: string }> {
    const line = await provider((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of events) response.write(event);
      setTimeout(() => response.destroy(), 50);
    });
    const reply = new KeptReply();
    const result = await send(line, reply, { translator: translator(), isResumable: true });
    return { result, text: reply.text };
  }

  it('is not continued once the provider has declined', async () => {
    for (const declined of [
      'data: {"error":{"code":"cyber_policy","message":"no"}}\n\n',
      'data: {"choices":[{"index":0,"delta":{"refusal":"no"}}]}\n\n',
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]}\n\n',
    ]) {
      const { result } = await answered(TEXT, declined);
      assert.equal(result.kind, 'answered', declined);
    }
  });

  it('broke when the provider says in the middle that it failed, and the client has not heard of it', async () => {
    const { result, text } = await answered(TEXT, 'data: {"error":{"type":"server_error","message":"overloaded"}}\n\n');
    assert.ok(result.kind === 'broken');
    assert.deepEqual([result.soFar.failure, result.stream.textSoFar], ['stream-error', 'so far']);
    assert.match(text, /so far/);
    assert.doesNotMatch(text, /overloaded/);
  });

  it('has no seam when the next deployment says nothing', async () => {
    const first = await answered(TEXT);
    assert.ok(first.result.kind === 'broken');
    const { stream } = first.result;
    const silent = await provider((response) => response.writeHead(503).end());
    const reply = new KeptReply();
    const continues = { stream, seam: Buffer.from(': seam\n\n') };
    assert.equal(reason(await send(silent, reply, { translator: translator(), isResumable: true, continues })), 'status');
    assert.equal(reply.text, '');
    const speaking = await provider((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"index":0,"delta":{"content":" and on"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    });
    assert.equal(reason(await send(speaking, reply, { translator: translator(), isResumable: true, continues })), 'answered');
    assert.match(reply.text, /^: seam\n\ndata: .* and on/);
    assert.equal(stream.textSoFar, 'so far and on');
  });
});

describe('a refusal that did not arrive whole, or not where it was expected,', () => {
  it('is the last word even so', async () => {
    const line = await provider((response) => {
      response.writeHead(403, { 'content-type': 'application/json', 'content-length': '200' });
      response.write('{"error":{"code":"cyber_pol');
      setTimeout(() => response.destroy(), 20);
    });
    for (const changed of [{}, { translator: translator() }]) {
      const reply = new KeptReply();
      const result = await send(line, reply, changed);
      assert.ok(result.kind === 'answered');
      assert.deepEqual([result.ended, reply.status], ['interrupted', 403]);
    }
  });

  it('is one in a whole answer to whoever was to continue a stream', async () => {
    const answers = ['{"error":{"code":"cyber_policy"}}', '{"choices":[]}'];
    const line = await provider((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(answers.shift());
    });
    const continues = { stream: translator().stream(), seam: Buffer.from(': seam\n\n') };
    const declined = await send(line, new KeptReply(), { translator: translator(), isResumable: true, continues });
    assert.ok(declined.kind === 'answered');
    assert.equal(declined.observation.refusal?.kind, 'cyber-policy');
    assert.equal(reason(await send(line, new KeptReply(), { translator: translator(), isResumable: true, continues })), 'malformed-answer');
  });
});
