// What a dry run says of trusted access, by the data plane's own functions: whether a grant is needed, which one would be used, what it takes
// out of the request, and which deployments may get the work. What is known of the caller is read once; nobody follows it.
import { createAccessDirectory, type Grant } from '#access';
import { accessDenied, govern, levelFor, type Governed, type Inspection, type Refusal, type RequestContent } from '#checkpoint';
import type { Config } from '#config';
import type { Caller } from '#identity';
import { ok, systemClock, type PrincipalId, type Result } from '#kernel';
import type { ClientFormat } from '#providers';
import type { AccessDecision } from '#policy';
import type { Candidate, Deployment, Route } from '#routing';
import { createAccessFeed, type Database } from '#store';
import { createAccessRules } from './access-rules.ts';

/** What is known of one caller at one moment. */
export type KnownAccess = Parameters<typeof govern>[0]['directory'];

export interface ExplainedAccess {
  /** The route needs a grant. */
  readonly isGoverned: boolean;
  /** What the work is, where the request or the route says so. */
  readonly capability: string | undefined;
  /** The one that would be used; undefined: none is needed, or none was found, or nobody looked. */
  readonly grant: Grant | undefined;
  /** Names of tools that would be taken out. */
  readonly removedTools: readonly string[];
}

/** Rejects when the database cannot be read. */
export async function knownAccess(
  database: Database,
  principalId: PrincipalId,
  { identity: { maxStaleSeconds } }: Config,
): Promise<KnownAccess> {
  const directory = createAccessDirectory({ store: createAccessFeed(database), clock: systemClock, maxStaleSeconds });
  await directory.start();
  const found = directory.of(principalId);
  await directory.close();
  return { of: () => found, holdState: () => undefined };
}

export interface GoverningDryRun {
  readonly config: Config;
  readonly caller: Caller;
  readonly route: Route;
  readonly capability: string | undefined;
  readonly format: ClientFormat;
  readonly body: Buffer;
  readonly inspection: Inspection;
  /** Undefined: an imagined caller, of whom nothing is known. */
  readonly known: KnownAccess | undefined;
  /** Gets what has to be closed in the end. */
  readonly onOpened: (close: () => void) => void;
}

/** Undefined: no grant is needed, or there is nobody whose grant it could be. */
export async function governed({ config, known, onOpened, ...request }: GoverningDryRun): Promise<Result<Governed | undefined, Refusal>> {
  if (known === undefined) return ok(undefined);
  const rules = await createAccessRules(config);
  onOpened(() => rules.close());
  return govern({ ...request, grantId: undefined, rules, directory: known, clock: systemClock });
}

export function accessOf(route: Route, capability: string | undefined, found: Governed | undefined): ExplainedAccess {
  return {
    isGoverned: route.isGoverned,
    capability: route.isGoverned ? (found?.capability ?? capability ?? route.capability) : undefined,
    grant: found?.grant,
    removedTools: found?.removedTools ?? [],
  };
}

/** Undefined: nobody asks. */
export function decisionFor(
  deployment: Deployment,
  found: Governed | undefined,
  content: RequestContent | undefined,
): AccessDecision | undefined {
  return found?.permits({ deployment }, levelFor({ deployment }, content));
}

/** Why none of the candidates may get the work; undefined: one may. */
export function deniedByAll(
  route: Route,
  found: Governed | undefined,
  content: RequestContent | undefined,
  candidates: readonly Candidate[],
): Refusal | undefined {
  const [first] = candidates;
  if (found === undefined || first === undefined) return undefined;
  const decisions = candidates.map((candidate) => found.permits(candidate, levelFor(candidate, content)));
  return decisions.some(({ allowed }) => allowed) ? undefined : accessDenied(route, found, decisions[0]!);
}
