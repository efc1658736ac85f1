// People at a started checkpoint: the first administrator, members with passkeys in software, and the way from an application to a grant, all
// through the management API. Import it from test files only.
import assert from 'node:assert/strict';
import { callApi, type Called } from '#test/api-call';
import { createSoftwarePasskey, type SoftwarePasskey } from '#test/software-passkey';
import type { StartedCheckpoint } from '#test/started-checkpoint';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly passkey: SoftwarePasskey;
  /** Calls with the session; fails the test where the status is not the one expected. */
  call(method: string, path: string, body?: unknown, status?: number): Promise<Readonly<Record<string, unknown>>>;
  /** The same without an expectation. */
  ask(method: string, path: string, body?: unknown): Promise<Called>;
  /** A key made in the session, known to every worker when this resolves. */
  key(input?: { readonly roles?: readonly string[]; readonly routes?: readonly string[] }): Promise<string>;
}

export interface People {
  readonly administrator: Person;
  /** A member with a passkey, signed in. */
  join(name: string, roles: readonly string[]): Promise<Person>;
}

/** Where they reach it, and what it has said at its start. */
export type Reached = Pick<StartedCheckpoint, 'port' | 'words'>;

const KEY_SPREAD_MS = 600;

/** Uses the enrolment link that the first start prints. */
export async function people(checkpoint: Reached): Promise<People> {
  const origin = `http://localhost:${checkpoint.port}`;
  const link = new RegExp(`${origin}/enrol#([A-Za-z0-9_-]{43})`);
  // It is said on another stream than that the checkpoint listens.
  for (let tries = 0; tries < 100 && !link.test(checkpoint.words); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  const token = link.exec(checkpoint.words)?.[1];
  assert.ok(token !== undefined, `no enrolment link in: ${checkpoint.words}`);

  async function enrolled(secret: string): Promise<Person> {
    const passkey = createSoftwarePasskey();
    const asked = await callApi(checkpoint.port, { path: '/api/v1/enrol/options', body: { token: secret } });
    assert.equal(asked.status, 200, asked.text);
    const answer = passkey.register(asked.json['options'] as object, origin);
    const verified = await callApi(checkpoint.port, { path: '/api/v1/enrol/verify', body: { token: secret, answer } });
    assert.equal(verified.status, 200, verified.text);
    const member = verified.json['member'] as { readonly id: string; readonly name: string };
    return personOf(checkpoint, { ...member, passkey, cookie: verified.cookie! });
  }

  const administrator = await enrolled(token);
  return {
    administrator,
    async join(name, roles) {
      const { id } = await administrator.call('POST', '/api/v1/members', { name, roles }, 201);
      const { url } = await administrator.call('POST', `/api/v1/members/${id as string}/enrolment`, undefined, 201);
      return enrolled((url as string).split('#')[1]!);
    },
  };
}

/** Signs in again with the passkey: another session. */
export async function signIn(checkpoint: Reached, person: Person): Promise<Person> {
  const origin = `http://localhost:${checkpoint.port}`;
  const asked = await callApi(checkpoint.port, { path: '/api/v1/sign-in/passkey/options' });
  const answer = person.passkey.authenticate(asked.json['options'] as object, origin);
  const verified = await callApi(checkpoint.port, { path: '/api/v1/sign-in/passkey/verify', body: { answer } });
  assert.equal(verified.status, 200, verified.text);
  return personOf(checkpoint, { ...person, cookie: verified.cookie! });
}

/** Somebody who is signed in already. */
export function personOf(
  checkpoint: Reached,
  { id, name, passkey, cookie }: Pick<Person, 'id' | 'name' | 'passkey'> & { readonly cookie: string },
): Person {
  const ask: Person['ask'] = (method, path, body) => callApi(checkpoint.port, { method, path, body, cookie });
  return {
    id,
    name,
    passkey,
    ask,
    async call(method, path, body, status = 200) {
      const answered = await ask(method, path, body);
      assert.equal(answered.status, status, `${method} ${path} by ${name}: ${answered.text}`);
      return answered.json;
    },
    async key(input = {}) {
      const made = await ask('POST', '/api/v1/keys', input);
      assert.equal(made.status, 201, made.text);
      await new Promise((resolve) => setTimeout(resolve, KEY_SPREAD_MS));
      return made.json['key'] as string;
    },
  };
}

interface Desk {
  readonly applicant: Person;
  readonly screener: Person;
  readonly approvers: readonly Person[];
}

/** Applies, screens and approves; the grant's id. */
export async function granted({ applicant, screener, approvers }: Desk, form: Readonly<Record<string, unknown>>): Promise<string> {
  const { id } = await applicant.call('POST', '/api/v1/applications', { form }, 201);
  const path = `/api/v1/applications/${id as string}`;
  await applicant.call('POST', `${path}/submit`);
  await screened(screener, path);
  let grant: unknown;
  for (const approver of approvers) {
    const { version } = await approver.call('GET', path);
    const approved = await approver.call('POST', `${path}/approve`, { version, reason: 'as agreed' });
    grant = (approved['grant'] as { readonly id: string } | null)?.id;
  }
  assert.ok(typeof grant === 'string', 'no grant was made');
  return grant;
}

/** Every item of the checklist passes. */
export async function screened(screener: Person, path: string): Promise<void> {
  await screener.call('POST', `${path}/screening/claim`);
  const { checklist } = await screener.call('GET', '/api/v1/access/form');
  for (const { id, notApplicable } of (checklist as { readonly items: readonly { readonly id: string; readonly notApplicable: string }[] })
    .items) {
    const decision = { verdict: 'pass', reason: 'looked at the documents' };
    const decided = await screener.ask('PUT', `${path}/screening/items/${id}`, decision);
    assert.equal(decided.status, 200, `${id} (${notApplicable}): ${decided.text}`);
  }
  await screener.call('POST', `${path}/screening/finish`);
}
