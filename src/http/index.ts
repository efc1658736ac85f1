export type { HttpContext, HttpSettings, ReadinessCheck } from './context.ts';
export { renderRefusal, type Dialect } from './render.ts';
export { ROUTES, type RouteDefinition } from './routes.ts';
export { createHttpServer, stopAccepting } from './server.ts';
export { createAttempts, type Attempts } from './api/attempts.ts';
export type { ApiContext, ApiCredentials } from './api/context.ts';
export { API_ROUTES } from './api/routes.ts';
export type { ApiAnswer, ApiGuard, ApiRoute } from './api/route.ts';
export type { ApiServices } from './api/services.ts';
