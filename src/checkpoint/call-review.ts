// Every tool call that a model proposes, against the grant's scope: it passes, or a notice takes its place, or it waits for a person. What a
// model was told (results of tools, pages, logs) can make this stricter and never looser. Knows no wire format.
import type { HoldRefusal } from '#access';
import type { CallReview, CallVerdict, ProposedCall } from '#providers';
import { reviewCall, type Review } from '#scope';
import type { Governed } from './governance.ts';
import type { Passage } from './passage.ts';
import type { Ports } from './ports.ts';

/** What became of one call, for the record. */
export interface ReviewedCall {
  readonly name: string;
  readonly decision: 'allow' | 'deny' | 'hold' | 'approved';
  /** Codes. */
  readonly reasons: readonly string[];
  readonly hold: string | undefined;
}

export interface CallReviewer {
  readonly review: CallReview;
  /** The first of them; a hostile answer may hold thousands. */
  readonly reviewed: readonly ReviewedCall[];
}

const PASSES: CallVerdict = { passes: true };
const NOT_HELD: Partial<Readonly<Record<HoldRefusal['kind'], string>>> = {
  'too-many-waiting': 'Too many calls wait for a decision already',
  'call-too-large': 'It is too large for a person to decide on',
};
/** Some clients have tools of their own behind names that nobody offered. */
const NOT_OFFERED: Review = {
  decision: 'deny',
  reasons: [{ code: 'tool-not-allowed', text: 'The request offers no such tool.' }],
  targets: [],
};
const MOST_RECORDED = 100;
const LONGEST_NAME = 100;
const LOOK_EVERY_MS = 100;

export interface CallReviewerOptions {
  readonly passage: Passage;
  readonly governed: Governed;
  readonly deployment: () => string;
  /** Something from outside the conversation is in it. */
  readonly isTainted: boolean;
  readonly ports: Pick<Ports, 'access' | 'clock' | 'observer'>;
  readonly waitMs: number;
}

export function createCallReviewer(options: CallReviewerOptions): CallReviewer {
  const { passage, governed, isTainted, ports } = options;
  const reviewed: ReviewedCall[] = [];

  function note(call: ProposedCall, decision: ReviewedCall['decision'], review: Review, hold?: string): void {
    if (reviewed.length >= MOST_RECORDED) return;
    const reasons = review.reasons.map(({ code }) => code);
    reviewed.push({ name: call.name.slice(0, LONGEST_NAME), decision, reasons, hold });
  }

  function refused(call: ProposedCall, review: Review): CallVerdict {
    note(call, 'deny', review);
    const reasons = review.reasons.map(({ code }) => code);
    if (reasons.includes('target-outside') || reasons.includes('target-excluded'))
      passage.suspect('target-outside-scope', { codes: reasons, ids: { tool: call.name, grant: governed.grant.id } });
    passage.probed('tool-call', `${reasons.join(' ')} ${review.targets.find(({ standing }) => standing !== 'authorised')?.value ?? ''}`);
    return notice(
      call,
      `refused: ${textOf(review)}`,
      `It is not in the scope of grant ${governed.grant.id}; ask for a wider one, or for another target`,
    );
  }

  return {
    reviewed,
    review(call) {
      const review = governed.offers(call.name) ? reviewCall(call, governed.scope, { isTainted }) : NOT_OFFERED;
      if (review.decision === 'allow') {
        note(call, 'allow', review);
        return PASSES;
      }
      return review.decision === 'deny' ? refused(call, review) : ask(call, review);
    },
  };

  /** Whatever goes wrong here, the call does not pass. */
  async function ask(call: ProposedCall, review: Review): Promise<CallVerdict> {
    try {
      return await askPerson(call, review);
    } catch (error) {
      ports.observer.failed(passage.id, error);
      note(call, 'hold', review);
      return notice(call, `not let through: ${textOf(review)}`, 'Nobody could be asked to decide on it; try again later');
    }
  }

  async function askPerson(call: ProposedCall, review: Review): Promise<CallVerdict> {
    const { holds } = ports.access;
    const delivery = {
      principalId: passage.caller!.principalId,
      grantId: governed.grant.id,
      requestId: passage.id,
      call: { name: call.name, encoding: call.encoding, arguments: call.arguments },
    };
    // Approved before, after the wait had ended: the client makes the same call again.
    const earlier = await holds.consume(delivery);
    if (earlier.ok) return approved(call, review, earlier.value.id);
    const opened = await holds.open({
      ...delivery,
      route: passage.routeName!,
      deployment: options.deployment(),
      reasons: review.reasons,
      targets: review.targets,
      isTainted,
    });
    if (!opened.ok) {
      note(call, 'hold', review);
      return notice(call, `not let through: ${textOf(review)}`, NOT_HELD[opened.error.kind] ?? 'Nobody can be asked to decide on it');
    }
    const hold = opened.value.id;
    ports.access.watch.held({ principalId: delivery.principalId, requestId: passage.id });
    const outcome = await decided(hold);
    if (outcome === 'approved' && (await holds.consume({ ...delivery, holdId: hold })).ok) return approved(call, review, hold);
    note(call, outcome === 'denied' ? 'deny' : 'hold', review, hold);
    if (outcome === 'denied') return notice(call, `refused by a person: ${textOf(review)}`, `Hold ${hold}`);
    return notice(
      call,
      `waiting for a person to decide (hold ${hold}): ${textOf(review)}`,
      'When it has been approved, propose exactly the same call again; do not work around it',
    );
  }

  function approved(call: ProposedCall, review: Review, hold: string): CallVerdict {
    note(call, 'approved', review, hold);
    return PASSES;
  }

  /** Until somebody decides, the wait is over, or the client has gone. */
  async function decided(hold: string): Promise<'approved' | 'denied' | 'waiting'> {
    const until = ports.clock.monotonic() + options.waitMs;
    for (;;) {
      const state = ports.access.directory.holdState(hold);
      if (state === 'approved') return 'approved';
      if (state === 'denied' || state === 'expired') return 'denied';
      if (passage.reply.isClosed || ports.clock.monotonic() >= until) return 'waiting';
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  function notice({ name }: ProposedCall, what: string, next: string): CallVerdict {
    const tool = name.slice(0, LONGEST_NAME).replaceAll(/[^\w.:/-]/g, '?');
    return { passes: false, notice: `[Sekisho: the call of tool ${tool} was ${what}. ${next} (request ${passage.id}).]` };
  }
}

function textOf({ reasons }: Review): string {
  return reasons.map(({ code, text }) => `${text.replace(/\.$/, '')} (rule ${code})`).join('; ');
}
