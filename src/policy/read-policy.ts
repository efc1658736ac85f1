// One policy from its text: that Cedar can parse it, and that its annotations say what a refused person must be told. Whether it fits the
// schema is asked for all policies together, in policy-set.ts.
import { err, ok, type Result } from '#kernel';
import type { Cedar, PolicyJson } from './cedar.ts';
import { cedarProblem, type PolicyPlace, type PolicyProblem } from './problem.ts';
import type { PolicyPiece } from './split.ts';

export interface Policy extends PolicyPlace {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** `@reason`: one sentence for the person who is refused; every forbid has one. */
  readonly reason: string | undefined;
  /** `@next`: what that person can do. */
  readonly next: string | undefined;
  /** It came with Sekisho. */
  readonly isDefault: boolean;
}

/** A policy and the defaults that it takes the place of. */
export interface ReadPolicy {
  readonly policy: Policy;
  readonly replaces: readonly string[];
}

/** The policy id of decisions that could not be made. */
export const ERROR_ID = 'error';

const ANNOTATIONS: ReadonlySet<string> = new Set(['id', 'reason', 'next', 'replaces', 'doc']);
const ID = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const MOST_ANNOTATION_LENGTH = 500;
// A text that reorders itself, or moves the cursor, can show a reviewer another policy than it is.
const DECEIVING = /(?![\t\r\n])[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

export function readPolicy(
  piece: PolicyPiece,
  { file, isDefault, cedar }: { readonly file: string; readonly isDefault: boolean; readonly cedar: Cedar },
): Result<ReadPolicy, PolicyProblem> {
  const place: PolicyPlace = { file, line: piece.line, text: piece.text };
  const problem = (message: string, policy?: string, hint?: string): Result<never, PolicyProblem> =>
    err({ file, line: piece.line, policy, message, hint });
  if (piece.problem !== undefined) return err({ file, policy: undefined, hint: undefined, ...piece.problem });
  if (DECEIVING.test(piece.text)) return problem('characters that hide or reorder text');
  const answer = cedar.library.policyToJson(piece.text);
  if (answer.type === 'failure') return err(cedarProblem(answer.errors[0]!, place, undefined));
  const { annotations = {}, effect } = answer.json;
  const id = annotations['id'] ?? undefined;
  if (id === undefined) return problem('no @id', undefined, 'Write @id("some-name") above it: decisions and records name policies by it.');
  if (!ID.test(id)) return problem('@id is not lower-case letters, digits and hyphens, 64 at most');
  if (id === ERROR_ID) return problem(`"${ERROR_ID}" is the id of decisions that could not be made`, id);
  const wrong = wrongAnnotation(annotations, effect);
  if (wrong !== undefined) return problem(wrong, id);
  const { reason, next, replaces } = annotations;
  return ok({
    policy: { ...place, id, effect, reason: reason ?? undefined, next: next ?? undefined, isDefault },
    replaces: replaces === undefined ? [] : replaces.split(/\s+/),
  });
}

function wrongAnnotation(annotations: NonNullable<PolicyJson['annotations']>, effect: Policy['effect']): string | undefined {
  // Cedar gives null for an annotation without a value; its types do not say so.
  for (const [name, value] of Object.entries(annotations as Record<string, string | null>)) {
    if (!ANNOTATIONS.has(name)) return `@${name} is none of @${[...ANNOTATIONS].join(', @')}`;
    if (value === null || value.trim() === '') return `@${name} says nothing`;
    if (value.length > MOST_ANNOTATION_LENGTH) return `@${name} is longer than ${MOST_ANNOTATION_LENGTH} characters`;
    if (/[\r\n\t]/.test(value) || DECEIVING.test(value)) return `@${name} is not one plain line`;
  }
  if (effect === 'forbid' && annotations['reason'] === undefined) return 'a forbid without @reason: whoever is refused must be told why';
  return undefined;
}
