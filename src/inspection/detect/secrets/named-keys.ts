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

/** One detector for each vendor. */
export function namedKeyDetectors(): Detector[] {
  return NAMED_RULES.map(detectorOf);
}

function detectorOf(rule: NamedRule): Detector {
  const forms = rule.forms.map(wholeForm);
  return {
    id: 'named-key',
    types: ['api-key'],
    triggers: rule.names,
    find(subject, start, end, report) {
      const { text } = subject;
      const assigned = assignedAt(text, start, end);
      if (assigned === undefined || assigned.notation === 'comma') return;
      const value = text.slice(assigned.valueStart, assigned.valueEnd);
      if (!forms.some((form) => form.test(value)) || isPlaceholder(value) || !isKey(value, assigned.name)) return;
      const confidence = isDocumentation(value) ? 0.4 : SAYS_SECRET.test(assigned.name) ? 0.85 : 0.65;
      report({ type: 'api-key', start: assigned.valueStart, end: assigned.valueEnd, confidence, rule: `named-key.${rule.id}` });
    },
  };
}

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
