// The types of sensitive values, and what each is: one table, so that a new type is one line. Which detector finds a type is the
// detector's business (detect/); what is done about it is the policy's.

/** What kind of harm a value does where it does not belong. Policies may name a group instead of its types. */
export type TypeGroup = 'identity' | 'secret' | 'operational' | 'dictionary';

interface TypeFacts {
  readonly group: TypeGroup;
  /** First part of its placeholder: letters only, so that a model reads what stands there. */
  readonly word: string;
  /** What a placeholder looks like: a typed token, or a pseudonym that keeps the value's shape. */
  readonly shape: 'token' | 'email' | 'host' | 'ipv4' | 'ipv6';
}

const token = (group: TypeGroup, word: string): TypeFacts => ({ group, word, shape: 'token' });

export const TYPES = {
  'person-name': token('identity', 'PERSON'),
  email: { group: 'identity', word: 'MAIL', shape: 'email' },
  phone: token('identity', 'PHONE'),
  'credit-card': token('identity', 'CARD'),
  iban: token('identity', 'IBAN'),
  'us-ssn': token('identity', 'SSN'),
  'my-number': token('identity', 'MYNUMBER'),
  'corporate-number': token('identity', 'CORPORATE'),
  'drivers-licence': token('identity', 'LICENCE'),
  'insurer-number': token('identity', 'INSURER'),
  'pension-number': token('identity', 'PENSION'),
  passport: token('identity', 'PASSPORT'),
  'residence-card': token('identity', 'RESIDENCE'),
  'bank-account': token('identity', 'ACCOUNT'),
  'postal-code': token('identity', 'POSTCODE'),
  address: token('identity', 'ADDRESS'),
  'date-of-birth': token('identity', 'BIRTHDATE'),
  'api-key': token('secret', 'SECRET'),
  'private-key': token('secret', 'PRIVATEKEY'),
  jwt: token('secret', 'JWT'),
  'connection-string': token('secret', 'CONNECTION'),
  credential: token('secret', 'CREDENTIAL'),
  'internal-host': { group: 'operational', word: 'HOST', shape: 'host' },
  'public-domain': { group: 'operational', word: 'DOMAIN', shape: 'host' },
  'ipv4-address': { group: 'operational', word: 'IP', shape: 'ipv4' },
  'ipv6-address': { group: 'operational', word: 'IPV6', shape: 'ipv6' },
  'mac-address': token('operational', 'MAC'),
  'user-name': token('operational', 'USER'),
  'file-share': token('operational', 'SHARE'),
  'asset-tag': token('operational', 'ASSET'),
  'dictionary-term': token('dictionary', 'TERM'),
  /** Found by an external detector that has no type of ours for it. */
  other: token('identity', 'VALUE'),
} as const satisfies Record<string, TypeFacts>;

export type SensitiveType = keyof typeof TYPES;

export const SENSITIVE_TYPES = Object.keys(TYPES) as readonly SensitiveType[];

export function factsOf(type: SensitiveType): TypeFacts {
  return TYPES[type];
}
