import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import type { Dispatcher } from 'undici';
import { createTransport, isForbiddenAddress, type Endpoint, type Transport } from './transport.ts';

/** A provider that answers when the test says so. */
async function setUp(
  maxConnections: number,
): Promise<{ endpoint: Endpoint; transport: Transport; pending: ServerResponse[]; seen: IncomingMessage[] }> {
  const pending: ServerResponse[] = [];
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      seen.push(request);
      pending.push(response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint: Endpoint = {
    id: 'p/d',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    query: undefined,
    credential: undefined,
    authentication: 'none',
    headers: {},
    timeouts: { connectSeconds: 1, firstByteSeconds: 5, idleSeconds: 5 },
    maxConnections,
  };
  const transport = createTransport([endpoint]);
  after(async () => {
    await transport.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { endpoint, transport, pending, seen };
}

const REQUEST = { path: '/chat/completions', headers: [], body: Buffer.from('{}') };

class Listening implements Dispatcher.DispatchHandler {
  controller: Dispatcher.DispatchController | undefined;
  readonly heard: string[] = [];
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    this.heard.push('sent');
  }
  onResponseEnd(): void {
    this.heard.push('end');
  }
  onResponseError(_: unknown, error: Error): void {
    this.heard.push(error.name);
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !condition(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(condition());
}

/** What a server saw of one request. */
async function received(change: Partial<Endpoint> & { readonly prefix: string }, path: string) {
  const { endpoint, seen, pending } = await setUp(1);
  const { prefix, ...changes } = change;
  const target = { ...endpoint, ...changes, id: 'azure', baseUrl: endpoint.baseUrl.replace('/v1', prefix) };
  const other = createTransport([target]);
  after(() => other.destroy());
  const listening = new Listening();
  other.dispatch(target, { ...REQUEST, path }, listening);
  await until(() => pending.length === 1);
  pending[0]!.end('{}');
  await until(() => listening.heard.includes('end'));
  return seen[0]!;
}

describe('addresses and credentials', () => {
  const AZURE = { authentication: 'api-key', credential: 'azure-secret', query: 'api-version=2025-04-01-preview' } as const;

  it('reach a deployment under its own path, with the query behind every path', async () => {
    const prefix = '/openai/deployments/soc-prod';
    for (const [path, expected] of [
      ['/chat/completions', '/openai/deployments/soc-prod/chat/completions?api-version=2025-04-01-preview'],
      ['/embeddings', '/openai/deployments/soc-prod/embeddings?api-version=2025-04-01-preview'],
    ] as const) {
      const { url, headers } = await received({ ...AZURE, prefix }, path);
      assert.equal(url, expected);
      assert.deepEqual([headers['api-key'], headers.authorization, headers['x-api-key']], ['azure-secret', undefined, undefined]);
    }
  });

  it('reach the versioned paths, with a query and without', async () => {
    const preview = await received({ ...AZURE, query: 'api-version=preview', prefix: '/openai/v1' }, '/responses');
    assert.equal(preview.url, '/openai/v1/responses?api-version=preview');
    assert.equal((await received({ ...AZURE, query: undefined, prefix: '/openai/v1' }, '/responses')).url, '/openai/v1/responses');
  });

  it('are sent in one header, and in none where there is none to send', async () => {
    const sent = async (authentication: Endpoint['authentication']) => {
      const { headers } = await received({ authentication, credential: 'secret', prefix: '/v1' }, '/messages');
      return [headers.authorization, headers['x-api-key'], headers['api-key']];
    };
    assert.deepEqual(await sent('bearer'), ['Bearer secret', undefined, undefined]);
    assert.deepEqual(await sent('x-api-key'), [undefined, 'secret', undefined]);
    assert.deepEqual(await sent('none'), [undefined, undefined, undefined]);
  });
});

describe('a transport', () => {
  it('takes a waiting request back, and never sends it', async () => {
    const { endpoint, transport, pending } = await setUp(1);
    const [first, second, third] = [new Listening(), new Listening(), new Listening()];
    const takeFirstBack = transport.dispatch(endpoint, REQUEST, first);
    const takeSecondBack = transport.dispatch(endpoint, REQUEST, second);
    transport.dispatch(endpoint, REQUEST, third);
    await until(() => pending.length === 1);
    assert.equal(takeFirstBack(), false, 'it has left');
    assert.deepEqual([takeSecondBack(), takeSecondBack()], [true, false]);
    pending[0]!.end('{}');
    await until(() => pending.length === 2);
    pending[1]!.end('{}');
    await until(() => third.heard.includes('end'));
    assert.deepEqual([first.heard, second.heard, third.heard], [['sent', 'end'], [], ['sent', 'end']]);
  });

  it('gives a connection on when its exchange was cut', async () => {
    const { endpoint, transport, pending } = await setUp(1);
    const [first, second] = [new Listening(), new Listening()];
    transport.dispatch(endpoint, REQUEST, first);
    transport.dispatch(endpoint, REQUEST, second);
    await until(() => pending.length === 1);
    first.controller!.abort(new RangeError('cut'));
    await until(() => pending.length === 2);
    pending[1]!.end('{}');
    await until(() => second.heard.includes('end'));
    assert.deepEqual(first.heard, ['sent', 'RangeError']);
  });

  it('closes only after everybody who may still send has left', async () => {
    const { endpoint, transport, pending } = await setUp(2);
    transport.enter();
    let isClosed = false;
    const closed = transport.close().then(() => (isClosed = true));
    const late = new Listening();
    transport.dispatch(endpoint, REQUEST, late);
    await until(() => pending.length === 1);
    transport.leave();
    assert.equal(isClosed, false);
    pending[0]!.end('{}');
    await closed;
    assert.deepEqual(late.heard, ['sent', 'end']);
  });

  it('tells those who wait when everything is cut', async () => {
    const { endpoint, transport, pending } = await setUp(1);
    const [first, second] = [new Listening(), new Listening()];
    transport.dispatch(endpoint, REQUEST, first);
    transport.dispatch(endpoint, REQUEST, second);
    await until(() => pending.length === 1);
    await transport.destroy();
    assert.deepEqual([first.heard.length, second.heard], [2, ['ClientDestroyedError']]);
  });
});

it('no name may lead to instance metadata, however the address is written', () => {
  for (const address of [
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '0.0.0.0',
    '::',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    'fe80::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '224.0.0.1',
    'no address',
  ])
    assert.equal(isForbiddenAddress(address), true, address);
  for (const address of ['127.0.0.1', '::1', '10.1.2.3', '203.0.113.7', '2001:db8::1', 'fd00::1', '64:ff9b::cb00:7107'])
    assert.equal(isForbiddenAddress(address), false, address);
});
