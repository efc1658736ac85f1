// The part of a placeholder that tells one value from another: pairs of a consonant and a digit, such as K7Q2M9X4T8B3. Nobody writes like
// that, it makes no word, it survives shells, URLs, JSON, Markdown and file names, and a model copies it without mistakes.
import type { Mac } from './mac.ts';

const LETTERS = 'BCDFGHJKMNPQRSTVWXZY';
const PAIRS = LETTERS.length * 10;

/** 200^6 = 6.4e13: 46 bits. */
export const TOKEN_PAIRS = 6;
/** A label of a host name stands with others: 30 bits each. */
export const LABEL_PAIRS = 4;

const TOKEN = new RegExp(`^[A-Z]{2,16}_(?:[${LETTERS}][0-9]){${TOKEN_PAIRS}}$`);

/** The text has the form of a token, of this conversation or another. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

export function suffixOf(mac: Mac, purpose: string, value: string, pairs: number): string {
  const digest = mac(purpose, value);
  // 48 bits are exact in a double, and 200^6 leaves a bias of 2^-2 per pair at most in the last pair: no secret depends on it.
  let rest = digest.readUIntBE(0, 6);
  let suffix = '';
  for (let pair = 0; pair < pairs; pair++) {
    const place = rest % PAIRS;
    rest = Math.floor(rest / PAIRS);
    suffix += LETTERS[Math.floor(place / 10)]! + String(place % 10);
  }
  return suffix;
}
