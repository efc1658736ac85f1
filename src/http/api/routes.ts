// Every route of the management API. A test walks this table with every kind of credential.
import { OBLIGATION_ROUTES } from './obligations.ts';
import { ONBOARDING_ROUTES } from './onboarding.ts';
import { openApiRoute } from './openapi.ts';
import type { ApiRoute } from './route.ts';

/** One array for each area; each is made beside its handlers. */
const AREAS: readonly (readonly ApiRoute[])[] = [OBLIGATION_ROUTES, ONBOARDING_ROUTES];

export const API_ROUTES: readonly ApiRoute[] = [...AREAS.flat(), openApiRoute(AREAS.flat())];
