// What a route or a class of data demands of a deployment's origins. Pure: nothing here knows health, evidence or traffic.
import type { Country, Deployment, Subprocessor } from './deployment.ts';
import { isKnownName, nameKey } from './names.ts';

/** `allow`: the value must be in it. `deny`: it must not. What is unknown satisfies neither. */
export interface ListRule {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** Every member that is given must hold. */
export interface Constraints {
  readonly vendorCompany?: ListRule;
  readonly vendorCountry?: ListRule;
  readonly weightsLineage?: ListRule;
  readonly weightsCountry?: ListRule;
  readonly hostingCountry?: ListRule;
  readonly subprocessorCompany?: ListRule;
  readonly subprocessorCountry?: ListRule;
  /** Countries whose law must not bind the vendor, by its home or by `subjectTo`. */
  readonly notSubjectTo?: readonly Country[];
  /** The provider keeps prompts and answers no longer than this. */
  readonly maxRetentionDays?: number;
  /** One of these must hold as a whole. */
  readonly anyOf?: readonly Constraints[];
}

/** One demand, in words and as a test. */
export interface CompiledConstraint {
  /** `hostingCountry.allow`, `anyOf`, … */
  readonly id: string;
  /** "the hosting country must be JP" */
  readonly text: string;
  readonly holds: (deployment: Deployment) => boolean;
}

type Subject = 'vendorCompany' | 'vendorCountry' | 'weightsLineage' | 'weightsCountry' | 'hostingCountry';

const SUBJECTS: Readonly<Record<Subject, { readonly words: string; readonly value: (deployment: Deployment) => string }>> = {
  vendorCompany: { words: 'the vendor', value: ({ origins }) => origins.vendor.company },
  vendorCountry: { words: 'the vendor’s country', value: ({ origins }) => origins.vendor.country },
  weightsLineage: { words: 'the lineage of the weights', value: ({ origins }) => origins.weights.lineage },
  weightsCountry: { words: 'the country of the weights', value: ({ origins }) => origins.weights.country },
  hostingCountry: { words: 'the hosting country', value: ({ origins }) => origins.hosting.country },
};

type SubprocessorSubject = 'subprocessorCompany' | 'subprocessorCountry';

const SUBPROCESSORS: Readonly<
  Record<SubprocessorSubject, { readonly words: string; readonly value: (subprocessor: Subprocessor) => string }>
> = {
  subprocessorCompany: { words: 'every sub-processor', value: ({ company }) => company },
  subprocessorCountry: { words: 'the country of every sub-processor', value: ({ country }) => country },
};

/** One entry for each demand, so that a refusal can say which of them left nobody. */
export function compileConstraints(constraints: Constraints): readonly CompiledConstraint[] {
  const compiled: CompiledConstraint[] = [];
  for (const name of Object.keys(SUBJECTS) as Subject[]) {
    const { words, value } = SUBJECTS[name];
    for (const test of listTests(constraints[name]))
      compiled.push({ id: `${name}.${test.id}`, text: `${words} ${test.text}`, holds: (deployment) => test.holds(value(deployment)) });
  }
  for (const name of Object.keys(SUBPROCESSORS) as SubprocessorSubject[]) {
    const { words, value } = SUBPROCESSORS[name];
    for (const test of listTests(constraints[name])) {
      compiled.push({
        id: `${name}.${test.id}`,
        text: `${words} ${test.text}`,
        // Nobody has said who they are: that is no answer.
        holds: ({ origins }) => origins.subprocessors?.every((subprocessor) => test.holds(value(subprocessor))) === true,
      });
    }
  }
  const { notSubjectTo, maxRetentionDays, anyOf } = constraints;
  if (notSubjectTo !== undefined) {
    const keys = new Set(notSubjectTo.map(nameKey));
    compiled.push({
      id: 'notSubjectTo',
      text: `the vendor must not be subject to the law of ${listed(notSubjectTo)}`,
      holds: ({ origins: { vendor } }) =>
        [vendor.country, ...vendor.subjectTo].every((country) => isKnownName(country) && !keys.has(nameKey(country))),
    });
  }
  if (maxRetentionDays !== undefined) {
    compiled.push({
      id: 'maxRetentionDays',
      text:
        maxRetentionDays === 0 ? 'the provider must keep nothing' : `the provider must keep nothing longer than ${maxRetentionDays} days`,
      holds: ({ retentionDays }) => retentionDays !== undefined && retentionDays <= maxRetentionDays,
    });
  }
  if (anyOf !== undefined) compiled.push(anyOfConstraint(anyOf));
  return compiled;
}

function anyOfConstraint(alternatives: readonly Constraints[]): CompiledConstraint {
  const compiled = alternatives.map((alternative) => compileConstraints(alternative));
  return {
    id: 'anyOf',
    text: `one of these must hold: ${compiled.map((demands) => demands.map(({ text }) => text).join(' and ') || 'nothing').join('; or ')}`,
    holds: (deployment) => compiled.some((demands) => demands.every(({ holds }) => holds(deployment))),
  };
}

interface ListTest {
  readonly id: 'allow' | 'deny';
  readonly text: string;
  readonly holds: (value: string) => boolean;
}

function listTests(rule: ListRule | undefined): ListTest[] {
  const tests: ListTest[] = [];
  const { allow, deny } = rule ?? {};
  if (allow !== undefined) {
    const keys = new Set(allow.map(nameKey));
    tests.push({ id: 'allow', text: `must be ${listed(allow)}`, holds: (value) => isKnownName(value) && keys.has(nameKey(value)) });
  }
  if (deny !== undefined) {
    const keys = new Set(deny.map(nameKey));
    tests.push({
      id: 'deny',
      text: `must be known and not ${listed(deny)}`,
      holds: (value) => isKnownName(value) && !keys.has(nameKey(value)),
    });
  }
  return tests;
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, 8).join(' or ');
  return values.length > 8 ? `${shown} or ${values.length - 8} more` : shown;
}
