// Finds names of persons in Japanese text with a linear model over characters (model.ts). Synchronous; long texts belong into the pool
// (pool.ts). Names in the Latin alphabet are latin-names.ts.
import type { Finding } from '../detect/detector.ts';
import type { Subject } from '../text/subject.ts';
import { CLASS, canBeInName, classOf } from './characters.ts';
import { MOST_CHARACTERS, Piece } from './features.ts';
import { isPersonHint } from './hints.ts';
import { loadLexicon, type Lexicon } from './lexicon.ts';
import { BEGINS, Decoder, ENDS, loadModel, OUTSIDE, SINGLE, type NameGains, type Model } from './model.ts';
import { loadWords } from './words.ts';

export interface NameTagger {
  /** Findings of the type person-name, in order, in offsets of `subject.text`. */
  tag(subject: Subject): Finding[];
}

const JAPANESE = /[\u3041-\u30ff\u3400-\u9fff]/;
/** Stands before a text of which the member name says that it is a person's: the model knows this label. */
const LABEL = '氏名:';
/** Unknown words in katakana are mostly things, in kanji a missed name costs more than a word too many. */
const GAINS: NameGains = { kanji: 1, other: 1 };
const MOST_IN_A_NAME = 40;
/** `Result 型`: a term beside a word, never a name. */
const WORDS_OF_TWO_SCRIPTS = /[A-Za-z0-9] (?=[^A-Za-z0-9 ])|[^A-Za-z0-9 ] (?=[A-Za-z0-9])/;

export function createNameTagger(
  model: Model = loadModel(),
  lexicon: Lexicon = loadLexicon(),
  gains = GAINS,
  words = loadWords(),
): NameTagger {
  const piece = new Piece(lexicon, words);
  const decoder = new Decoder(model, gains);

  function tagPiece(text: string, start: number, end: number, findings: Finding[]): void {
    piece.load(text, start, end);
    decoder.decode(piece);
    const { labels } = decoder;
    for (let at = 0; at < piece.length; at++) {
      const label = labels[at]!;
      if (label !== BEGINS && label !== SINGLE) continue;
      let last = at;
      if (label === BEGINS) while (last + 1 < piece.length && labels[last] !== ENDS && labels[last + 1] !== OUTSIDE) last++;
      const margin = decoder.margin(piece, at, last + 1);
      const finding = named(text, start + at, start + last + 1, margin);
      if (finding !== undefined) findings.push(finding);
      at = last;
    }
  }

  return {
    tag(subject) {
      const { text, hint } = subject;
      if (!JAPANESE.test(text)) return [];
      const findings: Finding[] = [];
      if (text.length <= MOST_IN_A_NAME && isPersonHint(hint)) {
        tagPiece(LABEL + text, LABEL.length, LABEL.length + text.length, findings);
        const shifted = findings.map((finding) => ({
          ...finding,
          start: finding.start - LABEL.length,
          end: finding.end - LABEL.length,
        }));
        return shifted.length > 0 ? shifted : wholeText(text);
      }
      for (let start = 0; start < text.length;) {
        const end = pieceEnd(text, start);
        if (JAPANESE.test(text.slice(start, end))) tagPiece(text, start, end, findings);
        start = end;
      }
      return findings;
    },
  };
}

function named(text: string, start: number, end: number, margin: number): Finding | undefined {
  const name = text.slice(start, end);
  const first = name.length - name.trimStart().length;
  const trimmed = name.trim();
  if (trimmed.length > MOST_IN_A_NAME || !JAPANESE.test(trimmed) || WORDS_OF_TWO_SCRIPTS.test(trimmed)) return undefined;
  // What gains moved over the line is reported as 0.5.
  const confidence = Math.round(100 / (1 + Math.exp(-margin / 2))) / 100;
  return {
    type: 'person-name',
    start: start + first,
    end: start + first + trimmed.length,
    confidence: Math.min(0.99, Math.max(0.5, confidence)),
    rule: 'name.japanese.tagger',
  };
}

/** A short value under a member such as `full_name` that is nothing but letters of a name, although the model knows none of it. */
function wholeText(text: string): Finding[] {
  const trimmed = text.trim();
  if (trimmed.length < 2 || trimmed.length > 12 || !/^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー・々 ]+$/u.test(trimmed)) return [];
  const start = text.indexOf(trimmed);
  return [
    {
      type: 'person-name',
      start,
      end: start + trimmed.length,
      confidence: 0.6,
      rule: 'name.japanese.member',
    },
  ];
}

/** Where to cut: behind a line or a sentence, or else where no name can be, or else at the bound. */
export function pieceEnd(text: string, start: number): number {
  const most = start + MOST_CHARACTERS;
  if (most >= text.length) return text.length;
  const line = text.lastIndexOf('\n', most - 1);
  if (line > start) return line + 1;
  const sentence = text.lastIndexOf('。', most - 1);
  if (sentence > start) return sentence + 1;
  for (let at = most - 1; at > most - 200; at--) {
    const kind = classOf(text.charCodeAt(at));
    if (!canBeInName(kind) || kind === CLASS.digit) return at + 1;
  }
  return most;
}
