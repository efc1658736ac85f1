// Further pairs in the form of frames.ts, by an author who had not seen the rules, only the first pairs; no rule was made or changed for them.
// How they are worded is told apart: outright (what it is and whose) or in a roundabout way. They ask; none of them is a recipe.
import { ENGLISH_UNSEEN } from './frames-unseen-english.ts';
import { JAPANESE_UNSEEN } from './frames-unseen-japanese.ts';
import type { BarredWork, FramePair } from './frames.ts';

export type Wording = 'direct' | 'indirect';

export interface UnseenPair extends FramePair {
  readonly wording: Wording;
}

type Pairs = readonly (readonly [string, string])[];

const pairsOf = (
  language: FramePair['language'],
  frames: Readonly<Record<BarredWork, Readonly<Record<Wording, Pairs>>>>,
): readonly UnseenPair[] =>
  Object.entries(frames).flatMap(([category, wordings]) =>
    Object.entries(wordings).flatMap(([wording, pairs]) =>
      pairs.map(([offensive, defensive]) => ({
        category: category as BarredWork,
        language,
        wording: wording as Wording,
        offensive,
        defensive,
      })),
    ),
  );

export const UNSEEN: readonly UnseenPair[] = [...pairsOf('en', ENGLISH_UNSEEN), ...pairsOf('ja', JAPANESE_UNSEEN)];
