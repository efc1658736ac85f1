// Bodies of people whom nobody knows, sent slowly and many at once, over a real socket.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, it } from 'node:test';
import { createRequestIds, createSystemRandom, err, systemClock } from '#kernel';
import { open, send } from '#test/http-client';
import type { ApiCredentials } from './context.ts';
import { createDispatcher } from './dispatcher.ts';
import { apiRoute } from './route.ts';
import type { ApiServices } from './services.ts';

const signedIn = { session: { id: 'ses_1', authentication: 'passkey' }, member: { name: 'alice', roles: [] } };
const dispatcher = createDispatcher({
  routes: (['public', 'member'] as const).map((guard) =>
    apiRoute({ method: 'POST', path: `/api/v1/${guard}`, guard, summary: '', handle: () => Promise.resolve({ status: 200 }) }),
  ),
  context: {
    services: { publicUrl: 'https://sekisho.example' } as ApiServices,
    credentials: { session: () => Promise.resolve(signedIn), keyOwner: () => Promise.resolve(undefined) } as unknown as ApiCredentials,
    clock: systemClock,
  },
  keyring: { identify: () => err({ kind: 'unknown' }) },
  newRequestId: createRequestIds(systemClock, createSystemRandom()),
  onError: () => undefined,
  bodySeconds: { anybody: 1, known: 60 },
});
const server = createServer((request, response) => void dispatcher.answer(request, response, request.url!));
after(() => server.close());

it('take half of what there is, and leave the rest to those who are signed in', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-type': 'application/json', 'content-length': '2' };
  const answers = Array.from({ length: 300 }, () => {
    const { request, answer } = open(port, { method: 'POST', path: '/api/v1/public', headers });
    request.flushHeaders();
    return answer.then(
      ({ status }) => status,
      () => 'cut' as const,
    );
  });
  assert.equal(await Promise.race(answers), 503, 'beyond their share they are told at once');
  const cookie = `__Host-sekisho-session=${'s'.repeat(43)}`;
  const known = { cookie, 'sec-fetch-site': 'same-origin', 'x-sekisho-csrf': '1' };
  assert.equal((await send(port, { method: 'POST', path: '/api/v1/member', headers: known })).status, 200);
  const all = await Promise.all(answers);
  assert.deepEqual([all.filter((each) => each === 'cut').length, all.filter((each) => each === 503).length], [128, 172]);
});
