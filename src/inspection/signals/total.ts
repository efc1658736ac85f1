// The signals of a request, part by part: what is added never lowers anything, so a conversation that grows costs what is new. Takes maxima as
// merge.ts does; says in which part nothing stands, since parts come and go.
import { higherScores, highest, NO_OWN_SCORES, type OwnScores, type SignalSummary } from './merge.ts';
import type { CapabilityTag } from './words-of-capabilities.ts';

/** The same without places. */
export interface SignalTotal {
  readonly isTainted: boolean;
  readonly hidden: SignalSummary['hidden'];
  readonly encoded: SignalSummary['encoded'];
  readonly instructions: { readonly score: number; readonly taintedScore: number };
  readonly own: OwnScores;
  readonly cyber: number;
  /** Best first. */
  readonly tags: readonly { readonly tag: CapabilityTag; readonly score: number }[];
  /** Best first. */
  readonly prohibited: SignalSummary['prohibited'];
  /** Best first. */
  readonly beyondTier1: SignalSummary['beyondTier1'];
  readonly targets: readonly SignalSummary['targets'][number][];
}

/** More targets are only of interest to who made them. */
const MOST_TARGETS = 2_000;

export class SignalTotals {
  readonly #hidden: Record<string, number> = {};
  readonly #tags = new Map<CapabilityTag, number>();
  readonly #targets = new Map<string, SignalSummary['targets'][number]>();
  readonly #encoded = { count: 0, score: 0 };
  readonly #instructions = { score: 0, taintedScore: 0 };
  #prohibited: SignalSummary['prohibited'] = [];
  #beyondTier1: SignalSummary['beyondTier1'] = [];
  #own = NO_OWN_SCORES;
  #cyber = 0;
  #isTainted = false;
  #isEmpty = true;

  add(summary: SignalSummary): void {
    this.#isEmpty = false;
    this.#isTainted ||= summary.isTainted;
    for (const kind in summary.hidden)
      this.#hidden[kind] = (this.#hidden[kind] ?? 0) + summary.hidden[kind as keyof typeof summary.hidden]!;
    this.#encoded.count += summary.encoded.count;
    this.#encoded.score = Math.max(this.#encoded.score, summary.encoded.score);
    this.#instructions.score = Math.max(this.#instructions.score, summary.instructions.score);
    this.#instructions.taintedScore = Math.max(this.#instructions.taintedScore, summary.instructions.taintedScore);
    this.#own = higherScores(this.#own, summary.own);
    this.#cyber = Math.max(this.#cyber, summary.cyber);
    for (const { tag, score } of summary.tags) this.#tags.set(tag, Math.max(score, this.#tags.get(tag) ?? 0));
    // Nearly always none.
    if (summary.prohibited.length > 0)
      this.#prohibited = highest([...this.#prohibited, ...summary.prohibited].map(({ rule, score }) => [rule, score] as const)).map(
        ([rule, score]) => ({ rule, score }),
      );
    if (summary.beyondTier1.length > 0)
      this.#beyondTier1 = highest([...this.#beyondTier1, ...summary.beyondTier1].map(({ tag, score }) => [tag, score] as const)).map(
        ([tag, score]) => ({ tag, score }),
      );
    for (const target of summary.targets) {
      const key = `${target.kind} ${target.value}`;
      const known = this.#targets.get(key);
      if (known === undefined ? this.#targets.size < MOST_TARGETS : known.fromTaintedOnly && !target.fromTaintedOnly)
        this.#targets.set(key, target);
    }
  }

  /** Undefined when no part gave any. */
  total(): SignalTotal | undefined {
    if (this.#isEmpty) return undefined;
    return {
      isTainted: this.#isTainted,
      hidden: { ...this.#hidden },
      encoded: { ...this.#encoded },
      instructions: { ...this.#instructions },
      own: this.#own,
      cyber: this.#cyber,
      tags: [...this.#tags].map(([tag, score]) => ({ tag, score })).sort((a, b) => b.score - a.score || (a.tag < b.tag ? -1 : 1)),
      prohibited: this.#prohibited,
      beyondTier1: this.#beyondTier1,
      targets: [...this.#targets.values()],
    };
  }
}
