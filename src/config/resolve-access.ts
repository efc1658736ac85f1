// Trusted access of the file → as it is used: secrets resolved, policies read, and for every route whether it needs a grant.
import { dirname, resolve } from 'node:path';
import type { Deployment, Route } from '#routing';
import type { Draft } from './draft.ts';
import type { Reporter } from './reporter.ts';
import { unknownName } from './unknown-name.ts';
import type { AccessConfig, OidcConfig } from './resolved.ts';
import type { AccessFile } from './schema-access.ts';
import type { RouteFile } from './schema-routing.ts';
import type { Path } from './yaml-source.ts';

/** The program that every project may use; a grant opens the others. */
const STANDARD = 'standard';

export function resolveAccess(draft: Draft, routes: readonly Route[], source: string, reporter: Reporter): AccessConfig | undefined {
  const { access } = draft;
  if (access === undefined) return undefined;
  const { misuse, webhooks, holds } = access;
  if (!(misuse.review <= misuse.restricted && misuse.restricted <= misuse.suspended))
    reporter.fault(['access', 'misuse'], 'must rise: `review` ≤ `restricted` ≤ `suspended`');
  return {
    publicUrl: access.publicUrl,
    enforce: access.enforce,
    tools: access.tools,
    holds,
    policies: policiesOf(access, source, reporter),
    replaceDefaultPolicies: access.replaceDefaultPolicies,
    misuse,
    judge: judgeOf(access, draft, routes, reporter),
    oidc: oidcOf(access, reporter),
    webhooks: { openai: webhooks.openai === undefined ? undefined : reporter.secret(['access', 'webhooks', 'openai'], webhooks.openai) },
  };
}

/** Whether a route needs a grant, and what the work on it is. */
export function routeAccess(
  name: string,
  { access }: RouteFile,
  candidates: readonly Deployment[],
  enforce: AccessFile['enforce'],
  reporter: Reporter,
): { readonly isGoverned: boolean; readonly capability: string | undefined } {
  const path: Path = ['routes', name, 'access', 'grant'];
  if (access.grant === 'required' && enforce === 'off') reporter.fault(path, 'is `required` while `access.enforce` is `off`');
  const reachesProgram = candidates.some(({ accessProgram }) => accessProgram !== undefined && accessProgram !== STANDARD);
  const isGoverned = enforce !== 'off' && (enforce === 'all' || access.grant === 'required' || reachesProgram);
  return { isGoverned, capability: access.capability };
}

function judgeOf({ judge }: AccessFile, draft: Draft, routes: readonly Route[], reporter: Reporter): AccessConfig['judge'] {
  if (judge === undefined) return undefined;
  const path: Path = ['access', 'judge', 'route'];
  const known = draft.routes.map(({ name }) => name);
  if (!known.includes(judge.route)) reporter.fault(path, unknownName('route', judge.route, known));
  else if (routes.some(({ name, isGoverned }) => name === judge.route && isGoverned))
    reporter.fault(path, 'is a route that needs a grant, and the judge has none; give it a route of its own that needs none');
  return judge;
}

function policiesOf({ policies }: AccessFile, source: string, reporter: Reporter): AccessConfig['policies'] {
  return policies.flatMap((file, index) => {
    const text = reporter.text(['access', 'policies', index], file);
    return text === undefined ? [] : [{ file: resolve(dirname(source), file), text }];
  });
}

function oidcOf({ oidc }: AccessFile, reporter: Reporter): OidcConfig[] {
  return Object.entries(oidc)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { clientSecret, ...provider }]) => {
      const path: Path = ['access', 'oidc', id];
      const problem = issuerProblem(provider.issuer);
      if (problem !== undefined) reporter.fault([...path, 'issuer'], problem);
      return {
        id,
        ...provider,
        clientSecret: clientSecret === undefined ? undefined : reporter.secret([...path, 'clientSecret'], clientSecret),
      };
    });
}

function issuerProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '') return 'is not an issuer URL';
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? undefined : 'must start with https://';
}
