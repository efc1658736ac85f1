// A certified OpenID provider (oidc-provider) on this machine, whose login page asks nothing and signs in whoever the test names.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export interface Account {
  readonly subject: string;
  /** What UserInfo says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface SigningIn {
  readonly subject: string;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

export interface CertifiedProvider {
  readonly issuer: string;
  /** By their subjects; may be changed at any time. */
  readonly accounts: Map<string, Account>;
  /** Who signs in from now on; undefined: the person gives up. */
  next: SigningIn | undefined;
  /** What the provider complained of. */
  readonly errors: readonly Error[];
  close(): Promise<void>;
}

export interface CertifiedProviderOptions {
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  readonly redirectUri: string;
  /** Client authentication at the token endpoint. */
  readonly method?: 'client_secret_basic' | 'client_secret_post';
}

export async function startCertifiedProvider(options: CertifiedProviderOptions): Promise<CertifiedProvider> {
  const accounts = new Map<string, Account>();
  const errors: Error[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const method = options.clientSecret === undefined ? 'none' : (options.method ?? 'client_secret_basic');
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: options.clientId,
        ...(options.clientSecret === undefined ? {} : { client_secret: options.clientSecret }),
        token_endpoint_auth_method: method,
        redirect_uris: [options.redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    clientAuthMethods: [method],
    acrValues: ['phr', 'mfa', 'pwd', 'odd'],
    claims: { openid: ['sub', 'acr', 'amr'], profile: ['preferred_username', 'name'], email: ['email', 'email_verified'] },
    cookies: { keys: ['a key of the test alone'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, subject: string) => ({
      accountId: subject,
      claims: () => ({ sub: subject, ...accounts.get(subject)?.claims }),
    }),
    async loadExistingGrant(context: {
      readonly oidc: { readonly client: { readonly clientId: string }; readonly session: { readonly accountId: string } };
    }) {
      const { client, session } = context.oidc;
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  for (const event of ['server_error', 'grant.error', 'authorization.error', 'userinfo.error'])
    provider.on(event, (_, error) => void errors.push(error));
  const world: CertifiedProvider = {
    issuer,
    accounts,
    next: undefined,
    errors,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url!.startsWith('/interaction/')) return handle(request, response);
    const { next } = world;
    const result =
      next === undefined
        ? { error: 'access_denied' }
        : {
            login: {
              accountId: next.subject,
              remember: false,
              ...(next.acr === undefined ? {} : { acr: next.acr }),
              ...(next.amr === undefined ? {} : { amr: next.amr }),
            },
          };
    void provider.interactionFinished(request, response, result).catch((error: unknown) => errors.push(error as Error));
  });
  return world;
}
