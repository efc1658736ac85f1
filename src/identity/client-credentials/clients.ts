// Registering clients, and giving tokens to them: the client credentials grant (RFC 6749, section 4.4) with private_key_jwt (RFC 7523). A
// token is a short-lived API key of the service, made and recorded like any other: whoever checks keys need not know of clients.
import { err, ok, ulid, type Clock, type KeyId, type Random, type Result } from '#kernel';
import { act, byFacts, type Acting, type RecordAct } from '../act.ts';
import type { Administration } from '../administration.ts';
import { isPlainText } from '../plain-text.ts';
import type { Client, ClientRole } from './client.ts';
import { readPublicKey, type KeyProblem, type ReadKey } from './client-key.ts';
import type { ChangeClientRefusal, ClientStore, InsertClientRefusal, NewClient, Reach } from './client-store.ts';
import { createTokens, type IssuedToken, type TokenRefusal, type TokenRequest } from './tokens.ts';

export interface RegisterClient {
  /** Name or id of a service that is there. */
  readonly service: string;
  readonly label?: string | undefined;
  /** Default: caller. Owners give no other. */
  readonly roles?: readonly ClientRole[] | undefined;
  /** null or left out: every route. */
  readonly routes?: readonly string[] | null | undefined;
  /** 60 to 3600; default 900. */
  readonly tokenSeconds?: number | undefined;
  /** Public JWKs, one to five. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export type ClientRefusal =
  | InsertClientRefusal
  | ChangeClientRefusal
  | KeyProblem
  | {
      readonly kind: 'client-invalid';
      readonly field: 'label' | 'roles' | 'routes' | 'tokenSeconds' | 'keys' | 'reason';
      readonly problem: string;
    };

/** `asOwner`: the actor is no administrator, and may act on clients of services that it answers for, and on nothing else. */
export interface ClientActing extends Acting {
  readonly asOwner: boolean;
}

type Changed = Promise<Result<Client, ClientRefusal>>;

export interface Clients {
  register(input: RegisterClient, by: ClientActing): Changed;
  /** At most 200, oldest first, from the one after `after`. Everybody's, or those that `by` may act on as an owner. */
  list(
    by: Pick<ClientActing, 'asOwner' | 'principalId'>,
    page?: { readonly after?: string | undefined; readonly limit?: number | undefined },
  ): Promise<readonly Client[]>;
  addKey(id: string, key: Readonly<Record<string, unknown>>, by: ClientActing): Changed;
  /** Ends the tokens that it was used for. A client keeps at least one key: revoke it instead. */
  removeKey(id: string, kid: string, by: ClientActing): Changed;
  /** For good, with every token of it that lives. */
  revoke(id: string, reason: string, by: ClientActing): Changed;
  /** One assertion, one token. */
  issue(request: TokenRequest): Promise<Result<IssuedToken, TokenRefusal>>;
}

export interface ClientsOptions {
  readonly store: ClientStore;
  /** Makes and ends API keys, recording each in that name. */
  readonly administrationOf: (by: Acting) => Pick<Administration, 'createKey' | 'revokeKey'>;
  readonly record: RecordAct;
  readonly clock: Clock;
  readonly random: Random;
  /** Scheme, host and port under which this checkpoint is reached. */
  readonly publicUrl: string;
  /** Resolves when a key that has just been made is accepted: a client uses its token at once. Default: at once. */
  readonly becomesKnown?: () => Promise<void>;
}

const MOST_LISTED = 200;
const MOST_CLIENTS = 20;
const MOST_KEYS = 5;
const MOST_ROUTES = 256;
const [LEAST_SECONDS, MOST_SECONDS, DEFAULT_SECONDS] = [60, 3600, 900];

export function createClients(options: ClientsOptions): Clients {
  const { store, administrationOf, record, clock, random } = options;

  async function end(apiKeys: readonly KeyId[], reason: string, by: Acting): Promise<void> {
    const administration = administrationOf(by);
    for (const key of apiKeys) await administration.revokeKey({ key, reason });
  }

  function changing<T, R>(
    type: string,
    by: Acting,
    facts: Readonly<Record<string, string>>,
    work: (confirm: (client: Client) => Promise<void>) => Promise<Result<T, R>>,
  ) {
    const actOf = (client: Client) => ({
      subject: client.id,
      facts: { type, client: client.id, service: client.service, ...facts, ...byFacts(by) },
    });
    return act<Client, Result<T, R>>(record, actOf, work);
  }

  return {
    async register(input, by) {
      const keys = await readKeys(input.keys);
      if (!keys.ok) return keys;
      const { label = '', routes = null, tokenSeconds = DEFAULT_SECONDS } = input;
      const roles = [...new Set(input.roles ?? (['caller'] as const))];
      const problem = problemOf({ label, roles, routes, tokenSeconds }, by.asOwner);
      if (problem !== undefined) return err(problem);
      const nowMs = clock.now();
      const client: NewClient = {
        id: `cli_${ulid(nowMs, random.bytes(10))}`,
        service: input.service.normalize('NFC'),
        label,
        roles,
        routes: routes === null ? null : [...new Set(routes)],
        tokenSeconds,
        registeredBy: by.principalId,
        asOwner: by.asOwner,
        keys: keys.value,
        createdAtMs: nowMs,
      };
      const actOf = (made: Client) => ({
        subject: made.id,
        facts: {
          type: 'client-registered',
          client: made.id,
          service: made.service,
          roles: made.roles,
          routes: made.routes,
          tokenSeconds,
          keys: made.keys.map(({ kid, alg, thumbprint }) => ({ kid, alg, thumbprint })),
          ...byFacts(by),
        },
      });
      return act<Client, Result<Client, InsertClientRefusal>>(record, actOf, (confirm) =>
        store.insert(client, { reach: reachOf(by), most: MOST_CLIENTS }, confirm),
      );
    },
    list: (by, { after = '', limit = MOST_LISTED } = {}) =>
      store.list(reachOf(by), { nowMs: clock.now(), after, limit: Math.min(limit, MOST_LISTED) }),
    async addKey(id, given, by) {
      const key = await readPublicKey(given);
      if (!key.ok) return key;
      const { kid, alg, thumbprint } = key.value;
      return changing('client-key-added', by, { kid, alg, thumbprint }, (confirm) =>
        store.addKey({ id, key: key.value, most: MOST_KEYS, nowMs: clock.now(), reach: reachOf(by) }, confirm),
      );
    },
    async removeKey(id, kid, by) {
      const removed = await changing('client-key-removed', by, { kid }, (confirm) =>
        store.removeKey({ id, kid, nowMs: clock.now(), reach: reachOf(by) }, confirm),
      );
      if (!removed.ok) return removed;
      await end(removed.value.apiKeys, `a key of the client ${id} was removed`, by);
      return ok(removed.value.client);
    },
    async revoke(id, reason, by) {
      if (!isPlainText(reason, 1024)) return err(invalid('reason', 'must be 1 to 1024 bytes without control characters'));
      const revoked = await changing('client-revoked', by, { reason }, (confirm) =>
        store.revoke({ id, reason, nowMs: clock.now(), reach: reachOf(by) }, confirm),
      );
      if (!revoked.ok) return revoked;
      await end(revoked.value.apiKeys, `the client ${id} was revoked`, by);
      return ok(revoked.value.client);
    },
    issue: createTokens(options),
  };
}

function reachOf({ asOwner, principalId }: Pick<ClientActing, 'asOwner' | 'principalId'>): Reach {
  return asOwner ? { owner: principalId } : 'all';
}

async function readKeys(given: RegisterClient['keys']): Promise<Result<readonly ReadKey[], ClientRefusal>> {
  if (given.length === 0 || given.length > MOST_KEYS) return err(invalid('keys', `must be 1 to ${MOST_KEYS} public keys`));
  const keys: ReadKey[] = [];
  for (const each of given) {
    const key = await readPublicKey(each);
    if (!key.ok) return key;
    if (keys.some(({ kid, thumbprint }) => kid === key.value.kid || thumbprint === key.value.thumbprint))
      return err(invalid('keys', 'must differ from each other'));
    keys.push(key.value);
  }
  return ok(keys);
}

function problemOf(
  {
    label,
    roles,
    routes,
    tokenSeconds,
  }: {
    readonly label: string;
    readonly roles: readonly ClientRole[];
    readonly routes: readonly string[] | null;
    readonly tokenSeconds: number;
  },
  asOwner: boolean,
): ClientRefusal | undefined {
  if (label !== '' && !isPlainText(label, 128)) return invalid('label', 'must be up to 128 bytes without control characters');
  if (roles.length === 0) return invalid('roles', 'must name at least one');
  if (asOwner && roles.some((role) => role !== 'caller'))
    return invalid('roles', 'must be caller: only an administrator lets a service act here');
  if (routes !== null && (routes.length === 0 || routes.length > MOST_ROUTES || routes.some((route) => !isPlainText(route, 256)))) {
    return invalid('routes', `must name 1 to ${MOST_ROUTES} routes, or be left out for every route`);
  }
  if (!Number.isInteger(tokenSeconds) || tokenSeconds < LEAST_SECONDS || tokenSeconds > MOST_SECONDS) {
    return invalid('tokenSeconds', `must be a whole number from ${LEAST_SECONDS} to ${MOST_SECONDS}`);
  }
  return undefined;
}

type ClientInvalid = Extract<ClientRefusal, { kind: 'client-invalid' }>;

function invalid(field: ClientInvalid['field'], problem: string): ClientInvalid {
  return { kind: 'client-invalid', field, problem };
}
