// Policies that are asked together: the defaults, and what the operator adds. All of them are read, parsed and held against the schema before any
// decides; a set with one bad policy is no set. An operator's policy takes the place of a default only where it says so with @replaces.
import { createHash } from 'node:crypto';
import { closestName, err, ok, type Result } from '#kernel';
import type { Cedar } from './cedar.ts';
import { cedarProblem, type PolicyProblem } from './problem.ts';
import { readPolicy, type Policy, type ReadPolicy } from './read-policy.ts';
import { defaultPolicyTexts, shippedCedar, type PolicyText } from './shipped.ts';
import { splitPolicies } from './split.ts';

export interface PolicySet {
  /** SHA-256 over schema and policies, in hexadecimal: equal sets decide equally. */
  readonly version: string;
  /** In the order in which refusals name them. */
  readonly policies: readonly Policy[];
  /** Ids of defaults that policies of the operator take the place of. */
  readonly replaced: readonly string[];
  /** What Cedar finds strange and harmless, such as strings that mix scripts. */
  readonly warnings: readonly PolicyProblem[];
  /** The library that has read them. */
  readonly cedar: Cedar;
}

export const MOST_POLICIES = 500;
/** Of all texts of the operator together. */
export const MOST_POLICY_TEXT_BYTES = 1_048_576;
const MOST_PROBLEMS = 100;

/**
 * `defaults`: with the policies that come with Sekisho. `texts`: the operator's own.
 * Errors: everything that is wrong with them, at most 100.
 */
export async function loadPolicySet(options: {
  readonly defaults: boolean;
  readonly texts?: readonly PolicyText[];
}): Promise<Result<PolicySet, readonly PolicyProblem[]>> {
  const { defaults, texts = [] } = options;
  const tooMuch = checkSize(texts);
  if (tooMuch !== undefined) return err([tooMuch]);
  const cedar = await shippedCedar();
  const problems: PolicyProblem[] = [];
  const shipped = readTexts(defaults ? defaultPolicyTexts() : [], { isDefault: true, cedar, problems });
  const own = readTexts(texts, { isDefault: false, cedar, problems });
  problems.push(...wrongReplacements(own, shipped));
  const { policies, replaced } = joined(shipped, own);
  problems.push(...duplicates(policies));
  if (policies.length > MOST_POLICIES) {
    problems.push(wholeFile(policies[MOST_POLICIES]!.file, `more than ${MOST_POLICIES} policies in all`));
  }
  if (problems.length > 0) return err(inOrder(problems, texts));
  const { errors, warnings } = validate(policies, cedar);
  if (errors.length > 0) return err(inOrder(errors, texts));
  return ok({ version: versionOf(policies, cedar), policies, replaced, warnings: warnings.slice(0, MOST_PROBLEMS), cedar });
}

function checkSize(texts: readonly PolicyText[]): PolicyProblem | undefined {
  let bytes = 0;
  for (const { file, text } of texts) {
    bytes += Buffer.byteLength(text);
    if (bytes > MOST_POLICY_TEXT_BYTES) return wholeFile(file, `more than ${MOST_POLICY_TEXT_BYTES} bytes of policies in all`);
  }
  return undefined;
}

function readTexts(
  texts: readonly PolicyText[],
  { isDefault, cedar, problems }: { readonly isDefault: boolean; readonly cedar: Cedar; readonly problems: PolicyProblem[] },
): readonly ReadPolicy[] {
  return texts.flatMap(({ file, text }) => {
    const pieces = splitPolicies(text);
    if (pieces.length > MOST_POLICIES) {
      problems.push(wholeFile(file, `more than ${MOST_POLICIES} policies`));
      return [];
    }
    return pieces.flatMap((piece) => {
      const read = readPolicy(piece, { file, isDefault, cedar });
      if (!read.ok) problems.push(read.error);
      return read.ok ? [read.value] : [];
    });
  });
}

function wrongReplacements(own: readonly ReadPolicy[], shipped: readonly ReadPolicy[]): readonly PolicyProblem[] {
  const known = shipped.map(({ policy }) => policy.id);
  return own.flatMap(({ policy: { file, line, id }, replaces }) =>
    replaces
      .filter((name) => !known.includes(name))
      .map((name) => {
        const nearest = closestName(name, known);
        const hint = nearest === undefined ? undefined : `Did you mean ${nearest}?`;
        return { file, line, policy: id, message: `@replaces names "${name}", which is no default policy of this set`, hint };
      }),
  );
}

/** What replaces a default stands in its place; the rest of the operator's policies follow the defaults. */
function joined(shipped: readonly ReadPolicy[], own: readonly ReadPolicy[]): Pick<PolicySet, 'policies' | 'replaced'> {
  const order = shipped.map(({ policy }) => policy.id);
  const replaced = new Set(own.flatMap(({ replaces }) => replaces).filter((id) => order.includes(id)));
  const placeOf = ({ replaces }: ReadPolicy): string | undefined => order.find((id) => replaces.includes(id));
  const inPlace = Map.groupBy(own, placeOf);
  const policies = shipped.flatMap(({ policy }) =>
    replaced.has(policy.id) ? (inPlace.get(policy.id) ?? []).map((read) => read.policy) : [policy],
  );
  return { policies: [...policies, ...(inPlace.get(undefined) ?? []).map(({ policy }) => policy)], replaced: [...replaced] };
}

function duplicates(policies: readonly Policy[]): readonly PolicyProblem[] {
  const first = new Map<string, Policy>();
  const found: PolicyProblem[] = [];
  for (const policy of policies) {
    const earlier = first.get(policy.id);
    if (earlier === undefined) first.set(policy.id, policy);
    else {
      const hint = earlier.isDefault ? `To put it in place of the default, write @replaces("${policy.id}") above it.` : undefined;
      const message = `the id is taken by the policy at ${earlier.file}:${earlier.line}`;
      found.push({ file: policy.file, line: policy.line, policy: policy.id, message, hint });
    }
  }
  return found;
}

// Everything else that Cedar warns of means that a policy can never apply, or that its text deceives: as bad as an error in a forbid.
const HARMLESS = /contains mixed scripts|confusable|not restricted to/;

function validate(
  policies: readonly Policy[],
  { library, schema }: Cedar,
): { readonly errors: readonly PolicyProblem[]; readonly warnings: readonly PolicyProblem[] } {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const answer = library.validate({
    validationSettings: { mode: 'strict' },
    schema,
    policies: { staticPolicies: Object.fromEntries(policies.map(({ id, text }) => [id, text])) },
  });
  if (answer.type === 'failure') throw new Error(`policies could not be held against the schema: ${answer.errors[0]?.message ?? ''}`);
  const place = ({ policyId, error }: (typeof answer.validationErrors)[number]): PolicyProblem =>
    cedarProblem(error, byId.get(policyId)!, policyId);
  const isHarmless = ({ error }: (typeof answer.validationWarnings)[number]): boolean => HARMLESS.test(error.message);
  const [errors, warnings] = [answer.validationErrors, answer.validationWarnings];
  // That a policy can never apply mostly follows from its errors.
  const wrong = new Set(errors.map(({ policyId }) => policyId));
  const grave = warnings.filter((warning) => !isHarmless(warning) && !wrong.has(warning.policyId));
  return {
    errors: withoutRepetition([...errors, ...grave].map(place)),
    warnings: withoutRepetition(warnings.filter(isHarmless).map(place)),
  };
}

/** Cedar says the same once per kind of principal and action. */
function withoutRepetition(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  const once = problems.map((problem) => ({
    ...problem,
    message: problem.message.replace(/ (?:in context )?for Sekisho::Action::"[^"]*"$/, ''),
  }));
  return [...new Map(once.map((problem) => [`${problem.policy} ${problem.line} ${problem.message}`, problem])).values()];
}

function versionOf(policies: readonly Policy[], { schema }: Cedar): string {
  const hash = createHash('sha256');
  for (const part of [schema, ...policies.flatMap(({ id, text }) => [id, text])]) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest('hex');
}

function inOrder(problems: readonly PolicyProblem[], texts: readonly PolicyText[]): readonly PolicyProblem[] {
  const order = texts.map(({ file }) => file);
  return problems
    .toSorted((a, b) => order.indexOf(a.file) - order.indexOf(b.file) || (a.line ?? 0) - (b.line ?? 0))
    .slice(0, MOST_PROBLEMS);
}

function wholeFile(file: string, message: string): PolicyProblem {
  return { file, line: undefined, policy: undefined, message, hint: undefined };
}
