// The application form and the screening checklist as versioned data (data/access): reads and checks the files. Knows no application.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SekishoError } from '#kernel';
import { CAPABILITIES, TIERS } from '../taxonomy.ts';

const FOLDER = new URL('../../../data/access/', import.meta.url);

const words = z.strictObject({ en: z.string().min(1).max(500), ja: z.string().min(1).max(500) });

/** The same said in English and in Japanese. */
export type Words = z.output<typeof words>;

/** Names of the form's fields, in the order in which it asks. `proof` belongs to each target. */
export const FIELD_IDS = [
  'kind',
  'service',
  'employer',
  'role',
  'sector',
  'tier',
  'capabilities',
  'purpose',
  'targets',
  'proof',
  'exclusions',
  'allowedTools',
  'forbiddenTools',
  'retention',
  'supervisor',
  'endDate',
  'programs',
] as const;

export type FieldId = (typeof FIELD_IDS)[number];

export const PROBLEM_CODES = [
  'required',
  'too-long',
  'too-short',
  'too-many',
  'twice',
  'unreadable',
  'unknown',
  'not-for-persons',
  'unknown-service',
  'needs-tier-2',
  'no-such-evidence',
  'own-supervisor',
  'in-the-past',
  'too-far',
  'retention-conflict',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

const count = z.int().min(1).max(10_000);

const fieldDefinition = z.strictObject({
  id: z.enum(FIELD_IDS),
  /** Of a submitted application; a draft may lack anything. */
  required: z.enum(['always', 'never', 'service', 'tier-2']),
  minLength: count.optional(),
  /** In UTF-16 code units; of each entry, where the field is a list. */
  maxLength: count.optional(),
  maxItems: count.optional(),
  label: words,
  help: words,
  options: z.array(z.strictObject({ id: z.string().min(1).max(64), label: words })).optional(),
});

const formDefinition = z.strictObject({
  version: z.int().min(1),
  dayEndsAt: z.string().regex(/^[+-](?:0\d|1[0-4]):[0-5]\d$/),
  fields: z.array(fieldDefinition),
  problems: z.record(z.enum(PROBLEM_CODES), words),
});

export type FieldDefinition = z.output<typeof fieldDefinition>;
export type FormDefinition = z.output<typeof formDefinition>;

const checklist = z.strictObject({
  version: z.int().min(1),
  items: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z][a-z-]{1,62}$/),
        blocking: z.boolean(),
        notApplicable: z.enum(['never', 'without-targets', 'without-programs']),
        condition: z.enum(['passkey', 'sso-mfa', 'training']).optional(),
        label: words,
        help: words,
      }),
    )
    .min(1)
    .max(50),
});

export type Checklist = z.output<typeof checklist>;
export type ChecklistItem = Checklist['items'][number];

/** What the form may choose from must be what the code knows. */
const OPTIONS: Partial<Record<FieldId, readonly string[]>> = {
  kind: ['person', 'service'],
  tier: TIERS.map(String),
  capabilities: CAPABILITIES,
  proof: ['owned', 'authorised'],
  retention: ['vendor-default', 'up-to-30-days', 'none'],
};

/** Throws `access-data-invalid` where the file does not fit the code: it came with the program. */
export function loadFormDefinition(): FormDefinition {
  const file = 'form.v1.yaml';
  const read = formDefinition.safeParse(readData(file));
  if (!read.success) throw invalid(file, z.prettifyError(read.error));
  const ids = read.data.fields.map(({ id }) => id);
  if (ids.join(' ') !== FIELD_IDS.join(' ')) throw invalid(file, `its fields are not ${FIELD_IDS.join(', ')}`);
  for (const { id, options } of read.data.fields) {
    const expected = OPTIONS[id]?.join(' ');
    if (options?.map((option) => option.id).join(' ') !== expected)
      throw invalid(file, `the options of ${id} are not ${expected ?? 'none'}`);
  }
  return read.data;
}

/** Throws `access-data-invalid` as above. */
export function loadChecklist(): Checklist {
  const file = 'screening.v1.yaml';
  const read = checklist.safeParse(readData(file));
  if (!read.success) throw invalid(file, z.prettifyError(read.error));
  const ids = new Set(read.data.items.map(({ id }) => id));
  if (ids.size !== read.data.items.length) throw invalid(file, 'two items have the same id');
  return read.data;
}

function readData(file: string): unknown {
  return parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

function invalid(file: string, what: string): SekishoError {
  return new SekishoError('access-data-invalid', `data/access/${file} cannot be used: ${what}`, {
    hint: `Restore data/access/${file} as it was released.`,
  });
}
