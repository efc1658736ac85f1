// International bank account numbers (ISO 13616): the country's length from SWIFT's registry, and the remainder modulo 97. Without spaces,
// or in groups of any size with single spaces or hyphens, in any case.
import type { Detector } from '../detector.ts';
import { isDigitAt, isWordAt } from './near.ts';

/** Length by country. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 ' +
    'GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 ' +
    'MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 ' +
    'TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 ' +
    // Used in practice, not in the registry.
    'AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const LOOK_BACK = 10;

export const iban: Detector = {
  id: 'iban',
  types: ['iban'],
  // Every one has four digits in a row (or in groups) somewhere; where that is within the first groups, the run leads to its beginning.
  runs: ['digits'],
  find(subject, start, _end, report) {
    const { text } = subject;
    // The first run may be the check digits, a bank code without letters, or what follows a bank code of letters.
    const from = Math.max(0, start - LOOK_BACK);
    for (let at = from; at < start; at++) {
      if (!begins(text, at, from, start + 2)) continue;
      const close = endOf(text, at);
      if (close > start) report({ type: 'iban', start: at, end: close, confidence: 0.97, rule: 'iban.check-digits' });
    }
  },
};

/** Two letters of a word that goes on with two digits, after one blank or hyphen at most; the look begins at `from` and ends before `to`. */
function begins(text: string, at: number, from: number, to: number): boolean {
  if (!isLetterAt(text, at) || !isLetterAt(text, at + 1)) return false;
  if (at > from && (isLetterAt(text, at - 1) || isDigitAt(text, at - 1))) return false;
  const between = text.charCodeAt(at + 2);
  const digits = between === 0x20 || between === 0x2d ? at + 3 : at + 2;
  return digits + 2 <= to && isDigitAt(text, digits) && isDigitAt(text, digits + 1);
}

function isLetterAt(text: string, at: number): boolean {
  const small = text.charCodeAt(at) | 0x20;
  return small >= 0x61 && small <= 0x7a;
}

/** End of the valid number that begins at `start`, or -1. */
function endOf(text: string, start: number): number {
  const length = LENGTHS.get(text.slice(start, start + 2).toUpperCase());
  if (length === undefined) return -1;
  let compact = '';
  let at = start;
  while (compact.length < length) {
    const character = text[at];
    if (character === undefined) return -1;
    if (isWordAt(text, at)) compact += character;
    else if ((character !== ' ' && character !== '-') || !isWordAt(text, at - 1)) return -1;
    at++;
  }
  if (isWordAt(text, at)) return -1;
  return /^[A-Za-z0-9]+$/.test(compact) && remainder(compact.toUpperCase()) === 1 ? at : -1;
}

function remainder(compact: string): number {
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
