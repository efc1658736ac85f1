// Every combination of what default policies distinguish, as facts: who asks, with which grant, for what work, on which data, where. Made up, or
// over deployments that the caller names. Knows which dimensions a policy's reads concern; decides nothing.
import { AUTHENTICATION_NAMES, CAPABILITY_NAMES, DATA_LEVELS, GENERAL, JURISDICTIONS, PRINCIPAL_KINDS, STANDING_NAMES } from '../names.ts';
import { FOREIGN_COUNTRY, HOME_COUNTRY } from '../partial-facts.ts';
import type { AccessFacts } from '../types.ts';
import { READS_EVERYTHING, type Read } from './reads.ts';

export interface Dimension {
  readonly name: string;
  /** What its values are called. */
  readonly values: readonly string[];
}

export interface Space {
  readonly dimensions: readonly Dimension[];
  /** Number of combinations. */
  readonly size: number;
  /** A number of its own for every combination, from 0. `at`: one position per dimension. */
  indexOf(at: readonly number[]): number;
  factsAt(at: readonly number[]): AccessFacts;
  /** The dimensions, by index and in order, on which a policy with these reads can depend. */
  dimensionsOf(reads: ReadonlySet<Read>): readonly number[];
}

/** Beside the operator's own kinds of principals. */
const OUTSIDE = 'person from outside';
const WHO: readonly string[] = [...PRINCIPAL_KINDS, OUTSIDE];

/** Best first. `covering`: it lists the capability asked for; `opening`: it opens the deployment's program. */
const GRANTS = [
  { name: 'tier 2', tier: 2, covering: true, opening: true },
  { name: 'tier 2, program not opened', tier: 2, covering: true, opening: false },
  { name: 'tier 2, not covering', tier: 2, covering: false, opening: true },
  { name: 'tier 1', tier: 1, covering: true, opening: true },
  { name: 'tier 1, program not opened', tier: 1, covering: true, opening: false },
  { name: 'tier 1, not covering', tier: 1, covering: false, opening: true },
  { name: 'none', tier: undefined, covering: false, opening: false },
] as const;

const PROGRAM = 'daybreak_blue';
const ALL_GRANTABLE = CAPABILITY_NAMES.filter((name) => name !== GENERAL);

const BEFORE_PLACE: readonly Dimension[] = [
  { name: 'capability', values: CAPABILITY_NAMES },
  { name: 'data', values: DATA_LEVELS },
  { name: 'grant', values: GRANTS.map(({ name }) => name) },
  { name: 'principal', values: WHO },
  { name: 'standing', values: STANDING_NAMES },
  { name: 'sign-in', values: AUTHENTICATION_NAMES },
];
const INDEX: Readonly<Record<string, number>> = Object.fromEntries(BEFORE_PLACE.map(({ name }, index) => [name, index]));

export type SpaceDeployment = AccessFacts['deployment'];

interface Places {
  readonly dimensions: readonly Dimension[];
  at(positions: readonly number[]): SpaceDeployment;
  /** Names of the place dimensions that a read of the resource concerns. */
  concerns(read: Read): readonly string[];
}

/** `reads`: of all policies that will be asked, so that deployments that none tells apart count once. Without `deployments`: four made-up ones. */
export function createSpace(options: { readonly reads: ReadonlySet<Read>; readonly deployments?: readonly SpaceDeployment[] }): Space {
  const places = options.deployments === undefined ? madeUpPlaces() : namedPlaces(options.deployments, options.reads);
  const dimensions = [...BEFORE_PLACE, ...places.dimensions];
  const names = dimensions.map(({ name }) => name);
  return {
    dimensions,
    size: dimensions.reduce((product, { values }) => product * values.length, 1),
    indexOf: (at) => indexOf(at, dimensions),
    factsAt(at) {
      const value = <T>(name: string, values: readonly T[]): T => values[at[INDEX[name]!]!]!;
      const capability = value('capability', CAPABILITY_NAMES);
      const who = value('principal', WHO);
      const deployment = places.at(at.slice(BEFORE_PLACE.length));
      const { tier, covering, opening } = value('grant', GRANTS);
      const capabilities = covering ? ALL_GRANTABLE : ALL_GRANTABLE.filter((name) => name !== capability);
      const programs = opening ? [deployment.program ?? PROGRAM] : [];
      return {
        principal: {
          id: 'prn_example',
          kind: PRINCIPAL_KINDS.find((kind) => kind === who) ?? 'person',
          isOutside: who === OUTSIDE,
          standing: value('standing', STANDING_NAMES),
          authentication: value('sign-in', AUTHENTICATION_NAMES),
        },
        grant: tier === undefined ? undefined : { id: 'grt_example', tier, capabilities, programs },
        capability,
        dataLevel: value('data', DATA_LEVELS),
        route: 'example',
        deployment,
      };
    },
    dimensionsOf(reads) {
      const concerned = new Set([...reads].flatMap((read) => concernedBy(read, places)));
      return names.flatMap((name, index) => (concerned.has(name) || reads.has(READS_EVERYTHING) ? [index] : []));
    },
  };
}

export function indexOf(at: readonly number[], dimensions: readonly Dimension[]): number {
  let index = 0;
  for (const [dimension, { values }] of dimensions.entries()) index = index * values.length + at[dimension]!;
  return index;
}

function concernedBy(read: Read, places: Places): readonly string[] {
  const [root, first, second] = read.split('.');
  if (root === 'action') return ['capability'];
  if (root === 'principal') return [first === 'standing' ? 'standing' : first === 'authentication' ? 'sign-in' : 'principal'];
  if (root === 'resource') return places.concerns(read);
  if (first === 'route') return [];
  if (first === 'data') return ['data'];
  if (first === 'capability') return ['capability'];
  const program = places.concerns('resource.program');
  // What a grant lists was made up to fit the capability and the program.
  if (first === 'grant' && second === 'capabilities') return ['grant', 'capability'];
  if (first === 'grant' && second === 'programs') return ['grant', ...program];
  if (first === 'grant' && second !== undefined) return ['grant'];
  return ['grant', 'capability', 'data', ...program];
}

function madeUpPlaces(): Places {
  return {
    dimensions: [
      { name: 'jurisdiction', values: JURISDICTIONS },
      { name: 'program', values: ['none', 'one'] },
    ],
    at([jurisdiction = 0, program = 0]) {
      const isDomestic = JURISDICTIONS[jurisdiction] === 'domestic';
      const country = isDomestic ? HOME_COUNTRY : FOREIGN_COUNTRY;
      return {
        id: 'example/model',
        company: 'Example',
        program: program === 0 ? undefined : PROGRAM,
        vendorCountry: country,
        hostingCountry: country,
        jurisdiction: isDomestic ? 'domestic' : 'foreign',
      };
    },
    concerns(read) {
      if (read === 'resource.program' || read === 'resource.program.present') return ['program'];
      if (['resource.uid', 'resource.type', 'resource.company'].includes(read)) return [];
      return ['jurisdiction'];
    },
  };
}

function namedPlaces(deployments: readonly SpaceDeployment[], reads: ReadonlySet<Read>): Places {
  const isRead = (name: string): boolean => reads.has(READS_EVERYTHING) || reads.has(`resource.${name}`);
  const told = ({ id, ...attributes }: SpaceDeployment): string =>
    JSON.stringify([isRead('uid') ? id : '', ...Object.entries(attributes).filter(([name]) => isRead(name)), attributes.program ?? null]);
  const kinds = [...Map.groupBy(deployments, told).values()];
  return {
    dimensions: [{ name: 'deployment', values: kinds.map((alike) => alike.map(({ id }) => id).join(', ')) }],
    at: ([kind = 0]) => kinds[kind]![0]!,
    concerns: () => ['deployment'],
  };
}
