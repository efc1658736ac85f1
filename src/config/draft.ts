// The sound parts of a file. Lets the resolver report its faults too while other parts are still broken: what is broken has been reported
// by the schema check; here it is left out or, where the schema needs it, replaced by a stand-in. A draft with stand-ins never becomes a
// configuration, because a fault has been reported.
import type { z } from 'zod';
import { deploymentSchema, providerBaseSchema, type DeploymentFile, type ProviderFile } from './schema-providers.ts';
import { accessSchema, type AccessFile } from './schema-access.ts';
import { inspectionSchema, type InspectionFile } from './schema-inspection.ts';
import {
  databaseSchema,
  identitySchema,
  ledgerSchema,
  limitsSchema,
  operatorSchema,
  serverSchema,
  type DatabaseFile,
  type IdentityFile,
  type LedgerFile,
  type LimitsFile,
  type OperatorFile,
  type ServerFile,
} from './schema.ts';

import {
  concentrationSchema,
  dataClassesSchema,
  routeSchema,
  type ConcentrationFile,
  type DataClassesFile,
  type RouteFile,
} from './schema-routing.ts';

export interface Draft {
  readonly operator: OperatorFile | undefined;
  readonly server: ServerFile | undefined;
  readonly database: DatabaseFile | undefined;
  readonly identity: IdentityFile | undefined;
  readonly ledger: LedgerFile | undefined;
  readonly limits: LimitsFile | undefined;
  readonly dataClasses: DataClassesFile;
  /** Undefined: broken. */
  readonly concentration: ConcentrationFile | undefined;
  /** Undefined: broken. */
  readonly inspection: InspectionFile | undefined;
  /** Undefined: broken. */
  readonly access: AccessFile | undefined;
  readonly catalogue: string | undefined;
  readonly providers: readonly DraftProvider[];
  readonly routes: readonly { readonly name: string; readonly route: RouteFile }[];
  /** Ids of all deployments in the file, the broken ones included. */
  readonly declared: readonly string[];
}

export interface DraftProvider {
  readonly name: string;
  readonly values: ProviderFile;
  /** Members of the provider that were left out or replaced. */
  readonly broken: ReadonlySet<string>;
  readonly deployments: readonly DraftDeployment[];
}

export interface DraftDeployment {
  readonly name: string;
  readonly deployment: DeploymentFile;
  readonly broken: ReadonlySet<string>;
}

const STAND_INS = {
  operator: { name: 'unknown', homeCountry: 'JP' },
  ledger: { origin: 'unknown' },
  provider: { company: 'unknown', country: 'unknown' },
  deployment: { model: 'unknown', wire: 'openai-chat' },
} as const;

/** Providers, deployments and routes come sorted by name, so that the order of keys in the file means nothing. */
export function draftOf(value: unknown): Draft {
  const file = members(value);
  const section = <Schema extends z.ZodType>(schema: Schema, name: string, standIn: StandIn = {}): z.output<Schema> | undefined =>
    repair(schema, file.get(name) ?? {}, standIn)?.value;
  const database = databaseSchema.safeParse(file.get('database') ?? 'embedded');
  const limits = limitsSchema.safeParse(file.get('limits') ?? {}); // never repaired: its values are compared with each other
  const concentration = concentrationSchema.safeParse(file.get('concentration') ?? []);
  const inspection = inspectionSchema.safeParse(file.get('inspection') ?? {});
  const access = accessSchema.safeParse(file.get('access') ?? {});
  const catalogue = file.get('catalogue');
  const providers = [...members(file.get('providers'))].flatMap(([name, provider]) => draftProvider(name, provider));
  const routes = [...members(file.get('routes'))].flatMap(([name, member]) => {
    const route = repair(routeSchema, member, {});
    return route === undefined ? [] : [{ name, route: route.value }];
  });
  return {
    operator: section(operatorSchema, 'operator', STAND_INS.operator),
    server: section(serverSchema, 'server'),
    database: database.success ? database.data : undefined,
    identity: section(identitySchema, 'identity'),
    ledger: section(ledgerSchema, 'ledger', STAND_INS.ledger),
    limits: limits.success ? limits.data : undefined,
    dataClasses: repair(dataClassesSchema, file.get('dataClasses') ?? {}, {})?.value ?? {},
    concentration: concentration.success ? concentration.data : undefined,
    inspection: inspection.success ? inspection.data : undefined,
    access: access.success ? access.data : undefined,
    catalogue: typeof catalogue === 'string' ? catalogue : undefined,
    providers: byName(providers),
    routes: byName(routes),
    declared: [...members(file.get('providers'))].flatMap(([name, provider]) =>
      [...members(members(provider).get('deployments')).keys()].map((deployment) => `${name}/${deployment}`),
    ),
  };
}

function draftProvider(name: string, value: unknown): DraftProvider[] {
  const { deployments: inner, ...own } = Object.fromEntries(members(value));
  const provider = repair(providerBaseSchema, own, STAND_INS.provider);
  if (provider === undefined) return [];
  const deployments = [...members(inner)].flatMap(([inside, member]): DraftDeployment[] => {
    const deployment = repair(deploymentSchema, member, STAND_INS.deployment);
    return deployment === undefined ? [] : [{ name: inside, deployment: deployment.value, broken: deployment.broken }];
  });
  return [{ name, values: provider.value, broken: provider.broken, deployments: byName(deployments) }];
}

type StandIn = Readonly<Record<string, unknown>>;

/** Parses a mapping; when that fails, once more without the members at fault, with stand-ins for those of them that the schema needs. */
function repair<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  standIn: StandIn,
): { readonly value: z.output<Schema>; readonly broken: ReadonlySet<string> } | undefined {
  const first = schema.safeParse(value);
  if (first.success) return { value: first.data, broken: new Set() };
  const broken = new Set(
    first.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [String(issue.path[0])],
    ),
  );
  const kept = [...members(value)].filter(([name]) => !broken.has(name));
  const replaced = Object.entries(standIn).filter(([name]) => broken.has(name));
  const second = schema.safeParse(Object.fromEntries([...kept, ...replaced]));
  return second.success ? { value: second.data, broken } : undefined;
}

function members(value: unknown): Map<string, unknown> {
  return new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []);
}

function byName<Entry extends { readonly name: string }>(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
