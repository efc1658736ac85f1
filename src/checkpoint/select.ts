// Before a request leaves for anyone: what does it hold, and who qualifies for it? Sends nothing.
import type { DataLevel } from '#inspection';
import type { AccessDecision } from '#policy';
import { isConversationWire } from '#providers';
import type { Candidate, Route, Selection } from '#routing';
import { inspectContent, type RequestContent } from './content.ts';
import type { Governed } from './governance.ts';
import type { Inspection } from './inspect.ts';
import { recall } from './masking-memory.ts';
import type { Passage } from './passage.ts';
import type { Ports } from './ports.ts';
import { selectionRefusal, type Refusal } from './refusal.ts';

export interface Sending {
  readonly passage: Passage;
  /** As the grant lets it go on: with the scope statement, without tools that it does not allow. */
  readonly body: Buffer;
  readonly inspection: Inspection;
  readonly route: Route;
  /** Undefined: the route needs no grant. */
  readonly governed: Governed | undefined;
}

/** What `sekisho qualify` and canaries say in `x-sekisho-purpose`; it counts with the role operator only. */
const EVALUATION = 'qualification';

/** What the request holds; undefined where nothing is looked at. */
export async function lookInside(
  { passage, body, inspection, route }: Sending,
  { observer }: Ports,
): Promise<RequestContent | undefined | 'refused'> {
  const rules = passage.rules.content;
  if (rules === undefined) return undefined;
  const recalled = await recall({ passage, inspection, route, rules, observer });
  const { inbound, caller, endUser } = passage;
  const content = await inspectContent({
    format: inbound.operation.format,
    tenant: [caller!.principalId, endUser],
    conversation: inbound.conversation,
    body,
    inspection,
    route,
    rules,
    recalled,
  });
  if (content.ok) return content.value;
  passage.refuse(content.error);
  return 'refused';
}

/** Asks routing; undefined when it refused, and then the client has been told. */
export function select({ passage, route, governed }: Sending, content: RequestContent | undefined, ports: Ports): Selection | undefined {
  const { inbound, rules } = passage;
  const state = ports.routingState();
  const { wire } = inbound.operation.format;
  const { dataClass, jurisdiction, deployment, purpose, isCanary } = inbound.demands;
  const selected = rules.router.select({
    route,
    wire,
    translates: inbound.operation.id !== 'count-tokens' && isConversationWire(wire),
    dataClass,
    found: content?.dataClass,
    jurisdiction,
    pinned: deployment,
    evaluates: purpose === EVALUATION && passage.caller?.roles.has('operator') === true,
    // Chance is drawn only where something depends on it.
    roll: state.drills.length === 0 ? 0 : ports.random.bytes(4).readUInt32BE() / 2 ** 32,
    isCanary,
    state,
    concentration: ports.concentration,
  });
  if (!selected.ok) {
    // What a drill caused is the drill's, in sums and reports.
    if ('drill' in selected.error) passage.drill = selected.error.drill;
    passage.refuse(selectionRefusal(selected.error, route.name, wire));
    return undefined;
  }
  passage.drill = selected.value.drill;
  passage.dataClasses = selected.value.dataClasses;
  if (governed === undefined) return selected.value;
  const { candidates } = selected.value;
  const permitted = candidates.filter((candidate) => governed.permits(candidate, levelFor(candidate, content)).allowed);
  if (permitted.length > 0) return { ...selected.value, candidates: permitted };
  refuseAccess(passage, route, governed, governed.permits(candidates[0]!, levelFor(candidates[0]!, content)));
  return undefined;
}

/** Of what the deployment would get. What nobody looked at may be anything. */
export function levelFor({ deployment }: Pick<Candidate, 'deployment'>, content: RequestContent | undefined): DataLevel {
  return content?.levelFor(deployment.id) ?? 'restricted';
}

function refuseAccess(passage: Passage, route: Route, governed: Governed, decision: AccessDecision): void {
  const refusal = accessDenied(route, governed, decision);
  passage.probed('access-denied', `${refusal.policies.join(' ')} ${refusal.capability}`);
  passage.refuse(refusal);
}

export function accessDenied(
  route: Route,
  { grant, capability }: Governed,
  decision: AccessDecision,
): Extract<Refusal, { rule: 'access-denied' }> {
  if (decision.allowed) throw new Error('refused although it is allowed');
  const { policies, reason, next } = decision;
  return { rule: 'access-denied', route: route.name, grant: grant.id, capability, policies, reason, next };
}
