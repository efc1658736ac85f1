// Providers and deployments of the file → deployments as routing knows them: inheritance, credentials, addresses.
import { dirname, resolve } from 'node:path';
import { catalogueEntry, nearestCatalogueId, type Catalogue, type CatalogueEntry } from '#providers';
import { sameName, type Deployment } from '#routing';
import type { LocalModelConfig } from './resolved.ts';
import { type BaseUrl, parseBaseUrl } from './base-url.ts';
import type { Draft, DraftDeployment, DraftProvider } from './draft.ts';
import type { Reporter } from './reporter.ts';
import { checkedCredential, mergeHeaders, resolveHeaders, type FixedHeaders } from './resolve-headers.ts';
import type { DeploymentFile, ProviderFile } from './schema-providers.ts';
import type { Path } from './yaml-source.ts';

export interface ResolvedDeployments {
  readonly deployments: readonly Deployment[];
  /** What the file says in the places where a deployment holds secrets, by deployment id. */
  readonly written: ReadonlyMap<string, { readonly credential: string | undefined; readonly headers: Readonly<Record<string, string>> }>;
}

const DEFAULT_TIMEOUTS = { connectSeconds: 5, firstByteSeconds: 60, idleSeconds: 60 } as const;

/** Faults found here are reported and the rest goes on; a deployment without an address is left out. */
export function resolveDeployments(draft: Draft, catalogue: Catalogue, reporter: Reporter): ResolvedDeployments {
  const deployments: Deployment[] = [];
  const written = new Map<string, { credential: string | undefined; headers: Record<string, string> }>();
  for (const provider of draft.providers) {
    const path: Path = ['providers', provider.name];
    const shared: Shared = {
      provider: provider.name,
      values: provider.values,
      broken: provider.broken,
      catalogue,
      path,
      credential: checkedCredential(provider.values.credential, [...path, 'credential'], reporter),
      headers: resolveHeaders(provider.values.headers, [...path, 'headers'], reporter),
    };
    if (provider.values.authentication === 'none' && provider.values.credential !== undefined)
      reporter.fault([...path, 'authentication'], NEVER_SENT);
    for (const deployment of provider.deployments) {
      const resolved = resolveDeployment(deployment, shared, reporter);
      if (resolved === undefined) continue;
      deployments.push(resolved.deployment);
      written.set(resolved.deployment.id, { credential: resolved.credential, headers: resolved.headers });
    }
    warnOfIdleValues(provider, reporter);
  }
  return { deployments, written };
}

interface Shared {
  readonly provider: string;
  readonly values: ProviderFile;
  readonly broken: ReadonlySet<string>;
  readonly catalogue: Catalogue;
  readonly path: Path;
  readonly credential: string | undefined;
  readonly headers: FixedHeaders;
}

interface Written {
  readonly deployment: Deployment;
  readonly credential: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

function resolveDeployment(draft: DraftDeployment, shared: Shared, reporter: Reporter): Written | undefined {
  const { name, deployment: file } = draft;
  const path: Path = [...shared.path, 'deployments', name];
  const wires = typeof file.wire === 'string' ? [file.wire] : file.wire;
  if (new Set(wires).size < wires.length) reporter.fault([...path, 'wire'], 'names a wire format twice');
  const own = checkedCredential(file.credential, [...path, 'credential'], reporter);
  const headers = mergeHeaders(shared.headers, resolveHeaders(file.headers, [...path, 'headers'], reporter));
  const isBroken = (member: string): boolean => draft.broken.has(member) || shared.broken.has(member);
  const authentication = chooseAuthentication(
    file,
    shared,
    wires,
    path,
    isBroken('credential') || isBroken('authentication') ? SILENT : reporter,
  );
  if (!isBroken('wire') && !isBroken('authentication')) checkHeaderNames(headers, authentication, path, file, shared, reporter);
  const known = knownModel(file, shared.catalogue, path, reporter);
  const vendor = file.origins.vendor ?? {
    company: shared.values.company,
    country: shared.values.country,
    subjectTo: shared.values.subjectTo,
  };
  const service = knownService(known, { vendor: vendor.company, file }, path, reporter);
  const address = chooseAddress(file, shared, path, isBroken('baseUrl') ? SILENT : reporter);
  if (address === undefined) return undefined;
  const authenticated = authentication !== 'none';
  if (authenticated) warnOfExposure(file, shared, address, path, reporter);
  return {
    credential: authenticated ? (file.credential ?? shared.values.credential) : undefined,
    headers: headers.written,
    deployment: {
      id: `${shared.provider}/${name}`,
      provider: shared.provider,
      model: file.model,
      wires,
      baseUrl: address.url,
      query: file.query,
      credential: authenticated ? (file.credential === undefined ? shared.credential : own) : undefined,
      authentication,
      headers: headers.values,
      origins: {
        vendor,
        weights: {
          lineage: known === undefined || file.origins.weights.lineage !== 'unknown' ? file.origins.weights.lineage : known.weights.lineage,
          country: known === undefined || file.origins.weights.country !== 'unknown' ? file.origins.weights.country : known.weights.country,
        },
        hosting: file.origins.hosting.country === 'unknown' ? (service?.hosting ?? file.origins.hosting) : file.origins.hosting,
        subprocessors: file.origins.subprocessors ?? service?.subprocessors,
      },
      price: resolvePrice(file.price) ?? catalogued(known?.price),
      retentionDays: file.retentionDays ?? service?.retentionDays,
      contextLength: file.contextLength ?? known?.contextLength,
      defaultMaxOutputTokens: file.defaultMaxOutputTokens,
      accessProgram: file.accessProgram ?? known?.access?.program,
      endUserField: file.endUserField,
      timeouts: { ...DEFAULT_TIMEOUTS, ...given(shared.values.timeouts), ...given(file.timeouts) },
      maxConnections: file.maxConnections,
      streamUsage: file.streamUsage,
    },
  };
}

/** The catalogue's entry, where the deployment names one. What the file says itself goes before it. */
function knownModel(file: DeploymentFile, catalogue: Catalogue, path: Path, reporter: Reporter): CatalogueEntry | undefined {
  if (file.catalogue === undefined) return undefined;
  const entry = catalogueEntry(catalogue, file.catalogue);
  if (entry !== undefined) return entry;
  const nearest = nearestCatalogueId(catalogue, file.catalogue);
  const guess = nearest === undefined ? '`sekisho catalogue` lists them' : `did you mean \`${nearest}\`?`;
  reporter.fault([...path, 'catalogue'], `names no entry of the catalogue; ${guess}`);
  return undefined;
}

/**
 * The entry as far as it speaks of a service and not of a model: where it runs, who else sees the data, how long that is kept. What one
 * vendor does says nothing of another who sells the same model.
 */
function knownService(
  entry: CatalogueEntry | undefined,
  { vendor, file }: { readonly vendor: string; readonly file: DeploymentFile },
  path: Path,
  reporter: Reporter,
): CatalogueEntry | undefined {
  if (entry?.vendor === undefined || sameName(entry.vendor.company, vendor)) return entry;
  const isMissed =
    (entry.hosting !== undefined && file.origins.hosting.country === 'unknown') ||
    (entry.subprocessors !== undefined && file.origins.subprocessors === undefined) ||
    (entry.retentionDays !== undefined && file.retentionDays === undefined);
  if (isMissed)
    reporter.warn(
      [...path, 'catalogue'],
      'is an entry of another vendor, so hosting, sub-processors and retention are not taken from it; state your own',
    );
  return undefined;
}

/** Without the date and the source, which are the catalogue's business. */
function catalogued(price: CatalogueEntry['price']): Deployment['price'] {
  if (price === undefined) return undefined;
  const { currency, inputPerMillionTokens, outputPerMillionTokens, cachedInputPerMillionTokens } = price;
  return resolvePrice({ currency, inputPerMillionTokens, outputPerMillionTokens, cachedInputPerMillionTokens });
}

/** For conclusions from something broken: its fault is reported already, and what follows from it would only confuse. */
const SILENT: Pick<Reporter, 'fault'> = { fault: () => undefined };

const NEVER_SENT = 'is `none`, so the credential given beside it would never be sent; remove one of the two';

function chooseAuthentication(
  file: DeploymentFile,
  shared: Shared,
  wires: readonly string[],
  path: Path,
  reporter: Pick<Reporter, 'fault'>,
): Deployment['authentication'] {
  const stated = file.authentication ?? shared.values.authentication;
  if (stated === 'none') {
    if (file.credential !== undefined) {
      if (file.authentication === 'none') reporter.fault([...path, 'authentication'], NEVER_SENT);
      else
        reporter.fault(
          [...path, 'credential'],
          'would never be sent: the provider says `authentication: none`; set `authentication` here as well',
        );
    }
    return 'none';
  }
  if ((file.credential ?? shared.values.credential) === undefined) {
    if (stated === undefined) return 'none';
    const place = file.authentication === undefined ? path : [...path, 'authentication'];
    reporter.fault(place, `authentication \`${stated}\` needs a \`credential\`, here or in the provider; add \`credential: env:NAME\``);
  }
  return stated ?? (wires.every((wire) => wire === 'anthropic-messages') ? 'x-api-key' : 'bearer');
}

/** `source`: absolute path of the configuration file, where relative paths start. */
export function resolveLocalModels(draft: Draft, source: string): LocalModelConfig[] {
  const at = (file: string): string => resolve(dirname(source), file);
  return draft.providers.flatMap((provider) =>
    provider.deployments.flatMap(({ name, deployment: { llama } }) =>
      llama === undefined
        ? []
        : [
            {
              ...llama,
              deployment: `${provider.name}/${name}`,
              file: at(llama.file),
              threads: llama.threads,
              package: llama.package && at(llama.package),
            },
          ],
    ),
  );
}

function chooseAddress(file: DeploymentFile, shared: Shared, path: Path, reporter: Pick<Reporter, 'fault'>): BaseUrl | undefined {
  if (file.llama !== undefined) return localAddress(file, path, reporter);
  const text = file.baseUrl ?? shared.values.baseUrl;
  if (text === undefined) {
    reporter.fault(
      [...path, 'baseUrl'],
      'is missing, here and in the provider; add the address of the API, such as `https://api.example.com/v1`',
      'key',
    );
    return undefined;
  }
  const parsed = parseBaseUrl(text);
  if (!parsed.ok) return undefined; // reported by the schema
  const place = file.baseUrl === undefined ? shared.path : path;
  if (parsed.value.plainHttp && !parsed.value.privateNetwork && !(file.allowPlainHttp ?? shared.values.allowPlainHttp ?? false)) {
    reporter.fault(
      [...place, 'baseUrl'],
      'is plain http to a host outside this machine and private networks; use https, or accept the risk with `allowPlainHttp: true`',
    );
  }
  return parsed.value;
}

/** Until it has been started nobody listens there: port 1 refuses. */
function localAddress(file: DeploymentFile, path: Path, reporter: Pick<Reporter, 'fault'>): BaseUrl | undefined {
  for (const member of ['baseUrl', 'credential', 'authentication', 'query'] as const) {
    if (file[member] !== undefined)
      reporter.fault([...path, member], 'has no meaning beside `llama`: the checkpoint starts the model itself and knows how to reach it');
  }
  if ([file.wire].flat().join() !== 'openai-chat')
    reporter.fault([...path, 'wire'], 'must be `openai-chat` beside `llama`; other formats are translated to it');
  const address = parseBaseUrl('http://127.0.0.1:1/v1');
  return address.ok ? address.value : undefined;
}

function warnOfExposure(file: DeploymentFile, shared: Shared, address: BaseUrl, path: Path, reporter: Reporter): void {
  if (address.plainHttp && !address.privateNetwork) {
    reporter.warn(
      file.baseUrl === undefined ? [...shared.path, 'baseUrl'] : [...path, 'baseUrl'],
      'sends prompts and the credential over plain http',
    );
  }
  if (file.credential !== undefined || file.baseUrl === undefined || shared.values.baseUrl === undefined) return;
  const usual = parseBaseUrl(shared.values.baseUrl);
  if (usual.ok && usual.value.origin !== address.origin) {
    reporter.warn(
      [...path, 'baseUrl'],
      'sends the provider’s credential to another host than the provider’s; give the deployment its own `credential` if that is not meant',
    );
  }
}

function warnOfIdleValues(provider: DraftProvider, reporter: Reporter): void {
  if (provider.values.baseUrl === undefined || provider.deployments.length === 0) return;
  if (provider.deployments.every(({ deployment }) => deployment.baseUrl !== undefined)) {
    reporter.warn(['providers', provider.name, 'baseUrl'], 'is never used: every deployment has its own');
  }
}

/** The header that carries the credential cannot also be fixed. */
function checkHeaderNames(
  headers: FixedHeaders,
  authentication: Deployment['authentication'],
  path: Path,
  file: DeploymentFile,
  shared: Shared,
  reporter: Reporter,
): void {
  const carrier = authentication === 'bearer' ? 'authorization' : authentication === 'none' ? undefined : authentication;
  if (carrier === undefined || !Object.hasOwn(headers.written, carrier)) return;
  const mine = Object.keys(file.headers ?? {}).find((name) => name.toLowerCase() === carrier);
  const inherited = Object.keys(shared.values.headers ?? {}).find((name) => name.toLowerCase() === carrier);
  const place = mine === undefined ? [...shared.path, 'headers', inherited ?? carrier] : [...path, 'headers', mine];
  reporter.fault(
    place,
    `is the header that carries the credential (authentication \`${authentication}\`); remove it, or use \`authentication: none\``,
  );
}

function resolvePrice(price: DeploymentFile['price']): Deployment['price'] {
  if (price === undefined) return undefined;
  const { cachedInputPerMillionTokens, ...rest } = price;
  return cachedInputPerMillionTokens === undefined ? rest : { ...rest, cachedInputPerMillionTokens };
}

/** Without the members that are undefined, so that spreading does not erase a default. */
function given(timeouts: DeploymentFile['timeouts']): Partial<Deployment['timeouts']> {
  return Object.fromEntries(Object.entries(timeouts ?? {}).filter(([, value]) => value !== undefined));
}
