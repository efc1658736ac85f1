// GET /v1/models in both vendors' shapes: the routes that the caller's key may use, under the names it may send as `model`.
import { visibleRoutes, type Rules } from '#checkpoint';
import type { Caller } from '#identity';
import type { Route } from '#routing';
import type { Dialect } from './render.ts';

export function modelList(caller: Caller, rules: Rules, dialect: Dialect, createdSeconds: number): string {
  const routes = visibleRoutes(caller, rules);
  if (dialect === 'openai') return JSON.stringify({ object: 'list', data: routes.map((route) => openaiModel(route, createdSeconds)) });
  return JSON.stringify({
    data: routes.map((route) => anthropicModel(route, createdSeconds)),
    has_more: false,
    first_id: routes[0]?.name ?? null,
    last_id: routes.at(-1)?.name ?? null,
  });
}

/** One model, or undefined when the caller may not use a route of that name. */
export function oneModel(name: string, caller: Caller, rules: Rules, dialect: Dialect, createdSeconds: number): string | undefined {
  const route = visibleRoutes(caller, rules).find((visible) => visible.name === name);
  if (route === undefined) return undefined;
  return JSON.stringify(dialect === 'openai' ? openaiModel(route, createdSeconds) : anthropicModel(route, createdSeconds));
}

function openaiModel(route: Route, createdSeconds: number): object {
  return { id: route.name, object: 'model', created: createdSeconds, owned_by: 'sekisho' };
}

function anthropicModel(route: Route, createdSeconds: number): object {
  return {
    type: 'model',
    id: route.name,
    display_name: route.description ?? route.name,
    created_at: new Date(createdSeconds * 1000).toISOString(),
  };
}
