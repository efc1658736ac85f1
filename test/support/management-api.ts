// The management API over a real database and a real socket, in this process: for tests of signing in, of members and of guards. Services
// of other areas are stand-ins that throw, so that a call which reaches them shows that its guard let it pass. Import it from test files
// only: it registers hooks.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { createAttempts, createHttpServer, type ApiServices } from '#http';
import {
  createAdministration,
  createEnrolment,
  createKeyring,
  createMembers,
  createOidc,
  createPasskeys,
  createSessions,
  type ActFacts,
  type Administration,
  type Authentication,
  type Keyring,
  type KeyStore,
  type Member,
  type MemberRole,
  type Role,
} from '#identity';
import { createRequestIds, createSystemRandom, type Clock, type Random } from '#kernel';
import {
  createEnrolmentStore,
  createKeyStore,
  createMemberStore,
  createOidcStore,
  createPasskeyStore,
  createSessionStore,
  type Database,
} from '#store';
import { testDatabase } from '#test/database';
import { callApi, type Called, type Calling } from '#test/api-call';
import { createSoftwarePasskey, type SoftwarePasskey } from '#test/software-passkey';

export interface Recorded {
  readonly subject: string;
  readonly facts: ActFacts;
}

export interface SignedInPerson {
  readonly member: Member;
  readonly passkey: SoftwarePasskey;
  readonly cookie: string;
}

export interface KeyOptions {
  readonly kind?: 'person' | 'service';
  readonly authentication?: Authentication;
}

export interface ManagementApi {
  readonly port: number;
  readonly publicUrl: string;
  readonly database: Database;
  readonly services: ApiServices;
  readonly keyring: Keyring;
  /** Oldest first. */
  readonly records: readonly Recorded[];
  /** What handlers threw. */
  readonly errors: readonly unknown[];
  /** Moves both clocks. */
  advance(ms: number): void;
  /** The ledger takes nothing more, or takes records again. */
  breakLedger(isBroken: boolean): void;
  call(calling: Calling): Promise<Called>;
  addMember(name: string, roles: readonly MemberRole[], kind?: 'person' | 'service'): Promise<Member>;
  /** Adds a member that enrols with a passkey and so is signed in. */
  signedIn(name: string, roles: readonly MemberRole[]): Promise<SignedInPerson>;
  /** With a registered passkey; returns the cookie. */
  signIn(passkey: SoftwarePasskey): Promise<string>;
  keyOf(owner: Pick<Member, 'name'>, roles: readonly Role[], options?: KeyOptions): Promise<string>;
  revokeKey(key: string): Promise<void>;
}

export interface ManagementApiOptions {
  /** `this-server`: the address that a browser on this machine can open. Default: a name with https. */
  readonly publicUrl?: string;
  /** Further services that are not to be stand-ins. */
  readonly services?: (foundation: Foundation) => Partial<ApiServices>;
}

/** What services are made of. */
export interface Foundation {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly publicUrl: string;
  readonly members: ApiServices['members'];
  readonly sessions: ApiServices['sessions'];
  readonly keyring: Keyring;
  record(subject: string, facts: ActFacts): Promise<void>;
  administrationOf(actor: { readonly name: string }): Administration;
}

/** Tests bring the copy of keys up to date by themselves: nothing asks the database after a test has ended. */
const KEYS_POLL_MS = 3_600_000;

// Registered here and not where a server starts: that is inside other hooks.
const started: (() => Promise<void>)[] = [];
after(() => Promise.all(started.map((stop) => stop())));

export async function startManagementApi(options: ManagementApiOptions = {}): Promise<ManagementApi> {
  const database = (await testDatabase()).open(8);
  const records: Recorded[] = [];
  const errors: unknown[] = [];
  let isBroken = false;
  let movedMs = 0;
  const clock: Clock = { now: () => Date.now() + movedMs, monotonic: () => performance.now() + movedMs };
  const random = createSystemRandom();
  const record = (subject: string, facts: ActFacts): Promise<void> => {
    if (isBroken) return Promise.reject(new Error('the ledger cannot be written'));
    records.push({ subject, facts });
    return Promise.resolve();
  };

  const port = options.publicUrl === 'this-server' ? await freePort() : 0;
  const publicUrl = options.publicUrl === 'this-server' ? `http://localhost:${port}` : (options.publicUrl ?? 'https://sekisho.example');
  const pepper = Buffer.from(random.bytes(32));
  const keyStore = createKeyStore(database);
  const keyring = createKeyring({ store: keyStore, pepper, clock, maxStaleSeconds: 100_000_000, pollMs: KEYS_POLL_MS });
  await keyring.start();
  const members = createMembers({ store: createMemberStore(database), record, clock, random });
  const sessions = createSessions({ store: createSessionStore(database), record, clock, random });
  const passkeys = createPasskeys({ store: createPasskeyStore(database), sessions, record, clock, random, publicUrl });
  const enrolment = createEnrolment({ store: createEnrolmentStore(database), passkeys, sessions, record, clock, random, publicUrl });
  const administration = (store: KeyStore) => createAdministration({ store, pepper, clock, random });
  const administrationOf = (actor: { readonly name: string }) => administration(recording(keyStore, record, actor.name));
  const own = {
    publicUrl,
    members,
    sessions,
    passkeys,
    enrolment,
    attempts: createAttempts({ clock, perAddress: 10_000, overall: 10_000 }),
    administrationOf,
    oidc: createOidc({ providers: [], store: createOidcStore(database), sessions, members, record, clock, random, publicUrl }),
    ...options.services?.({ database, clock, random, publicUrl, members, sessions, keyring, record, administrationOf }),
  };
  const services = new Proxy(own, {
    get: (target, name): unknown => Reflect.get(target, name) ?? standIn(String(name)),
  }) as unknown as ApiServices;

  const server = createHttpServer({
    checkpoint: { pass: () => Promise.resolve(), inProgress: 0, close: () => undefined },
    keyring,
    ledgerFiles: { read: () => Promise.resolve(undefined) },
    newRequestId: createRequestIds(clock, random),
    api: { services, credentials: { session: (token) => sessions.resume(token), keyOwner: (keyId) => members.ofKey(keyId) }, clock },
    rules: () => assert.fail('nothing here asks for rules'),
    settings: () => ({ endUserHeader: 'x-sekisho-end-user', metricsAccess: 'key', configuredAt: 0 }),
    readiness: () => Promise.resolve([]),
    routingVersion: () => -1,
    metrics: () => Promise.resolve(''),
    onError: (_, error) => void errors.push(error),
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // Clients hold what they need; a server that nobody asks any more keeps no test file from ending.
  server.unref();
  started.push(async () => {
    server.closeAllConnections();
    server.close();
    await keyring.close();
  });

  const world: ManagementApi = {
    port: (server.address() as AddressInfo).port,
    publicUrl,
    database,
    services,
    keyring,
    records,
    errors,
    advance: (ms) => void (movedMs += ms),
    breakLedger: (broken) => void (isBroken = broken),
    call: (calling) => callApi(world.port, calling),
    async addMember(name, roles, kind = 'person') {
      const added = await members.add({ name, kind, roles }, undefined);
      assert.ok(added.ok, JSON.stringify(added));
      return added.value;
    },
    async signedIn(name, roles) {
      const member = await world.addMember(name, roles);
      const issued = await enrolment.issue(member.principalId, undefined);
      assert.ok(issued.ok, JSON.stringify(issued));
      const token = issued.value.url.split('#')[1]!;
      const passkey = createSoftwarePasskey();
      const asked = await world.call({ path: '/api/v1/enrol/options', body: { token } });
      const answer = passkey.register(asked.json['options'] as object, publicUrl);
      const { status, text, cookie } = await world.call({ path: '/api/v1/enrol/verify', body: { token, answer } });
      assert.equal(status, 200, text);
      return { member, passkey, cookie: cookie! };
    },
    async signIn(passkey) {
      const asked = await world.call({ path: '/api/v1/sign-in/passkey/options' });
      const answer = passkey.authenticate(asked.json['options'] as object, publicUrl);
      const { status, text, cookie } = await world.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer } });
      assert.equal(status, 200, text);
      return cookie!;
    },
    async keyOf({ name }, roles, { kind = 'person', authentication = 'none' } = {}) {
      const created = await administration(keyStore).createKey({ owner: name, kind, roles, authentication });
      assert.ok(created.ok, JSON.stringify(created));
      await keyring.refresh();
      return created.value.key;
    },
    async revokeKey(key) {
      const revoked = await administration(keyStore).revokeKey({ key, reason: 'test' });
      assert.ok(revoked.ok);
      await keyring.refresh();
    },
  };
  return world;
}

/** Any service of another area: whatever is asked of it fails. */
function standIn(name: string): unknown {
  return new Proxy(() => undefined, {
    get: () => standIn(name),
    apply: () => {
      throw new Error(`${name} is not part of this test`);
    },
  });
}

/** As the program does it: a record before each act. */
function recording(store: KeyStore, record: (subject: string, facts: ActFacts) => Promise<void>, by: string): KeyStore {
  return {
    ...store,
    async insertKey(input) {
      await record(input.key.id, { type: 'key-created', key: input.key.id, by });
      return store.insertKey(input);
    },
    async revokeKey(input) {
      await record(input.keyId, { type: 'key-revoked', key: input.keyId, by });
      return store.revokeKey(input);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
