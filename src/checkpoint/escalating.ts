// Which signals of a text look like more than a grant covers. Nobody is refused for them: people look, or a judge does before them. Refusing is
// for the rules of barred work alone (signs.ts).
import type { SignalSummary } from '#inspection';
import type { EscalationKind, Tier } from '#access';

/** From these scores on, text of the conversation's own, as a whole, hidden in it or encoded in it, tells models what to do. */
const OWN_INSTRUCTIONS = 0.8;
const OWN_HIDDEN = 0.5;
const OWN_ENCODED = 0.8;

export interface Suspicion {
  readonly kind: EscalationKind;
  /** Capability tags, and what tells models what to do. */
  readonly codes: readonly string[];
  /** Scores by code, in hundredths. */
  readonly counts: Readonly<Record<string, number>>;
  readonly isSteering: boolean;
}

/** Undefined: nothing that anybody has to look at. */
export function suspicionOf({ beyondTier1, own }: Pick<SignalSummary, 'beyondTier1' | 'own'>, tier: Tier): Suspicion | undefined {
  const outside = tier === 1 ? beyondTier1.map(({ tag, score }): readonly [string, number] => [tag, score]) : [];
  const steering = (
    [
      ['own-instructions', own.instructions, OWN_INSTRUCTIONS],
      ['hidden-instructions', own.hidden, OWN_HIDDEN],
      ['encoded-instructions', own.encoded, OWN_ENCODED],
    ] as const
  ).flatMap(([code, score, from]): (readonly [string, number])[] => (score >= from ? [[code, score]] : []));
  const all = [...outside, ...steering];
  if (all.length === 0) return undefined;
  return {
    kind: outside.length > 0 ? 'capability-outside-grant' : 'model-steering',
    codes: all.map(([code]) => code),
    counts: Object.fromEntries(all.map(([code, score]) => [code, Math.round(score * 100)])),
    isSteering: steering.length > 0,
  };
}
