// Signs of misuse in what a request says, on routes that need a grant: work that is barred for everybody is refused, everything else is only
// noted for people to look at. What came from outside the conversation (results of tools, pages) accuses nobody.
import type { RequestContent } from './content.ts';
import type { Sending } from './select.ts';

/** True when it was refused, and then the client has been told. */
export function refusesProhibited({ passage, governed }: Sending, content: RequestContent | undefined): boolean {
  const signals = content?.content.signals;
  if (governed === undefined || signals === undefined) return false;
  if (signals.prohibited.length > 0) {
    const rules = signals.prohibited.map(({ rule }) => rule);
    passage.suspect('prohibited-work', { codes: rules });
    passage.refuse({ rule: 'prohibited-work', rules });
    return true;
  }
  const outside = signals.beyondTier1;
  if (governed.grant.tier === 1 && outside.length > 0)
    passage.suspect('capability-outside-grant', { codes: outside.map(({ tag }) => tag) });
  return false;
}
