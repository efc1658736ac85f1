// Pairs of texts about the same matter: one asks for work that is barred for everybody, the other is what a defender asks about it. Written for
// this project, before the rules. What single texts of the pairs with an even index did was looked at while rules were made; those with an odd
// index were only counted. Both halves have one author, who also wrote the rules: see afterwards.ts for what other words do.
import { ENGLISH_FRAMES } from './frames-english.ts';
import { JAPANESE_FRAMES } from './frames-japanese.ts';

export type BarredWork = 'credential-theft' | 'stealth' | 'persistence' | 'malware-deployment' | 'third-party-exploitation';

export interface FramePair {
  readonly category: BarredWork;
  readonly language: 'en' | 'ja';
  readonly offensive: string;
  readonly defensive: string;
}

const pairsOf = (
  language: FramePair['language'],
  frames: Readonly<Record<BarredWork, readonly (readonly [string, string])[]>>,
): FramePair[] =>
  Object.entries(frames).flatMap(([category, pairs]) =>
    pairs.map(([offensive, defensive]) => ({ category: category as BarredWork, language, offensive, defensive })),
  );

export const FRAMES: readonly FramePair[] = [...pairsOf('en', ENGLISH_FRAMES), ...pairsOf('ja', JAPANESE_FRAMES)];

export const TUNED_ON: readonly FramePair[] = FRAMES.filter((_, index) => index % 2 === 0);
export const HELD_OUT: readonly FramePair[] = FRAMES.filter((_, index) => index % 2 === 1);
