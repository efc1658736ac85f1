// An OpenID provider on this machine that lies as the test tells it to: tokens that are signed wrongly or say the wrong thing, answers that
// are too large, too late or lead elsewhere. What it says without being told is right.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

export type Signature = 'good' | 'another-key' | 'none' | 'hmac';

export interface Forgery {
  readonly signature?: Signature;
  /** On top of the claims that are right; undefined takes a claim away. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface ForgingProvider {
  readonly issuer: string;
  /** Requests so far, by path. */
  readonly asked: ReadonlyMap<string, number>;
  /** Whatever a path answers instead; undefined: as usual. */
  readonly instead: Map<string, (response: ServerResponse) => void>;
  /** On top of the discovery document. */
  metadata: Readonly<Record<string, unknown>>;
  /** A code for which the token endpoint gives this ID token. */
  codeFor(claims: { readonly sub: string; readonly nonce: string }, forgery?: Forgery): Promise<string>;
  close(): Promise<void>;
}

export async function startForgingProvider(clientId: string): Promise<ForgingProvider> {
  const [own, other] = await Promise.all([generateKeyPair('ES256', { extractable: true }), generateKeyPair('ES256')]);
  const publicJwk = await exportJWK(own.publicKey);
  const tokens = new Map<string, string>();
  const asked = new Map<string, number>();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function idToken(payload: JWTPayload, signature: Signature): Promise<string> {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    switch (signature) {
      case 'none':
        return `${part({ alg: 'none' })}.${part(payload)}.`;
      case 'hmac':
        // The classic confusion: the public key taken for a shared secret.
        return new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(JSON.stringify(publicJwk)));
      case 'another-key':
        return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(other.privateKey);
      case 'good':
        return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(own.privateKey);
    }
  }

  const world: ForgingProvider = {
    issuer,
    asked,
    instead: new Map(),
    metadata: {},
    async codeFor({ sub, nonce }, { signature = 'good', claims = {} } = {}) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const right = { iss: issuer, aud: clientId, sub, nonce, iat: nowSeconds, exp: nowSeconds + 60, preferred_username: sub };
      const payload = Object.fromEntries(Object.entries({ ...right, ...claims }).filter(([, value]) => value !== undefined));
      const code = `code-${tokens.size}`;
      tokens.set(code, await idToken(payload, signature));
      return code;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  server.on('request', (request, response) => {
    const path = request.url!;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const instead = world.instead.get(path);
      if (instead !== undefined) return instead(response);
      const answer = usual(path, new URLSearchParams(Buffer.concat(parts).toString()));
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
  });

  function usual(path: string, form: URLSearchParams): object | undefined {
    switch (path) {
      case '/.well-known/openid-configuration':
        return {
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          userinfo_endpoint: `${issuer}/me`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          // It claims to use whatever it uses: what counts is decided here and not there.
          id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
          authorization_response_iss_parameter_supported: true,
          ...world.metadata,
        };
      case '/jwks':
        return { keys: [{ ...publicJwk, kid: 'one', alg: 'ES256', use: 'sig' }] };
      case '/token':
        return { access_token: 'of no use', token_type: 'Bearer', id_token: tokens.get(form.get('code') ?? '') };
      default:
        return undefined;
    }
  }
  return world;
}
