// Facts → decision. Cedar takes a fraction of a millisecond, so decisions are remembered by the text of their facts. Whatever goes wrong refuses:
// a policy that fails while it is evaluated would otherwise be left out by Cedar, and a forbid that is left out allows.
import { describeError } from '#kernel';
import type { Cedar, Prepared } from './cedar.ts';
import { factsKey } from './facts-key.ts';
import { createMemo } from './memo.ts';
import type { PolicySet } from './policy-set.ts';
import { questionOf } from './question.ts';
import { ERROR_ID, type Policy } from './read-policy.ts';
import type { AccessDecision, AccessFacts } from './types.ts';

export interface AccessExplanation {
  readonly decision: AccessDecision;
  /** Every policy that determined it: the forbids that apply, or, where none does, the permits. */
  readonly policies: readonly Policy[];
  /** For administrators, never for callers: why it could not be decided. */
  readonly errors: readonly { readonly policy: string | undefined; readonly message: string }[];
}

export interface PolicyEngine {
  readonly set: PolicySet;
  /** Never throws. The same object for the same facts while it is remembered. */
  decide(facts: AccessFacts): AccessDecision;
  /** The same decision, with what determined it; asks Cedar every time. */
  explain(facts: AccessFacts): AccessExplanation;
  /** Forgets every decision at once. */
  drop(): void;
  /** Gives back what Cedar keeps of the set. Every later decision is an error. */
  close(): void;
}

export const DEFAULT_MEMO_SIZE = 10_000;

export const NOTHING_PERMITS = 'No policy permits this.';
export const DEFAULT_NEXT = 'Apply: sekisho access apply, or POST /api/v1/applications.';

const UNDECIDED: AccessDecision = Object.freeze({
  allowed: false,
  policies: Object.freeze([ERROR_ID]),
  reason: 'The access policies could not be evaluated for this request, so it is refused.',
  next: 'Tell an administrator the request id; sekisho policy explain shows what went wrong.',
});

/** `memoSize`: the most decisions that are remembered; 0: none. */
export function createPolicyEngine({
  set,
  memoSize = DEFAULT_MEMO_SIZE,
}: {
  readonly set: PolicySet;
  readonly memoSize?: number;
}): PolicyEngine {
  const prepared = prepare(set.policies, set.cedar);
  const order = new Map(set.policies.map((policy, index) => [policy.id, index]));
  const memo = memoSize > 0 ? createMemo<AccessDecision>(memoSize) : undefined;
  let isClosed = false;

  const evaluate = (facts: AccessFacts): AccessExplanation => {
    if (isClosed) return undecided([{ policy: undefined, message: 'the policy engine is closed' }]);
    if (factsKey(facts) === undefined)
      return undecided([{ policy: undefined, message: 'the facts name something unknown, or are too long' }]);
    const answer = prepared.ask(questionOf(facts));
    if (answer.type === 'failure') return undecided(answer.errors.map(({ message }) => ({ policy: undefined, message })));
    const { decision, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0) {
      return undecided(diagnostics.errors.map(({ policyId, error }) => ({ policy: policyId, message: error.message })));
    }
    const indexes = diagnostics.reason.map((id) => order.get(id)!).toSorted((a, b) => a - b);
    const policies = indexes.map((index) => set.policies[index]!);
    return { decision: decisionOf(decision === 'allow', policies), policies, errors: [] };
  };

  const explain = (facts: AccessFacts): AccessExplanation => {
    try {
      return evaluate(facts);
    } catch (error) {
      return undecided([{ policy: undefined, message: describeError(error) }]);
    }
  };

  return {
    set,
    explain,
    decide(facts) {
      if (memo === undefined) return explain(facts).decision;
      let key: string | undefined;
      try {
        key = factsKey(facts);
      } catch {
        return UNDECIDED;
      }
      if (key === undefined) return UNDECIDED;
      const known = memo.get(key);
      if (known !== undefined) return known;
      const { decision, errors } = explain(facts);
      // What failed is asked again: it may have been a passing failure, and remembering it would make room for nothing useful.
      if (errors.length === 0) memo.set(key, decision);
      return decision;
    },
    drop: () => memo?.drop(),
    close() {
      if (isClosed) return;
      isClosed = true;
      memo?.drop();
      prepared.release();
    },
  };
}

function prepare(policies: readonly Policy[], cedar: Cedar): Prepared {
  return cedar.prepare(Object.fromEntries(policies.map(({ id, text }) => [id, text])));
}

function undecided(errors: AccessExplanation['errors']): AccessExplanation {
  return { decision: UNDECIDED, policies: [], errors };
}

function decisionOf(isAllowed: boolean, determining: readonly Policy[]): AccessDecision {
  const policies = Object.freeze(determining.map(({ id }) => id));
  if (isAllowed) return Object.freeze({ allowed: true, policies });
  const [first] = determining;
  return Object.freeze({ allowed: false, policies, reason: first?.reason ?? NOTHING_PERMITS, next: first?.next ?? DEFAULT_NEXT });
}
