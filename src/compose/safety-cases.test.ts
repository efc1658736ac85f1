import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { deploymentOf } from '#test/routing';
import { fetchSafetyCase } from './safety-cases.ts';

let answer: (response: ServerResponse) => void = (response) => response.end('{}');
const asked: IncomingMessage[] = [];
const vendor = createServer((request, response) => {
  asked.push(request);
  answer(response);
});
let baseUrl = '';

before(async () => {
  vendor.listen(0, '127.0.0.1');
  await once(vendor, 'listening');
  baseUrl = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/v1`;
});
after(() => vendor.close());

const json =
  (body: unknown, status = 200) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

function deployments(company = 'OpenAI') {
  const { origins } = deploymentOf('p/d', {});
  const of = { baseUrl, origins: { ...origins, vendor: { ...origins.vendor, company } } };
  return {
    deployments: [
      deploymentOf('p/plain', { ...of, credential: 'plain-key', accessProgram: undefined }),
      deploymentOf('p/blue', { ...of, credential: 'blue-key', accessProgram: 'daybreak_blue' }),
    ],
  };
}

test('asks with the key of the deployment that has the entitlement, and takes whom it is about and why', async () => {
  answer = json({ id: 'sc_1', entity_identifier: 'pseudonym', reason: 'cyber', notice: { type: 'warning' } });
  assert.deepEqual(await fetchSafetyCase(deployments(), 'sc/1?x'), { entityIdentifier: 'pseudonym', reason: 'cyber' });
  const { url, headers } = asked.at(-1)!;
  assert.deepEqual([url, headers.authorization], ['/v1/safety/cases/sc%2F1%3Fx', 'Bearer blue-key']);
});

test('nobody is asked where no deployment is the vendor’s', async () => {
  const before = asked.length;
  assert.equal(await fetchSafetyCase(deployments('Somebody Else'), 'sc_1'), undefined);
  assert.equal(asked.length, before);
});

test('an error, and an answer that names nobody, say nothing; a redirect is not followed', async () => {
  answer = json({ entity_identifier: 'pseudonym' }, 404);
  assert.equal(await fetchSafetyCase(deployments(), 'sc_1'), undefined);
  answer = json({ reason: 'cyber' });
  assert.equal(await fetchSafetyCase(deployments(), 'sc_1'), undefined);
  answer = (response) => void response.writeHead(302, { location: `${baseUrl}/elsewhere` }).end();
  await assert.rejects(fetchSafetyCase(deployments(), 'sc_1'));
});
