// Every route of the management API. A test walks this table with every kind of credential.
import { openApiRoute } from './openapi.ts';
import type { ApiRoute } from './route.ts';

/** One array for each area; each is made beside its handlers. */
const AREAS: readonly (readonly ApiRoute[])[] = [];

export const API_ROUTES: readonly ApiRoute[] = [...AREAS.flat(), openApiRoute(AREAS.flat())];
