// What tests of this folder share: sets from texts, and facts made up by chance. Never part of the built package.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AUTHENTICATION_NAMES, CAPABILITY_NAMES, DATA_LEVELS, GENERAL, JURISDICTIONS, PRINCIPAL_KINDS, STANDING_NAMES } from './names.ts';
import { loadPolicySet, type PolicySet } from './policy-set.ts';
import { problemText } from './problem.ts';
import type { AccessFacts } from './types.ts';

export async function setOf(text: string = '', { defaults = true }: { readonly defaults?: boolean } = {}): Promise<PolicySet> {
  const loaded = await loadPolicySet({ defaults, texts: text === '' ? [] : [{ file: 'own.cedar', text }] });
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.map(problemText).join('\n'));
  return loaded.value;
}

/** What is wrong with policies beside the defaults, one line each. */
export async function problemsOf(text: string, file: string = 'own.cedar'): Promise<readonly string[]> {
  const loaded = await loadPolicySet({ defaults: true, texts: [{ file, text }] });
  return loaded.ok ? [] : loaded.error.map(problemText);
}

const program = fc.constantFrom('daybreak_blue', 'daybreak_red');

const grant = fc.record({
  id: fc.constantFrom('grt_1', 'grt_2'),
  tier: fc.constantFrom<1 | 2>(1, 2),
  capabilities: fc.subarray(CAPABILITY_NAMES.filter((name) => name !== GENERAL)),
  programs: fc.subarray(['daybreak_blue', 'daybreak_red']),
});

/** Facts of which a good part is allowed by the default policies. */
export const anyFacts: fc.Arbitrary<AccessFacts> = fc.record({
  principal: fc.record({
    id: fc.constantFrom('prn_1', 'prn_2'),
    kind: fc.constantFrom(...PRINCIPAL_KINDS),
    isOutside: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    standing: fc.constantFrom('clear', 'clear', ...STANDING_NAMES),
    authentication: fc.constantFrom('passkey', ...AUTHENTICATION_NAMES),
  }),
  grant: fc.option(grant, { nil: undefined, freq: 6 }),
  capability: fc.constantFrom(...CAPABILITY_NAMES),
  dataLevel: fc.constantFrom(...DATA_LEVELS),
  route: fc.constantFrom('defender', 'night'),
  deployment: fc.record({
    id: fc.constantFrom('a/one', 'b/two'),
    company: fc.constantFrom('Alpha', 'Beta'),
    program: fc.option(program, { nil: undefined }),
    vendorCountry: fc.constantFrom('JP', 'US'),
    hostingCountry: fc.constantFrom('JP', 'US'),
    jurisdiction: fc.constantFrom(...JURISDICTIONS),
  }),
});
