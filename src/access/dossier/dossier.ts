// The dossier that goes to a vendor with the operator's own application: the same input always makes the same document. Users are
// counted and not named unless that is asked for (who made it and who attested something are named: they answer for it), and what looks
// like a key never gets in.
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '#kernel';
import type { Authentication } from '../taxonomy.ts';
import type { DossierGrant, DossierInput } from './input.ts';

export interface MemberCount {
  readonly role: string;
  readonly kind: 'person' | 'service' | 'agent';
  readonly authentication: Authentication;
  readonly count: number;
  /** Sorted; null: names were not asked for. */
  readonly names: readonly string[] | null;
}

export interface Dossier {
  readonly format: 1;
  readonly madeAt: string;
  readonly madeBy: string;
  readonly withNames: boolean;
  readonly operator: DossierInput['operator'];
  readonly program: DossierInput['program'];
  readonly matrixVersion: string;
  readonly onboarding: DossierInput['onboarding'];
  readonly members: readonly MemberCount[];
  /** By id. `holder` is a number where names were not asked for. */
  readonly grants: readonly (Omit<DossierGrant, 'startsAtMs' | 'endsAtMs' | 'recertifyByMs'> & {
    readonly startsAt: string;
    readonly endsAt: string;
    readonly recertifyBy: string;
  })[];
  readonly policies: DossierInput['policies'];
  readonly configuration: string;
  readonly ledger: DossierInput['ledger'];
  /** SHA-256 in hex over the canonical JSON (RFC 8785) of everything else. */
  readonly sha256: string;
}

export interface DossierOptions {
  readonly madeAtMs: number;
  readonly madeBy: string;
  readonly withNames: boolean;
}

export function buildDossier(input: DossierInput, { madeAtMs, madeBy, withNames }: DossierOptions): Dossier {
  const holders = numbered(input.grants.map(({ holder }) => holder));
  const content: Omit<Dossier, 'sha256'> = {
    format: 1,
    madeAt: iso(madeAtMs),
    madeBy,
    withNames,
    operator: input.operator,
    program: { ...input.program, deployments: input.program.deployments.toSorted(byText) },
    matrixVersion: input.matrixVersion,
    onboarding: input.onboarding,
    members: memberCounts(input, withNames),
    grants: input.grants
      .toSorted((a, b) => byText(a.id, b.id))
      .map(({ startsAtMs, endsAtMs, recertifyByMs, ...grant }) => ({
        ...grant,
        holder: withNames ? grant.holder : holders.get(grant.holder)!,
        capabilities: grant.capabilities.toSorted(byText),
        conditions: grant.conditions.toSorted(byText),
        targets: grant.targets.toSorted((a, b) => byText(`${a.kind} ${a.value}`, `${b.kind} ${b.value}`)),
        startsAt: iso(startsAtMs),
        endsAt: iso(endsAtMs),
        recertifyBy: iso(recertifyByMs),
      })),
    policies: { version: input.policies.version, ids: input.policies.ids.toSorted(byText) },
    configuration: input.configuration,
    ledger: input.ledger,
  };
  const clean = withoutKeys(content as unknown as Json) as unknown as Omit<Dossier, 'sha256'>;
  return {
    ...clean,
    sha256: createHash('sha256')
      .update(canonicalJson(clean as unknown as Json))
      .digest('hex'),
  };
}

function memberCounts({ members }: DossierInput, withNames: boolean): MemberCount[] {
  const groups = new Map<string, { readonly role: string; readonly of: DossierInput['members'][number]; readonly names: string[] }>();
  for (const member of members)
    for (const role of member.roles) {
      const key = `${role} ${member.kind} ${member.authentication}`;
      const group = groups.get(key) ?? { role, of: member, names: [] };
      group.names.push(member.name);
      groups.set(key, group);
    }
  return [...groups]
    .toSorted(([a], [b]) => byText(a, b))
    .map(([, { role, of, names }]) => ({
      role,
      kind: of.kind,
      authentication: of.authentication,
      count: names.length,
      names: withNames ? names.toSorted(byText) : null,
    }));
}

/** `holder 1`, `holder 2`, …: the same holder has the same number within one dossier. */
function numbered(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...new Set(names)].toSorted(byText).map((name, index) => [name, `holder ${index + 1}`]));
}

/** Keys and tokens with a shape of their own. People paste things into texts; a dossier leaves the house. */
const KEY_LIKE =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|\b(?:sk|pk|rk)[-_][\w-]{16,}|\bwhsec_[\w+/=-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bPRIVATE\+KEY\+\S+/g;

function withoutKeys(value: Json): Json {
  if (typeof value === 'string') return value.replace(KEY_LIKE, '[removed: looks like a key]');
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => withoutKeys(item as Json));
  return Object.fromEntries(Object.entries(value).flatMap(([name, item]) => (item === undefined ? [] : [[name, withoutKeys(item)]])));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
