// The dry run of one request: the data plane's own identification, inspection, decision and preparation, without recording or sending.
// What only a running worker knows (health of deployments, places in use) takes no part.
import { decide, inspect, type Refusal } from '#checkpoint';
import type { Config } from '#config';
import { createKeyring, endUserOf, type Caller } from '#identity';
import { err, ok, systemClock, type KeyId, type PrincipalId, type Result } from '#kernel';
import type { Operation } from '#providers';
import type { Deployment, Route } from '#routing';
import { createKeyStore } from '#store';
import { pepperOf, withDatabase } from './foundations.ts';

/** Whose request it is: that of a key, or of an imagined caller who may use every route, which needs no database. */
export type Asker = { readonly kind: 'key'; readonly key: string | undefined } | { readonly kind: 'anyone' };

export interface DryRun {
  readonly config: Config;
  readonly operation: Operation;
  readonly body: Buffer;
  readonly asker: Asker;
  /** The end user as a service would name it in the header. */
  readonly endUserHeader: string | undefined;
  readonly onProgress: (message: string) => void;
}

export interface ConsideredDeployment {
  readonly deployment: Deployment;
  /** What would be sent to it; undefined when it does not speak the request's wire format. */
  readonly leaving: { readonly url: string; readonly bytes: number; readonly asksForUsage: boolean } | undefined;
}

/** Filled as far as the request would get: what comes after a refusal is undefined. */
export interface Explanation {
  readonly caller: Caller | undefined;
  readonly request:
    | { readonly bytes: number; readonly model: string; readonly isStream: boolean; readonly endUser: string | undefined }
    | undefined;
  readonly route: Route | undefined;
  /** Every deployment of the route, in the order in which they are tried. */
  readonly considered: readonly ConsideredDeployment[];
  readonly refusal: Refusal | undefined;
}

export async function explain(run: DryRun): Promise<Explanation> {
  const { config, operation, body } = run;
  const seen: { -readonly [Name in keyof Explanation]: Explanation[Name] } = {
    caller: undefined,
    request: undefined,
    route: undefined,
    considered: [],
    refusal: undefined,
  };
  const refused = (refusal: Refusal): Explanation => ({ ...seen, refusal });
  const caller = await identify(run);
  if (!caller.ok) return refused(caller.error);
  seen.caller = caller.value;
  if (!caller.value.roles.has('caller')) return refused({ rule: 'role', needed: 'caller' });
  if (body.length > config.limits.maxBodyBytes) return refused({ rule: 'body-too-large', limitBytes: config.limits.maxBodyBytes });
  const inspected = inspect(body, operation.format);
  if (!inspected.ok) return refused(inspected.error);
  const { model, isStream, scan } = inspected.value;
  const endUser = endUserOf({ headerValue: run.endUserHeader, bodyValue: inspected.value.endUser });
  if (!endUser.ok) return refused({ rule: 'end-user-malformed' });
  seen.request = { bytes: body.length, model, isStream, endUser: endUser.value?.id };
  const routes = new Map(config.routes.map((route) => [route.name, route]));
  const decided = decide(caller.value, model, operation, { routes });
  // Whoever may not use a route does not learn what is in it.
  const route = decided.ok ? decided.value.route : decided.error.rule === 'wire-not-served' ? routes.get(model) : undefined;
  seen.route = route;
  seen.considered = (route?.candidates ?? []).map((deployment) => {
    if (!deployment.wires.includes(operation.format.wire)) return { deployment, leaving: undefined };
    const prepared = operation.format.prepare(scan, deployment);
    const url = deployment.baseUrl + operation.upstreamPath;
    return { deployment, leaving: { url, bytes: prepared.body.length, asksForUsage: prepared.addedStreamUsage } };
  });
  return decided.ok ? seen : refused(decided.error);
}

async function identify({ config, asker, onProgress }: DryRun): Promise<Result<Caller, Refusal>> {
  if (asker.kind === 'anyone') return ok(ANYONE);
  // Nothing to look up: the answer is the same without a database.
  if (asker.key === undefined) return err({ rule: 'identity', reason: 'missing' });
  const { key } = asker;
  const pepper = await pepperOf(config);
  return withDatabase(config, onProgress, async (database) => {
    const keyring = createKeyring({
      store: createKeyStore(database),
      pepper,
      clock: systemClock,
      maxStaleSeconds: config.identity.maxStaleSeconds,
    });
    await keyring.start();
    try {
      const identified = keyring.identify(key);
      return identified.ok ? identified : err({ rule: 'identity', reason: identified.error.kind });
    } finally {
      await keyring.close();
    }
  });
}

const ANYONE: Caller = {
  keyId: '' as KeyId,
  principalId: '' as PrincipalId,
  name: 'anyone',
  kind: 'person',
  roles: new Set(['caller']),
  routes: null,
};
