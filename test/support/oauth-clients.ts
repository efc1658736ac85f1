// OAuth clients of a management API in this process: keys in software, assertions made by hand, the token endpoint. Import it from test
// files only: it registers hooks.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { createClients } from '#identity';
import { createClientStore } from '#store';
import type { Called } from '#test/api-call';
import { send } from '#test/http-client';
import { startManagementApi, type ManagementApi, type SignedInPerson } from '#test/management-api';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface Pair {
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

export interface Hooks {
  /** Runs when an API key is about to be made for a token. */
  beforeKey: () => Promise<unknown>;
  /** Runs when it has been made, before the answer. */
  afterKey: () => Promise<unknown>;
}

export interface OauthWorld {
  readonly api: ManagementApi;
  readonly administrator: SignedInPerson;
  readonly hooks: Hooks;
  /** Now, as the checkpoint sees it. */
  now(): number;
  advance(ms: number): void;
  /** A client of `scanner` unless the body says otherwise; returns its id. */
  registered(keys: readonly Pair[], body?: object, cookie?: string): Promise<string>;
  assertion(clientId: string, key: Pair, claims?: Readonly<Record<string, unknown>>, kid?: string): Promise<string>;
  post(form: Readonly<Record<string, string>> | string, headers?: Readonly<Record<string, string>>): Promise<Called>;
  ask(assertion: string): Promise<Called>;
  token(clientId: string, key: Pair, kid?: string): Promise<string>;
  /** What a token may do; undefined: it is not accepted. */
  roles(accessToken: string): Promise<readonly string[] | undefined>;
}

export function pair(kid?: string): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }) } };
}

/** RFC 6749, section 5.2. */
export function assertError(called: Called, status: number, error: string): void {
  assert.deepEqual([called.status, called.json['error']], [status, error], called.text);
  assert.equal(called.headers['content-type'], 'application/json');
  assert.equal(called.headers['cache-control'], 'no-store');
  assert.equal(typeof called.json['error_description'], 'string');
}

export async function startOauthWorld(): Promise<OauthWorld> {
  const hooks: Hooks = { beforeKey: () => Promise.resolve(), afterKey: () => Promise.resolve() };
  let movedMs = 0;
  const api = await startManagementApi({
    publicUrl: 'this-server',
    services: (foundation) => ({
      clients: createClients({
        ...foundation,
        store: createClientStore(foundation.database),
        administrationOf: (by) => {
          const administration = foundation.administrationOf(by);
          return { ...administration, createKey: (input) => hooks.beforeKey().then(() => administration.createKey(input)) };
        },
        becomesKnown: async () => {
          await hooks.afterKey();
          await foundation.keyring.refresh();
        },
      }),
    }),
  });
  const administrator = await api.signedIn('root', ['administrator']);
  await api.addMember('scanner', ['applicant'], 'service');

  async function post(form: Readonly<Record<string, string>> | string, headers: Readonly<Record<string, string>> = {}): Promise<Called> {
    const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
    const type = 'application/x-www-form-urlencoded';
    const length = String(Buffer.byteLength(body));
    const answered = await send(api.port, {
      path: '/api/v1/token',
      headers: { 'content-type': type, 'content-length': length, ...headers },
      body,
    });
    const isJson = /json/.test(answered.headers['content-type'] ?? '');
    return { ...answered, json: isJson ? (JSON.parse(answered.text) as Called['json']) : {}, cookie: undefined };
  }

  const world: OauthWorld = {
    api,
    administrator,
    hooks,
    now: () => Date.now() + movedMs,
    advance(ms) {
      movedMs += ms;
      api.advance(ms);
    },
    async registered(keys, body = {}, cookie = administrator.cookie) {
      const whole = { service: 'scanner', keys: keys.map(({ jwk }) => jwk), ...body };
      const { status, text, json } = await api.call({ path: '/api/v1/clients', body: whole, cookie });
      assert.equal(status, 201, text);
      return json['id'] as string;
    },
    async assertion(clientId, key, claims = {}, kid) {
      const iat = Math.floor(world.now() / 1000);
      const right = { iss: clientId, sub: clientId, aud: `${api.publicUrl}/api/v1/token`, iat, exp: iat + 60, jti: randomUUID() };
      const header = { alg: 'ES256', ...(kid === undefined ? {} : { kid }) };
      return new SignJWT({ ...right, ...claims }).setProtectedHeader(header).sign(key.privateKey);
    },
    post,
    ask: (text) => post({ grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE, client_assertion: text }),
    async token(clientId, key, kid) {
      const { status, text, json } = await world.ask(await world.assertion(clientId, key, {}, kid));
      assert.equal(status, 200, text);
      return json['access_token'] as string;
    },
    async roles(accessToken) {
      await api.keyring.refresh();
      const identified = api.keyring.identify(accessToken);
      return identified.ok ? [...identified.value.roles] : undefined;
    },
  };
  return world;
}
