// Everything that is demanded of a deployment for one request: by the route, by classes of data, by the caller. All of it must hold, so
// whoever adds to it can only tighten.
import { SekishoError } from '#kernel';
import { compileConstraints, type CompiledConstraint, type Constraints } from './constraints.ts';
import type { DataClass, Deployment, Route } from './deployment.ts';

export interface Demand extends CompiledConstraint {
  /** "route", "data class restricted", "caller". */
  readonly from: string;
}

export interface DemandFailure {
  /** The demand in words. */
  readonly constraint: string;
  readonly from: string;
  /** Deployments that this demand alone excludes. */
  readonly wouldQualify: readonly string[];
}

export type Compile = (constraints: Constraints, from: string) => readonly Demand[];

export function compileDemands(constraints: Constraints, from: string): readonly Demand[] {
  return compileConstraints(constraints).map((constraint) => ({ ...constraint, from }));
}

/** The classes that data has: the route's, the one the caller names and the one that what was found makes of it; all of them, sorted. */
export function effectiveClasses(route: Route, ...others: readonly (string | undefined)[]): readonly string[] {
  const names = new Set<string>();
  if (route.dataClass !== undefined) names.add(route.dataClass);
  for (const name of others) if (name !== undefined) names.add(name);
  return [...names].toSorted();
}

/** Throws for a class that is not configured: data of an unknown class must go nowhere. */
export function demandsOn(
  route: Route,
  classes: readonly string[],
  known: ReadonlyMap<string, DataClass>,
  compile: Compile = compileDemands,
): readonly Demand[] {
  const demands = [...compile(route.constraints, 'route')];
  for (const name of classes) {
    const found = known.get(name);
    if (found === undefined) throw new SekishoError('unknown-data-class', `data class ${JSON.stringify(name)} is not configured`);
    demands.push(...compile(found.constraints, `data class ${name}`));
  }
  return demands;
}

/**
 * The demands of the route and these classes that a deployment does not meet, in words. Empty: it may have such data. A class that is not
 * configured (any more) is a demand that nobody meets.
 */
export function unmetDemands(
  deployment: Deployment,
  {
    route,
    classes,
    dataClasses,
  }: { readonly route: Route; readonly classes: readonly string[]; readonly dataClasses: readonly DataClass[] },
): readonly string[] {
  const known = classesByName(dataClasses);
  const all = new Set([...classes, ...effectiveClasses(route)]);
  const unknown = [...all].filter((name) => !known.has(name));
  const demands = demandsOn(
    route,
    [...all].filter((name) => known.has(name)),
    known,
  );
  return [...unmetBy(deployment, demands).map(({ text }) => text), ...unknown.map((name) => `data class ${name} is not configured`)];
}

export function unmetBy(deployment: Deployment, demands: readonly Demand[]): readonly Demand[] {
  return demands.filter(({ holds }) => !holds(deployment));
}

export function classesByName(dataClasses: readonly DataClass[]): ReadonlyMap<string, DataClass> {
  return new Map(dataClasses.map((dataClass) => [dataClass.name, dataClass]));
}

/** Why no deployment meets all demands: those that exclude any, each with the deployments that it alone excludes. */
export function explainFailures(deployments: readonly Deployment[], demands: readonly Demand[]): readonly DemandFailure[] {
  const excluding = demands
    .map((demand) => ({ demand, excluded: deployments.filter((deployment) => !demand.holds(deployment)).map(({ id }) => id) }))
    .filter(({ excluded }) => excluded.length > 0);
  // The same demand from two sides is one demand, or it would hide whom it alone excludes.
  const distinct = [...Map.groupBy(excluding, ({ demand, excluded }) => JSON.stringify([demand.text, excluded])).values()].map((group) => ({
    constraint: group[0]!.demand.text,
    from: [...new Set(group.map(({ demand }) => demand.from))].join(' and '),
    excluded: group[0]!.excluded,
  }));
  return distinct.map(({ constraint, from, excluded }, index) => ({
    constraint,
    from,
    wouldQualify: excluded.filter((id) => distinct.every((other, position) => position === index || !other.excluded.includes(id))),
  }));
}

/** The deployment that fails the fewest demands, and these; undefined when there is no deployment. */
export function nearestTo(
  deployments: readonly Deployment[],
  demands: readonly Demand[],
): { readonly deployment: string; readonly unmet: readonly string[] } | undefined {
  let nearest: { deployment: string; unmet: readonly string[] } | undefined;
  for (const deployment of deployments) {
    const unmet = [...new Set(unmetBy(deployment, demands).map(({ text }) => text))];
    if (nearest === undefined || unmet.length < nearest.unmet.length) nearest = { deployment: deployment.id, unmet };
  }
  return nearest;
}
