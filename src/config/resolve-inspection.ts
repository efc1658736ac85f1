// Inspection of the file → as it is used: names expanded, and for every route and deployment what is masked.
import { dirname, resolve } from 'node:path';
import {
  DATA_LEVELS,
  externalUrlProblem,
  selectTypes,
  type DataLevel,
  type ExternalDetectorSettings,
  type MaskingPolicy,
} from '#inspection';
import { compileConstraints, type Constraints, type Deployment, type Route } from '#routing';
import { parseBaseUrl } from './base-url.ts';
import type { Draft } from './draft.ts';
import { parseByteSize } from './fields.ts';
import type { Reporter } from './reporter.ts';
import type { InspectionConfig } from './resolved.ts';
import { checkedCredential } from './resolve-headers.ts';
import { constraintsOf } from './resolve-routing.ts';
import type { ExternalFile } from './schema-inspection.ts';
import type { MaskingFile } from './schema-masking.ts';
import { unknownName } from './unknown-name.ts';
import type { Path } from './yaml-source.ts';

const NON_TEXT: Readonly<Record<DataLevel, 'allow' | 'refuse' | 'extract'>> = {
  public: 'allow',
  internal: 'allow',
  confidential: 'refuse',
  restricted: 'refuse',
};

export function resolveInspection(
  draft: Draft,
  routes: readonly Route[],
  source: string,
  reporter: Reporter,
): InspectionConfig | undefined {
  const { inspection, operator } = draft;
  if (inspection === 'off') warnOfIdleRules(draft, reporter);
  if (inspection === undefined || inspection === 'off' || operator === undefined) return undefined;
  const { levels, external } = inspection;
  const classes = Object.keys(draft.dataClasses);
  const policies: Record<string, Record<string, MaskingPolicy>> = {};
  for (const route of routes) {
    const rules = draft.routes.find(({ name }) => name === route.name)?.route.masking ?? inspection.masking;
    policies[route.name] = Object.fromEntries(
      route.candidates.map((deployment) => [deployment.id, policyOf(rules, deployment, operator.homeCountry)]),
    );
  }
  const dictionaries = inspection.dictionaries.map((file) => resolve(dirname(source), file));
  return {
    minConfidence: inspection.minConfidence,
    off: inspection.off,
    signals: inspection.signals,
    internalDomains: inspection.internalDomains,
    dictionaries,
    dictionaryHashes: hashesOf(dictionaries, reporter),
    levels: { ...levels, classes: classesOf(levels.classes, classes, reporter) },
    neverRestored: selectTypes(inspection.neverRestore).types,
    nonText: { ...NON_TEXT, ...inspection.nonText },
    policies,
    external: external === undefined ? undefined : resolveExternal(external, reporter),
    vault: inspection.vault,
    maxTextBytes: parseByteSize(inspection.maxText),
    memoryBytes: parseByteSize(inspection.memory),
  };
}

/** The first rule that fits. */
function policyOf(rules: MaskingFile, deployment: Deployment, homeCountry: string): MaskingPolicy {
  const rule = rules.find(({ towards }) => {
    if (towards === 'everyone') return true;
    if (towards === 'abroad') return !isDomestic(deployment, homeCountry);
    return compileConstraints(constraintsOf(towards)).every(({ holds }) => holds(deployment));
  });
  return rule === undefined ? { mask: [], refuse: [], allow: [] } : { mask: rule.mask, refuse: rule.refuse, allow: rule.allow };
}

/** Vendor, hosting and every sub-processor are known to be at home. */
function isDomestic(deployment: Deployment, homeCountry: string): boolean {
  const home = { allow: [homeCountry] };
  const demands: Constraints = { vendorCountry: home, hostingCountry: home, subprocessorCountry: home };
  return compileConstraints(demands).every(({ holds }) => holds(deployment));
}

function classesOf(
  named: Partial<Readonly<Record<DataLevel, string>>>,
  configured: readonly string[],
  reporter: Reporter,
): Partial<Record<DataLevel, string>> {
  const classes: Partial<Record<DataLevel, string>> = {};
  for (const level of DATA_LEVELS) {
    const name = named[level] ?? (configured.includes(level) ? level : undefined);
    if (name === undefined) continue;
    const path: Path = ['inspection', 'levels', 'classes', level];
    if (configured.includes(name)) classes[level] = name;
    else reporter.fault(path, unknownName('data class', name, configured));
  }
  return classes;
}

function hashesOf(dictionaries: readonly string[], reporter: Reporter): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const [index, file] of dictionaries.entries()) {
    const hash = reporter.sha256(['inspection', 'dictionaries', index], file);
    if (hash !== undefined) hashes[file] = hash;
  }
  return hashes;
}

function warnOfIdleRules({ routes }: Draft, reporter: Reporter): void {
  for (const { name, route } of routes) {
    if ((route.masking ?? []).length > 0)
      reporter.warn(['routes', name, 'masking'], 'does nothing, because `inspection` is `off`; everything leaves as it comes', 'key');
  }
}

function resolveExternal({ allowPlainHttp, ...external }: ExternalFile, reporter: Reporter): ExternalDetectorSettings {
  const path: Path = ['inspection', 'external', 'url'];
  const problem = addressProblem(external.url, allowPlainHttp);
  if (problem !== undefined) reporter.fault(path, problem);
  else if (isExposed(external.url)) reporter.warn(path, 'sends all texts, unmasked, over plain http');
  return { ...external, token: checkedCredential(external.token, ['inspection', 'external', 'token'], reporter) };
}

/** The rules of deployments: it gets everything that they get, and unmasked. */
function addressProblem(url: string, allowPlainHttp: boolean): string | undefined {
  const parsed = parseBaseUrl(url);
  if (!parsed.ok) return parsed.error.replace('credential:', 'token:').replace('no model', 'no detector');
  if (isExposed(url) && !allowPlainHttp)
    return 'is plain http to a host outside this machine and private networks; use https, or accept the risk with `allowPlainHttp: true`';
  return externalUrlProblem(url);
}

function isExposed(url: string): boolean {
  const parsed = parseBaseUrl(url);
  return parsed.ok && parsed.value.plainHttp && !parsed.value.privateNetwork;
}
