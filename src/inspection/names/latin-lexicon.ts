// What is known of a capitalised word: lists of data/names, and readings of Japanese names in Hepburn romanisation.
import { readReadings, readWords } from './lexicon.ts';

export const GIVEN = 1;
export const SURNAME = 2;
/** Never part of a name. */
export const WORD = 4;
/** A given name that is also something else. */
export const AMBIGUOUS = 8;
export const JAPANESE_SURNAME = 16;
export const JAPANESE_GIVEN = 32;
export const TITLE = 64;

const TITLES =
  'Mr Mrs Ms Miss Mx Dr Prof Professor Doctor Sir Madam Dame Herr Frau Monsieur Madame Mme Mlle Señor Señora Sra Signor Signora Rev Capt Sgt Lt Col Gen Judge Senator';

export type LatinLexicon = ReadonlyMap<string, number>;

export function loadLatinLexicon(withNames = true): LatinLexicon {
  const lexicon = new Map<string, number>();
  const add = (words: readonly string[], kind: number) => {
    for (const word of words) lexicon.set(word, (lexicon.get(word) ?? 0) | kind);
  };
  if (withNames) {
    add(readWords('latin-given-names.txt'), GIVEN);
    add(readWords('latin-given-names-english.txt'), GIVEN);
    add(readWords('latin-surnames.txt'), SURNAME);
    const { surnames, given } = readReadings();
    for (const spelt of [romanised, withLongVowels]) {
      add(surnames.map(spelt), JAPANESE_SURNAME);
      add(given.map(spelt), JAPANESE_GIVEN);
    }
  }
  add(readWords('latin-words.txt'), WORD);
  add(readWords('latin-ambiguous.txt'), AMBIGUOUS);
  add(TITLES.split(' '), TITLE);
  return lexicon;
}

const ROMAN: Readonly<Record<string, string>> = Object.fromEntries(
  'あa いi うu えe おo かka きki くku けke こko さsa しshi すsu せse そso たta ちchi つtsu てte とto なna にni ぬnu ねne のno はha ひhi ふfu へhe ほho まma みmi むmu めme もmo やya ゆyu よyo らra りri るru れre ろro わwa をo んn がga ぎgi ぐgu げge ごgo ざza じji ずzu ぜze ぞzo だda ぢji づzu でde どdo ばba びbi ぶbu べbe ぼbo ぱpa ぴpi ぷpu ぺpe ぽpo ゃya ゅyu ょyo'
    .split(' ')
    .map((pair) => [pair[0]!, pair.slice(1)]),
);

/** Hepburn with every vowel written: `Satou`, `Oota`. */
function withLongVowels(hiragana: string): string {
  const letters = hiragana.replaceAll(/./g, (character) => (character === 'っ' ? '=' : (ROMAN[character] ?? '')));
  const joined = letters
    .replaceAll(/(sh|ch|j)iy/g, '$1')
    .replaceAll(/([kgnhbpmr])iy/g, '$1y')
    .replaceAll(/=(c?)(.)/g, (_, c: string, next: string) => (c === 'c' ? `tc${next}` : next + next));
  return joined.charAt(0).toUpperCase() + joined.slice(1);
}

/** As passports write it: long vowels are short, `Sato`, `Ota`. */
export function romanised(hiragana: string): string {
  return withLongVowels(hiragana)
    .replaceAll(/ou|oo/g, 'o')
    .replaceAll('uu', 'u')
    .replaceAll(/^O[ou]/g, 'O');
}
