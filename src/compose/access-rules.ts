// What a configuration says of trusted access, as the checkpoint goes by it: the policies, read and checked, and who is at home. Keeps nothing.
import type { AccessRules } from '#checkpoint';
import type { Config } from '#config';
import type { Caller } from '#identity';
import { SekishoError } from '#kernel';
import { createPolicyEngine, loadPolicySet, problemText, type PolicyEngine } from '#policy';
import { compileConstraints, type Deployment } from '#routing';
import { CANARY_OWNER } from './service-key.ts';

const MOST_PROBLEMS = 20;

export interface ClosableAccessRules extends AccessRules {
  /** Policies in force; empty where nobody needs a grant. */
  readonly policies: { readonly version: string; readonly ids: readonly string[] };
  /** Afterwards nothing is permitted by them. */
  close(): void;
}

/** Rejects with `policy-invalid` where the operator's own policies cannot be used. */
export async function createAccessRules(config: Config): Promise<ClosableAccessRules> {
  const { access, routes, deployments, operator } = config;
  const home = { allow: [operator.homeCountry] };
  const demands = compileConstraints({ vendorCountry: home, hostingCountry: home, subprocessorCountry: home });
  const domestic = new Set(deployments.filter((deployment) => demands.every(({ holds }) => holds(deployment))).map(({ id }) => id));
  // Where nobody needs a grant, nobody pays for Cedar.
  const isGoverned = routes.some((route) => route.isGoverned) || access.policies.length > 0;
  const engine = isGoverned ? await createEngine(config) : undefined;
  return {
    policy: engine ?? NOTHING_PERMITTED,
    policies: { version: engine?.set.version ?? '', ids: engine?.set.policies.map(({ id }) => id) ?? [] },
    close: () => engine?.close(),
    tools: access.tools,
    holdWaitMs: access.holds.waitSeconds * 1000,
    isDomestic: ({ id }: Deployment) => domestic.has(id),
    isExempt: ({ name, kind, roles }: Caller) => name === CANARY_OWNER && kind === 'service' && roles.has('operator'),
  };
}

export async function createEngine({ access }: Pick<Config, 'access'>): Promise<PolicyEngine> {
  const loaded = await loadPolicySet({ defaults: !access.replaceDefaultPolicies, texts: access.policies });
  if (loaded.ok) return createPolicyEngine({ set: loaded.value });
  const problems = loaded.error.slice(0, MOST_PROBLEMS).map(problemText).join('\n');
  throw new SekishoError('policy-invalid', `the access policies cannot be used:\n${problems}`, {
    hint: '`sekisho policy check` says the same, and checks a file before it is used.',
  });
}

const NOTHING_PERMITTED: AccessRules['policy'] = {
  decide: () => ({ allowed: false, policies: [], reason: 'No route here needs a grant', next: '' }),
};
