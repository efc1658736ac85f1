import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { SekishoError } from '#kernel';
import { playApi, runAccess, type PlayedApi } from './access-testing.ts';
import { createApiClient, parseBaseUrl, readAnswer, type ApiClient } from './api-client.ts';

const KEY = ['sk', 'test', 'x'.repeat(20)].join('_');
let api: PlayedApi;
before(async () => {
  api = await playApi();
});
after(() => api.close());

function client(options: { readonly url?: string; readonly signal?: AbortSignal } = {}): ApiClient {
  api.calls.length = 0;
  return createApiClient({
    base: new URL(options.url ?? api.url),
    key: KEY,
    signal: options.signal ?? new AbortController().signal,
  });
}

async function thrown(attempt: Promise<unknown>): Promise<SekishoError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SekishoError, String(error));
  const text = `${error.message} ${error.hint ?? ''} ${String(error.cause)}`;
  assert.ok(!text.includes(KEY), 'no error says the key');
  return error;
}

describe('the client of the management API', () => {
  it('sends the key, the query and JSON, below a prefix where there is one', async () => {
    api.answers = { 'POST /gate/api/v1/things': { status: 201, body: { id: 1 } } };
    const answer = await client({ url: `${api.url}/gate/` }).call('POST', '/api/v1/things', {
      query: { state: ['a', 'b'], before: undefined, limit: 5 },
      body: { name: '山田' },
    });
    assert.deepEqual(answer, { id: 1 });
    const [seen] = api.calls;
    assert.equal(seen?.path, '/gate/api/v1/things?state=a&state=b&limit=5');
    assert.deepEqual(seen?.body, { name: '山田' });
    assert.deepEqual([seen?.headers.authorization, seen?.headers['content-type']], [`Bearer ${KEY}`, 'application/json']);
  });

  it('sends bytes as they are, and sends no type where there is no body', async () => {
    api.answers = { 'POST /e': { status: 204 }, 'DELETE /e': { status: 204 } };
    const talk = client();
    assert.equal(await talk.call('POST', '/e', { bytes: { content: Buffer.from([0, 255, 1]), mediaType: 'application/pdf' } }), undefined);
    await talk.call('DELETE', '/e');
    assert.deepEqual(
      api.calls.map(({ headers }) => [headers['content-type'], headers['content-length']]),
      [
        ['application/pdf', '3'],
        [undefined, undefined],
      ],
    );
  });

  it('makes of a problem document an error with its code, what was wrong, and what to do', async () => {
    api.answers = {
      'GET /p': {
        status: 422,
        body: {
          code: 'form-incomplete',
          detail: 'The form is not complete.',
          next: 'Fill it in.\u001B[31m',
          requestId: 'req_1',
          problems: [
            { path: 'purpose', problem: 'is missing' },
            { field: 'targets', path: 'targets', code: 'required', text: { en: 'no target is given', ja: '対象' } },
          ],
        },
      },
    };
    const error = await thrown(client().call('GET', '/p'));
    assert.equal(error.code, 'form-incomplete');
    assert.equal(error.message, 'The form is not complete. · purpose: is missing · targets: no target is given');
    assert.match(error.hint!, /^Fill it in\.\\u\{1b\}\[31m \(request req_1\)$/);
  });

  it('bounds what a problem may say', async () => {
    api.answers = { 'GET /p': { status: 403, body: { code: 'x', detail: 'd'.repeat(100_000), next: 'n'.repeat(100_000) } } };
    const error = await thrown(client().call('GET', '/p'));
    assert.ok(error.message.length < 1100 && error.hint!.length < 1100);
  });

  it('knows what is no answer of a checkpoint', async () => {
    api.answers = {
      'GET /page': { body: '<html>', headers: { 'content-type': 'text/html' } },
      'GET /gone': { status: 502, body: '<html>' },
      'GET /elsewhere': { status: 302, headers: { location: '/page' } },
      'GET /odd': { status: 400, body: { code: 'Not a code', detail: 1 } },
    };
    const codes: string[] = [];
    for (const path of ['/page', '/gone', '/odd', '/elsewhere']) codes.push((await thrown(client().call('GET', path))).code);
    assert.deepEqual(codes, ['api-unreadable', 'api-unreadable', 'api-unreadable', 'api-redirected']);
    assert.equal(api.calls.length, 1, 'a redirect is not followed');
    assert.throws(() => readAnswer(z.object({ id: z.string() }), { id: 1 }), { code: 'api-unreadable' });
  });

  it('says that nobody is there, that nobody answered in time, and that somebody interrupted', async () => {
    const nobody = await playApi();
    await nobody.close();
    assert.equal((await thrown(client({ url: nobody.url }).call('GET', '/x'))).code, 'api-unreachable');
    const controller = new AbortController();
    controller.abort();
    assert.equal((await thrown(client({ signal: controller.signal }).call('GET', '/x'))).code, 'interrupted');
    // Takes the connection and says nothing.
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const late = await thrown(client({ url }).call('GET', '/x', { timeoutMs: 100 }));
    silent.close();
    assert.deepEqual([late.code, late.message.includes('no answer within 0.1 s')], ['api-unreachable', true]);
  });

  it('takes plain addresses only', () => {
    for (const text of ['checkpoint', 'ftp://a.example', 'https://u:p@a.example', 'https://a.example/?x=1', 'https://a.example/#x'])
      assert.throws(() => parseBaseUrl(text), { code: 'usage' }, text);
    assert.equal(parseBaseUrl('https://a.example/gate').href, 'https://a.example/gate');
  });
});

describe('the key of a command', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-key-'));
  const file = join(directory, 'key');
  writeFileSync(file, `${KEY}\n`, { mode: 0o600 });
  after(() => rmSync(directory, { recursive: true }));
  const list = ['onboarding', 'list'];

  it('comes from a file, and is never sent in clear to another machine', async () => {
    api.answers = { 'GET /api/v1/onboarding': { body: { onboardings: [] } } };
    api.calls.length = 0;
    const run = await runAccess([...list, '--url', api.url, '--key-file', file]);
    assert.equal(run.code, 0);
    assert.equal(api.calls[0]?.headers.authorization, `Bearer ${KEY}`);
    const clear = await thrown(runAccess([...list, '--url', 'http://192.0.2.1', '--key-file', file]));
    assert.match(clear.message, /in clear/);
  });

  it('is told to be hidden where others can read it', async () => {
    chmodSync(file, 0o644);
    const run = await runAccess([...list, '--url', api.url, '--key-file', file]);
    chmodSync(file, 0o600);
    assert.match(run.notes, /chmod 600/);
  });

  it('is missed when there is none, or something else', async () => {
    const empty = join(directory, 'empty');
    writeFileSync(empty, '\n');
    assert.equal((await thrown(runAccess([...list, '--url', api.url, '--key-file', empty]))).code, 'usage');
    assert.equal((await thrown(runAccess([...list, '--url', api.url, '--key-file', join(directory, 'none')]))).code, 'key-unreadable');
  });
});
