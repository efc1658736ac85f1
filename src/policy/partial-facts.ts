// Facts of which somebody says only what matters, as tables of expected decisions and `policy explain` do. What is left out is ordinary: a person
// of the operator in good standing, signed in with a passkey, with a grant of tier 1 for all defensive work, general work on internal data with
// a domestic deployment outside any program. docs/how-to/write-an-access-policy.md has the list.
import { z } from 'zod';
import {
  AUTHENTICATION_NAMES,
  CAPABILITY_NAMES,
  DATA_LEVELS,
  DEFENSIVE_CAPABILITIES,
  JURISDICTIONS,
  OFFENSIVE_CAPABILITIES,
  PRINCIPAL_KINDS,
  STANDING_NAMES,
} from './names.ts';
import type { AccessFacts } from './types.ts';

const text = z.string().min(1).max(200);
const capabilityName = z.enum(CAPABILITY_NAMES);

const grantSchema = z.strictObject({
  id: text.optional(),
  tier: z.union([z.literal(1), z.literal(2)]).optional(),
  capabilities: z.array(capabilityName).max(100).optional(),
  programs: z.array(text).max(100).optional(),
});

/** Every member may be left out. `grant: none`: there is none that counts. */
export const partialFactsSchema = z.strictObject({
  principal: z
    .strictObject({
      id: text.optional(),
      kind: z.enum(PRINCIPAL_KINDS).optional(),
      isOutside: z.boolean().optional(),
      standing: z.enum(STANDING_NAMES).optional(),
      authentication: z.enum(AUTHENTICATION_NAMES).optional(),
    })
    .optional(),
  grant: z.union([z.literal('none'), grantSchema]).optional(),
  capability: capabilityName.optional(),
  dataLevel: z.enum(DATA_LEVELS).optional(),
  route: text.optional(),
  deployment: z
    .strictObject({
      id: text.optional(),
      company: text.optional(),
      program: text.optional(),
      vendorCountry: text.optional(),
      hostingCountry: text.optional(),
      jurisdiction: z.enum(JURISDICTIONS).optional(),
    })
    .optional(),
});

export type PartialFacts = z.infer<typeof partialFactsSchema>;

/** Countries of the made-up deployments: the defaults speak of home and abroad only. */
export const HOME_COUNTRY = 'JP';
export const FOREIGN_COUNTRY = 'US';

export function completeFacts({ principal = {}, grant = {}, capability, dataLevel, route, deployment = {} }: PartialFacts): AccessFacts {
  const jurisdiction = deployment.jurisdiction ?? 'domestic';
  const country = jurisdiction === 'domestic' ? HOME_COUNTRY : FOREIGN_COUNTRY;
  return {
    principal: {
      id: principal.id ?? 'prn_example',
      kind: principal.kind ?? 'person',
      isOutside: principal.isOutside ?? false,
      standing: principal.standing ?? 'clear',
      authentication: principal.authentication ?? 'passkey',
    },
    grant: grant === 'none' ? undefined : completeGrant(grant),
    capability: capability ?? 'general',
    dataLevel: dataLevel ?? 'internal',
    route: route ?? 'example',
    deployment: {
      id: deployment.id ?? 'example/model',
      company: deployment.company ?? 'Example',
      program: deployment.program,
      vendorCountry: deployment.vendorCountry ?? country,
      hostingCountry: deployment.hostingCountry ?? country,
      jurisdiction,
    },
  };
}

function completeGrant({ id, tier = 1, capabilities, programs }: z.infer<typeof grantSchema>): NonNullable<AccessFacts['grant']> {
  const all = tier === 2 ? [...DEFENSIVE_CAPABILITIES, ...OFFENSIVE_CAPABILITIES] : DEFENSIVE_CAPABILITIES;
  return { id: id ?? 'grt_example', tier, capabilities: capabilities ?? all, programs: programs ?? [] };
}
