// Words that mark documents, as a table: what is written, which level it asks for, and how much of its surroundings must look like a marking.
import type { DataLevel } from './levels.ts';
import type { TlpLabel } from './tlp.ts';

export interface MarkingWord {
  /** As in `Subject.folded`: NFKC, lower case. */
  readonly word: string;
  readonly level: DataLevel;
  /** Latin words mark only in capitals (`CONFIDENTIAL`), unless they stand alone, in a label or, like `strictly confidential`, are long enough. */
  readonly capitals: boolean;
  /** Words so common that only brackets, a label or a line of their own make a marking of them, never the edge of a longer line. */
  readonly common: boolean;
}

const words = (level: DataLevel, list: readonly string[], capitals = false, common = false): readonly MarkingWord[] =>
  list.map((word) => ({ word, level, capitals, common }));

/**
 * Japanese companies grade 極秘 or 厳秘 > 秘 > 社外秘 (METI, 秘密情報の保護ハンドブック); none of them may leave the company, so that 社外秘 is
 * confidential and the two above it restricted. 取扱注意 and 関係者限り are handling limits of the government for 機密性2. 特定秘密 is classified
 * by the Act on the Protection of Specially Designated Secrets. English company grades follow the same order; RESTRICTED and SECRET are
 * government grades or the highest of a company. CUI and its forerunner FOUO are the US grade below classified.
 */
export const MARKING_WORDS: readonly MarkingWord[] = [
  ...words('restricted', ['極秘', '厳秘', '丸秘', 'マル秘', '人秘', '特定秘密', '機密性3情報', '秘文書', '極秘文書', '最高機密']),
  ...words('restricted', ['秘', '機密', '機密性3', '特定機密', '機密文書'], false, true),
  ...words('confidential', [
    '社外秘',
    '部外秘',
    '対外秘',
    '門外不出',
    '取扱注意',
    '取扱い注意',
    '取り扱い注意',
    '関係者限り',
    '関係者外秘',
    '部内限り',
  ]),
  ...words('confidential', ['機密性2情報', '転載禁止・社外秘', '機密性2', '要機密情報']),
  ...words('confidential', ['営業秘密', '関係者外持出禁止', '持出禁止', '複製厳禁'], false, true),
  ...words('internal', ['社内限り', '社内限定', '社内用', '内部限り', '庁内限り', '省内限り', '社内秘']),
  ...words('restricted', [
    'strictly confidential',
    'highly confidential',
    'most confidential',
    'top secret',
    'secret//noforn',
    's//nf',
    'ts//sci',
  ]),
  ...words('restricted', ['secret', 'noforn', 'restricted', 'eyes only', 'no foreign dissemination'], true, true),
  ...words('restricted', ['top secret//sci', 'highly restricted'], true),
  ...words('confidential', [
    'company confidential',
    'commercial in confidence',
    'commercial-in-confidence',
    'confidential and proprietary',
    'confidential & proprietary',
    'proprietary and confidential',
    'proprietary & confidential',
    'private and confidential',
    'private & confidential',
    'privileged and confidential',
    'privileged & confidential',
    'controlled unclassified information',
    'for official use only',
    'u//fouo',
    'unclassified//fouo',
    'law enforcement sensitive',
    'official-sensitive',
    'official sensitive',
  ]),
  ...words('confidential', ['confidential', 'proprietary', 'fouo', 'cui', 'company secret'], true),
  ...words('internal', [
    'internal use only',
    'for internal use only',
    'internal use',
    'company internal',
    'internal only',
    'not for public release',
    'do not distribute externally',
  ]),
  ...words('internal', ['internal'], true, true),
];

/** `TLP` in front of a label; spellings differ in what stands between. */
export const TLP_TRIGGERS = ['tlp', 'traffic light protocol'] as const;

export const TLP_AFTER = /[ \t]{0,2}[:_/=-]?[ \t]{0,2}(clear|white|green|amber[ \t]{0,2}[+:_ -]?[ \t]{0,2}strict|amber|red)(?![a-z0-9])/y;

export function tlpColour(written: string): TlpLabel {
  if (written.startsWith('amber')) return written.length > 'amber'.length ? 'AMBER+STRICT' : 'AMBER';
  if (written === 'clear' || written === 'white') return 'CLEAR';
  return written === 'red' ? 'RED' : 'GREEN';
}

/** What stands before a colon or in a table cell before the marking itself. */
export const LABEL_BEFORE =
  /(?:(?:security |data |document |information )?classification|(?:protective )?marking|sensitivity(?: label)?|confidentiality(?: level)?|handling(?: caveat)?|distribution|x-classification|機密区分|秘密区分|情報区分|情報の格付け?|格付け?|機密性区分|機密レベル|取扱区分|取扱い区分|取扱制限|配布区分|公開区分|文書区分|区分|分類|取扱い?)[ \t"'*_]{0,4}[:=|>][ \t"'*_[(<]{0,6}$/;
