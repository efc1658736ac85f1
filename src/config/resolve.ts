// The sound parts of a file → the resolved configuration, and the faults that only show when parts meet. Pure but for the secrets it asks for.
import { createPrivateKey } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { loadCatalogue, parseCatalogueText, type Catalogue } from '#providers';
import type { Draft } from './draft.ts';
import { parseByteSize, parseListen } from './fields.ts';
import type { Reporter } from './reporter.ts';
import { resolveAccess } from './resolve-access.ts';
import { resolveDeployments, resolveLocalModels } from './resolve-deployments.ts';
import { resolveInspection } from './resolve-inspection.ts';
import { resolveCanaries, resolveConcentration, resolveDataClasses, resolveRoutes } from './resolve-routing.ts';
import type { Config } from './resolved.ts';
import { configVersion } from './version.ts';
import type { Path } from './yaml-source.ts';

export interface Place {
  /** Absolute path of the file; relative paths in it start at its folder. */
  readonly source: string;
  readonly usableCores: number;
}

/** The configuration, or undefined when a section is broken. Faults go to the reporter; the result counts only when there were none. */
export function resolveConfig(draft: Draft, place: Place, reporter: Reporter): Config | undefined {
  const catalogue = resolveCatalogue(draft, reporter);
  const { deployments, written } = resolveDeployments(draft, catalogue, reporter);
  const dataClasses = resolveDataClasses(draft);
  const routes = resolveRoutes(draft, deployments, place.source, reporter);
  const inspection = resolveInspection(draft, routes, place.source, reporter);
  const access = resolveAccess(draft, routes, place.source, reporter);
  const canaries = resolveCanaries(draft, routes, reporter);
  const database = resolveDatabase(draft, reporter);
  const pepper = resolvePepper(draft, reporter);
  const signingKey = resolveSigningKey(draft, reporter);
  const limits = resolveLimits(draft, reporter);
  const server = resolveServer(draft, place, reporter);
  const { operator, identity, ledger } = draft;
  if (
    operator === undefined ||
    server === undefined ||
    identity === undefined ||
    ledger === undefined ||
    limits === undefined ||
    access === undefined
  )
    return undefined;
  const config: Omit<Config, 'version'> = {
    operator: {
      name: operator.name,
      homeCountry: operator.homeCountry,
      sector: operator.sector,
      incidentContact: operator.incidentContact,
    },
    server,
    database: { url: database },
    identity: { pepper, endUserHeader: identity.endUserHeader.toLowerCase(), maxStaleSeconds: identity.maxStaleSeconds },
    ledger: { origin: ledger.origin, signingKey, checkpointIntervalMs: ledger.checkpointIntervalMs },
    deployments,
    dataClasses,
    concentration: resolveConcentration(draft.concentration ?? []),
    inspection,
    access,
    routes,
    canaries,
    localModels: resolveLocalModels(draft, place.source),
    limits,
    source: place.source,
  };
  const version = configVersion(config, {
    workers: draft.server?.workers ?? 'auto',
    dataDirectory: draft.server?.dataDirectory ?? '',
    databaseUrl: typeof draft.database === 'object' ? draft.database.url : undefined,
    pepper: identity.pepper,
    signingKey: ledger.signingKey,
    externalToken: draft.inspection === 'off' ? undefined : draft.inspection?.external?.token,
    deployments: written,
    access: draft.access,
  });
  return { ...config, version };
}

/** The shipped catalogue with the operator's own entries over it; without them once their faults have been reported. */
function resolveCatalogue(draft: Draft, reporter: Reporter): Catalogue {
  const path: Path = ['catalogue'];
  const text = draft.catalogue === undefined ? undefined : reporter.text(path, draft.catalogue);
  if (text === undefined) return shipped();
  const parsed = parseCatalogueText(text);
  if (!parsed.ok) {
    reporter.fault(path, `names a file that cannot be read: ${parsed.error.reason}`);
    return shipped();
  }
  const loaded = loadCatalogue({ override: parsed.value });
  if (loaded.ok) return loaded.value;
  for (const { path: place, reason } of loaded.error)
    reporter.fault(path, `names a file whose ${place === '' ? 'content' : place} ${reason}`);
  return shipped();
}

function shipped(): Catalogue {
  const loaded = loadCatalogue();
  if (!loaded.ok) throw new Error('the shipped catalogue is never at fault here');
  return loaded.value;
}

function resolveServer(draft: Draft, place: Place, reporter: Reporter): Config['server'] | undefined {
  const { server } = draft;
  const listen = server === undefined ? undefined : parseListen(server.listen);
  if (server === undefined || listen === undefined) return undefined;
  if (server.metrics === 'open' && !/^(?:127\.|::1$|localhost$)/.test(listen.host)) {
    reporter.warn(
      ['server', 'metrics'],
      'is `open` while the server listens beyond this machine, so its load and model names are public there',
    );
  }
  return {
    host: listen.host,
    port: listen.port,
    workers: server.workers === 'auto' ? place.usableCores : server.workers,
    shutdownDeadlineSeconds: server.shutdownDeadlineSeconds,
    metricsAccess: server.metrics,
    dataDirectory: resolve(dirname(place.source), server.dataDirectory),
    logLevel: server.logLevel,
  };
}

function resolveDatabase(draft: Draft, reporter: Reporter): string | undefined {
  if (typeof draft.database !== 'object') return undefined;
  const path: Path = ['database', 'url'];
  const url = reporter.secret(path, draft.database.url);
  if (url !== undefined && !/^postgres(?:ql)?:\/\/[^\s\p{Cc}]+$/u.test(url)) {
    reporter.fault(
      path,
      'refers to something that is not a PostgreSQL URL (not shown here); it looks like `postgres://user:password@host:5432/database`',
    );
  }
  return url;
}

function resolvePepper(draft: Draft, reporter: Reporter): string | undefined {
  if (draft.identity?.pepper === undefined) return undefined;
  const path: Path = ['identity', 'pepper'];
  const pepper = reporter.secret(path, draft.identity.pepper);
  if (pepper !== undefined && pepper.length < 32) {
    reporter.fault(path, 'refers to a secret of fewer than 32 characters; make one with `openssl rand -hex 32`');
  }
  return pepper;
}

function resolveSigningKey(draft: Draft, reporter: Reporter): string | undefined {
  if (draft.ledger?.signingKey === undefined) return undefined;
  const path: Path = ['ledger', 'signingKey'];
  const pem = reporter.secret(path, draft.ledger.signingKey);
  if (pem !== undefined && !isEd25519(pem)) {
    reporter.fault(
      path,
      'refers to something that is not an unencrypted Ed25519 key in PKCS#8 PEM; make one with `openssl genpkey -algorithm ed25519`',
    );
  }
  return pem;
}

function isEd25519(pem: string): boolean {
  if (!pem.startsWith('-----BEGIN PRIVATE KEY-----')) return false;
  try {
    return createPrivateKey({ key: pem, format: 'pem' }).asymmetricKeyType === 'ed25519';
  } catch {
    return false; // the parser's message may describe the key
  }
}

function resolveLimits(draft: Draft, reporter: Reporter): Config['limits'] | undefined {
  if (draft.limits === undefined) return undefined;
  const maxBodyBytes = parseByteSize(draft.limits.maxBody);
  const maxBufferedBytes = parseByteSize(draft.limits.maxBuffered);
  if (maxBufferedBytes < maxBodyBytes) {
    reporter.fault(
      ['limits', 'maxBuffered'],
      `is ${maxBufferedBytes} bytes, less than maxBody (${maxBodyBytes}), so a body of the allowed size could never be taken`,
    );
  }
  const { maxConcurrentRequests, maxConcurrentPerKey } = draft.limits;
  return { maxBodyBytes, maxConcurrentRequests, maxConcurrentPerKey, maxBufferedBytes };
}
