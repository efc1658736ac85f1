// The obligations matrix as it is released: read once, checked, and never changed by a program. What it says is data with dates and
// sources; this only reads it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SekishoError } from '#kernel';
import { CHECKS, type CheckName } from './checks.ts';

/** official: the vendor's own text. secondary: reported by others. unverified: heard of. */
export type Basis = 'official' | 'secondary' | 'unverified';

export interface Source {
  readonly id: string;
  readonly url: string | null;
  /** YYYY-MM-DD. */
  readonly asOf: string;
  readonly says: string;
}

export interface Obligation {
  readonly id: string;
  readonly check: CheckName;
  /** Whether a person's word counts: never, where the check cannot know, or in any case as well. */
  readonly attestation: 'none' | 'allowed' | 'required';
  readonly en: string;
  readonly ja: string;
  /** SHA-256 in hex of `en`. */
  readonly hash: string;
}

export interface Demand {
  readonly obligation: Obligation;
  /** While it is unmet, the program must not be enabled. */
  readonly hard: boolean;
  readonly basis: Basis;
  readonly source: Source;
}

export interface ProgramObligations {
  /** As grants name it: `daybreak_blue`. */
  readonly id: string;
  readonly vendor: string;
  /** Companies of deployments that may be under it, where requests name no program. */
  readonly companies: readonly string[];
  /** What requests name; null: the approval is tied to the account. */
  readonly accessProgram: string | null;
  readonly tier: 1 | 2;
  readonly en: string;
  readonly ja: string;
  /** Where one applies; null: no public address is known. */
  readonly apply: string | null;
  readonly demands: readonly Demand[];
}

export interface ObligationsMatrix {
  /** The day it was put together, YYYY-MM-DD. */
  readonly version: string;
  readonly programs: readonly ProgramObligations[];
}

const id = z.string().regex(/^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/);
const text = z.string().min(1).max(500);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const url = z.url({ protocol: /^https$/ }).nullable();

const fileSchema = z.strictObject({
  format: z.literal(1),
  version: day,
  sources: z.array(z.strictObject({ id, url, asOf: day, says: text })),
  obligations: z.array(
    z.strictObject({
      id,
      check: z.enum(Object.keys(CHECKS) as [CheckName, ...CheckName[]]),
      attestation: z.enum(['none', 'allowed', 'required']),
      en: text,
      ja: text,
    }),
  ),
  programs: z.array(
    z.strictObject({
      id,
      vendor: text,
      companies: z.array(text).min(1),
      accessProgram: id.nullable(),
      tier: z.union([z.literal(1), z.literal(2)]),
      en: text,
      ja: text,
      apply: url,
      demands: z
        .array(z.strictObject({ obligation: id, hard: z.boolean(), basis: z.enum(['official', 'secondary', 'unverified']), source: id }))
        .min(1),
    }),
  ),
});

const SHIPPED = new URL('../../../data/access/obligations.v1.yaml', import.meta.url);
const MOST_ALIASES = 10;

let read: ObligationsMatrix | undefined;

/** The matrix that comes with Sekisho. A fault of the file is `obligations-damaged`, thrown. */
export function obligationsMatrix(): ObligationsMatrix {
  if (read !== undefined) return read;
  try {
    return (read = parseObligations(readFileSync(SHIPPED, 'utf8')));
  } catch (error) {
    throw new SekishoError('obligations-damaged', 'the obligations of programs that come with Sekisho cannot be read', {
      cause: error,
      hint: 'Restore data/access/obligations.v1.yaml as it was released.',
    });
  }
}

/** Throws where the text is not a matrix, or names what it does not hold. */
export function parseObligations(yaml: string): ObligationsMatrix {
  const file = fileSchema.parse(parse(yaml, { maxAliasCount: MOST_ALIASES }));
  const sources = byId(file.sources);
  const obligations = byId(
    file.obligations.map((one): Obligation => ({ ...one, hash: createHash('sha256').update(one.en).digest('hex') })),
  );
  const programs = file.programs.map((program): ProgramObligations => {
    const demands = program.demands.map((demand): Demand => ({
      obligation: known(obligations, demand.obligation),
      hard: demand.hard,
      basis: demand.basis,
      source: known(sources, demand.source),
    }));
    byId(demands.map(({ obligation }) => obligation));
    return { ...program, demands };
  });
  byId(programs);
  return { version: file.version, programs };
}

/** By its id, or by what requests name. */
export function programNamed(matrix: ObligationsMatrix, name: string): ProgramObligations | undefined {
  return matrix.programs.find((program) => program.id === name) ?? matrix.programs.find(({ accessProgram }) => accessProgram === name);
}

function byId<T extends { readonly id: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map(all.map((one) => [one.id, one]));
  if (map.size !== all.length) throw new TypeError('an id is given twice');
  return map;
}

function known<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) throw new TypeError(`there is no ${JSON.stringify(name)}`);
  return found;
}
