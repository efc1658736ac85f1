// What trusted access says of a request before anything is looked at: may its principal act at all, under which grant, with which tools? And
// of each deployment that could serve it: may it get this work? Forwards nothing, and reviews no answer.
import { err, ok, type Clock, type Result } from '#kernel';
import { CAPABILITIES, grantProblem, usableGrant, type AccessRecord, type Capability, type Grant, type GrantProblem } from '#access';
import type { Caller } from '#identity';
import type { DataLevel } from '#inspection';
import type { AccessDecision, AccessFacts } from '#policy';
import { governRequest, toolDefinitionsOf, type ClientFormat, type GovernProblem, type OfferedTool } from '#providers';
import type { Candidate, Deployment, Route } from '#routing';
import { allowsTool, compileScope, namesTool, scopeStatement, type CompiledScope } from '#scope';
import { inspect, type Inspection } from './inspect.ts';
import type { AccessRules, Ports } from './ports.ts';
import type { Refusal } from './refusal.ts';

const RETRY_AFTER_SECONDS = 2;
const GENERAL = 'general';

/** The request as the grant lets it go on. */
export interface Governed {
  /** As it was when the request came. */
  readonly grant: Grant;
  readonly capability: Capability | typeof GENERAL;
  readonly body: Buffer;
  readonly inspection: Inspection;
  /** Names of tools that were taken out. */
  readonly removedTools: readonly string[];
  /** The model may call this: the request, as it leaves, offers it. */
  offers(call: string): boolean;
  /** What the grant covers now; undefined: it does not count any longer, or something has been closed to its holder. */
  scopeNow(): CompiledScope | undefined;
  /** May the deployment get this work now, on data of this level? A grant that does not count any longer permits nothing. */
  permits(candidate: Pick<Candidate, 'deployment'>, level: DataLevel): AccessDecision;
}

export interface GovernOptions {
  readonly caller: Caller;
  readonly route: Route;
  /** `x-sekisho-capability` */
  readonly capability: string | undefined;
  /** `x-sekisho-grant` */
  readonly grantId: string | undefined;
  readonly format: ClientFormat;
  readonly body: Buffer;
  readonly inspection: Inspection;
  readonly rules: AccessRules;
  readonly directory: Ports['access']['directory'];
  readonly clock: Clock;
}

/** The caller's record, when it may act at all. */
export function admitted(caller: Caller, directory: Ports['access']['directory']): Result<AccessRecord, Refusal> {
  const found = directory.of(caller.principalId);
  if (!found.ok) return err({ rule: 'access-unknown', retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (found.value.standing === 'suspended') return err({ rule: 'standing', standing: 'suspended' });
  return found;
}

/** Undefined: the route needs no grant. */
export function govern(options: GovernOptions): Result<Governed | undefined, Refusal> {
  const { caller, route, rules, clock, directory } = options;
  const record = admitted(caller, directory);
  if (!record.ok) return record;
  if (!route.isGoverned || rules.isExempt(caller)) return ok(undefined);
  const capability = capabilityOf(options.capability, route);
  if (capability === undefined) return err({ rule: 'unknown-capability', name: options.capability!, known: CAPABILITIES });
  const nowMs = clock.now();
  const grants = options.grantId === undefined ? record.value.grants : record.value.grants.filter(({ id }) => id === options.grantId);
  const grant = grantFor(options, record.value, capability);
  if (grant === undefined) return err({ rule: 'grant-missing', route: route.name, capability, problem: problemOf(grants, nowMs, caller) });
  const compiled = scopeOf(grant);
  if (compiled === undefined) return err({ rule: 'grant-missing', route: route.name, capability, problem: undefined });
  const { scope, statement } = compiled;
  const made = governRequest({
    body: options.body,
    format: options.format,
    isAllowed: ({ name, isHosted }) => (isHosted ? namesTool(name, scope) : allowsTool(name, scope)),
    statement,
  });
  if (!made.ok) return err(toolRefusal(made.error));
  const { body, removed } = made.value;
  if (removed.length > 0 && rules.tools === 'refuse') return err({ rule: 'tools-refused', tools: removed });
  const inspection = body === options.body ? ok(options.inspection) : inspect(body, options.format);
  if (!inspection.ok) return inspection;
  const now = () => currentOf(options, grant, capability);
  return ok({
    grant,
    capability,
    body,
    inspection: inspection.value,
    removedTools: removed,
    offers: offersOf(body, options.format),
    scopeNow() {
      const current = now();
      return current && scopeOf(current.grant)?.scope;
    },
    permits({ deployment }, level) {
      const current = now();
      return current === undefined ? WITHDRAWN : rules.policy.decide(factsOf({ ...options, ...current, capability, deployment, level }));
    },
  });
}

/** Of the grants that count, the one that opens most of the route to this work, whatever data it is about; of equals, the first. */
function grantFor(options: GovernOptions, record: AccessRecord, capability: Governed['capability']): Grant | undefined {
  const { caller, route, rules, clock, grantId } = options;
  let left = grantId === undefined ? record.grants : record.grants.filter(({ id }) => id === grantId);
  const next = (): Grant | undefined => {
    const grant = usableGrant(left, clock.now(), caller.authentication, capability === GENERAL ? undefined : capability);
    left = left.filter((each) => each !== grant);
    return grant;
  };
  const opened = (grant: Grant): number =>
    route.candidates.filter(
      (deployment) => rules.policy.decide(factsOf({ ...options, record, grant, capability, deployment, level: 'public' })).allowed,
    ).length;
  let best = next();
  // Most have one, and nothing has to be asked.
  for (let grant = best && next(); grant !== undefined; grant = next()) if (opened(grant) > opened(best!)) best = grant;
  return best;
}

const WITHDRAWN: AccessDecision = {
  allowed: false,
  policies: [],
  reason: 'The grant does not count any longer, or something has been closed to its holder',
  next: 'GET /api/v1/grants and GET /api/v1/standing tell which',
};

/** The grant and its holder as they are now: an answer may take an hour. Undefined: the grant does not count for this work any longer. */
function currentOf(
  { caller, directory, clock }: Pick<GovernOptions, 'caller' | 'directory' | 'clock'>,
  { id }: Grant,
  capability: Governed['capability'],
): { readonly record: AccessRecord; readonly grant: Grant } | undefined {
  const record = admitted(caller, directory);
  if (!record.ok) return undefined;
  const grant = record.value.grants.find((each) => each.id === id);
  if (grant === undefined || grantProblem(grant, clock.now(), caller.authentication) !== undefined) return undefined;
  return capability === GENERAL || grant.capabilities.includes(capability) ? { record: record.value, grant } : undefined;
}

function toolRefusal(problem: GovernProblem): Refusal {
  switch (problem.kind) {
    case 'tool-choice-removed':
      return { rule: 'tool-choice-refused', tool: problem.name };
    case 'tool-refused':
      return { rule: 'tools-refused', tools: [problem.name] };
    case 'background-refused':
      return { rule: 'background-refused' };
    case 'stored-prompt-refused':
      return { rule: 'stored-prompt-refused', prompt: problem.name };
    case 'malformed-member':
      return { rule: 'body-malformed', problem: `\`${problem.member}\` is not what the format has there` };
    case 'not-utf8':
      return { rule: 'body-malformed', problem: 'the body is not valid UTF-8' };
    default:
      return { rule: 'body-malformed', problem: 'the body is not a JSON object' };
  }
}

/** What the caller says, else what the route is for; undefined: it says something that nobody knows. */
function capabilityOf(declared: string | undefined, route: Route): Governed['capability'] | undefined {
  if (declared === undefined) return (route.capability as Capability | undefined) ?? GENERAL;
  return declared === GENERAL || (CAPABILITIES as readonly string[]).includes(declared) ? (declared as Capability) : undefined;
}

/** Read when it is first asked: most answers propose nothing. */
function offersOf(body: Buffer, format: ClientFormat): Governed['offers'] {
  let offered: readonly OfferedTool[] | undefined;
  return (call) => {
    offered ??= toolDefinitionsOf(JSON.parse(body.toString('utf8')), format);
    // A kind of call without a name goes by its type: `local_shell` is called as `local_shell_call`, `computer_use_preview` as `computer_call`.
    const kind = /^(.+?)(?:_call|_approval_request)$/.exec(call)?.[1];
    return offered.some(({ name, type }) => name === call || (kind !== undefined && isOfKind(type, kind)));
  };
}

/** Tools that are called by their names. */
const CALLED_BY_NAME: ReadonlySet<string> = new Set(['function', 'custom']);

function isOfKind(type: string, kind: string): boolean {
  return !CALLED_BY_NAME.has(type) && (type === kind || type.startsWith(`${kind}_`));
}

/** Why the newest grant does not count; undefined where there is none, or none for this work. */
function problemOf(grants: readonly Grant[], nowMs: number, { authentication }: Caller): GrantProblem | undefined {
  const newest = grants.at(-1);
  return newest === undefined ? undefined : grantProblem(newest, nowMs, authentication);
}

interface Compiled {
  readonly scope: CompiledScope;
  readonly statement: string;
}

/** Grants are the same objects until they change. */
const compiledScopes = new WeakMap<Grant, Compiled>();

/** Undefined: a scope that cannot be read authorises nothing. */
function scopeOf(grant: Grant): Compiled | undefined {
  let compiled = compiledScopes.get(grant);
  if (compiled !== undefined) return compiled;
  const scope = compileScope(grant.scope);
  if (!scope.ok) return undefined;
  const statement = scopeStatement(grant.scope, { validUntilMs: grant.endsAtMs, capabilities: grant.capabilities });
  compiledScopes.set(grant, (compiled = { scope: scope.value, statement }));
  return compiled;
}

function factsOf({
  caller,
  record,
  grant,
  capability,
  route,
  deployment,
  level,
  rules,
}: Pick<GovernOptions, 'caller' | 'route' | 'rules'> & {
  readonly record: AccessRecord;
  readonly grant: Grant;
  readonly capability: string;
  readonly deployment: Deployment;
  readonly level: DataLevel;
}): AccessFacts {
  const { vendor, hosting } = deployment.origins;
  return {
    principal: {
      id: caller.principalId,
      kind: caller.kind,
      isOutside: record.member?.isOutside === true,
      standing: record.standing,
      authentication: caller.authentication,
    },
    grant: { id: grant.id, tier: grant.tier, capabilities: grant.capabilities, programs: grant.programs },
    capability,
    dataLevel: level,
    route: route.name,
    deployment: {
      id: deployment.id,
      company: vendor.company,
      program: deployment.accessProgram,
      vendorCountry: vendor.country,
      hostingCountry: hosting.country,
      jurisdiction: rules.isDomestic(deployment) ? 'domestic' : 'foreign',
    },
  };
}
