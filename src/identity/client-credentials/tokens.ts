// The token endpoint's work: an assertion comes in, a short-lived API key goes out, or one of the errors of RFC 6749, section 5.2.
import { err, ok, ulid, type Result } from '#kernel';
import type { Acting } from '../act.ts';
import { readAssertion, verifyAssertion } from './assertion.ts';
import type { Client } from './client.ts';
import type { ClientsOptions } from './clients.ts';

/** Members of the form; undefined where it has none of that name. */
export interface TokenRequest {
  readonly grantType: string | undefined;
  readonly scope: string | undefined;
  readonly clientId: string | undefined;
  readonly assertionType: string | undefined;
  readonly assertion: string | undefined;
}

export interface IssuedToken {
  /** An API key: for the client alone, kept nowhere. */
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

export interface TokenRefusal {
  readonly kind: 'invalid-request' | 'invalid-client' | 'invalid-scope' | 'unsupported-grant-type' | 'too-many-tokens';
  /** One sentence for whoever writes the client. */
  readonly problem: string;
}

/** RFC 7523, section 2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
export const TOKEN_PATH = '/api/v1/token';
/** At a time, for one client. More are refused: ending the oldest would let instances of one client end each other's. */
const MOST_TOKENS = 20;
const NOT_KNOWN = 'The client is not known, or its assertion cannot be read or is not signed with a key of it.';

export function createTokens(options: ClientsOptions): (request: TokenRequest) => Promise<Result<IssuedToken, TokenRefusal>> {
  const { store, clock, random, publicUrl, becomesKnown } = options;
  const server = publicUrl.replace(/\/+$/, '');
  const audiences = [`${server}${TOKEN_PATH}`, server, `${server}/`];

  return async (request) => {
    const asked = readRequest(request);
    if (!asked.ok) return asked;
    const claimed = readAssertion(asked.value.assertion);
    if (claimed === undefined) return refuse('invalid-client', NOT_KNOWN);
    const { clientId, kid } = claimed;
    if (request.clientId !== undefined && request.clientId !== clientId)
      return refuse('invalid-client', 'client_id is not the one that the assertion names.');
    const nowMs = clock.now();
    const found = await store.findForToken({ id: clientId, kid, nowMs });
    if (found === undefined) return refuse('invalid-client', NOT_KNOWN);
    const { client, key } = found;
    const good = await verifyAssertion(asked.value.assertion, { key, clientId, audiences, nowMs });
    if (!good.ok) {
      const { problem } = good.error;
      return refuse('invalid-client', problem === undefined ? NOT_KNOWN : `The assertion is not accepted: ${problem}.`);
    }
    const token = { id: `tok_${ulid(nowMs, random.bytes(10))}`, expiresAtMs: nowMs + client.tokenSeconds * 1000 };
    const reserved = await store.reserve({ clientId, kid: key.kid, ...good.value, token, most: MOST_TOKENS, nowMs });
    if (!reserved.ok) {
      switch (reserved.error.kind) {
        case 'client-revoked':
          return refuse('invalid-client', NOT_KNOWN);
        case 'replayed':
          return refuse('invalid-client', 'The assertion is not accepted: its jti was used before.');
        case 'too-many-tokens':
          return refuse('too-many-tokens', `The client has ${MOST_TOKENS} tokens that have not expired: use one of them.`);
      }
    }
    const accessToken = await makeKey(options, client, token);
    if (accessToken === undefined) return refuse('invalid-client', NOT_KNOWN);
    await becomesKnown?.();
    return ok({ accessToken, expiresInSeconds: client.tokenSeconds });
  };
}

function readRequest(request: TokenRequest): Result<{ readonly assertion: string }, TokenRefusal> {
  const { grantType, scope, assertionType, assertion } = request;
  if (grantType === undefined) return refuse('invalid-request', 'grant_type is missing.');
  if (grantType !== 'client_credentials') return refuse('unsupported-grant-type', 'The only grant_type here is client_credentials.');
  if (scope !== undefined)
    return refuse('invalid-scope', 'There are no scopes here: what a token may do was said when the client was registered.');
  if (assertion === undefined || assertionType !== ASSERTION_TYPE) {
    return refuse('invalid-client', `A client shows who it is by client_assertion, with the client_assertion_type ${ASSERTION_TYPE}.`);
  }
  return ok({ assertion });
}

/** Undefined: the service may not act, or the client has been ended in the meantime. Then there is no key that counts either. */
async function makeKey(
  { store, administrationOf }: ClientsOptions,
  client: Client,
  token: { readonly id: string; readonly expiresAtMs: number },
): Promise<string | undefined> {
  const by: Acting = { principalId: client.service.id, name: client.service.name, authentication: 'none' };
  const administration = administrationOf(by);
  let created: Awaited<ReturnType<typeof administration.createKey>> | undefined;
  try {
    created = await administration.createKey({
      owner: client.service.name,
      kind: 'service',
      label: `client credentials ${client.id}`,
      roles: client.roles,
      routes: client.routes,
      expiresAtMs: token.expiresAtMs,
      authentication: 'none',
    });
  } finally {
    if (created?.ok !== true) await store.release(token.id);
  }
  if (!created.ok) return undefined;
  const { key, record } = created.value;
  const isAttached =
    record.owner.id === client.service.id && (await store.attach({ clientId: client.id, tokenId: token.id, apiKey: record.id }));
  if (isAttached) return key;
  await administration.revokeKey({ key: record.id, reason: `the client ${client.id} was ended` });
  return undefined;
}

function refuse(kind: TokenRefusal['kind'], problem: string): Result<never, TokenRefusal> {
  return err({ kind, problem });
}
