// Values that the name of a vendor in the name of their variable makes keys, such as 32 hexadecimal digits in TWITTER_API_KEY.
import type { Detector } from '../detector.ts';
import { assignedAt } from './assigned.ts';
import { wholeForm } from './form.ts';
import { classesOf, entropyOf, looksRandom, wordiness } from './measure.ts';
import { isDocumentation, isPlaceholder } from './placeholder.ts';
import type { NamedRow, NamedRule } from './rule.ts';
import { JAPANESE_NAMED } from './vendors-japan.ts';
import { NAMED_KEYS } from './vendors-named.ts';

export const NAMED_RULES: readonly NamedRule[] = [...NAMED_KEYS, ...JAPANESE_NAMED].map(ruleOf);

function ruleOf([id, names, ...forms]: NamedRow): NamedRule {
  return { id, names: names.split(' '), forms };
}

interface Vendor {
  readonly rule: NamedRule;
  readonly forms: readonly RegExp[];
}

const VENDORS: readonly Vendor[] = NAMED_RULES.map((rule) => ({ rule, forms: rule.forms.map(wholeForm) }));

/** One detector for each vendor, and one for texts whose JSON member bears a vendor's name. */
export function namedKeyDetectors(): Detector[] {
  return [...VENDORS.map(detectorOf), hintedDetector];
}

function detectorOf(vendor: Vendor): Detector {
  return {
    id: 'named-key',
    types: ['api-key'],
    triggers: vendor.rule.names,
    find(subject, start, end, report) {
      const { text } = subject;
      const assigned = assignedAt(text, start, end);
      if (assigned === undefined || assigned.notation === 'comma') return;
      const value = text.slice(assigned.valueStart, assigned.valueEnd);
      const confidence = confidenceOf(vendor, value, assigned.name);
      if (confidence === 0) return;
      report({ type: 'api-key', start: assigned.valueStart, end: assigned.valueEnd, confidence, rule: `named-key.${vendor.rule.id}` });
    },
  };
}

const plain = (name: string) => name.replaceAll(/[_-]/g, '');

const hintedDetector: Detector = {
  id: 'named-key',
  types: ['api-key'],
  hints: new RegExp(NAMED_RULES.flatMap(({ names }) => names.map(plain)).join('|')),
  find({ text, hint }, start, end, report) {
    if (end - start > LONGEST_KEY) return;
    const member = plain(hint.toLowerCase());
    for (const vendor of VENDORS) {
      if (!vendor.rule.names.some((name) => member.includes(plain(name)))) continue;
      const confidence = confidenceOf(vendor, text, hint);
      if (confidence > 0) report({ type: 'api-key', start, end, confidence, rule: `named-key.${vendor.rule.id}` });
    }
  },
};

function confidenceOf({ forms }: Vendor, value: string, name: string): number {
  if (!forms.some((form) => form.test(value)) || isPlaceholder(value) || !isKey(value, name)) return 0;
  return isDocumentation(value) ? 0.4 : SAYS_SECRET.test(name) ? 0.85 : 0.65;
}

const LONGEST_KEY = 512;
const SAYS_SECRET = /key|token|secret|auth|pass|cred|api|sig|license/i;
const NOT_THE_KEY = /(?:hash|sha|commit|checksum|digest|integrity|etag|revision|fingerprint|url|version|uuid|guid)(?:[-_.]?\w{0,8})?$/i;
const UUID = /^[0-9a-f]{8}-/i;

function isKey(value: string, name: string): boolean {
  const { digits, lower, upper } = classesOf(value);
  if (digits === value.length || NOT_THE_KEY.test(name)) return false;
  // A UUID names things of all kinds: the name has to say that this one is a secret.
  if (UUID.test(value) && !SAYS_SECRET.test(name)) return false;
  if (entropyOf(value) < Math.min(2.8, Math.log2(value.length) * 0.7)) return false;
  if (looksRandom(value)) return true;
  return lower + upper > 0 && (digits > 0 || SAYS_SECRET.test(name)) && wordiness(value) < 0.5;
}
