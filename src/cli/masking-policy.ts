// What is masked by a command: as a configuration says it for a route and a deployment, else everything but public domains.
import type { Config } from '#config';
import { compilePolicy, selectTypes, type CompiledPolicy, type SensitiveType } from '#inspection';
import { closestName } from '#kernel';
import { usageError } from './failure.ts';

export interface ChosenPolicy {
  readonly policy: CompiledPolicy;
  readonly neverRestored: readonly SensitiveType[];
}

/** The policy of a configuration without rules of its own. */
const USUAL = { mask: ['all'], refuse: [], allow: ['public-domain'] };
const SECRETS = selectTypes(['secret']).types;

export interface PolicyFlags {
  readonly route: string | undefined;
  readonly deployment: string | undefined;
  readonly restoreSecrets: boolean;
}

export function chosenPolicy(config: Config | undefined, { route, deployment, restoreSecrets }: PolicyFlags): ChosenPolicy {
  const inspection = config?.inspection;
  const neverRestored = restoreSecrets ? [] : (inspection?.neverRestored ?? SECRETS);
  if (route === undefined && deployment === undefined) return { policy: compilePolicy(USUAL), neverRestored };
  if (route === undefined || deployment === undefined) throw usageError('--route and --deployment belong together');
  if (config === undefined) throw usageError('--route and --deployment need --config');
  if (inspection === undefined) throw usageError('inspection is off in this configuration: nothing is masked towards anybody');
  const policies = inspection.policies[route];
  if (policies === undefined) throw unknown('route', route, Object.keys(inspection.policies));
  const policy = policies[deployment];
  if (policy === undefined) throw unknown(`deployment of ${route}`, deployment, Object.keys(policies));
  return { policy: compilePolicy(policy), neverRestored };
}

function unknown(what: string, name: string, known: readonly string[]): Error {
  const nearest = closestName(name, known);
  return usageError(
    `no ${what} is named ${JSON.stringify(name)}`,
    nearest === undefined ? `There are: ${known.join(', ')}.` : `Did you mean ${nearest}?`,
  );
}
