// The token endpoint for machines (RFC 6749, sections 4.4 and 5) and what this server says of itself (RFC 8414). Speaks OAuth's own forms
// and errors, which any client library knows, and not those of the management API.
import { z } from 'zod';
import { CLIENT_ALGORITHMS, TOKEN_PATH, type TokenRefusal, type TokenRequest } from '#identity';
import { err, ok, type Result } from '#kernel';
import type { ApiCall } from './call.ts';
import { apiRoute, type ApiAnswer, type ApiRoute } from './route.ts';

const MOST_FORM_BYTES = 16 * 1024;
const NO_CACHE = { pragma: 'no-cache' } as const;

export const TOKEN_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'POST',
    path: TOKEN_PATH,
    guard: 'public',
    summary: 'OAuth 2.0 token endpoint: client credentials with private_key_jwt, as a form',
    rawBody: true,
    query: z.record(z.string(), z.unknown()),
    answer: z.strictObject({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int() }),
    maxBodyBytes: MOST_FORM_BYTES,
    async handle({ services, headers, rawBody, remoteAddress }) {
      const tooMany = services.attempts.take(remoteAddress);
      if (tooMany !== undefined) return refused({ kind: 'too-many-tokens', problem: tooMany.detail });
      const request = readForm(headers, rawBody);
      if (!request.ok) return refused(request.error);
      const issued = await services.clients.issue(request.value);
      if (!issued.ok) return refused(issued.error);
      const { accessToken, expiresInSeconds } = issued.value;
      return { status: 200, headers: NO_CACHE, body: { access_token: accessToken, token_type: 'Bearer', expires_in: expiresInSeconds } };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    guard: 'public',
    summary: 'OAuth 2.0 authorization server metadata',
    handle: ({ services: { publicUrl } }) =>
      Promise.resolve({
        status: 200,
        body: {
          issuer: publicUrl,
          token_endpoint: `${publicUrl}${TOKEN_PATH}`,
          grant_types_supported: ['client_credentials'],
          response_types_supported: [],
          token_endpoint_auth_methods_supported: ['private_key_jwt'],
          token_endpoint_auth_signing_alg_values_supported: [...CLIENT_ALGORITHMS, 'Ed25519'],
        },
      }),
  }),
];

/** RFC 6749, sections 2.3 and 3.2: a form, each parameter once, and one way to show who one is. */
function readForm(headers: ApiCall['headers'], body: Buffer | undefined): Result<TokenRequest, TokenRefusal> {
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(headers['content-type']?.trim() ?? '')) {
    return wrong('The request has to be a form: application/x-www-form-urlencoded.');
  }
  if (headers.authorization !== undefined) return wrong('The Authorization header is not used here: send a client_assertion.');
  const form = new URLSearchParams(body?.toString('utf8') ?? '');
  const names = [...form.keys()];
  if (new Set(names).size !== names.length) return wrong('A parameter comes twice.');
  if (form.has('client_secret')) return wrong('Clients have no secrets here: send a client_assertion.');
  // RFC 6749, section 3.2: a parameter without a value is one that was not sent.
  const value = (name: string) => form.get(name) || undefined;
  return ok({
    grantType: value('grant_type'),
    scope: value('scope'),
    clientId: value('client_id'),
    assertionType: value('client_assertion_type'),
    assertion: value('client_assertion'),
  });
}

function wrong(problem: string): Result<never, TokenRefusal> {
  return err({ kind: 'invalid-request', problem });
}

/** RFC 6749, section 5.2. For too many requests it has no word; the one of section 4.1.2.1 says it. */
function refused({ kind, problem }: TokenRefusal): ApiAnswer {
  const status = kind === 'invalid-client' ? 401 : kind === 'too-many-tokens' ? 429 : 400;
  const error = kind === 'too-many-tokens' ? 'temporarily_unavailable' : kind.replaceAll('-', '_');
  const headers: Record<string, string> = kind === 'too-many-tokens' ? { ...NO_CACHE, 'retry-after': '60' } : NO_CACHE;
  return { status, headers, body: { error, error_description: problem } };
}
