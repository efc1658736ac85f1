// Selectors as a person types them, against the configuration: `country:US`, `company:Example`, `deployment:provider/name`.
import type { Config } from '#config';
import { describeSelector, matching, parseSelector, unmetDemands, type Deployment, type Selector } from '#routing';
import { usageError } from './failure.ts';

export const WITHOUT_FLAG = {
  type: 'string',
  required: true,
  repeatable: true,
  valueHint: 'SELECTOR',
  description: 'What is gone: country:US, company:NAME, deployment:provider/name, …; may be given several times',
} as const;

const MOST_SELECTORS = 20;

/** Throws `usage` for one that cannot be read. */
export function readSelector(text: string): Selector {
  const parsed = parseSelector(text);
  if (parsed.ok) return parsed.value;
  const { problem, suggestion } = parsed.error;
  throw usageError(
    `${JSON.stringify(text)} ${problem}`,
    suggestion === undefined ? 'Such as country:US, company:NAME or deployment:provider/name.' : `Did you mean ${suggestion}?`,
  );
}

/** Throws `usage`. */
export function readSelectors(texts: readonly string[]): readonly Selector[] {
  if (texts.length > MOST_SELECTORS) throw usageError(`${texts.length} selectors are too many; at most ${MOST_SELECTORS}`);
  return texts.map(readSelector);
}

/** Equal for two ways of writing the same selector, as routing compares names; what cannot be read (of another version) stays as it is. */
export function selectorKey(text: string): string {
  const parsed = parseSelector(text);
  if (!parsed.ok) return text;
  const { kind, value } = parsed.value;
  return describeSelector({ kind, value: kind === 'deployment' ? value : value.normalize('NFKC').trim().toLowerCase() });
}

/** Those of a stored drill; one that cannot be read took nothing away. */
export function storedSelectors(texts: readonly string[]): readonly Selector[] {
  return texts.flatMap((text) => {
    const parsed = parseSelector(text);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** Deployments that any of the selectors means, in the order of the configuration. */
export function removedBy(selectors: readonly Selector[], { deployments }: Pick<Config, 'deployments'>): readonly Deployment[] {
  const found = new Set(selectors.flatMap((selector) => matching(selector, deployments)));
  return deployments.filter((deployment) => found.has(deployment));
}

/**
 * What a route and classes of data demand and a deployment does not meet, in words. Undefined: the route, the deployment or a class is not
 * configured any more.
 */
export function demandJudge(
  config: Config,
): (route: string, deployment: string, classes: readonly string[]) => readonly string[] | undefined {
  const { dataClasses } = config;
  const deployments = new Map(config.deployments.map((deployment) => [deployment.id, deployment]));
  const routes = new Map(config.routes.map((route) => [route.name, route]));
  const known = new Set(dataClasses.map(({ name }) => name));
  return (routeName, id, classes) => {
    const deployment = deployments.get(id);
    const route = routes.get(routeName);
    if (deployment === undefined || route === undefined || !classes.every((name) => known.has(name))) return undefined;
    return unmetDemands(deployment, { route, classes, dataClasses });
  };
}
