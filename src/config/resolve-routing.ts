// Routes, classes of data and limits of the file → as routing knows them, with every name checked.
import { resolve, dirname } from 'node:path';
import { closestName } from '#kernel';
import { unmetDemands, type ConcentrationLimit, type Constraints, type DataClass, type Deployment, type Route } from '#routing';
import { shown } from './disclosure.ts';
import type { Draft } from './draft.ts';
import type { Reporter } from './reporter.ts';
import type { CanarySchedule } from './resolved.ts';
import type { ConstraintsFile } from './schema-constraints.ts';
import { routeAccess } from './resolve-access.ts';
import type { ConcentrationFile, RouteFile } from './schema-routing.ts';
import { unknownName } from './unknown-name.ts';
import type { Path } from './yaml-source.ts';

export function resolveDataClasses(draft: Draft): DataClass[] {
  return Object.entries(draft.dataClasses)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { description, constraints }]) => ({ name, description, constraints: constraintsOf(constraints) }));
}

export function resolveConcentration(limits: ConcentrationFile): ConcentrationLimit[] {
  return limits.map(({ by, limit, window, weight, action, only }) => ({ by, limit, window, weight, action, only }));
}

/** `source`: absolute path of the configuration file, where relative paths start. */
export function resolveRoutes(draft: Draft, deployments: readonly Deployment[], source: string, reporter: Reporter): Route[] {
  const known = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  const declared = new Set(draft.declared);
  const used = new Set<string>();
  const dataClasses = resolveDataClasses(draft);
  const routes = draft.routes.map(({ name, route }): Route => {
    const candidates: Deployment[] = [];
    const seen = new Set<string>();
    for (const [index, id] of route.candidates.entries()) {
      const path: Path = ['routes', name, 'candidates', index];
      if (!declared.has(id)) reporter.fault(path, unknownDeployment(id, draft.declared));
      else if (seen.has(id)) reporter.fault(path, 'names a deployment for the second time; repeated attempts are `maxAttempts`');
      seen.add(id);
      used.add(id);
      const deployment = known.get(id);
      if (deployment !== undefined) candidates.push(deployment);
    }
    checkNames(name, route, draft, reporter);
    const access = routeAccess(name, route, candidates, draft.access?.enforce ?? 'programs', reporter);
    const resolved: Route = {
      name,
      description: route.description,
      candidates,
      maxAttempts: route.maxAttempts,
      dataClass: route.dataClass,
      constraints: constraintsOf(route.constraints),
      translation: route.translation,
      qualification: qualificationOf(route, source),
      concentration: resolveConcentration(route.concentration),
      criticality: route.criticality,
      resumption: route.resumption,
      isGoverned: access.isGoverned,
      capability: access.capability,
    };
    warnOfDemands(resolved, route.candidates, dataClasses, reporter);
    return resolved;
  });
  for (const { id, provider } of deployments) {
    if (!used.has(id))
      reporter.warn(['providers', provider, 'deployments', id.slice(provider.length + 1)], 'is in no route, so nothing reaches it', 'key');
  }
  return routes;
}

/** A candidate that the route's own demands rule out is not wrong, but it serves nobody, and who reads the list counts on it. */
function warnOfDemands(route: Route, ids: readonly string[], dataClasses: readonly DataClass[], reporter: Reporter): void {
  // The fault of a class that is not configured says enough.
  if (route.dataClass !== undefined && !dataClasses.some(({ name }) => name === route.dataClass)) return;
  let ruledOut = 0;
  for (const candidate of route.candidates) {
    const unmet = [...new Set(unmetDemands(candidate, { route, classes: [], dataClasses }))];
    if (unmet.length === 0) continue;
    ruledOut += 1;
    reporter.warn(
      ['routes', route.name, 'candidates', ids.indexOf(candidate.id)],
      `can never serve this route: ${unmet.map(readable).join(', ')}`,
    );
  }
  // A candidate that is faulty itself may be the one that serves.
  if (ruledOut > 0 && ruledOut === ids.length)
    reporter.warn(['routes', route.name], 'can serve nobody: none of its candidates meets its own demands', 'key');
}

/** The words of a demand, without those that read like a secret; what follows a semicolon would be taken for advice. */
function readable(demand: string): string {
  const words = demand.replaceAll(';', ',').split(' ');
  return words.map((word) => (isWord(word.replace(/[,.:)]+$/, '').replace(/^\(/, '')) ? word : '(not shown)')).join(' ');
}

function isWord(text: string): boolean {
  return /^[\p{L}\p{M}’'-]{0,32}$/u.test(text) || shown(text) !== undefined;
}

/** A canary goes the way that requests go: through the first route that has the deployment among its candidates. */
export function resolveCanaries(draft: Draft, routes: readonly Route[], reporter: Reporter): CanarySchedule[] {
  return draft.providers.flatMap((provider) =>
    provider.deployments.flatMap(({ name, deployment }) => {
      const id = `${provider.name}/${name}`;
      if (deployment.canary === undefined) return [];
      const route = routes.find(({ candidates }) => candidates.some((candidate) => candidate.id === id));
      if (route !== undefined) return [{ deployment: id, route: route.name, everyMinutes: deployment.canary.everyMinutes }];
      reporter.fault(['providers', provider.name, 'deployments', name, 'canary'], 'needs a route that the deployment is a candidate of');
      return [];
    }),
  );
}

function checkNames(name: string, route: RouteFile, draft: Draft, reporter: Reporter): void {
  const classes = Object.keys(draft.dataClasses);
  if (route.dataClass !== undefined && !classes.includes(route.dataClass))
    reporter.fault(['routes', name, 'dataClass'], unknownName('data class', route.dataClass, classes));
  const judge = route.qualification?.judge;
  if (judge === undefined) return;
  const routes = draft.routes.map((other) => other.name);
  if (!routes.includes(judge)) reporter.fault(['routes', name, 'qualification', 'judge'], unknownName('route', judge, routes));
  else if (judge === name) reporter.warn(['routes', name, 'qualification', 'judge'], 'is the route itself: it would judge its own answers');
}

function qualificationOf({ qualification }: RouteFile, source: string): Route['qualification'] {
  if (qualification === undefined) return undefined;
  const { bar, maxAgeDays, degraded, cases, judge } = qualification;
  return { bar, maxAgeDays, degraded, cases: resolve(dirname(source), cases), judge };
}

/** Without the members that are undefined. */
export function constraintsOf({ anyOf, ...demands }: ConstraintsFile): Constraints {
  const given = Object.fromEntries(Object.entries(demands).flatMap(([name, rule]) => (rule === undefined ? [] : [[name, compact(rule)]])));
  return anyOf === undefined ? given : { ...given, anyOf: anyOf.map((alternative) => constraintsOf(alternative)) };
}

function compact(rule: unknown): unknown {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return rule;
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

function unknownDeployment(id: string, all: readonly string[]): string {
  const declared = all.filter((other) => shown(other) !== undefined);
  const reason = `unknown deployment ${shown(id) ?? '(not shown)'}`;
  const nearest = closestName(id, declared);
  if (nearest !== undefined) return `${reason}; did you mean \`${nearest}\`?`;
  const siblings = declared.filter((other) => other.startsWith(`${id.split('/', 1)[0]}/`));
  const offered = (siblings.length > 0 ? siblings : declared).slice(0, 5);
  if (offered.length === 0) return `${reason}; no deployment is configured`;
  return `${reason}; ${siblings.length > 0 ? 'this provider has' : 'there are'} ${offered.map((other) => `\`${other}\``).join(', ')}`;
}
