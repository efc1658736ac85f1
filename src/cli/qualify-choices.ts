// What a command line of `sekisho qualify` chooses: a route, some of its candidates, how much at a time. Slips get a suggestion.
import type { Config } from '#config';
import { closestName } from '#kernel';
import type { Deployment, Route } from '#routing';
import { usageError } from './failure.ts';

export const DEFAULT_CONCURRENCY = 4;
export const MOST_CONCURRENT = 64;

export function parseConcurrency(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CONCURRENCY;
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MOST_CONCURRENT) throw usageError(`--concurrency is a number from 1 to ${MOST_CONCURRENT}`);
  return number;
}

export function findRoute({ routes }: Config, name: string): Route {
  const found = routes.find((route) => route.name === name);
  if (found !== undefined) return found;
  const names = routes.map((route) => route.name);
  const nearest = closestName(name, names);
  throw usageError(
    `no route is named ${JSON.stringify(name)}`,
    nearest === undefined ? `There are: ${names.slice(0, 20).join(', ')}.` : `Did you mean ${nearest}?`,
  );
}

/** In the order of the route, whatever the order of the flags. */
export function chooseDeployments({ name, candidates }: Route, wanted: readonly string[]): readonly Deployment[] {
  const ids = candidates.map(({ id }) => id);
  for (const id of wanted) {
    if (ids.includes(id)) continue;
    const nearest = closestName(id, ids);
    throw usageError(
      `${JSON.stringify(id)} is no candidate of ${name}`,
      nearest === undefined ? `There are: ${ids.slice(0, 20).join(', ')}.` : `Did you mean ${nearest}?`,
    );
  }
  return wanted.length === 0 ? candidates : candidates.filter(({ id }) => wanted.includes(id));
}
