// Signs of misuse in what a request says, on routes that need a grant: work that is barred for everybody is refused, everything else only goes
// to people, or to a judge before them, while the request goes on. What came from outside the conversation (results of tools, pages) accuses
// nobody.
import { scopeStatement } from '#scope';
import type { RequestContent } from './content.ts';
import { suspicionOf } from './escalating.ts';
import type { Ports } from './ports.ts';
import type { Refusal } from './refusal.ts';
import type { Sending } from './select.ts';

/** True when it was refused, and then the client has been told. */
export function refusesProhibited(sending: Sending, content: RequestContent | undefined, ports: Pick<Ports, 'access' | 'clock'>): boolean {
  const { passage, governed } = sending;
  if (governed === undefined || content?.content.signals === undefined) return false;
  const refusal = prohibitedWork(content);
  if (refusal !== undefined) {
    passage.suspect('prohibited-work', { codes: refusal.rules });
    passage.refuse(refusal);
    return true;
  }
  escalate(sending, content, ports);
  return false;
}

/** Undefined: nothing in it is barred for everybody, as far as it was looked at. */
export function prohibitedWork({ content: { signals } }: RequestContent): Extract<Refusal, { rule: 'prohibited-work' }> | undefined {
  if (signals === undefined || signals.prohibited.length === 0) return undefined;
  return { rule: 'prohibited-work', rules: signals.prohibited.map(({ rule }) => rule) };
}

function escalate({ passage, governed }: Sending, { content }: RequestContent, { access, clock }: Pick<Ports, 'access' | 'clock'>): void {
  const { id: grant, tier, capabilities, scope, endsAtMs } = governed!.grant;
  const suspicion = suspicionOf(content.signals!, tier);
  if (suspicion === undefined) return;
  const { kind, codes, counts, isSteering } = suspicion;
  access.escalate({
    principalId: passage.caller!.principalId,
    requestId: passage.id,
    atMs: clock.now(),
    kind,
    isSteering,
    conversation: content.beginning,
    matter: {
      tier,
      capabilities,
      scope: scopeStatement(scope, { validUntilMs: endsAtMs, capabilities }),
      codes,
      texts: content.textsOf((signals) => suspicionOf(signals, tier) !== undefined),
    },
    counts,
    ids: { grant, ...(passage.routeName === undefined ? {} : { route: passage.routeName }) },
  });
}
