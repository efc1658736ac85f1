// Which decisions change between two sets of policies, over every combination of a space, and by which policies on both sides. Grouped and
// collapsed, so that thousands of changes read as a few lines.
import { err, ok, type Result } from '#kernel';
import type { PolicySet } from '../policy-set.ts';
import { boxesOf, positions, type Box } from './boxes.ts';
import { askedPolicies, outcomesOf, questionsFor, type Asked, type Table } from './outcomes.ts';
import { createSpace, type SpaceDeployment } from './space.ts';

export interface DecisionSide {
  readonly allowed: boolean;
  /** Ids, as a decision names them; empty: nothing permits it. */
  readonly policies: readonly string[];
}

export interface DecisionChange {
  readonly from: DecisionSide;
  readonly to: DecisionSide;
  /** Combinations that change like this. */
  readonly count: number;
  /** In each of them, whatever was allowed (or, the other way, denied) changes like this, and the rest stays. */
  readonly boxes: readonly Box[];
}

export interface PolicyDiff {
  /** Combinations that were compared. */
  readonly compared: number;
  /** Of them, those whose answer changes. */
  readonly changed: number;
  /** Combinations refused before and after, by other policies: only the reason changes. */
  readonly otherReason: number;
  /** Most combinations first. */
  readonly changes: readonly DecisionChange[];
  /** Ids. `changed`: another text under the same id. */
  readonly policies: { readonly added: readonly string[]; readonly removed: readonly string[]; readonly changed: readonly string[] };
  /** Of those, the ones that look at what the comparison makes up (ids, companies, routes): they may decide what it does not show. */
  readonly beyond: readonly string[];
}

/** Why sets are not compared: it would take too long. */
export interface TooMuchToCompare {
  readonly code: 'too-much-to-compare';
  readonly questions: number;
  readonly combinations: number;
}

const MOST_COMBINATIONS = 500_000;
const MOST_QUESTIONS = 40_000;

const WAS_ALLOWED = 1;
const IS_ALLOWED = 2;

/** `deployments`: compared over these instead of over a domestic and a foreign one with and without a program. */
export function diffPolicies(
  a: PolicySet,
  b: PolicySet,
  options: { readonly deployments?: readonly SpaceDeployment[] } = {},
): Result<PolicyDiff, TooMuchToCompare> {
  const [before, after] = [askedPolicies(a), askedPolicies(b)];
  const all = [...new Map([...before, ...after].map((each) => [each.policy.text, each])).values()];
  const { deployments } = options;
  const space = createSpace({
    reads: new Set(all.flatMap(({ reads }) => [...reads])),
    ...(deployments === undefined || deployments.length === 0 ? {} : { deployments }),
  });
  const questions = questionsFor(all, space);
  if (questions > MOST_QUESTIONS || space.size > MOST_COMBINATIONS) {
    return err({ code: 'too-much-to-compare', questions, combinations: space.size });
  }
  const tables = new Map<string, Table>();
  const [from, to] = [before, after].map((asked) => outcomesOf(asked, { space, cedar: a.cedar, tables })) as [Outcome, Outcome];
  const groups = new Map<string, { readonly from: DecisionSide; readonly to: DecisionSide; readonly points: number[][] }>();
  const answers = new Uint8Array(space.size);
  let changed = 0;
  let otherReason = 0;
  for (const at of positions(space.dimensions)) {
    const [was, is] = [from.isAllowed(at), to.isAllowed(at)];
    answers[space.indexOf(at)] = (was ? WAS_ALLOWED : 0) + (is ? IS_ALLOWED : 0);
    if (was === is && (was || sameIds(from.determining(at), to.determining(at)))) continue;
    if (was === is) {
      otherReason++;
      continue;
    }
    changed++;
    const sides = { from: { allowed: was, policies: from.determining(at) }, to: { allowed: is, policies: to.determining(at) } };
    const key = JSON.stringify(sides);
    const group = groups.get(key) ?? { ...sides, points: [] };
    group.points.push([...at]);
    groups.set(key, group);
  }
  const stays = (allowed: boolean) => (at: readonly number[]) => answers[space.indexOf(at)] === (allowed ? WAS_ALLOWED + IS_ALLOWED : 0);
  const changes = [...groups.values()]
    .map(({ points, ...sides }) => ({ ...sides, count: points.length, boxes: boxesOf(points, space.dimensions, stays(sides.to.allowed)) }))
    .toSorted((first, second) => second.count - first.count);
  return ok({ compared: space.size, changed, otherReason, changes, ...changedPolicies(before, after, deployments !== undefined) });
}

type Outcome = ReturnType<typeof outcomesOf>;

function sameIds(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((id, index) => id === second[index]);
}

function changedPolicies(
  before: readonly Asked[],
  after: readonly Asked[],
  hasDeployments: boolean,
): Pick<PolicyDiff, 'policies' | 'beyond'> {
  const byId = (asked: readonly Asked[]): ReadonlyMap<string, Asked> => new Map(asked.map((each) => [each.policy.id, each]));
  const [old, young] = [byId(before), byId(after)];
  const added = [...young.keys()].filter((id) => !old.has(id));
  const removed = [...old.keys()].filter((id) => !young.has(id));
  const changed = [...young].flatMap(([id, { policy }]) => {
    const earlier = old.get(id)?.policy.text;
    return earlier === undefined || earlier === policy.text ? [] : [id];
  });
  const looksBeyond = (asked: Asked | undefined): boolean => {
    if (asked === undefined) return false;
    const reads = [...asked.reads];
    if (reads.some((read) => read === 'principal.uid' || (read === 'resource.uid' && !hasDeployments))) return true;
    return asked.namesStrings && reads.some((read) => MADE_UP.has(read) || (read.startsWith('resource.') && !hasDeployments));
  };
  const beyond = [...added, ...removed, ...changed].filter((id) => looksBeyond(old.get(id)) || looksBeyond(young.get(id)));
  return { policies: { added, removed, changed }, beyond };
}

const MADE_UP: ReadonlySet<string> = new Set([
  'context.route',
  'context.grant.id',
  'context.grant.programs',
  'context.grant',
  'context',
  '*',
]);
