// What an application says: drafts that may lack anything, and what a submission still needs, field by field.
// Knows nobody: whether a service exists, or a document is attached, comes in with the question.
import type { z } from 'zod';
import { err, ok, type Result } from '#kernel';
import { tierOf, type Capability, type Tier } from '../taxonomy.ts';
import type { FieldDefinition, FieldId, FormDefinition, ProblemCode, Words } from './definition.ts';
import { targetsOf } from './form-scope.ts';
import { draftSchema, type DraftSchema, type FormDraft, type VendorProgram } from './form-schema.ts';
import { GRANT_LIMITS } from './terms.ts';

/** What is wrong with one field. */
export interface FieldProblem {
  readonly field: FieldId | null;
  /** Where in the form, such as `targets.0.proof.evidence`; empty for the form as a whole. */
  readonly path: string;
  readonly code: ProblemCode;
  readonly text: Words;
  /** What exactly cannot be read, in English; only where the form's own words do not say it. */
  readonly detail?: string;
}

export interface SubmissionContext {
  readonly nowMs: number;
  /** Ids of the documents that are attached. */
  readonly evidence: ReadonlySet<string>;
  readonly ownerEmail: string | null;
  /** There is a service of the name that the form gives, and it may act. */
  readonly hasService: boolean;
}

export interface AccessForm {
  readonly definition: FormDefinition;
  readonly draft: DraftSchema;
  /** What somebody sent as a draft. */
  read(input: unknown): Result<FormDraft, readonly FieldProblem[]>;
  /** What a submission still needs; empty: nothing. */
  problems(form: FormDraft, context: SubmissionContext): readonly FieldProblem[];
  /** The first millisecond after the end date. */
  endOf(endDate: string): number;
}

export interface AccessFormOptions {
  readonly definition: FormDefinition;
  /** Ids of the sectors that may be chosen. */
  readonly sectors: readonly string[];
  readonly programs: readonly VendorProgram[];
}

/** A form that nothing is missing in, as every application has that was submitted. */
export type CompleteForm = FormDraft & {
  readonly [Field in 'kind' | 'employer' | 'role' | 'sector' | 'purpose' | 'retention' | 'supervisor' | 'endDate']-?: NonNullable<
    FormDraft[Field]
  >;
} & { readonly tier: Tier; readonly capabilities: readonly Capability[] };

const DAY_MS = 24 * 3600 * 1000;

export function createAccessForm({ definition, sectors, programs }: AccessFormOptions): AccessForm {
  const fields = new Map(definition.fields.map((field) => [field.id, field]));
  const draft = draftSchema({ fields, sectors, programs });
  const problem = (path: string, code: ProblemCode): FieldProblem => ({
    field: fieldOf(path, fields),
    path,
    code,
    text: definition.problems[code],
  });

  function endOf(endDate: string): number {
    return Date.parse(`${endDate}T00:00:00.000${definition.dayEndsAt}`) + DAY_MS;
  }

  return {
    definition,
    draft,
    endOf,
    read(input) {
      const read = draft.safeParse(input);
      if (read.success) return ok(read.data);
      return err(
        read.error.issues.slice(0, MOST_PROBLEMS).map((issue) => {
          const found = problem(pathOf(issue), codeOf(issue));
          return issue.code === 'custom' && issue.message !== DEFAULT_MESSAGE ? { ...found, detail: issue.message } : found;
        }),
      );
    },
    problems(form, context) {
      const found: FieldProblem[] = [];
      const tell = (path: string, code: ProblemCode): unknown => found.length < MOST_PROBLEMS && found.push(problem(path, code));
      tellMissing(form, fields, tell);
      tellWork(form, tell);
      tellPeople(form, context, tell);
      tellTargets(form, context, tell);
      if (form.endDate !== undefined && form.tier !== undefined) {
        const endsAtMs = endOf(form.endDate);
        if (endsAtMs <= context.nowMs) tell('endDate', 'in-the-past');
        // The day of the application does not count: whoever applies in the evening may name the same date.
        else if (endsAtMs > context.nowMs + (GRANT_LIMITS[form.tier].longestDays + 1) * DAY_MS) tell('endDate', 'too-far');
      }
      if (form.retention === 'none') {
        for (const [index, name] of (form.programs ?? []).entries()) {
          if (programs.some(({ id, allowsZeroRetention }) => id === name && !allowsZeroRetention))
            tell(`programs.${index}`, 'retention-conflict');
        }
      }
      return found;
    },
  };
}

/** What a check says that has no words of its own. */
const DEFAULT_MESSAGE = 'Invalid input';
/** Enough to go on with; more would not be read. */
const MOST_PROBLEMS = 100;

type Tell = (path: string, code: ProblemCode) => unknown;

function tellMissing(form: FormDraft, fields: ReadonlyMap<FieldId, FieldDefinition>, tell: Tell): void {
  for (const { id, required, minLength } of fields.values()) {
    if (id === 'proof') continue;
    const value = form[id];
    const isMissing = value === undefined || value === null || (hasLength(value) && value.length === 0);
    const isNeeded =
      required === 'always' || (required === 'service' && form.kind === 'service') || (required === 'tier-2' && form.tier === 2);
    if (isMissing && isNeeded) tell(id, 'required');
    else if (typeof value === 'string' && value.length < (minLength ?? 0)) tell(id, 'too-short');
  }
  for (const part of ['name', 'email'] as const) {
    if (form.supervisor !== undefined && (form.supervisor[part] ?? '') === '') tell(`supervisor.${part}`, 'required');
  }
}

function hasLength(value: unknown): value is { readonly length: number } {
  return typeof value === 'string' || Array.isArray(value);
}

function tellWork(form: FormDraft, tell: Tell): void {
  for (const [index, capability] of (form.capabilities ?? []).entries()) {
    if (form.tier === 1 && tierOf(capability) === 2) tell(`capabilities.${index}`, 'needs-tier-2');
  }
  for (const list of ['capabilities', 'programs', 'allowedTools', 'forbiddenTools'] as const) {
    const entries: readonly string[] = form[list] ?? [];
    for (const [index, entry] of entries.entries()) if (entries.indexOf(entry) < index) tell(`${list}.${index}`, 'twice');
  }
}

function tellPeople(form: FormDraft, context: SubmissionContext, tell: Tell): void {
  if (form.kind === 'person' && form.service !== undefined) tell('service', 'not-for-persons');
  if (form.kind === 'service' && form.service !== undefined && !context.hasService) tell('service', 'unknown-service');
  const email = form.supervisor?.email?.toLowerCase();
  if (email !== undefined && email === context.ownerEmail?.toLowerCase()) tell('supervisor.email', 'own-supervisor');
}

function tellTargets(form: FormDraft, { evidence }: SubmissionContext, tell: Tell): void {
  const seen = new Set<string>();
  for (const [index, { kind, value, proof }] of targetsOf(form).entries()) {
    const key = `${kind} ${value}`;
    if (seen.has(key)) tell(`targets.${index}`, 'twice');
    seen.add(key);
    if (proof?.basis === undefined) tell(`targets.${index}.proof.basis`, 'required');
    if ((proof?.text ?? '') === '') tell(`targets.${index}.proof.text`, 'required');
    if (proof?.evidence !== undefined && !evidence.has(proof.evidence)) tell(`targets.${index}.proof.evidence`, 'no-such-evidence');
  }
}

function fieldOf(path: string, fields: ReadonlyMap<FieldId, FieldDefinition>): FieldId | null {
  const name = (path.includes('.proof') ? 'proof' : path.split('.', 1)[0]) as FieldId;
  return fields.has(name) ? name : null;
}

function pathOf(issue: z.core.$ZodIssue): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!.slice(0, 64)] : issue.path;
  return path.map(String).join('.');
}

function codeOf(issue: z.core.$ZodIssue): ProblemCode {
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'array' ? 'too-many' : 'too-long';
    case 'too_small':
      return 'required';
    case 'invalid_value':
    case 'unrecognized_keys':
      return 'unknown';
    default:
      return 'unreadable';
  }
}

/** The form of an application that was submitted. Throws when something is missing: then it was not checked. */
export function complete(form: FormDraft): CompleteForm {
  const { kind, employer, role, sector, tier, capabilities, purpose, retention, supervisor, endDate } = form;
  const needed = [kind, employer, role, sector, tier, capabilities, purpose, retention, supervisor, endDate];
  if (needed.includes(undefined)) throw new TypeError('an application that was submitted lacks a field');
  return form as CompleteForm;
}
