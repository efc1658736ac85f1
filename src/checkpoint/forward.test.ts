import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { systemClock, type RequestId } from '#kernel';
import { chatCompletions, createTransport, type Endpoint, type Transport } from '#providers';
import type { Reply } from './exchange.ts';
import { forward, type AttemptResult } from './forward.ts';

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
  leave = (): void => undefined;
  onGone(listener: () => void): void {
    this.leave = listener;
  }
  onDone(): void {}
  start(): void {}
  write(chunk: Buffer): boolean {
    this.text += chunk.toString();
    return true;
  }
  onDrain(): void {}
  end(chunk?: Buffer): void {
    this.text += chunk?.toString() ?? '';
  }
  refuse(): void {}
  interrupt(): void {}
}

function send({ endpoint, transport }: { endpoint: Endpoint; transport: Transport }, reply = new KeptReply()): Promise<AttemptResult> {
  return forward({
    transport,
    clock: systemClock,
    endpoint,
    request: { path: '/chat/completions', headers: [], body: Buffer.from('{}') },
    format: chatCompletions.format,
    dropUsage: false,
    translator: undefined,
    continues: undefined,
    isResumable: false,
    ownHeaders: [],
    reply,
    requestId: 'req_0' as RequestId,
  });
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
