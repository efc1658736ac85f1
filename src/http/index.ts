export type { HttpContext, HttpSettings, ReadinessCheck } from './context.ts';
export { renderRefusal, type Dialect } from './render.ts';
export { ROUTES, type RouteDefinition } from './routes.ts';
export { createHttpServer, stopAccepting } from './server.ts';
