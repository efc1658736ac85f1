// The insides of the name tagger that fitting needs, in one place: they are no part of any door.
export { BITS, MOST_FEATURES, Piece, SHIFT } from '../../../src/inspection/names/features.ts';
export { createNameTagger, type NameTagger } from '../../../src/inspection/names/japanese-tagger.ts';
export { latinNameDetector } from '../../../src/inspection/names/latin-names.ts';
export { loadLatinLexicon } from '../../../src/inspection/names/latin-lexicon.ts';
export { katakanaOf, loadLexicon, readReadings, readWords } from '../../../src/inspection/names/lexicon.ts';
export {
  BEGINS,
  encodeModel,
  ENDS,
  INSIDE,
  LABELS,
  mayFollow,
  OTHER,
  OUTSIDE,
  SINGLE,
  type Model,
} from '../../../src/inspection/names/model.ts';
export { subjectOf } from '../../../src/inspection/text/subject.ts';
export { Scanner } from '../../../src/inspection/detect/scanner.ts';
export { withoutOverlaps } from '../../../src/inspection/detect/overlaps.ts';
export { encodeWords, foldedWord, loadWords, Words, type Sense, type WordFile } from '../../../src/inspection/names/words.ts';
