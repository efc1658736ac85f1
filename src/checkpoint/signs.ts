// Signs of misuse in what a request says, on routes that need a grant: work that is barred for everybody is refused, everything else only goes
// to people, or to a judge before them, while the request goes on. What came from outside the conversation (results of tools, pages) accuses
// nobody.
import { scopeStatement } from '#scope';
import type { RequestContent } from './content.ts';
import { suspicionOf } from './escalating.ts';
import type { Ports } from './ports.ts';
import type { Sending } from './select.ts';

/** True when it was refused, and then the client has been told. */
export function refusesProhibited(sending: Sending, content: RequestContent | undefined, ports: Pick<Ports, 'access' | 'clock'>): boolean {
  const { passage, governed } = sending;
  const signals = content?.content.signals;
  if (governed === undefined || signals === undefined) return false;
  if (signals.prohibited.length > 0) {
    const rules = signals.prohibited.map(({ rule }) => rule);
    passage.suspect('prohibited-work', { codes: rules });
    passage.refuse({ rule: 'prohibited-work', rules });
    return true;
  }
  escalate(sending, content!, ports);
  return false;
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
