// The form in which operators write evaluation cases, strictly read. Decides nothing about files: case-file.ts reads those.
import { z } from 'zod';
import type { Json } from '#kernel';
import type { CaseMessage, Check, EvaluationCase, ToolArguments } from './cases.ts';

const LIMITS = { checksPerCase: 50, messages: 200, tools: 100, textCharacters: 1_000_000, patternCharacters: 1000, terms: 100 };

const text = z.string().min(1).max(LIMITS.textCharacters);
const weight = z.number().gt(0).max(1000).default(1);
const ignoreCase = z.boolean().default(false);
const nfkc = z.boolean().default(false);

const exact = z.union([
  text.transform((value) => ({ text: value, trim: true, nfkc: false, ignoreCase: false })),
  z.strictObject({ text, trim: z.boolean().default(true), nfkc, ignoreCase }),
]);

// Without `g` and `y`, which make a test depend on the one before.
const flags = z.string().regex(/^[imsuv]{0,4}$/, { error: 'are out of i, m, s, u and v' });
const regex = z
  .union([
    z
      .string()
      .max(LIMITS.patternCharacters)
      .transform((pattern) => ({ pattern, flags: 'u' })),
    z.strictObject({ pattern: z.string().max(LIMITS.patternCharacters), flags: flags.default('u') }),
  ])
  .superRefine(({ pattern, flags: given }, context) => {
    try {
      RegExp(pattern, given);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof SyntaxError ? error.message : 'is no regular expression' });
    }
  });

const terms = z.array(text).min(1).max(LIMITS.terms);
const NO_TERMS: readonly string[] = [];
const termsWithOptions = z
  .strictObject({ all: terms.optional(), any: terms.optional(), nfkc, ignoreCase })
  .refine(({ all, any }) => (all === undefined) !== (any === undefined), { error: 'has either `all` or `any`' })
  .transform(({ all = NO_TERMS, any = NO_TERMS, ...options }) => ({ all, any, ...options }));
const plainTerms = z.union([text.transform((term) => [term]), terms]);
const PLAIN = { nfkc: false, ignoreCase: false };
// A bare list means what it reads like: contains all of these, contains none of these.
const contains = z.union([plainTerms.transform((all) => ({ all, any: NO_TERMS, ...PLAIN })), termsWithOptions]);
const notContains = z.union([plainTerms.transform((any) => ({ all: NO_TERMS, any, ...PLAIN })), termsWithOptions]);

const jsonSchema = z.union([z.record(z.string(), z.json()), z.boolean()]);

const toolCall = z.union([
  z
    .string()
    .min(1)
    .max(200)
    .transform((name) => ({ name, expects: undefined })),
  z
    .strictObject({
      name: z.string().min(1).max(200),
      arguments: z.record(z.string(), z.json()).optional(),
      match: z.enum(['exact', 'partial']).optional(),
      schema: jsonSchema.optional(),
    })
    .refine(({ arguments: value, schema }) => value === undefined || schema === undefined, {
      error: 'has either `arguments` or `schema`',
    })
    .refine(({ arguments: value, match }) => match === undefined || value !== undefined, { error: '`match` goes with `arguments`' })
    .transform(({ name, arguments: value, match = 'partial', schema }) => ({ name, expects: expectation(value, match, schema) })),
]);

function expectation(value: Json | undefined, by: 'exact' | 'partial', schema: Json | undefined): ToolArguments | undefined {
  if (value !== undefined) return { by, value };
  return schema === undefined ? undefined : { by: 'schema', schema };
}

const rubric = z.string().min(1).max(20_000);
const judge = z.union([
  rubric.transform((value) => ({ rubric: value, atLeast: 0.5 })),
  z.strictObject({ rubric, atLeast: z.number().gt(0).max(1).default(0.5) }),
]);

const KINDS = ['exact', 'regex', 'contains', 'notContains', 'jsonSchema', 'toolCall', 'judge', 'maxLatencyMs'] as const;

// One object and not a union, so that a slip is reported at its place and not as "matches none of eight forms".
const check = z
  .strictObject({
    exact: exact.optional(),
    regex: regex.optional(),
    contains: contains.optional(),
    notContains: notContains.optional(),
    jsonSchema: jsonSchema.optional(),
    toolCall: toolCall.optional(),
    judge: judge.optional(),
    maxLatencyMs: z.int().min(1).max(600_000).optional(),
    weight,
  })
  .superRefine((value, context) => {
    const given = KINDS.filter((kind) => value[kind] !== undefined);
    if (given.length === 1) return;
    const message = given.length === 0 ? `needs one of ${KINDS.join(', ')}` : `is one check and not several: ${given.join(', ')}`;
    context.addIssue({ code: 'custom', message });
  })
  .transform(checkOf);

interface CheckFields {
  readonly exact?: z.output<typeof exact> | undefined;
  readonly regex?: z.output<typeof regex> | undefined;
  readonly contains?: z.output<typeof contains> | undefined;
  readonly notContains?: z.output<typeof notContains> | undefined;
  readonly jsonSchema?: Json | undefined;
  readonly toolCall?: z.output<typeof toolCall> | undefined;
  readonly judge?: z.output<typeof judge> | undefined;
  readonly maxLatencyMs?: number | undefined;
  readonly weight: number;
}

function checkOf({ weight: share, ...given }: CheckFields): Check {
  if (given.exact !== undefined) return { kind: 'exact', weight: share, ...given.exact };
  if (given.regex !== undefined) return { kind: 'regex', weight: share, ...given.regex };
  if (given.contains !== undefined) return { kind: 'contains', weight: share, ...given.contains };
  if (given.notContains !== undefined) return { kind: 'notContains', weight: share, ...given.notContains };
  if (given.jsonSchema !== undefined) return { kind: 'jsonSchema', weight: share, schema: given.jsonSchema };
  if (given.toolCall !== undefined) return { kind: 'toolCall', weight: share, ...given.toolCall };
  if (given.judge !== undefined) return { kind: 'judge', weight: share, ...given.judge };
  return { kind: 'maxLatencyMs', weight: share, ms: given.maxLatencyMs! };
}

const message = z.looseObject({ role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']) }).catchall(z.json());
const tool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({ name: z.string().min(1).max(200) }).catchall(z.json()),
});

/** One case as it stands in a file. */
export const caseSchema = z
  .strictObject({
    // A letter or digit first, so that no id is taken for a flag; nothing that could disturb a terminal.
    id: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._/-]{0,99}$/u, {
      error: 'must be 1 to 100 letters, digits, dots, slashes, hyphens and underscores',
    }),
    description: z.string().max(2000).optional(),
    prompt: text.optional(),
    messages: z.array(message).min(1).max(LIMITS.messages).optional(),
    system: text.optional(),
    tools: z.array(tool.catchall(z.json())).max(LIMITS.tools).default([]),
    maxTokens: z.int().min(1).max(1_000_000).optional(),
    temperature: z.number().min(0).max(2).optional(),
    weight,
    checks: z.array(check).min(1).max(LIMITS.checksPerCase),
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), { error: 'has either `prompt` or `messages`' })
  .transform(({ id, prompt, messages, system, tools, maxTokens, temperature, weight: share, checks }): EvaluationCase => {
    const turns = (messages ?? [{ role: 'user', content: prompt! }]) as readonly CaseMessage[];
    return {
      id,
      messages: system === undefined ? turns : [{ role: 'system', content: system }, ...turns],
      tools,
      maxTokens,
      temperature,
      weight: share,
      checks,
    };
  });
