// Where calls are laid before their review. Owns which of them are under way, asked about, and decided; knows no format and no bytes.
import { AMBIGUOUS, FAILED, TOO_MANY } from './notices.ts';
import type { CallReview, CallVerdict, ProposedCall } from './types.ts';

/** An answer with more calls than this is no answer of a tool loop. */
const MAX_CALLS = 1024;

/** One call from its first event on. `notice`, once it is decided and does not pass; '': nothing takes its place. */
export class Call {
  verdict: CallVerdict | undefined;
  /** Its arguments are complete, or no longer of interest. */
  isClosed = false;
  /** Its first event has left, or was replaced. */
  isShown = false;

  get passes(): boolean {
    return this.verdict?.passes === true;
  }

  get notice(): string {
    return this.verdict === undefined || this.verdict.passes ? '' : this.verdict.notice;
  }
}

/** What belongs to no call that could be shown: it never passes, and nothing takes its place. */
export const GONE: Call = Object.freeze(
  Object.assign(new Call(), { verdict: { passes: false, notice: '' }, isClosed: true, isShown: true }),
);

export class ReviewDesk {
  reviewed = 0;
  replaced = 0;
  /** Promised verdicts that are not in. */
  pending = 0;
  readonly #review: CallReview;
  readonly #onReady: () => void;
  readonly #open = new Set<Call>();
  #count = 0;

  constructor(review: CallReview, onReady: () => void) {
    this.#review = review;
    this.#onReady = onReady;
  }

  /** Calls whose arguments are not complete. */
  get open(): ReadonlySet<Call> {
    return this.#open;
  }

  get hasCalls(): boolean {
    return this.#count > 0;
  }

  /** The call is under way from now on; false: there are too many, and it is GONE. */
  add(call: Call): boolean {
    if (this.#count > MAX_CALLS) return false;
    this.#open.add(call);
    if (++this.#count > MAX_CALLS) this.refuse(call, TOO_MANY);
    return true;
  }

  /** Its arguments are complete. `proposed` undefined: readers could disagree on what it says. */
  close(call: Call, proposed: ProposedCall | undefined): void {
    if (call.isClosed) return;
    if (proposed === undefined) return this.refuse(call, AMBIGUOUS);
    this.#shut(call);
    this.reviewed++;
    const verdict = this.#ask(proposed);
    if (!(verdict instanceof Promise)) return this.#decide(call, verdict);
    this.pending++;
    const settle = (late: CallVerdict): void => {
      this.pending--;
      this.#decide(call, late);
      this.#onReady();
    };
    verdict.then(settle, () => settle(FAILURE));
  }

  /** Decided here, without a review. */
  refuse(call: Call, notice: string): void {
    if (call.isClosed) return;
    this.#shut(call);
    this.#decide(call, { passes: false, notice });
  }

  #ask(proposed: ProposedCall): CallVerdict | Promise<CallVerdict> {
    try {
      return this.#review(proposed);
    } catch {
      return FAILURE;
    }
  }

  #shut(call: Call): void {
    call.isClosed = true;
    this.#open.delete(call);
  }

  #decide(call: Call, verdict: CallVerdict): void {
    call.verdict = verdict;
    if (!verdict.passes) this.replaced++;
  }
}

const FAILURE: CallVerdict = { passes: false, notice: FAILED };
