import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { SekishoError } from '#kernel';
import { httpSource, parseLedgerUrl } from './http-ledger.ts';

let server: Server;
let url: URL;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const seen: IncomingMessage[] = [];

before(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ledger`);
});

after(() => {
  server.closeAllConnections();
  server.close();
});

function source(key?: string) {
  seen.length = 0;
  return httpSource({ url, key, signal: new AbortController().signal });
}

async function code(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SekishoError, String(error));
  return error.code;
}

test('reads below the prefix, and the key goes with entries only', async () => {
  answer = (_, response) => response.end('bytes');
  const reading = source('sk_test');
  assert.equal((await reading.read('checkpoint'))?.toString(), 'bytes');
  await reading.read('tile/0/000');
  await reading.read('tile/entries/000.p/3');
  assert.deepEqual(
    seen.map((request) => [request.url, request.headers.authorization]),
    [
      ['/ledger/checkpoint', undefined],
      ['/ledger/tile/0/000', undefined],
      ['/ledger/tile/entries/000.p/3', 'Bearer sk_test'],
    ],
  );
});

test('what is not there is undefined', async () => {
  answer = (_, response) => response.writeHead(404).end();
  assert.equal(await source().read('checkpoint'), undefined);
});

test('a redirect is not followed', async () => {
  answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
  assert.equal(await code(source('sk_test').read('tile/entries/000')), 'ledger-redirected');
  assert.equal(seen.length, 1);
});

test('an answer is read up to what such a file can hold, and no further', async () => {
  answer = (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  assert.equal(await code(source().read('tile/0/000')), 'ledger-answer-too-large');
});

test('a refused entry, another status and a dead server each have their own words', async () => {
  answer = (_, response) => response.writeHead(403).end();
  assert.equal(await code(source().read('tile/entries/000')), 'ledger-entries-refused');
  assert.equal(await code(source().read('tile/0/000')), 'ledger-unreadable');
  answer = (request) => request.socket.destroy();
  assert.equal(await code(source().read('checkpoint')), 'ledger-unreachable');
});

test('a URL with a password, a query or another scheme is refused', () => {
  for (const text of ['https://u:p@a.example/ledger/', 'https://a.example/?x=1', 'https://a.example/#x', 'ftp://a.example/', 'http://']) {
    assert.throws(() => parseLedgerUrl(text), { code: 'usage' }, text);
  }
  assert.equal(parseLedgerUrl('https://a.example/ledger').href, 'https://a.example/ledger');
});
