// Puts inspection together for one configuration: which detectors look, which policy holds towards whom.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ContentRules } from '#checkpoint';
import type { Config } from '#config';
import {
  compilePolicy,
  createPdfReader,
  createInspector,
  createMaskingVault,
  createRemoteFinders,
  createRequestInspector,
  INLINE_CHARACTERS,
  type CompiledPolicy,
  type SealedEntries,
} from '#inspection';
import { createSystemRandom, systemClock } from '#kernel';
import { compileConstraints } from '#routing';
import { sha256Of, unusable } from './dictionary-copies.ts';

/** Separates the key of placeholders from every other use of the same secret. */
const DOMAIN = 'sekisho/masking-secret/v1';

/**
 * Undefined when inspection is switched off. `secret`: at least 32 bytes, the same on every node. `entries`: where it is remembered what was
 * masked; undefined: nowhere. @throws SekishoError for a bad dictionary
 */
export function createContentRules(
  { inspection, routes, deployments, dataClasses }: Pick<Config, 'inspection' | 'routes' | 'deployments' | 'dataClasses'>,
  secret: Buffer,
  entries?: SealedEntries,
): ContentRules | undefined {
  if (inspection === undefined) return undefined;
  const inspector = createInspector({
    ...inspection,
    withSignals: inspection.signals,
    namesUpTo: INLINE_CHARACTERS,
    readFile: (file) => readUnchanged(file, inspection.dictionaryHashes[file]),
  });
  if (!inspector.ok) throw unusable(inspector.error);
  const compiled = new Map<string, CompiledPolicy>();
  const policies = new Map(
    routes.map(({ name, candidates }) => [
      name,
      new Map(candidates.map(({ id }) => [id, policyOf(inspection.policies[name]?.[id], compiled)])),
    ]),
  );
  const ownSecret = createHmac('sha256', secret).update(DOMAIN).digest();
  const unmet = rememberedDemands(deployments, dataClasses);
  return {
    inspector: createRequestInspector({
      inspector: inspector.value,
      remote: createRemoteFinders({ ...inspection, clock: systemClock }),
      secret: ownSecret,
      neverRestored: inspection.neverRestored,
      levels: inspection.levels,
      memoryBytes: inspection.memoryBytes,
    }),
    maxTextBytes: inspection.maxTextBytes,
    vault: entries && createMaskingVault({ secret: ownSecret, entries, random: createSystemRandom(), ...inspection.vault }),
    classOf: (level) => inspection.levels.classes[level],
    countsMasked: inspection.levels.countMasked,
    unmetDemands: (deployment, dataClass) => unmet(deployment, dataClass),
    nonTextRule: (level) => inspection.nonText[level],
    documents: Object.values(inspection.nonText).includes('extract') ? createPdfReader(PDF_LIMITS) : undefined,
    policyFor(route, deployment) {
      const policy = policies.get(route)?.get(deployment);
      if (policy === undefined) throw new Error(`no masking policy for ${route} and ${deployment}`);
      return policy;
    },
  };
}

/** What a defender sends is a report, not a library; reading takes a thread for less than a second. */
const PDF_LIMITS = { timeoutMs: 10_000, maxBytes: 32_000_000, maxPages: 500, maxCharacters: 2_000_000, workers: 1 };

/** Ends what the rules keep running: threads and connections. */
export async function closeContentRules(content: ContentRules | undefined): Promise<void> {
  await Promise.all([content?.inspector.close(), content?.documents?.close()]);
}

/** By deployment and class; both are few. */
function rememberedDemands(
  deployments: Config['deployments'],
  dataClasses: Config['dataClasses'],
): (deployment: string, dataClass: string) => readonly string[] {
  const remembered = new Map<string, readonly string[]>();
  return (id, name) => {
    const key = `${id} ${name}`;
    let unmet = remembered.get(key);
    if (unmet === undefined) {
      const deployment = deployments.find((other) => other.id === id)!;
      const dataClass = dataClasses.find((other) => other.name === name)!;
      unmet = compileConstraints(dataClass.constraints)
        .filter(({ holds }) => !holds(deployment))
        .map(({ text }) => text);
      remembered.set(key, unmet);
    }
    return unmet;
  };
}

/** Deployments with one policy share what is masked under it. */
function policyOf(policy: Parameters<typeof compilePolicy>[0] | undefined, compiled: Map<string, CompiledPolicy>): CompiledPolicy {
  if (policy === undefined) throw new Error('a candidate without a masking policy');
  const made = compilePolicy(policy);
  const known = compiled.get(made.id);
  if (known === undefined) compiled.set(made.id, made);
  return known ?? made;
}

/** The version of the configuration, which records name, covers these bytes and no others. */
export function readUnchanged(file: string, sha256: string | undefined): Buffer {
  const bytes = readFileSync(file);
  if (sha256Of(bytes) !== sha256) throw new Error('it has changed since the configuration was read');
  return bytes;
}
