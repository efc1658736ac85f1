// Check digits of Japanese identifiers, over ASCII digits. Says whether a number can be one, never that it is one: about a tenth of all
// strings of digits pass. Rules: domain.md "Identifiers to mask".

const MY_NUMBER_WEIGHTS = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
const LICENCE_WEIGHTS = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

function digitAt(digits: string, at: number): number {
  return digits.charCodeAt(at) - 0x30;
}

function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * digitAt(digits, at), 0);
}

/** 12 digits, the last one checks. */
export function isMyNumber(digits: string): boolean {
  if (digits.length !== 12) return false;
  return ((11 - (weighted(digits, MY_NUMBER_WEIGHTS) % 11)) % 11) % 10 === digitAt(digits, 11);
}

/** 13 digits, the first one checks; weights 1 and 2 from the right. */
export function isCorporateNumber(digits: string): boolean {
  if (digits.length !== 13) return false;
  let sum = 0;
  for (let at = 1; at < 13; at++) sum += digitAt(digits, at) * (at % 2 === 0 ? 1 : 2);
  return 9 - (sum % 9) === digitAt(digits, 0);
}

/** 12 digits, the eleventh checks; the last one counts how often the licence was issued again. */
export function isDriversLicence(digits: string): boolean {
  if (digits.length !== 12) return false;
  return (11 - (weighted(digits, LICENCE_WEIGHTS) % 11)) % 10 === digitAt(digits, 10);
}

/** 保険者番号, 公費負担者番号: 6 or 8 digits, the last one checks; ×2, ×1 from the right over the others, sums of digits. */
export function isInsurerNumber(digits: string): boolean {
  if (digits.length !== 6 && digits.length !== 8) return false;
  let sum = 0;
  for (let at = digits.length - 2, weight = 2; at >= 0; at--, weight = 3 - weight) {
    const product = digitAt(digits, at) * weight;
    sum += product > 9 ? product - 9 : product;
  }
  return (10 - (sum % 10)) % 10 === digitAt(digits, digits.length - 1);
}
