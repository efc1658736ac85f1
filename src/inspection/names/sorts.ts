// What a word of the dictionary can be, as far as names are concerned: its kinds in few sorts.

/** What a word can be, as far as names are concerned. */
export const SORT = {
  other: 0,
  surname: 1,
  given: 2,
  person: 3,
  place: 4,
  organisation: 5,
  proper: 6,
  noun: 7,
  doing: 8,
  personSuffix: 9,
  placeSuffix: 10,
  suffix: 11,
  number: 12,
  prefix: 13,
  verb: 14,
  adjective: 15,
  particle: 16,
  auxiliary: 17,
  adverb: 18,
  symbol: 19,
  edge: 20,
} as const;

const STARTS: readonly (readonly [start: string, sort: number])[] = [
  ['名詞,固有名詞,人名,姓', SORT.surname],
  ['名詞,固有名詞,人名,名', SORT.given],
  ['名詞,固有名詞,人名', SORT.person],
  ['名詞,固有名詞,地域', SORT.place],
  ['名詞,固有名詞,組織', SORT.organisation],
  ['名詞,固有名詞', SORT.proper],
  ['名詞,接尾,人名', SORT.personSuffix],
  ['名詞,接尾,地域', SORT.placeSuffix],
  ['名詞,接尾,助数詞', SORT.number],
  ['名詞,接尾', SORT.suffix],
  ['名詞,数', SORT.number],
  ['名詞,サ変', SORT.doing],
  ['名詞', SORT.noun],
  ['接頭詞', SORT.prefix],
  ['動詞', SORT.verb],
  ['形容詞', SORT.adjective],
  ['助詞', SORT.particle],
  ['助動詞', SORT.auxiliary],
  ['副詞', SORT.adverb],
  ['記号', SORT.symbol],
  ['BOS', SORT.edge],
];

/** The sort of each kind, by how its name begins. */
export function sortsOf(groups: readonly string[]): Uint8Array {
  return Uint8Array.from(groups, (name) => STARTS.find(([start]) => name.startsWith(start))?.[1] ?? SORT.other);
}
