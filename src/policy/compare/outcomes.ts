// What a set decides at every point of a space, by asking Cedar about each policy only for what that policy looks at: a policy that reads the
// standing alone has four answers, not seventy thousand. A decision follows from the answers by Cedar's own rule: a forbid that applies, else a
// permit that applies, else no. Policies are asked as permits, whatever they are: Cedar names those that apply of one effect only.
import type { Cedar } from '../cedar.ts';
import { questionOf } from '../question.ts';
import { ERROR_ID, type Policy } from '../read-policy.ts';
import type { PolicySet } from '../policy-set.ts';
import { asPermit } from '../split.ts';
import { namesStrings, readsOf, type Read } from './reads.ts';
import type { Space } from './space.ts';

export interface Outcomes {
  /** `at`: one position per dimension of the space. */
  isAllowed(at: readonly number[]): boolean;
  /** The policies that determine it, as a decision names them. */
  determining(at: readonly number[]): readonly string[];
}

/** A policy that Cedar has read, ready to be asked by itself. */
export interface Asked {
  readonly policy: Policy;
  readonly reads: ReadonlySet<Read>;
  /** It names strings that made-up facts may not have. */
  readonly namesStrings: boolean;
}

interface Table {
  /** Dimensions it depends on, with what one step along each adds to the index. */
  readonly strides: readonly (readonly [dimension: number, stride: number])[];
  readonly answers: Uint8Array;
}

const APPLIES = 1;
const FAILS = 2;

export function askedPolicies({ policies, cedar }: PolicySet): readonly Asked[] {
  return policies.map((policy) => {
    const answer = cedar.library.policyToJson(policy.text);
    if (answer.type === 'failure') throw new Error(`policy ${policy.id} was read and cannot be read again`);
    return { policy, reads: readsOf(answer.json), namesStrings: namesStrings(answer.json) };
  });
}

/** How often Cedar will be asked. */
export function questionsFor(asked: readonly Asked[], space: Space): number {
  return [...groups(asked, space).values()].reduce((sum, { size }) => sum + size, 0);
}

/** `tables`: what was asked already for policies of the same text; they are added to it. */
export function outcomesOf(
  asked: readonly Asked[],
  { space, cedar, tables }: { readonly space: Space; readonly cedar: Cedar; readonly tables: Map<string, Table> },
): Outcomes {
  for (const group of groups(
    asked.filter(({ policy }) => !tables.has(policy.text)),
    space,
  ).values()) {
    askGroup(group, { space, cedar, tables });
  }
  const all = asked.map(({ policy }) => ({ policy, table: tables.get(policy.text)! }));
  const forbids = all.filter(({ policy }) => policy.effect === 'forbid');
  const permits = all.filter(({ policy }) => policy.effect === 'permit');
  const some = (list: typeof all, at: readonly number[], answer: number): boolean =>
    list.some(({ table }) => answerAt(table, at) === answer);
  return {
    isAllowed: (at) => !some(forbids, at, APPLIES) && some(permits, at, APPLIES) && !some(all, at, FAILS),
    determining(at) {
      if (some(all, at, FAILS)) return [ERROR_ID];
      const list = some(forbids, at, APPLIES) ? forbids : permits;
      return list.filter(({ table }) => answerAt(table, at) === APPLIES).map(({ policy }) => policy.id);
    },
  };
}

export type { Table };

interface Group {
  readonly dimensions: readonly number[];
  readonly size: number;
  readonly asked: Asked[];
}

function groups(asked: readonly Asked[], space: Space): Map<string, Group> {
  const found = new Map<string, Group>();
  for (const each of asked) {
    const dimensions = space.dimensionsOf(each.reads);
    const key = dimensions.join();
    const group = found.get(key);
    if (group !== undefined) group.asked.push(each);
    else {
      const size = dimensions.reduce((product, index) => product * space.dimensions[index]!.values.length, 1);
      found.set(key, { dimensions, size, asked: [each] });
    }
  }
  return found;
}

function askGroup(
  { dimensions, size, asked }: Group,
  { space, cedar, tables }: { readonly space: Space; readonly cedar: Cedar; readonly tables: Map<string, Table> },
): void {
  const strides: [number, number][] = [];
  let stride = 1;
  for (const dimension of dimensions) {
    strides.push([dimension, stride]);
    stride *= space.dimensions[dimension]!.values.length;
  }
  const answers = new Map(asked.map(({ policy }) => [policy.id, new Uint8Array(size)]));
  const prepared = cedar.prepare(Object.fromEntries(asked.map(({ policy }) => [policy.id, asPermit(policy.text)])));
  try {
    for (let index = 0; index < size; index++) {
      const at = space.dimensions.map(() => 0);
      for (const [dimension, step] of strides) at[dimension] = Math.floor(index / step) % space.dimensions[dimension]!.values.length;
      const answer = prepared.ask(questionOf(space.factsAt(at)));
      if (answer.type === 'failure') throw new Error(`a combination cannot be asked about: ${answer.errors[0]?.message ?? ''}`);
      const { reason, errors } = answer.response.diagnostics;
      for (const id of reason) answers.get(id)![index] = APPLIES;
      for (const { policyId } of errors) answers.get(policyId)![index] = FAILS;
    }
  } finally {
    prepared.release();
  }
  for (const { policy } of asked) tables.set(policy.text, { strides, answers: answers.get(policy.id)! });
}

function answerAt({ strides, answers }: Table, at: readonly number[]): number {
  let index = 0;
  for (const [dimension, stride] of strides) index += at[dimension]! * stride;
  return answers[index]!;
}
