// Names of the dictionary, and sentences in which the names are others: what a sentence says around a name holds for any name.
import type { Labelled, NameSource, OtherWords } from './generate.ts';
import type { Chance } from './random.ts';
import { loadWords, type Words } from './tagger.ts';

export interface DictionaryNames {
  readonly words: Words;
  readonly surnames: readonly string[];
  readonly givens: readonly string[];
  readonly others: OtherWords;
  readonly isSurname: (word: string) => boolean;
  readonly isGiven: (word: string) => boolean;
}

const PERSON = '名詞,固有名詞,人名';
const KATAKANA = /^[\u30a1-\u30ff]{2,}$/;
const KANJI = /^[\u3400-\u9fff々]+$/;

export function dictionaryNames(): DictionaryNames {
  const surfaces: string[] = [];
  const words = loadWords((word) => surfaces.push(word));
  /** Words with a sense that begins so, and none of a person's name unless that is what is asked for. */
  const of = (...kinds: string[]) => {
    const wanted = words.groups.map((name) => kinds.some((kind) => name.startsWith(kind)));
    const persons = words.groups.map((name) => name.startsWith(PERSON));
    return surfaces.filter((_, word) => {
      let found = false;
      for (let sense = words.firstSense[word]!; sense < words.firstSense[word + 1]!; sense++) {
        const group = words.senseGroups[sense]!;
        if (wanted[group] === true) found = true;
        else if (persons[group] === true && !kinds[0]!.startsWith(PERSON)) return false;
      }
      return found;
    });
  };
  const surnames = of(`${PERSON},姓`);
  const givens = of(`${PERSON},名`);
  const [surnameSet, givenSet] = [new Set(surnames), new Set(givens)];
  return {
    words,
    surnames: surnames.filter((word) => KANJI.test(word)),
    givens,
    others: {
      places: of('名詞,固有名詞,地域').filter((word) => word.length > 1),
      organisations: of('名詞,固有名詞,組織').filter((word) => word.length > 2),
      kanji: of('名詞,一般', '名詞,サ変').filter((word) => word.length > 1 && KANJI.test(word)),
      katakana: of('名詞,一般', '名詞,サ変').filter((word) => KATAKANA.test(word)),
    },
    isSurname: (word) => surnameSet.has(word),
    isGiven: (word) => givenSet.has(word),
  };
}

/** The sentence with other names of persons, of the same build. */
export function varied(labelled: Labelled, names: NameSource, dictionary: DictionaryNames, chance: Chance): Labelled {
  let text = '';
  let past = 0;
  const spans: [number, number][] = [];
  const shifts: [from: number, shift: number][] = [];
  for (const [start, end] of labelled.names) {
    text += labelled.text.slice(past, start);
    const name = labelled.text.slice(start, end);
    const other = chance.happens(0.8) ? otherName(name, names, dictionary) : name;
    spans.push([text.length, text.length + other.length]);
    text += other;
    past = end;
    shifts.push([end, text.length - end]);
  }
  text += labelled.text.slice(past);
  const moved = (at: number) => at + (shifts.findLast(([from]) => from <= at)?.[1] ?? 0);
  return {
    text,
    names: spans,
    others: (labelled.others ?? []).map(([start, end]): [number, number] => [moved(start), moved(end)]),
  };
}

function otherName(name: string, names: NameSource, { isSurname, isGiven }: DictionaryNames): string {
  if (/^[\u30a1-\u30ff・=]+$/.test(name))
    return name
      .split(/([・=])/)
      .map((part) => (part.length > 1 ? names.foreignPart() : part))
      .join('');
  if (!KANJI.test(name)) return name;
  if (name.length >= 3 && !isSurname(name) && !isGiven(name)) return names.surname() + names.given();
  if (isSurname(name)) return names.surname();
  return isGiven(name) ? names.given() : name;
}
