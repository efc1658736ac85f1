// The services behind the management API in one worker. Each belongs to a domain; this only joins them with stores, clock and ledger.
import { createDesk, createSafetyWebhooks, obligationsMatrix, rolesInForce, type ProbeResult, type SafetyWebhooks } from '#access';
import { SECTORS, type Config } from '#config';
import { createAttempts, type ApiContext } from '#http';
import { createAdministration, createClients, createOidc, type Acting, type Administration, type Member } from '#identity';
import type { Clock, Random } from '#kernel';
import type { TileSource } from '#ledger';
import { createClientStore, createDeskStore, createKeyStore, createMisuseStore, createOidcStore } from '#store';
import type { WorkerAccess } from './access.ts';
import { recordingStore } from './administration.ts';
import { createIdentityServices } from './identity-services.ts';
import { createProgramServices } from './programs.ts';
import { fetchSafetyCase } from './safety-cases.ts';

/** Two polls of the keys, in every worker of every node. */
const KEY_SPREAD_MS = 600;

export interface ApiOptions {
  readonly config: () => Config;
  readonly publicUrl: string;
  readonly access: WorkerAccess;
  readonly pepper: Buffer;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledgerFiles: TileSource;
  readonly vkey: string;
  readonly policies: () => { readonly version: string; readonly ids: readonly string[] };
  readonly probe: (deployment: string) => Promise<ProbeResult>;
  /** Told why somebody could not sign in through an identity provider. */
  readonly onSignInProblem: (provider: string, problem: { readonly kind: string; readonly reason: string }) => void;
}

/** Undefined: none is configured. */
function safetyWebhooks({ config, access, clock }: ApiOptions): SafetyWebhooks | undefined {
  const secret = config().access.webhooks.openai;
  if (secret === undefined) return undefined;
  return createSafetyWebhooks({
    secrets: [secret],
    vendor: 'OpenAI',
    clock,
    store: createMisuseStore(access.database),
    misuse: access.misuse,
    fetchCase: (caseId) => fetchSafetyCase(config(), caseId),
  });
}

/** What can be applied for. A program whose vendor has to keep data cannot be had with nothing kept. */
function vendorPrograms(): { readonly id: string; readonly allowsZeroRetention: boolean }[] {
  return obligationsMatrix().programs.map(({ id, demands }) => ({
    id,
    allowsZeroRetention: !demands.some(({ obligation, hard }) => hard && obligation.check === 'provider-keeps-data'),
  }));
}

export function createApi(options: ApiOptions): ApiContext {
  const { config, publicUrl, access, pepper, clock, random, ledgerFiles, vkey, policies, probe } = options;
  const { database, record } = access;
  const identity = createIdentityServices({ database, record, clock, random, publicUrl });
  const keys = createKeyStore(database);
  const { members, sessions } = identity;
  const administrationOf = ({ principalId, name, authentication }: Acting): Administration =>
    createAdministration({
      store: recordingStore(keys, {
        record: (subject, facts) => record(subject, { ...facts, by: { principal: principalId, name, authentication } }),
      }),
      pepper,
      clock,
      random,
    });
  // What cannot be known of somebody's standing counts as the worst.
  const acting = (member: Member): Member => {
    const found = access.directory.of(member.principalId);
    return {
      ...member,
      roles: rolesInForce(member.roles, { standing: found.ok ? found.value.standing : 'suspended', isOutside: member.isOutside }),
    };
  };
  const programs = createProgramServices({ config, database, members, record, clock, random, ledgerFiles, vkey, policies, probe });
  return {
    clock,
    credentials: {
      async session(token) {
        const signedIn = await sessions.resume(token);
        return signedIn && { ...signedIn, member: acting(signedIn.member) };
      },
      async keyOwner(keyId) {
        const member = await members.ofKey(keyId);
        return member && acting(member);
      },
    },
    services: {
      publicUrl,
      ...identity,
      ...programs,
      attempts: createAttempts({ clock }),
      holds: access.holds,
      misuse: access.misuse,
      safetyWebhooks: safetyWebhooks(options),
      desk: createDesk({
        store: createDeskStore(database),
        record,
        clock,
        random,
        findPrincipal: (nameOrId) => keys.findPrincipal(nameOrId),
        sectors: SECTORS.sectors,
        programs: vendorPrograms(),
        unmetObligations: (grant) => programs.obligations.unmetWith(grant),
      }),
      oidc: createOidc({
        providers: config().access.oidc,
        store: createOidcStore(database),
        sessions,
        members,
        record,
        clock,
        random,
        publicUrl,
        onProblem: options.onSignInProblem,
      }),
      clients: createClients({
        store: createClientStore(database),
        administrationOf,
        record,
        clock,
        random,
        publicUrl,
        becomesKnown: () => new Promise((resolve) => setTimeout(resolve, KEY_SPREAD_MS)),
      }),
      administrationOf,
    },
  };
}
