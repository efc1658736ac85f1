// Whether a value that stands behind a telling name is a secret, and how sure that is. Names are judged in names.ts.
import { classesOf, looksRandom, wordiness } from './measure.ts';
import type { Strength } from './names.ts';
import { isIdentifier, isPlaceholder } from './placeholder.ts';

/** How the value stands there. */
export interface Setting {
  readonly strength: Strength;
  readonly name: string;
  readonly quoted: boolean;
  /** As in settings files, on command lines and in labels: a bare word is a value there. In code it is the name of another variable. */
  readonly literal: boolean;
  /** Name and value are only neighbours in a list of arguments. */
  readonly loose: boolean;
  /** In a sentence a word is a word. */
  readonly prose: boolean;
}

const LEAST = { password: 4, secret: 8, weak: 16 } as const;
const LONGEST_TYPED = 100;

const NOT_SECRET =
  /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|\.{0,2}\/[\w.-]*(?:\/|$)|~\/|[A-Za-z]:\\|\d{4}-\d\d-\d\d|v?\d+\.\d+(?:\.\d+)*$|[\w.+-]+@[\w-]+\.[\w.]+$|#[0-9a-f]{3,8}$|0x[0-9a-f]{1,8}$|\d{1,2}\/\d{1,2}\/\d{2,4}|[A-Za-z]{2,16}=[^=])/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Words joined: `current-password`, `user_token`, `auth.session.key`. */
const JOINED_WORDS = /^[A-Za-z]{2,}(?:[-_.:/ ][A-Za-z]{2,})+$/;
/** What may be a secret where it is only one of several arguments. */
const ARGUMENT = /^[\w+/=.~!@#$%^&*-]+$/;
/** Words and small numbers, three or more: `extended-cache-ttl-2025-04-11`, `scram-sha-256`. */
const JOINED_NUMBERS = /^(?:[A-Za-z]{2,}|\d{1,4})(?:[-_.:/](?:[A-Za-z]{2,}|\d{1,4})){2,}$/;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Confidence from 0 to 1; 0 where it is none. */
export function judge(value: string, setting: Setting): number {
  if (value.length < LEAST[setting.strength]) return 0;
  // Nobody types so much; and measuring is cheaper than the patterns below.
  if (value.length > LONGEST_TYPED && !looksRandom(value)) return 0;
  // What a machine draws has digits or both cases; most text behind a telling name ends here.
  if (setting.strength !== 'password' && isPlain(value)) return 0;
  if (!VISIBLE_ASCII.test(value)) return isPhrase(value, setting) ? 0.6 : 0;
  if (isPlaceholder(value) || NOT_SECRET.test(value)) return 0;
  if (value.toLowerCase() === setting.name.toLowerCase() || (setting.loose && !ARGUMENT.test(value))) return 0;
  // Written in code and no literal: `ed25519.Ed25519PrivateKey`, `CPAN::HTTP`.
  if (!setting.quoted && !setting.literal && /[.:]/.test(value) && isIdentifier(value)) return 0;
  const random = looksRandom(value) && !isPathOfWords(value) && !JOINED_NUMBERS.test(value);
  if (setting.strength === 'password') return passwordConfidence(value, setting, random);
  if (UUID.test(value)) return setting.strength === 'secret' ? 0.55 : 0;
  if (random) return setting.strength === 'secret' ? 0.8 : weakConfidence(value);
  return setting.strength === 'secret' ? madeByHand(value, setting) : 0;
}

function isPlain(value: string): boolean {
  const { lower, upper, digits, others } = classesOf(value);
  return digits === 0 && others < 2 && (lower === 0 || upper === 0);
}

/** Words of a pass phrase, three or more in quotes, and no sentence. */
function isPhrase(value: string, { name, quoted }: Setting): boolean {
  return quoted && /phrase/i.test(name) && /^[a-z0-9]{2,20}(?: [a-z0-9]{2,20}){2,24}$/.test(value) && !isPlaceholder(value);
}

/** Letters, digits and perhaps signs that are in no word: of eight characters or more, where a machine's secret is expected. */
function madeByHand(value: string, { quoted, literal, loose }: Setting): number {
  if ((!quoted && !literal) || JOINED_WORDS.test(value) || JOINED_NUMBERS.test(value)) return 0;
  const { lower, upper, digits, others } = classesOf(value);
  const signs = others - (value.match(/[-_.:/=]/g)?.length ?? 0);
  if (lower + upper === 0 || digits + signs === 0) return 0;
  if (isIdentifier(value) && digits < 2) return 0;
  if (loose && (digits < 2 || signs < 2)) return 0;
  return wordiness(value) < 0.5 || (digits >= 2 && signs > 0) ? 0.6 : 0.45;
}

/** Behind a name that says little only what is long and surely drawn. */
function weakConfidence(value: string): number {
  const { digits, lower, upper } = classesOf(value);
  return digits >= 2 && lower + upper >= 4 ? 0.55 : 0;
}

function passwordConfidence(value: string, setting: Setting, random: boolean): number {
  if (random) return 0.85;
  const { lower, upper, digits, others } = classesOf(value);
  const letters = lower + upper;
  const mixed = Number(letters > 0) + Number(digits > 0) + Number(others > 0) > 1;
  if (JOINED_WORDS.test(value) || JOINED_NUMBERS.test(value)) return 0.3;
  if (mixed && value.length >= 5) {
    if (setting.loose) return digits > 1 || (digits > 0 && others > 0) ? 0.55 : 0.3;
    if (setting.quoted) return 0.75;
    if (setting.literal) return 0.65;
    return isIdentifier(value) ? 0.3 : 0.55;
  }
  if (setting.loose || (setting.prose && !setting.quoted) || !(setting.quoted || setting.literal)) return 0;
  if (digits === value.length) return 0.5;
  if (letters === value.length && value.length >= 8 && lower > 0 && upper > 0 && wordiness(value) < 0.33) return 0.6;
  // A word: a password all the same where nothing but a value can stand; camel case is the name of something.
  if (letters < value.length || value.length < 5 || /[a-z][A-Z]/.test(value)) return 0;
  return 0.5;
}

function isPathOfWords(value: string): boolean {
  const parts = value.split(/[/.:]/);
  return parts.length > 2 && wordiness(value) > 0.35 && parts.every((part) => part.length < 20);
}
