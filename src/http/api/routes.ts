// Every route of the management API. A test walks this table with every kind of credential.
import { PAGE_ROUTES } from '../pages/pages.ts';
import { CASE_ROUTES } from './cases.ts';
import { CLIENT_ROUTES } from './clients.ts';
import { HOLD_ROUTES } from './holds.ts';
import { APPLICATION_ROUTES } from './applications.ts';
import { GRANT_ROUTES } from './grants.ts';
import { KEY_ROUTES } from './keys.ts';
import { MEMBER_ROUTES } from './members.ts';
import { OBLIGATION_ROUTES } from './obligations.ts';
import { ONBOARDING_ROUTES } from './onboarding.ts';
import { openApiRoute } from './openapi.ts';
import { PASSKEY_ROUTES, SESSION_ROUTES } from './own-ways-in.ts';
import type { ApiRoute } from './route.ts';
import { OIDC_ROUTES } from './sign-in-oidc.ts';
import { SIGN_IN_ROUTES } from './sign-in.ts';
import { TOKEN_ROUTES } from './token.ts';
import { WEBHOOK_ROUTES } from './webhooks.ts';

/** One array for each area; each is made beside its handlers. */
const AREAS: readonly (readonly ApiRoute[])[] = [
  PAGE_ROUTES,
  SIGN_IN_ROUTES,
  OIDC_ROUTES,
  MEMBER_ROUTES,
  PASSKEY_ROUTES,
  SESSION_ROUTES,
  KEY_ROUTES,
  CLIENT_ROUTES,
  TOKEN_ROUTES,
  APPLICATION_ROUTES,
  GRANT_ROUTES,
  HOLD_ROUTES,
  CASE_ROUTES,
  WEBHOOK_ROUTES,
  OBLIGATION_ROUTES,
  ONBOARDING_ROUTES,
];

export const API_ROUTES: readonly ApiRoute[] = [...AREAS.flat(), openApiRoute(AREAS.flat())];
