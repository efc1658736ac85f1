// The schema of what is masked towards which deployments: for all routes, or for one.
import { z } from 'zod';
import { SENSITIVE_TYPES, TYPE_GROUPS } from '#inspection';
import { notOneOf, withNearest } from './fields.ts';
import { constraintsSchema } from './schema-constraints.ts';

const SELECTORS = ['all', ...TYPE_GROUPS, ...SENSITIVE_TYPES] as const;
function notASelector({ input }: { readonly input?: unknown }): string {
  return notOneOf(SELECTORS, input, ', or `label:` and a label of your dictionaries (lower-case letters, digits and hyphens)');
}

/** `all`, a group, a type, or `label:…` of a dictionary. */
const typeSelector = z.union([z.enum(SELECTORS), z.string().regex(/^label:[a-z0-9][a-z0-9-]{0,63}$/, { error: notASelector })], {
  error: notASelector,
});
export const selectors = z.array(typeSelector).max(200);

/** `all`, a group or a type. */
export const typeNames = z
  .array(
    z.enum(SELECTORS, {
      error: ({ input }) =>
        typeof input === 'string' && input.startsWith('label:')
          ? 'takes types and groups, and no labels; `dictionary-term` means the terms of all dictionaries'
          : notOneOf(SELECTORS, input),
    }),
  )
  .max(200);

const WHOM = ['everyone', 'abroad'] as const;

const maskingRule = z
  .strictObject({
    towards: z
      .union([z.enum(WHOM), constraintsSchema], {
        error: ({ input }) => withNearest('must be `everyone`, `abroad`, or demands on origins as in `constraints`', WHOM, input),
      })
      .describe(
        'Which deployments the rule is about. `abroad`: vendor, hosting or a sub-processor is not known to be in `operator.homeCountry`. ' +
          'Otherwise demands on origins: deployments that meet them all.',
      ),
    mask: selectors.default(['all']).describe('What is masked: `all`, groups, types, or `label:…` of a dictionary.'),
    refuse: selectors.default([]).describe('What such a deployment must not even get masked: the request goes elsewhere or is refused.'),
    allow: selectors.default(['public-domain']).describe('What passes as it is although `mask` or `refuse` covers it.'),
  })
  .describe('What leaves towards some deployments. The first rule that fits a deployment decides; where none fits, nothing is masked.');

export const maskingSchema = z.array(maskingRule).max(50);

export type MaskingFile = z.output<typeof maskingSchema>;
