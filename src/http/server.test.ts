import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Inbound, Refusal, Reply } from '#checkpoint';
import { createRequestIds, createSystemRandom, err, systemClock, type Result } from '#kernel';
import { parseJurisdiction } from '#routing';
import { createHttpServer, stopAccepting } from './server.ts';

/** A server over a checkpoint that the test plays. */
async function serve(pass: (inbound: Inbound, reply: Reply) => Promise<void>): Promise<{ server: Server; port: number }> {
  const server = createHttpServer({
    checkpoint: { pass, inProgress: 0, close: () => undefined },
    keyring: { identify: () => err({ kind: 'missing' }) },
    ledgerFiles: { read: () => Promise.resolve(undefined) },
    newRequestId: createRequestIds(systemClock, createSystemRandom()),
    rules: () => assert.fail('nothing here asks for rules'),
    settings: () => ({ endUserHeader: 'x-sekisho-end-user', metricsAccess: 'key', configuredAt: 0 }),
    readiness: () => Promise.resolve([]),
    routingVersion: () => -1,
    metrics: () => Promise.resolve(''),
    onError: (_, error) => assert.fail(String(error)),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

function open(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  after(() => socket.destroy());
  return socket;
}

const POST = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n';

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`never: ${what}`);
}

async function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))));
}

/** Memory that may be claimed up to a limit. */
function counted(limitBytes: number): { readonly claim: (bytes: number) => boolean; readonly bytes: () => number } {
  let claimed = 0;
  return {
    claim: (bytes) => {
      if (claimed + bytes > limitBytes) return false;
      claimed += bytes;
      return true;
    },
    bytes: () => claimed,
  };
}

describe('a body', () => {
  async function read(request: Buffer, claim: (bytes: number) => boolean): Promise<Result<Buffer, Refusal>> {
    const { promise, resolve } = Promise.withResolvers<Result<Buffer, Refusal>>();
    const { port } = await serve(async (inbound) => resolve(await inbound.readBody(2_000_000, claim)));
    open(port).write(request);
    return promise;
  }

  it('that grows when it is decoded is claimed as it grows, and no further than it may', async () => {
    const packed = gzipSync(Buffer.alloc(1_900_000, 'x'));
    const head = `${POST}content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
    const claims = counted(300_000);
    assert.deepEqual(
      await read(Buffer.concat([Buffer.from(head), packed]), claims.claim),
      err({ rule: 'busy', scope: 'memory', retryAfterSeconds: 1 }),
    );
    assert.ok(claims.bytes() > 200_000, 'it was claimed piece by piece');
  });

  it('in single bytes is whole, and every byte of it claimed', async () => {
    const claims = counted(1_000_000);
    const request = `${POST}transfer-encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(20_000)}0\r\n\r\n`;
    const body = await read(Buffer.from(request), claims.claim);
    assert.ok(body.ok && body.value.equals(Buffer.alloc(20_000, 'x')));
    assert.equal(claims.bytes(), 20_000);
  });

  for (const [what, packed] of [
    ['cut', gzipSync('{}').subarray(0, 15)],
    ['wrong', Buffer.from('no gzip at all')],
  ] as const)
    it(`with a ${what} encoding is refused`, async () => {
      const head = `${POST}content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
      assert.deepEqual(
        await read(Buffer.concat([Buffer.from(head), packed]), () => true),
        err({ rule: 'body-unreadable', reason: 'decoding' }),
      );
    });
});

describe('connections', () => {
  it('that sent no HTTP do not stay, even when the client leaves its side open', async () => {
    const { server, port } = await serve(() => assert.fail('this is no request'));
    const sockets = Array.from({ length: 5 }, () => open(port));
    for (const socket of sockets) socket.resume().write('GARBAGE\r\n\r\n');
    await until('garbage was answered', async () => (await connections(server)) > 0);
    await until('the connections are gone', async () => (await connections(server)) === 0);
  });

  it('are not done before a slow client has taken its answer, also while the server stops', async () => {
    const answer = Buffer.alloc(16_000_000, 'x');
    const { promise: done, resolve } = Promise.withResolvers<void>();
    let isDone = false;
    const { server, port } = await serve(async (_, reply) => {
      reply.start(200, ['content-length', String(answer.length)]);
      reply.end(answer);
      reply.onDone(() => {
        isDone = true;
        resolve();
      });
    });
    const socket = open(port).pause();
    socket.write(`${POST}content-length: 0\r\n\r\n`);
    await until('the request was taken', async () => (await connections(server)) > 0);
    await new Promise((resume) => setTimeout(resume, 100));
    stopAccepting(server);
    assert.equal(isDone, false);
    let taken = 0;
    socket.on('data', (data) => (taken += data.length));
    socket.resume();
    await done;
    await until('the client has everything', () => taken >= answer.length);
  });

  it('end with their next answer while the server stops', async () => {
    const { server, port } = await serve(async (_, reply) => {
      reply.start(200, ['content-length', '2']);
      reply.end(Buffer.from('{}'));
    });
    const socket = open(port);
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.write(`${POST}content-length: 0\r\n\r\n`);
    await until('the first answer', () => text.endsWith('{}'));
    assert.match(text, /connection: keep-alive/i);
    stopAccepting(server);
    text = '';
    const ended = once(socket, 'end');
    socket.write(`${POST}content-length: 0\r\n\r\n`);
    await ended;
    assert.match(text, /connection: close/i);
  });
});

describe('demands in headers', () => {
  async function demandsOf(lines: string): Promise<Inbound['demands']> {
    const { promise, resolve } = Promise.withResolvers<Inbound['demands']>();
    const { port } = await serve(async (inbound) => resolve(inbound.demands));
    open(port).write(`${POST}${lines}content-length: 0\r\n\r\n`);
    return promise;
  }

  it('that stand twice never become one that demands less than each', async () => {
    const twice = await demandsOf('x-sekisho-jurisdiction: JP\r\nX-Sekisho-Jurisdiction: US\r\n');
    assert.equal(parseJurisdiction(twice.jurisdiction!).ok, false, twice.jurisdiction);
    for (const [first, second] of [
      ['vendor=JP', 'vendor=US'],
      ['vendor=JP; hosting=JP', 'hosting=US'],
      ['vendor=JP;', 'hosting=US'],
      ['vendor=JP,', 'US'],
      ['JP,', 'US'],
    ] as const) {
      const { jurisdiction } = await demandsOf(`x-sekisho-jurisdiction: ${first}\r\nx-sekisho-jurisdiction: ${second}\r\n`);
      assert.equal(parseJurisdiction(jurisdiction!).ok, false, jurisdiction);
    }
    const { dataClass, deployment } = await demandsOf(
      'x-sekisho-data-class: a\r\nx-sekisho-data-class: b\r\nx-sekisho-deployment: p/a\r\nx-sekisho-deployment: p/b\r\n',
    );
    assert.deepEqual([dataClass, deployment], ['a + b', 'p/a + p/b']);
  });

  it('that stand once arrive as they are, empty ones too', async () => {
    assert.deepEqual(await demandsOf('x-sekisho-jurisdiction: JP, DE\r\nx-sekisho-data-class:\r\nx-sekisho-canary:\r\n'), {
      dataClass: '',
      jurisdiction: 'JP, DE',
      deployment: undefined,
      purpose: undefined,
      capability: undefined,
      grant: undefined,
      isCanary: true,
    });
  });
});
