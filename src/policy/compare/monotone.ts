// The laws that the default policies keep, checked for any set by enumeration: whoever is worse off in one respect and otherwise the same is never
// allowed more. A set of the operator may break them on purpose; then this shows where.
import { err, ok, type Result } from '#kernel';
import type { PolicyEngine } from '../engine.ts';
import { boxesOf, positions, type Box } from './boxes.ts';
import type { TooMuchToCompare } from './diff.ts';
import { askedPolicies, outcomesOf, questionsFor } from './outcomes.ts';
import { createSpace, type Space } from './space.ts';

export interface MonotoneViolation {
  /** `standing: clear → review`: the second is worse, and is allowed what the first is not. */
  readonly law: string;
  readonly count: number;
  /** Where, with the first of the two values. */
  readonly boxes: readonly Box[];
  /** The policies that refuse the better one, and those that allow the worse one, in one example. */
  readonly example: { readonly refusing: readonly string[]; readonly allowing: readonly string[] };
}

const MOST_QUESTIONS = 40_000;

// Every step from a value to the next worse one. A grant can lose several things, in any order, so its steps make a net, not a line.
const GRANT_STEPS: readonly (readonly [string, string])[] = [
  ['tier 2', 'tier 2, program not opened'],
  ['tier 2', 'tier 2, not covering'],
  ['tier 2', 'tier 1'],
  ['tier 2, program not opened', 'tier 1, program not opened'],
  ['tier 2, not covering', 'tier 1, not covering'],
  ['tier 1', 'tier 1, program not opened'],
  ['tier 1', 'tier 1, not covering'],
  ['tier 1, program not opened', 'none'],
  ['tier 1, not covering', 'none'],
];

/** Empty: the set keeps every law. */
export function checkMonotone({ set }: Pick<PolicyEngine, 'set'>): Result<readonly MonotoneViolation[], TooMuchToCompare> {
  const asked = askedPolicies(set);
  const space = createSpace({ reads: new Set(asked.flatMap(({ reads }) => [...reads])) });
  const questions = questionsFor(asked, space);
  if (questions > MOST_QUESTIONS) return err({ code: 'too-much-to-compare', questions, combinations: space.size });
  const outcomes = outcomesOf(asked, { space, cedar: set.cedar, tables: new Map() });
  const found = new Map<string, { readonly points: number[][]; readonly example: MonotoneViolation['example'] }>();
  const steps = stepsOf(space);
  for (const at of positions(space.dimensions)) {
    if (outcomes.isAllowed(at)) continue;
    for (const { dimension, better, worse, law } of steps) {
      if (at[dimension] !== better) continue;
      const other = at.with(dimension, worse);
      if (!outcomes.isAllowed(other)) continue;
      const violation = found.get(law) ?? {
        points: [],
        example: { refusing: outcomes.determining(at), allowing: outcomes.determining(other) },
      };
      violation.points.push([...at]);
      found.set(law, violation);
    }
  }
  return ok(
    [...found].map(([law, { points, example }]) => ({
      law,
      count: points.length,
      boxes: boxesOf(points, space.dimensions, () => false),
      example,
    })),
  );
}

interface Step {
  readonly dimension: number;
  readonly better: number;
  readonly worse: number;
  readonly law: string;
}

function stepsOf({ dimensions }: Space): readonly Step[] {
  const inOrder = (name: string): (readonly [string, string, string])[] => {
    const { values } = dimensions.find((each) => each.name === name)!;
    return values.slice(1).map((value, index) => [name, values[index]!, value]);
  };
  const pairs = [
    ...['standing', 'sign-in', 'data', 'jurisdiction'].flatMap(inOrder),
    ['principal', 'person', 'person from outside'] as const,
    ...GRANT_STEPS.map(([better, worse]) => ['grant', better, worse] as const),
  ];
  return pairs.map(([name, better, worse]) => {
    const dimension = dimensions.findIndex((each) => each.name === name);
    const { values } = dimensions[dimension]!;
    return { dimension, better: values.indexOf(better), worse: values.indexOf(worse), law: `${name}: ${better} → ${worse}` };
  });
}
