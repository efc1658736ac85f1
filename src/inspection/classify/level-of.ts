// The data class of a text: the maximum over everything that speaks for a level. Adding evidence never lowers it, and neither does what a
// caller declares; there is no argument that could.
import { factsOf, SENSITIVE_TYPES, type SensitiveType } from '../types.ts';
import { raised, rankOf, type DataLevel } from './levels.ts';
import { levelOfTlp, type TlpLabel } from './tlp.ts';

export interface LevelTable {
  readonly types: Readonly<Record<SensitiveType, DataLevel>>;
  /** By the label that the operator's dictionary gives a term; labels that are not listed count as `dictionary-term`. */
  readonly labels: Readonly<Record<string, DataLevel>>;
  /** From so many distinct values of one identity type on, the level is one higher: a list of persons is more than a person. */
  readonly bulkFrom: number;
}

export interface LevelEvidence {
  /** Distinct values found, by type; of `dictionary-term` only those without a label, since a label speaks for its terms. */
  readonly types?: Partial<Readonly<Record<SensitiveType, number>>>;
  /** Labels of the dictionary terms found. */
  readonly labels?: readonly string[];
  readonly markings?: readonly { readonly level: DataLevel; readonly rule: string }[];
  readonly tlp?: readonly TlpLabel[];
  /** What the caller says. Raises only. */
  readonly declared?: DataLevel;
}

export interface LevelDecision {
  readonly level: DataLevel;
  /** What asks for this very level, such as `type:my-number`, `bulk:email`, `label:plant`, `marking:社外秘`, `tlp:AMBER`, `declared`. */
  readonly because: readonly string[];
}

/**
 * Defaults, stated so that an operator can disagree. Restricted: what a law or a payment scheme restricts by name (My Number, basic pension
 * number, residence card, passport, SSN, card number) and every secret. Confidential: what harms a person or a plant when it leaks. Internal:
 * what is handed out in daily business but says something about the organisation (business mail and phone, single names, addresses of
 * machines). Public: what anybody can look up (corporate numbers are published by law; public domains).
 */
export const DEFAULT_LEVELS: LevelTable = {
  types: {
    'person-name': 'internal',
    email: 'internal',
    phone: 'internal',
    'credit-card': 'restricted',
    iban: 'confidential',
    'us-ssn': 'restricted',
    'my-number': 'restricted',
    'corporate-number': 'public',
    'drivers-licence': 'confidential',
    'insurer-number': 'internal',
    'pension-number': 'restricted',
    passport: 'restricted',
    'residence-card': 'restricted',
    'bank-account': 'confidential',
    'postal-code': 'internal',
    address: 'confidential',
    'date-of-birth': 'confidential',
    'api-key': 'restricted',
    'private-key': 'restricted',
    jwt: 'restricted',
    'connection-string': 'restricted',
    credential: 'restricted',
    'internal-host': 'confidential',
    'public-domain': 'public',
    'ipv4-address': 'internal',
    'ipv6-address': 'internal',
    'mac-address': 'internal',
    'user-name': 'internal',
    'file-share': 'confidential',
    'asset-tag': 'confidential',
    'dictionary-term': 'confidential',
    other: 'confidential',
  },
  labels: {},
  bulkFrom: 10,
};

export function levelOf(evidence: LevelEvidence, table: LevelTable = DEFAULT_LEVELS): LevelDecision {
  let level: DataLevel = 'public';
  let because: string[] = [];
  const ask = (asked: DataLevel, reason: string) => {
    const difference = rankOf(asked) - rankOf(level);
    if (difference > 0) because = [];
    if (difference >= 0 && asked !== 'public') because.push(reason);
    if (difference > 0) level = asked;
  };
  for (const type of SENSITIVE_TYPES) {
    const count = evidence.types?.[type] ?? 0;
    if (count <= 0) continue;
    const single = table.types[type];
    // What is public one by one, such as corporate numbers, stays so as a list.
    if (count >= table.bulkFrom && factsOf(type).group === 'identity' && single !== 'public') ask(raised(single), `bulk:${type}`);
    else ask(single, `type:${type}`);
  }
  for (const label of new Set(evidence.labels)) ask(labelLevel(table, label), `label:${label}`);
  for (const marking of evidence.markings ?? []) ask(marking.level, `marking:${marking.rule}`);
  for (const label of evidence.tlp ?? []) ask(levelOfTlp(label), `tlp:${label}`);
  if (evidence.declared !== undefined) ask(evidence.declared, 'declared');
  return { level, because: [...new Set(because)] };
}

function labelLevel(table: LevelTable, label: string): DataLevel {
  return Object.hasOwn(table.labels, label) ? table.labels[label]! : table.types['dictionary-term'];
}
