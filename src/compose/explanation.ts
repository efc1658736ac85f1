// The dry run of one request: the data plane's own identification, inspection, decision and preparation, without recording or sending.
// What only a running checkpoint knows (health, shares, cuts, drills, evidence) takes no part.
import { createHash } from 'node:crypto';
import {
  decide,
  inspect,
  inspectContent,
  prepareOutgoing,
  prohibitedWork,
  selectionRefusal,
  type ContentRules,
  type Governed,
  type Inspection,
  type Refusal,
  type RequestContent,
} from '#checkpoint';
import type { Config } from '#config';
import { createKeyring, endUserOf, type Caller } from '#identity';
import { err, ok, systemClock, type KeyId, type PrincipalId, type Result } from '#kernel';
import type { AccessDecision } from '#policy';
import { isConversationWire, type Operation, type TranslationNote } from '#providers';
import {
  compileConstraints,
  createConcentration,
  createRouter,
  EMPTY_STATE,
  parseJurisdiction,
  unmetDemands,
  type Candidate,
  type Deployment,
  type Route,
  type Selection,
  type SelectionRefusal,
} from '#routing';
import { createKeyStore } from '#store';
import { closeContentRules, createContentRules } from './content-rules.ts';
import { accessOf, decisionFor, deniedByAll, governed, knownAccess, type ExplainedAccess, type KnownAccess } from './explanation-access.ts';
import { foundOf, problemText, seenOf, type FoundContent, type SeenContent } from './explanation-content.ts';
import { pepperOf, withDatabase } from './foundations.ts';

/** Whose request it is: that of a key, or of an imagined caller who may use every route, which needs no database. */
export type Asker = { readonly kind: 'key'; readonly key: string | undefined } | { readonly kind: 'anyone' };

export interface DryRun {
  readonly config: Config;
  readonly operation: Operation;
  readonly body: Buffer;
  readonly asker: Asker;
  /** The end user as a service would name it in the header. */
  readonly endUserHeader: string | undefined;
  /** What the caller would demand in `x-sekisho-data-class` and `x-sekisho-jurisdiction`. */
  readonly dataClass: string | undefined;
  readonly jurisdiction: string | undefined;
  /** As in `x-sekisho-conversation`. */
  readonly conversation: string | undefined;
  /** As in `x-sekisho-capability`. */
  readonly capability: string | undefined;
  readonly onProgress: (message: string) => void;
}

export interface ConsideredDeployment {
  readonly deployment: Deployment;
  /** What would be sent to it; undefined when it may not be asked, and then `why` says so. */
  readonly leaving:
    | {
        readonly url: string;
        readonly bytes: number;
        readonly asksForUsage: boolean;
        readonly translatedTo: string | undefined;
        /** Fields that the translation leaves out. */
        readonly notes: readonly TranslationNote[];
        /** Masked as this deployment would get it. */
        readonly body: Buffer;
      }
    | undefined;
  /** What it would see of what was found; undefined when it gets nothing, or nothing is looked at. */
  readonly seen: SeenContent | undefined;
  /** May it get the work under the grant? Undefined: nobody asks. */
  readonly access: AccessDecision | undefined;
  readonly why: readonly string[];
}

/** Filled as far as the request would get: what comes after a refusal is undefined. */
export interface Explanation {
  readonly caller: Caller | undefined;
  readonly request:
    | { readonly bytes: number; readonly model: string; readonly isStream: boolean; readonly endUser: string | undefined }
    | undefined;
  readonly route: Route | undefined;
  readonly access: ExplainedAccess | undefined;
  /** Undefined: inspection is off, or it did not come to it. */
  readonly content: FoundContent | undefined;
  /** Placeholders are those that the data plane would make. */
  readonly hasRealPlaceholders: boolean;
  /** Effective classes of data. */
  readonly dataClasses: readonly string[];
  /** Every deployment of the route, in the order in which they are tried. */
  readonly considered: readonly ConsideredDeployment[];
  readonly refusal: Refusal | undefined;
}

export async function explain(run: DryRun): Promise<Explanation> {
  const opened: Opened = [];
  try {
    return await explainWith(run, opened);
  } finally {
    await Promise.all(opened.map((close) => close()));
  }
}

/** How to close what keeps something running. */
type Opened = (() => Promise<void>)[];

async function explainWith(run: DryRun, opened: Opened): Promise<Explanation> {
  const { config, operation, body } = run;
  const seen: { -readonly [Name in keyof Explanation]: Explanation[Name] } = {
    caller: undefined,
    request: undefined,
    route: undefined,
    access: undefined,
    content: undefined,
    hasRealPlaceholders: run.asker.kind === 'key',
    dataClasses: [],
    considered: [],
    refusal: undefined,
  };
  const refused = (refusal: Refusal): Explanation => ({ ...seen, refusal });
  const identified = await identify(run);
  if (!identified.ok) return refused(identified.error);
  const { caller, known } = identified.value;
  seen.caller = caller;
  if (!caller.roles.has('caller')) return refused({ rule: 'role', needed: 'caller' });
  if (body.length > config.limits.maxBodyBytes) return refused({ rule: 'body-too-large', limitBytes: config.limits.maxBodyBytes });
  const inspected = inspect(body, operation.format);
  if (!inspected.ok) return refused(inspected.error);
  const { model, isStream } = inspected.value;
  const endUser = endUserOf({ headerValue: run.endUserHeader, bodyValue: inspected.value.endUser });
  if (!endUser.ok) return refused({ rule: 'end-user-malformed' });
  seen.request = { bytes: body.length, model, isStream, endUser: endUser.value?.id };
  const routes = new Map(config.routes.map((route) => [route.name, route]));
  const decided = decide(caller, model, { routes });
  // Whoever may not use a route does not learn what is in it.
  if (!decided.ok) return refused(decided.error);
  const route = decided.value;
  seen.route = route;
  seen.access = accessOf(route, run.capability, undefined);
  const received = { body, inspection: inspected.value };
  const access = await governed({
    ...received,
    config,
    caller,
    route,
    capability: run.capability,
    format: operation.format,
    known,
    onOpened: (close) => opened.push(() => Promise.resolve(close())),
  });
  if (!access.ok) return refused(access.error);
  seen.access = accessOf(route, run.capability, access.value);
  const leaves = access.value ?? received;
  const content = await contentOf(run, { ...leaves, route, caller, endUser: endUser.value?.id, opened });
  if (!content.ok) return refused(content.error);
  seen.content = content.value && foundOf(content.value);
  const barred = route.isGoverned ? content.value && prohibitedWork(content.value) : undefined;
  if (barred !== undefined) return refused(barred);
  const found = content.value?.dataClass;
  const selected = select(run, route, found);
  const classes = selected.ok ? selected.value.dataClasses : [route.dataClass, run.dataClass, found].filter((name) => name !== undefined);
  seen.dataClasses = classes;
  const candidates = selected.ok ? selected.value.candidates : [];
  const asked: Awaited<ReturnType<typeof consider>>[] = [];
  const considering = { inspection: leaves.inspection, route, content: content.value, access: access.value };
  for (const candidate of candidates) asked.push(await consider(run, considering, candidate));
  const others = route.candidates.filter(({ id }) => !candidates.some(({ deployment }) => deployment.id === id));
  seen.considered = [
    ...asked,
    ...others.map((deployment) => ({
      deployment,
      leaving: undefined,
      seen: undefined,
      access: decisionFor(deployment, access.value, content.value),
      why: whyNot(run, route, classes, deployment),
    })),
  ];
  if (!selected.ok) return refused(selectionRefusal(selected.error, route.name, operation.format.wire));
  const denied = deniedByAll(route, access.value, content.value, candidates);
  if (denied !== undefined) return refused(denied);
  if (asked.some(({ leaving }) => leaving !== undefined)) return seen;
  // What must not leave weighs more than what cannot be carried.
  const refusals = asked.flatMap(({ refusal }) => refusal ?? []);
  const refusal = refusals.findLast(({ rule }) => rule !== 'untranslatable') ?? refusals[0];
  return refusal === undefined ? seen : refused(refusal);
}

interface Looking {
  readonly body: Buffer;
  readonly inspection: Inspection;
  readonly route: Route;
  readonly caller: Caller;
  readonly endUser: string | undefined;
  readonly opened: Opened;
}

/** Undefined where nothing is looked at. */
async function contentOf(
  run: DryRun,
  { body, inspection, route, caller, endUser, opened }: Looking,
): Promise<Result<RequestContent | undefined, Refusal>> {
  const { config, operation, asker, conversation } = run;
  // Whoever needs no key needs no pepper: placeholders of the same form, but others.
  const secret = asker.kind === 'key' ? await pepperOf(config) : createHash('sha256').update('dry run').digest();
  const rules: ContentRules | undefined = createContentRules(config, secret);
  if (rules === undefined) return ok(undefined);
  opened.push(() => closeContentRules(rules));
  const tenant = [caller.principalId, endUser];
  // Nothing is remembered of a request that is not sent.
  const recalled = ok(undefined);
  return inspectContent({ format: operation.format, tenant, conversation, body, inspection, route, rules, recalled });
}

function select(
  { config, operation, dataClass, jurisdiction }: DryRun,
  route: Route,
  found: string | undefined,
): Result<Selection, SelectionRefusal> {
  const { wire } = operation.format;
  return createRouter({ routes: config.routes, dataClasses: config.dataClasses, clock: systemClock }).select({
    route: { ...route, qualification: undefined },
    wire,
    translates: operation.id !== 'count-tokens' && isConversationWire(wire),
    dataClass,
    found,
    jurisdiction,
    pinned: undefined,
    evaluates: false,
    roll: 1,
    isCanary: false,
    state: EMPTY_STATE,
    concentration: createConcentration({ limits: [], routes: [], clock: systemClock }),
  });
}

interface Considering {
  readonly inspection: Inspection;
  readonly route: Route;
  readonly content: RequestContent | undefined;
  readonly access: Governed | undefined;
}

async function consider(
  run: DryRun,
  { inspection, route, content, access }: Considering,
  candidate: Candidate,
): Promise<ConsideredDeployment & { refusal?: Refusal }> {
  const { deployment } = candidate;
  const decision = decisionFor(deployment, access, content);
  const withheld = { deployment, leaving: undefined, seen: undefined, access: decision };
  if (decision?.allowed === false) return { ...withheld, why: [decision.reason] };
  const masked = await content?.leavingTowards(deployment.id);
  if (masked?.ok === false) return { ...withheld, why: [problemText(masked.error)], refusal: masked.error };
  const prepared = prepareOutgoing({
    operation: run.operation,
    inspection,
    scan: masked?.value.scan ?? inspection.scan,
    route,
    candidate,
    endUser: deployment.endUserField === 'none' ? undefined : PSEUDONYM_IN_DRY_RUN,
    textSoFar: undefined,
    newId: () => 'dryrun',
    nowSeconds: Math.floor(systemClock.now() / 1000),
  });
  if (!prepared.ok) {
    if (prepared.error.kind === 'refused')
      return { ...withheld, why: ['the request itself would be refused'], refusal: prepared.error.refusal };
    const { fields, passesLeniently } = prepared.error;
    const why = fields.map(({ field, problem }) => `its format cannot carry ${field} (${problem})`);
    return { ...withheld, why, refusal: { rule: 'untranslatable', route: route.name, fields, passesLeniently } };
  }
  const { body, path, dropUsage, notes } = prepared.value;
  const query = deployment.query === undefined ? '' : `?${deployment.query}`;
  return {
    deployment,
    leaving: {
      url: deployment.baseUrl + path + query,
      bytes: body.length,
      asksForUsage: dropUsage,
      translatedTo: candidate.isTranslated ? candidate.wire : undefined,
      notes,
      body,
    },
    seen: content && seenOf(content, content.policyFor(deployment.id)),
    access: decision,
    why: [],
  };
}

/** As long as a real one, so that the number of bytes is right. */
const PSEUDONYM_IN_DRY_RUN = 'x'.repeat(43);

function whyNot({ config, operation, jurisdiction }: DryRun, route: Route, classes: readonly string[], deployment: Deployment): string[] {
  const unmet = unmetDemands(deployment, { route, classes, dataClasses: config.dataClasses });
  const own = jurisdiction === undefined ? undefined : parseJurisdiction(jurisdiction);
  const demands = own?.ok === true ? compileConstraints(own.value) : [];
  const all = [...unmet, ...demands.filter(({ holds }) => !holds(deployment)).map(({ text }) => `the caller’s own demand: ${text}`)];
  if (all.length > 0) return all;
  return [`it does not speak ${operation.format.wire}, only ${deployment.wires.join(', ')}, and this is not translated`];
}

/** `known`: undefined for an imagined caller. */
async function identify({
  config,
  asker,
  onProgress,
}: DryRun): Promise<Result<{ readonly caller: Caller; readonly known: KnownAccess | undefined }, Refusal>> {
  if (asker.kind === 'anyone') return ok({ caller: ANYONE, known: undefined });
  // Nothing to look up: the answer is the same without a database.
  if (asker.key === undefined) return err({ rule: 'identity', reason: 'missing' });
  const { key } = asker;
  const pepper = await pepperOf(config);
  return withDatabase(config, onProgress, async (database) => {
    const keyring = createKeyring({
      store: createKeyStore(database),
      pepper,
      clock: systemClock,
      maxStaleSeconds: config.identity.maxStaleSeconds,
    });
    await keyring.start();
    try {
      const identified = keyring.identify(key);
      if (!identified.ok) return err({ rule: 'identity', reason: identified.error.kind });
      const caller = identified.value;
      return ok({ caller, known: await knownAccess(database, caller.principalId, config) });
    } finally {
      await keyring.close();
    }
  });
}

const ANYONE: Caller = {
  keyId: '' as KeyId,
  principalId: '' as PrincipalId,
  name: 'anyone',
  kind: 'person',
  roles: new Set(['caller']),
  routes: null,
  authentication: 'none',
};
