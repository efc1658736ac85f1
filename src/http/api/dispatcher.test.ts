// The dispatcher over a real socket, with a table of routes of its own: what reaches a handler, and how everything else is refused.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Caller, IdentityRefusal, Member, Session } from '#identity';
import { createRequestIds, createSystemRandom, err, ok, systemClock, type KeyId, type PrincipalId, type Result } from '#kernel';
import { open, send, type Answered, type Sending } from '#test/http-client';
import type { ApiCall } from './call.ts';
import { createDispatcher } from './dispatcher.ts';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiRoute } from './route.ts';
import type { ApiServices } from './services.ts';

const PUBLIC_URL = 'https://sekisho.example';
const COOKIE = `__Host-sekisho-session=${'s'.repeat(43)}`;

const MEMBER: Member = {
  principalId: 'prn_1' as PrincipalId,
  name: 'alice',
  displayName: 'Alice',
  email: null,
  roles: ['approver'],
  isOutside: false,
  createdAtMs: 0,
  disabledAtMs: null,
};
const SESSION: Session = {
  id: 'ses_1',
  principalId: MEMBER.principalId,
  authentication: 'passkey',
  passkeyId: 'pky_1',
  createdAtMs: 0,
  lastSeenAtMs: 0,
  expiresAtMs: 1,
  address: '',
  userAgent: '',
};

/** What the test's keyring makes of what is presented. */
let identified: Result<Caller, IdentityRefusal>;
let keyOwner: Member | undefined;
let sessionMember: Member | undefined;
let calls: ApiCall[] = [];
let errors: unknown[] = [];
const release: (() => void)[] = [];

function caller(roles: Caller['roles'], authentication: Caller['authentication'] = 'none'): Result<Caller, IdentityRefusal> {
  return ok({
    keyId: 'k' as KeyId,
    principalId: MEMBER.principalId,
    name: 'alice',
    kind: 'person',
    roles,
    routes: null,
    authentication,
  });
}

function route(method: ApiRoute['method'], path: string, more: Partial<ApiRoute> = {}): ApiRoute {
  return {
    method,
    path,
    guard: 'public',
    summary: '',
    handle: (call) => {
      calls.push(call);
      return Promise.resolve({ status: 200, body: { path, params: call.params, query: call.query, body: call.body } });
    },
    ...more,
  };
}

const ROUTES: readonly ApiRoute[] = [
  route('GET', '/api/v1/things'),
  route('POST', '/api/v1/things'),
  route('GET', '/api/v1/things/special'),
  route('GET', '/api/v1/things/{id}'),
  route('GET', '/api/v1/things/special/{part}/end'),
  route('DELETE', '/api/v1/things/{other}/parts/{part}'),
  route('GET', '/api/v1/member', { guard: 'member' }),
  route('POST', '/api/v1/member', { guard: 'member' }),
  route('GET', '/api/v1/approver', { guard: ['approver', 'administrator'] }),
  route('GET', '/api/v1/screener', { guard: ['screener'] }),
  route('GET', '/api/v1/search', {
    query: z.strictObject({ q: z.string().max(10).optional(), tag: z.union([z.string(), z.array(z.string())]).optional() }),
  }),
  route('POST', '/api/v1/typed', {
    body: z.strictObject({
      name: z.string().max(5),
      list: z
        .array(z.strictObject({ n: z.int() }))
        .max(3)
        .optional(),
      many: z.array(z.int()).optional(),
      any: z.unknown().optional(),
    }),
    maxBodyBytes: 4096,
  }),
  route('POST', '/api/v1/raw', { rawBody: true, maxBodyBytes: 64 }),
  route('POST', '/api/v1/raw-json', { rawBody: true, body: z.looseObject({}) }),
  route('GET', '/page', {
    handle: () => Promise.resolve({ status: 200, contentType: 'text/html', body: '<p>', headers: { 'content-security-policy': 'own' } }),
  }),
  route('GET', '/api/v1/fails', { handle: () => Promise.reject(new Error('the secret is in the message')) }),
  route('GET', '/api/v1/empty', { handle: () => Promise.resolve({ status: 204 }) }),
  route('GET', '/api/v1/refuses', {
    handle: () =>
      Promise.resolve(
        new ApiRefusal(429, 'too-much', 'Too much.', {
          next: 'Wait.',
          facts: { retryAfterSeconds: 1.2, status: 200, title: 'fine', requestId: 'forged' },
        }),
      ),
  }),
  route('GET', '/api/v1/waits', {
    handle: async () => {
      await new Promise<void>((resolve) => release.push(resolve));
      return { status: 204 };
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/optional',
    guard: 'public',
    summary: '',
    body: z.strictObject({ reason: z.string().default('none') }).prefault({}),
    handle: ({ body }) => Promise.resolve({ status: 200, body }),
  }),
];

let port: number;
let server: Server;

after(() => server.close());

before(async () => {
  const dispatcher = createDispatcher({
    routes: ROUTES,
    context: {
      services: { publicUrl: PUBLIC_URL } as ApiServices,
      clock: systemClock,
      credentials: {
        session: (token) =>
          Promise.resolve(
            sessionMember === undefined || token !== 's'.repeat(43) ? undefined : { session: SESSION, member: sessionMember },
          ),
        keyOwner: () => Promise.resolve(keyOwner),
      },
    },
    keyring: { identify: (presented) => (presented === '' ? err({ kind: 'missing' }) : identified) },
    newRequestId: createRequestIds(systemClock, createSystemRandom()),
    onError: (_, error) => errors.push(error),
    bodySeconds: { anybody: 0.2, known: 60 },
  });
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]!;
    if (dispatcher.takes(path)) void dispatcher.answer(request, response, path);
    else response.end('somebody else answers');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

interface Problem {
  readonly [name: string]: unknown;
}

async function ask(method: string, path: string, more: Partial<Sending> = {}): Promise<Answered & { json: Problem }> {
  calls = [];
  errors = [];
  const answered = await send(port, { method, path, ...more });
  const json = answered.text !== '' && /json/.test(answered.headers['content-type'] ?? '') ? (JSON.parse(answered.text) as Problem) : {};
  return { ...answered, json };
}

function json(body: unknown, headers: Readonly<Record<string, string>> = {}): Partial<Sending> {
  const text = JSON.stringify(body);
  return { body: text, headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers } };
}

function refused(answered: Answered & { json: Problem }, status: number, code: string): void {
  assert.equal(answered.status, status, answered.text);
  assert.equal(answered.headers['content-type'], 'application/problem+json');
  assert.equal(answered.json['code'], code, answered.text);
  assert.equal(answered.json['type'], `urn:sekisho:problem:${code}`);
  assert.equal(answered.json['status'], status);
  assert.equal(answered.json['requestId'], answered.id);
  assert.equal(typeof answered.json['title'], 'string');
  assert.equal(typeof answered.json['detail'], 'string');
  assert.equal(calls.length, 0, 'no handler heard of it');
}

describe('finding the route', () => {
  it('goes by what is written out first, and by names else', async () => {
    assert.deepEqual((await ask('GET', '/api/v1/things/special')).json['path'], '/api/v1/things/special');
    assert.deepEqual((await ask('GET', '/api/v1/things/%E5%A4%AA%E9%83%8E')).json['params'], { id: '太郎' });
    assert.deepEqual((await ask('GET', '/api/v1/things/special/x/end')).json['params'], { part: 'x' });
    assert.deepEqual((await ask('DELETE', '/api/v1/things/special/parts/2')).json['params'], { other: 'special', part: '2' });
    assert.deepEqual((await ask('DELETE', '/api/v1/things/a%2Fb/parts/..x')).json['params'], { other: 'a/b', part: '..x' });
  });

  it('answers 404 where there is nothing', async () => {
    for (const path of ['/api/', '/api/v1/nothing', '/api/v1//things', '/api/v1/things/%FF'])
      refused(await ask('GET', path), 404, 'unknown-path');
  });

  it('answers 405 for another method, and says which are there', async () => {
    const answered = await ask('PATCH', '/api/v1/things');
    refused(answered, 405, 'method-not-allowed');
    assert.equal(answered.headers.allow, 'GET, POST');
    for (const method of ['HEAD', 'OPTIONS', 'TRACE']) assert.equal((await ask(method, '/api/v1/things')).status, 405);
  });

  it('leaves to others what is not its own', async () => {
    assert.equal((await ask('GET', '/apix')).text, 'somebody else answers');
    assert.equal((await ask('GET', '/page')).text, '<p>');
  });
});

describe('every answer', () => {
  it('is kept by nobody, loads nothing, and is framed nowhere', async () => {
    for (const path of ['/api/v1/things', '/api/v1/nothing', '/api/v1/member', '/api/v1/fails', '/api/v1/empty', '/api/v1/refuses']) {
      const { headers } = await ask('GET', path);
      assert.equal(headers['cache-control'], 'no-store', path);
      assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.match(String(headers['x-request-id']), /^req_[0-9A-Z]{26}$/);
    }
    assert.equal((await ask('GET', '/page')).headers['content-security-policy'], 'own');
  });

  it('without a body has none', async () => {
    const { status, text, headers } = await ask('GET', '/api/v1/empty');
    assert.deepEqual([status, text, headers['content-length'], headers['content-type']], [204, '', undefined, undefined]);
  });

  it('that refuses says when to come back, and no fact replaces what the dispatcher says', async () => {
    const answered = await ask('GET', '/api/v1/refuses');
    refused(answered, 429, 'too-much');
    assert.equal(answered.headers['retry-after'], '2');
    assert.equal(answered.json['title'], 'Too Many Requests');
    assert.equal(answered.json['next'], 'Wait.');
    const without = await ask('PATCH', '/api/v1/things');
    assert.match(String(without.json['next']), /methods that are allowed/, 'there is always a next step');
  });

  it('of a handler that failed tells nothing of why; the log does', async () => {
    const answered = await ask('GET', '/api/v1/fails');
    refused(answered, 500, 'internal');
    assert.ok(!answered.text.includes('secret'));
    assert.match(String(errors[0]), /the secret is in the message/);
  });

  it('comes at once when too many calls are waiting', async () => {
    const waiting = Array.from({ length: 256 }, () => {
      const { request, answer } = open(port, { method: 'GET', path: '/api/v1/waits' });
      request.end();
      return answer;
    });
    for (let tries = 0; release.length < 256 && tries < 2000; tries++) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(release.length, 256);
    refused(await ask('GET', '/api/v1/things'), 503, 'busy');
    for (const each of release.splice(0)) each();
    assert.ok((await Promise.all(waiting)).every(({ status }) => status === 204));
    assert.equal((await ask('GET', '/api/v1/things')).status, 200);
  });
});

describe('who asks', () => {
  const withKey = { headers: { authorization: 'Bearer some-key' } };

  before(() => {
    keyOwner = MEMBER;
    sessionMember = MEMBER;
  });

  it('is somebody, or the call is refused', async () => {
    const answered = await ask('GET', '/api/v1/member');
    refused(answered, 401, 'not-signed-in');
    assert.equal(answered.headers['www-authenticate'], 'Bearer realm="sekisho"');
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic abc', 'some-key'])
      refused(await ask('GET', '/api/v1/member', { headers: { authorization } }), 401, 'key-missing');
  });

  it('may be a key with the role member, which acts as its owner', async () => {
    identified = caller(new Set(['member']), 'sso-mfa');
    assert.equal((await ask('GET', '/api/v1/member', withKey)).status, 200);
    const { actor, credential } = calls[0]!;
    assert.deepEqual(actor, { principalId: 'prn_1', name: 'alice', roles: new Set(['approver']), authentication: 'sso-mfa' });
    assert.deepEqual(credential, { kind: 'key', keyId: 'k' });
  });

  it('is not a key without that role, nor one whose owner is no member', async () => {
    identified = caller(new Set(['caller', 'operator', 'auditor']));
    refused(await ask('GET', '/api/v1/member', withKey), 403, 'key-not-for-members');
    identified = caller(new Set(['member']));
    keyOwner = undefined;
    refused(await ask('GET', '/api/v1/member', withKey), 403, 'not-a-member');
    keyOwner = MEMBER;
  });

  const refusals = ['malformed', 'unknown', 'revoked', 'expired', 'disabled', 'stale'] as const;
  it('is not a key that does not count', async () => {
    for (const kind of refusals) {
      identified = err({ kind, keyId: 'k', principalId: 'p', atMs: 0, ageSeconds: null } as unknown as IdentityRefusal);
      const answered = await ask('GET', '/api/v1/member', withKey);
      assert.equal(answered.status, kind === 'stale' ? 503 : 401);
      assert.equal(calls.length, 0);
      assert.match(String(answered.json['code']), /^(key|owner|keys)-/);
    }
  });

  it('may be a session', async () => {
    assert.equal((await ask('GET', '/api/v1/member', { headers: { cookie: COOKIE } })).status, 200);
    assert.equal(calls[0]?.actor.authentication, 'passkey');
    assert.deepEqual(calls[0]?.credential, { kind: 'session', session: SESSION });
    assert.equal((await ask('GET', '/api/v1/member', { headers: { cookie: `a=b;${COOKIE}; c=d` } })).status, 200);
    for (const cookie of [
      'sekisho-session=x',
      `${COOKIE}x`,
      COOKIE.slice(0, -1),
      COOKIE.replace('__Host-', ''),
      COOKIE.toUpperCase(),
      `${COOKIE}; __Host-sekisho-session=${'t'.repeat(43)}`,
      `${COOKIE}; ${COOKIE}`,
    ])
      refused(await ask('GET', '/api/v1/member', { headers: { cookie } }), 401, 'not-signed-in');
    sessionMember = undefined;
    refused(await ask('GET', '/api/v1/member', { headers: { cookie: COOKIE } }), 401, 'not-signed-in');
    sessionMember = MEMBER;
  });

  it('is the key where both are sent, also when the key is refused', async () => {
    identified = err({ kind: 'unknown' });
    refused(await ask('GET', '/api/v1/member', { headers: { ...withKey.headers, cookie: COOKIE } }), 401, 'key-unknown');
  });

  it('needs one of the roles that the route names', async () => {
    const headers = { cookie: COOKIE };
    assert.equal((await ask('GET', '/api/v1/approver', { headers })).status, 200);
    const answered = await ask('GET', '/api/v1/screener', { headers });
    refused(answered, 403, 'role-missing');
    assert.deepEqual(answered.json['needed'], ['screener']);
  });

  it('is not looked at where anybody may ask', async () => {
    identified = err({ kind: 'unknown' });
    assert.equal((await ask('GET', '/api/v1/things', withKey)).status, 200);
    assert.equal(calls[0]?.credential, undefined);
  });
});

describe('calls that change something', () => {
  const cases: readonly [name: string, headers: Readonly<Record<string, string>>, code: string | undefined][] = [
    ['our own page', { 'sec-fetch-site': 'same-origin', 'x-sekisho-csrf': '1' }, undefined],
    ['our own page in a browser that says only the origin', { origin: PUBLIC_URL, 'x-sekisho-csrf': '1' }, undefined],
    ['typed by the user', { 'sec-fetch-site': 'none', 'x-sekisho-csrf': '1' }, undefined],
    ['our own page without the header', { 'sec-fetch-site': 'same-origin' }, 'csrf-header-missing'],
    ['our own page with another value', { 'sec-fetch-site': 'same-origin', 'x-sekisho-csrf': '' }, 'csrf-header-missing'],
    ['another site', { 'sec-fetch-site': 'cross-site', 'x-sekisho-csrf': '1' }, 'cross-site'],
    ['another site that says our origin', { 'sec-fetch-site': 'cross-site', origin: PUBLIC_URL, 'x-sekisho-csrf': '1' }, 'cross-site'],
    ['a neighbour under the same domain', { 'sec-fetch-site': 'same-site', 'x-sekisho-csrf': '1' }, 'cross-site'],
    ['another origin', { origin: 'https://evil.example', 'x-sekisho-csrf': '1' }, 'cross-site'],
    ['an opaque origin', { origin: 'null', 'x-sekisho-csrf': '1' }, 'cross-site'],
    ['our origin with plain http', { origin: 'http://sekisho.example', 'x-sekisho-csrf': '1' }, 'cross-site'],
    ['nothing said', { 'x-sekisho-csrf': '1' }, 'cross-site'],
  ];
  for (const [name, headers, code] of cases)
    it(`with a session from ${name}: ${code ?? 'pass'}`, async () => {
      sessionMember = MEMBER;
      const answered = await ask('POST', '/api/v1/member', { headers: { cookie: COOKIE, 'content-length': '0', ...headers } });
      if (code === undefined) assert.equal(answered.status, 200, answered.text);
      else refused(answered, 403, code);
    });

  it('with a key need nothing more, unless a page of another site sent them', async () => {
    identified = caller(new Set(['member']));
    const headers = { authorization: 'Bearer key', 'content-length': '0' };
    assert.equal((await ask('POST', '/api/v1/member', { headers })).status, 200);
    refused(await ask('POST', '/api/v1/member', { headers: { ...headers, 'sec-fetch-site': 'cross-site' } }), 403, 'cross-site');
  });

  it('that anybody may make come from programs or from our own pages', async () => {
    assert.equal((await ask('POST', '/api/v1/things', json({}))).status, 200);
    assert.equal((await ask('POST', '/api/v1/things', json({}, { origin: PUBLIC_URL }))).status, 200);
    refused(await ask('POST', '/api/v1/things', json({}, { origin: 'https://evil.example' })), 403, 'cross-site');
    refused(await ask('POST', '/api/v1/things', json({}, { 'sec-fetch-site': 'same-site' })), 403, 'cross-site');
  });
});

describe('what a call brings', () => {
  it('reaches the handler as the schema made it', async () => {
    assert.equal((await ask('POST', '/api/v1/typed', json({ name: '太郎', list: [{ n: 1 }] }))).status, 200);
    assert.deepEqual(calls[0]?.body, { name: '太郎', list: [{ n: 1 }] });
    assert.deepEqual((await ask('POST', '/api/v1/optional', { headers: { 'content-length': '0' } })).json, { reason: 'none' });
    assert.deepEqual((await ask('POST', '/api/v1/optional', json({ reason: 'x' }))).json, { reason: 'x' });
    const packed = gzipSync('{"name":"abc"}');
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-encoding': 'gzip',
      'content-length': String(packed.length),
    };
    assert.equal((await ask('POST', '/api/v1/typed', { body: packed, headers })).status, 200);
  });

  it('is refused with the place and the problem where it does not fit', async () => {
    const answered = await ask('POST', '/api/v1/typed', json({ name: 'too long', list: [{ n: 1 }, { n: 'x' }], more: 1 }));
    refused(answered, 422, 'body-invalid');
    const problems = answered.json['problems'] as { path: string; problem: string }[];
    assert.deepEqual(problems.map(({ path }) => path).sort(), ['', 'list[1].n', 'name']);
    assert.ok(problems.every(({ problem }) => problem.length > 0));
    refused(await ask('POST', '/api/v1/things', json({ unexpected: true })), 422, 'body-invalid');
    assert.equal((await ask('POST', '/api/v1/things', json({}))).status, 200, 'an empty object is as good as nothing');
  });

  it('does not grow: a hundred wrong members are twenty problems', async () => {
    const many = Array.from({ length: 100 }, () => 'x');
    const answered = await ask('POST', '/api/v1/typed', json({ name: 'a', many }));
    assert.equal((answered.json['problems'] as unknown[]).length, 20);
  });

  it('is JSON by its type, not by its looks', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/json', 'application/jsonx', ''])
      refused(await ask('POST', '/api/v1/typed', json({ name: 'a' }, { 'content-type': type })), 415, 'not-json');
  });

  it('is whole, in UTF-8, shallow, and of text that a database takes', async () => {
    const bytes = (body: Buffer | string) => {
      const buffer = Buffer.from(body as string);
      return { body: buffer, headers: { 'content-type': 'application/json', 'content-length': String(buffer.length) } };
    };
    refused(await ask('POST', '/api/v1/typed', bytes('{"name":')), 400, 'body-not-json');
    refused(await ask('POST', '/api/v1/typed', bytes(Buffer.from([0x22, 0xff, 0x22]))), 400, 'body-not-json');
    refused(await ask('POST', '/api/v1/typed', bytes('{"name":"a\\u0000"}')), 400, 'unusable-text');
    refused(await ask('POST', '/api/v1/typed', bytes('{"name":"\\ud800"}')), 400, 'unusable-text');
    refused(await ask('POST', '/api/v1/typed', bytes('{"\\u0000":"a"}')), 400, 'unusable-text');
    const deep = (levels: number) => bytes(`{"name":"a","any":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    refused(await ask('POST', '/api/v1/typed', deep(2000)), 400, 'unusable-text');
    assert.equal((await ask('POST', '/api/v1/typed', deep(20))).status, 200);
    refused(await ask('POST', '/api/v1/typed', bytes('{"name":"a","__proto__":{"x":1}}')), 422, 'body-invalid');
  });

  it('is no larger than the route takes, unpacked', async () => {
    refused(await ask('POST', '/api/v1/typed', json({ name: 'a', any: 'x'.repeat(5000) })), 413, 'body-too-large');
    const bomb = gzipSync(Buffer.alloc(1_000_000, 0x20));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': String(bomb.length) };
    refused(await ask('POST', '/api/v1/typed', { body: bomb, headers }), 413, 'body-too-large');
    refused(await ask('POST', '/api/v1/things', json({ a: 'x'.repeat(300_000) })), 413, 'body-too-large');
  });

  it('arrives in time, or the connection is cut', async () => {
    calls = [];
    errors = [];
    const headers = { 'content-type': 'application/json', 'content-length': '100' };
    const { request, answer } = open(port, { method: 'POST', path: '/api/v1/typed', headers });
    request.write('{"name":');
    await assert.rejects(answer, /ECONNRESET|socket hang up/);
    assert.equal(calls.length, 0);
    assert.deepEqual(errors, []);
  });

  it('comes as it is where the handler asks for the bytes', async () => {
    assert.equal(
      (await ask('POST', '/api/v1/raw', { body: 'a=b&c', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status,
      200,
    );
    assert.equal(calls[0]?.rawBody?.toString(), 'a=b&c');
    assert.equal(calls[0]?.body, undefined);
    refused(await ask('POST', '/api/v1/raw', { body: 'x'.repeat(65) }), 413, 'body-too-large');
    assert.equal((await ask('POST', '/api/v1/raw-json', json({ b: 1, a: 2 }))).status, 200);
    assert.deepEqual([calls[0]?.rawBody?.toString(), calls[0]?.body], ['{"b":1,"a":2}', { b: 1, a: 2 }]);
  });

  it('may be a query, within bounds', async () => {
    assert.deepEqual((await ask('GET', '/api/v1/search?q=%E9%96%A2%E6%89%80&tag=a&tag=b&tag=c')).json['query'], {
      q: '関所',
      tag: ['a', 'b', 'c'],
    });
    for (const query of ['?q=12345678901', '?other=1', '?q=a&q=b', '?__proto__=x'])
      refused(await ask('GET', `/api/v1/search${query}`), 400, 'query-invalid');
    refused(await ask('GET', '/api/v1/search?q=%00'), 400, 'unusable-text');
    refused(await ask('GET', '/api/v1/things?x=1'), 400, 'query-invalid');
    refused(await ask('GET', `/api/v1/search?${'tag=a&'.repeat(65)}`), 400, 'query-too-long');
  });
});
