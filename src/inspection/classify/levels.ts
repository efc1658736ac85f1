// Levels of data class and their names. What raises a text to a level is the business of level-of.ts; nothing anywhere lowers one.

export type DataLevel = 'public' | 'internal' | 'confidential' | 'restricted';

/** From the least to the most demanding. */
export const DATA_LEVELS = ['public', 'internal', 'confidential', 'restricted'] as const satisfies readonly DataLevel[];

/** What a level is called towards people: by our own names, or by the classes that Japanese government bodies use. */
export type LevelNaming = 'sekisho' | 'kimitsusei';

/**
 * The government's classes by the definitions in 政府機関等のサイバーセキュリティ対策のための統一基準, 1.2(1) 情報の格付の区分:
 * 機密性3 needs the handling of a 秘密文書 (極秘文書, 秘文書); 機密性2 probably holds what the disclosure law lets be withheld, because a leak
 * would harm rights or hinder the work, and is no 機密性3; 機密性1 holds nothing of the kind. There are three classes for four levels:
 * `internal` and `confidential` are both 機密性2, and what is marked 機密性2 is read as the stricter of the two.
 */
const KIMITSUSEI: Readonly<Record<DataLevel, string>> = {
  public: '機密性1',
  internal: '機密性2',
  confidential: '機密性2',
  restricted: '機密性3',
};

export function namesOf(level: DataLevel, naming: LevelNaming): string {
  return naming === 'kimitsusei' ? KIMITSUSEI[level] : level;
}

/** A level by any of its names, as configuration and callers write it; undefined for anything else. */
export function levelNamed(name: string): DataLevel | undefined {
  const plain = name.normalize('NFKC').trim().toLowerCase();
  const own = DATA_LEVELS.find((level) => level === plain);
  if (own !== undefined) return own;
  return DATA_LEVELS.findLast((level) => plain === KIMITSUSEI[level] || plain === `${KIMITSUSEI[level]}情報`);
}

export function rankOf(level: DataLevel): number {
  return DATA_LEVELS.indexOf(level);
}

/** One step stricter; the strictest stays. */
export function raised(level: DataLevel): DataLevel {
  return DATA_LEVELS[Math.min(rankOf(level) + 1, DATA_LEVELS.length - 1)]!;
}
