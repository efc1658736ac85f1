// Payment card numbers: issuer ranges (ISO/IEC 7812), length, Luhn's check digit, and the grouping that cards are printed with. Short and
// rare lengths need a word that says what they are. Expiry dates and security codes are not looked for.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { before, continuesNumber, hintForValue, isDigitAt, isWordAt, passesLuhn } from './near.ts';

interface Scheme {
  readonly prefixes: RegExp;
  readonly lengths: readonly number[];
  /** Rare, or like numbers of other kinds: only where a word says that it is a card. */
  readonly needsContext?: boolean;
}

const SCHEMES: readonly Scheme[] = [
  { prefixes: /^4/, lengths: [16, 19] },
  { prefixes: /^4/, lengths: [13], needsContext: true },
  { prefixes: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefixes: /^3[47]/, lengths: [15] },
  { prefixes: /^(?:6011|64[4-9]|65)/, lengths: [16, 19] },
  { prefixes: /^35(?:2[89]|[3-8])/, lengths: [16, 19] },
  { prefixes: /^(?:2131|1800)/, lengths: [15], needsContext: true },
  { prefixes: /^(?:30[0-5]|3095|36|38|39)/, lengths: [14, 16], needsContext: true },
  { prefixes: /^(?:62|81)/, lengths: [16, 17, 18, 19], needsContext: true },
  { prefixes: /^(?:50|5[6-9]|6)/, lengths: [12, 13, 14, 15, 16, 17, 18, 19], needsContext: true },
  { prefixes: /^220[0-4]/, lengths: [16], needsContext: true },
];

/** As printed: in fours (the last group may be shorter or longer), American Express 4-6-5, Diners Club 4-6-4. */
const GROUPED = /(?:[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1?[0-9]{3})?|[0-9]{4}([ -])[0-9]{6}\2[0-9]{4,5})/;
const CANDIDATES = new RegExp(`(?<![0-9])(?:${GROUPED.source}|[0-9]{12,19})(?![0-9])`, 'g');

const WORDS =
  /(?:\bcards?\b|credit|debit|\bcc(?:n|num|number)?\b|\bpan\b|\bvisa\b|master ?card|maestro|amex|american express|diners|discover|\bjcb\b|unionpay|カード|クレジット)/;
/** Said of this very number. */
const NAMED = /(?:(?:credit|debit|payment|bank) ?card|card ?(?:number|no|num|#)|\bcc(?:n| ?num| ?number| ?#|:)|カード番号)[^0-9\n]{0,20}$/;
const HINTS = /^(?:(?:credit|debit|payment)?card(?:number|no|num)|cc(?:num|number|n)?|pan|primaryaccountnumber|(?:credit|debit)card)$/;

export const creditCard: Detector = {
  id: 'credit-card',
  types: ['credit-card'],
  runs: ['digits'],
  minDigits: 12,
  find(subject, start, end, report) {
    if (end - start < 12) return;
    for (const match of subject.text.slice(start, end).matchAll(CANDIDATES)) {
      const at = start + match.index;
      const finding = judge(subject, at, at + match[0].length);
      if (finding !== undefined) report(finding);
    }
  },
};

function judge(subject: Subject, start: number, end: number): Finding | undefined {
  const { text } = subject;
  if (isWordAt(text, start - 1) || isWordAt(text, end) || continuesNumber(text, start, end)) return undefined;
  // A decimal point or a sign of a longer sum: `0.4111…`, `+4111…` is a phone number.
  if ((text[start - 1] === '.' || text[start - 1] === '+') && !isDigitAt(text, end)) return undefined;
  const digits = text.slice(start, end).replaceAll(/[^0-9]/g, '');
  const scheme = SCHEMES.find(({ prefixes, lengths }) => lengths.includes(digits.length) && prefixes.test(digits));
  if (scheme === undefined || /^([0-9])\1*$/.test(digits)) return undefined;
  const isGrouped = digits.length !== end - start;
  const isHinted = HINTS.test(hintForValue(subject));
  const words = before(subject, start, 60);
  const hasContext = isHinted || WORDS.test(words) || WORDS.test(subject.folded.slice(end, end + 25));
  if (passesLuhn(digits)) {
    if (hasContext) return found(start, end, 0.97, 'credit-card.context');
    if (scheme.needsContext === true) return isGrouped ? found(start, end, 0.6, 'credit-card.grouped') : undefined;
    return isGrouped ? found(start, end, 0.9, 'credit-card.grouped') : found(start, end, 0.8, 'credit-card.check-digit');
  }
  // Called a card number and shaped like one: a typing error does not make it harmless.
  if (digits.length >= 14 && (isHinted || NAMED.test(words))) return found(start, end, 0.6, 'credit-card.named');
  return undefined;
}

function found(start: number, end: number, confidence: number, rule: string): Finding {
  return { type: 'credit-card', start, end, confidence, rule };
}
