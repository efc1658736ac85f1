// The shape of a draft as a zod schema, made from the form's data: choices and bounds are data, types are code.
import { z } from 'zod';
import { TARGET_KINDS } from '#scope';
import { CAPABILITIES, TIERS } from '../taxonomy.ts';
import type { FieldDefinition, FieldId } from './definition.ts';
import { targetProblem, toolProblem } from './scope-within.ts';

/** A trusted-access program of a vendor, as far as an applicant has to know it. */
export interface VendorProgram {
  /** As the configuration names it, such as `daybreak_blue`. */
  readonly id: string;
  /** The vendor lets in organisations that want nothing kept. */
  readonly allowsZeroRetention: boolean;
}

export interface DraftSchemaOptions {
  readonly fields: ReadonlyMap<FieldId, FieldDefinition>;
  readonly sectors: readonly string[];
  readonly programs: readonly VendorProgram[];
}

export type DraftSchema = ReturnType<typeof draftSchema>;
export type FormDraft = z.output<DraftSchema>;

/** Where a field has no bound of its own. */
const LONGEST_TEXT = 2000;
const MOST_ITEMS = 100;

/** Control characters, line and paragraph separators, and the marks that reorder text; line breaks and tabs are fine in longer text. */
const UNSAFE_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
const UNSAFE_TEXT = /[^\P{Cc}\n\r\t]|[\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** One line of text that people read, at most `longest` UTF-16 code units. */
export function lineSchema(longest: number) {
  return z
    .string()
    .max(longest)
    .refine((text) => text.isWellFormed() && !UNSAFE_LINE.test(text), { abort: true })
    .transform((text) => text.trim());
}

/** Text of several lines. */
export function textSchema(longest: number) {
  return z
    .string()
    .max(longest)
    .refine((text) => text.isWellFormed() && !UNSAFE_TEXT.test(text), { abort: true })
    .transform((text) => text.trim());
}

export const EVIDENCE_ID = /^evi_[0-9A-HJKMNP-TV-Z]{26}$/;

export function draftSchema({ fields, sectors, programs }: DraftSchemaOptions) {
  const longest = (id: FieldId): number => fields.get(id)?.maxLength ?? LONGEST_TEXT;
  const most = (id: FieldId): number => fields.get(id)?.maxItems ?? MOST_ITEMS;
  const excluded = z
    .strictObject({ kind: z.enum(TARGET_KINDS), value: z.string().min(1).max(longest('targets')) })
    .superRefine((each, context) => tell(context, targetProblem(each, true), ['value']));
  const provenTarget = z
    .strictObject({
      kind: z.enum(TARGET_KINDS),
      value: z.string().min(1).max(longest('targets')),
      proof: z
        .strictObject({
          basis: z.enum(['owned', 'authorised']).optional(),
          text: textSchema(longest('proof')).optional(),
          evidence: z.string().regex(EVIDENCE_ID).optional(),
        })
        .optional(),
    })
    .superRefine((each, context) => tell(context, targetProblem(each), ['value']));
  const tools = (id: FieldId) => {
    const tool = z
      .string()
      .min(1)
      .max(longest(id))
      .superRefine((name, context) => tell(context, toolProblem(name), []));
    return z.array(tool).max(most(id));
  };
  return z.strictObject({
    kind: z.enum(['person', 'service']).optional(),
    service: lineSchema(longest('service')).optional(),
    employer: lineSchema(longest('employer')).optional(),
    role: lineSchema(longest('role')).optional(),
    sector: z.enum(sectors).optional(),
    tier: z.literal([...TIERS]).optional(),
    capabilities: z.array(z.enum(CAPABILITIES)).max(CAPABILITIES.length).optional(),
    purpose: textSchema(longest('purpose')).optional(),
    targets: z.array(provenTarget).max(most('targets')).optional(),
    exclusions: z.array(excluded).max(most('exclusions')).optional(),
    allowedTools: tools('allowedTools').nullable().optional(),
    forbiddenTools: tools('forbiddenTools').optional(),
    retention: z.enum(['vendor-default', 'up-to-30-days', 'none']).optional(),
    supervisor: z.strictObject({ name: lineSchema(longest('supervisor')).optional(), email: z.email().max(254).optional() }).optional(),
    endDate: z.iso.date().optional(),
    programs: z
      .array(z.enum(programs.map(({ id }) => id)))
      .max(most('programs'))
      .optional(),
  });
}

function tell(context: z.core.$RefinementCtx, message: string | undefined, path: PropertyKey[]): void {
  if (message !== undefined) context.addIssue({ code: 'custom', message, path });
}
