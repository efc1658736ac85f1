// Every tool call that a model proposes, against the grant's scope: it passes, or a notice takes its place, or it waits for a person. What a
// model was told (results of tools, pages, logs) can make this stricter and never looser. Knows no wire format.
import type { HoldRefusal, HoldStatus } from '#access';
import type { CallReview, CallVerdict, ProposedCall } from '#providers';
import { reviewCall, type CompiledScope, type Review } from '#scope';
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
  /** The first of them so far; a hostile answer may hold thousands. */
  readonly reviewed: readonly ReviewedCall[];
}

const PASSES: CallVerdict = { passes: true };
const NOT_HELD: Partial<Readonly<Record<HoldRefusal['kind'], string>>> = {
  'too-many-waiting': 'Too many calls wait for a decision already',
  'call-too-large': 'It is too large for a person to decide on',
};
const NOBODY_THERE = 'The client has gone';
/** Some clients have tools of their own behind names that nobody offered. */
const NOT_OFFERED: Review = {
  decision: 'deny',
  reasons: [{ code: 'tool-not-allowed', text: 'The request offers no such tool.' }],
  targets: [],
};
const WITHDRAWN = ['grant-withdrawn'];
const MOST_RECORDED = 64;
const MOST_CODES = 8;
const LONGEST_NAME = 100;
/** People are asked about so many calls of one answer; a model may propose a thousand at once. */
const MOST_ASKED = 20;
const LOOK_EVERY_MS = 100;

export interface CallReviewerOptions {
  readonly passage: Passage;
  readonly governed: Governed;
  /** Of whoever gives the answer just now. */
  readonly deployment: () => string;
  /** What is covered now; undefined: nothing any longer. */
  readonly scope: () => CompiledScope | undefined;
  /** Something from outside the conversation is in it. */
  readonly isTainted: boolean;
  readonly ports: Pick<Ports, 'access' | 'clock' | 'observer'>;
  readonly waitMs: number;
}

export function createCallReviewer(options: CallReviewerOptions): CallReviewer {
  const { passage, governed, isTainted, ports } = options;
  const reviewed = new Map<ProposedCall, ReviewedCall>();
  /** One answer is one act, however many calls something outside has put into it. */
  let isSuspected = false;
  let isProbed = false;
  let asked = 0;

  /** What was said of the call before counts no longer. */
  function note(call: ProposedCall, decision: ReviewedCall['decision'], codes: readonly string[], hold?: string): void {
    if (reviewed.size < MOST_RECORDED || reviewed.has(call))
      reviewed.set(call, { name: call.name, decision, reasons: codes.slice(0, MOST_CODES), hold });
  }

  function refused(call: ProposedCall, review: Review): CallVerdict {
    const codes = codesOf(review);
    note(call, 'deny', codes);
    if (!isSuspected && (codes.includes('target-outside') || codes.includes('target-excluded'))) {
      isSuspected = true;
      passage.suspect('target-outside-scope', { codes, ids: { tool: call.name, grant: governed.grant.id } });
    }
    const target = review.targets.find(({ standing }) => standing !== 'authorised')?.value ?? '';
    if (!isProbed) passage.probed('tool-call', `${codes.join(' ')} ${target}`);
    isProbed = true;
    return notice(
      call,
      `refused: ${textOf(review)}`,
      `It is not in the scope of grant ${governed.grant.id}; ask for a wider one, or for another target`,
    );
  }

  function withdrawn(call: ProposedCall): CallVerdict {
    note(call, 'deny', WITHDRAWN);
    return notice(call, `refused: grant ${governed.grant.id} permits it no longer`, 'GET /api/v1/grants tells why');
  }

  return {
    get reviewed() {
      return [...reviewed.values()];
    },
    review(call) {
      const scope = options.scope();
      if (scope === undefined) return withdrawn(call);
      const review = governed.offers(call.name) ? reviewCall(call, scope, { isTainted }) : NOT_OFFERED;
      if (review.decision === 'allow') {
        note(call, 'allow', codesOf(review));
        return PASSES;
      }
      return review.decision === 'deny' ? refused(call, review) : ask(call, review);
    },
  };

  function stopped(call: ProposedCall, review: Review, why: string): CallVerdict {
    note(call, 'hold', codesOf(review));
    return notice(call, `not let through: ${textOf(review)}`, why);
  }

  /** Whatever goes wrong here, the call does not pass. */
  async function ask(call: ProposedCall, review: Review): Promise<CallVerdict> {
    if (++asked > MOST_ASKED) return stopped(call, review, NOT_HELD['too-many-waiting']!);
    try {
      return await askPerson(call, review);
    } catch (error) {
      ports.observer.failed(passage.id, error);
      return stopped(call, review, 'Nobody could be asked to decide on it; try again later');
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
    if (passage.reply.isClosed) return stopped(call, review, NOBODY_THERE);
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
    if (!opened.ok) return stopped(call, review, NOT_HELD[opened.error.kind] ?? 'Nobody can be asked to decide on it');
    const hold = opened.value.id;
    // The record must not wait for the decision: the client may leave before.
    note(call, 'hold', codesOf(review), hold);
    ports.access.watch.held({ principalId: delivery.principalId, requestId: passage.id });
    const outcome = await decided(hold);
    if (outcome === 'approved' && (await holds.consume({ ...delivery, holdId: hold })).ok) return approved(call, review, hold);
    if (outcome === 'denied') {
      note(call, 'deny', codesOf(review), hold);
      return notice(call, `refused by a person: ${textOf(review)}`, `Hold ${hold}`);
    }
    if (outcome !== 'waiting')
      return notice(
        call,
        `not let through: ${textOf(review)}`,
        `Hold ${hold} allows nothing any more; propose the call again to have it decided`,
      );
    return notice(
      call,
      `waiting for a person to decide (hold ${hold}): ${textOf(review)}`,
      'When it has been approved, propose exactly the same call again; do not work around it',
    );
  }

  function approved(call: ProposedCall, review: Review, hold: string): CallVerdict {
    note(call, 'approved', codesOf(review), hold);
    return PASSES;
  }

  /** Until somebody decides, the wait is over, or the client has gone: an approval is not taken for nobody. */
  async function decided(hold: string): Promise<HoldStatus> {
    const until = ports.clock.monotonic() + options.waitMs;
    for (;;) {
      if (passage.reply.isClosed) return 'waiting';
      const state = ports.access.directory.holdState(hold);
      if (state !== undefined && state !== 'waiting') return state;
      if (ports.clock.monotonic() >= until) return 'waiting';
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  function notice({ name }: ProposedCall, what: string, next: string): CallVerdict {
    const tool = name.slice(0, LONGEST_NAME).replaceAll(/[^\w.:/-]/g, '?');
    return { passes: false, notice: `[Sekisho: the call of tool ${tool} was ${what}. ${next} (request ${passage.id}).]` };
  }
}

/** Each once: a call may fail in many places for the same reason. */
function codesOf({ reasons }: Review): string[] {
  return [...new Set(reasons.map(({ code }) => code))];
}

function textOf({ reasons }: Review): string {
  return reasons.map(({ code, text }) => `${text.replace(/\.$/, '')} (rule ${code})`).join('; ');
}
