// Check digits of the identifiers that the generated set carries, written from their published rules and independent of the detectors that
// the set judges.

/** 個人番号: the twelfth digit for the first eleven. */
export function myNumberCheck(first11: string): string {
  const weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
  const rest = weighted(first11, weights) % 11;
  return String(rest <= 1 ? 0 : 11 - rest);
}

/** 法人番号: the FIRST digit for the twelve that follow it. */
export function corporateNumberCheck(last12: string): string {
  const weights = Array.from({ length: 12 }, (_, index) => (index % 2 === 1 ? 1 : 2));
  return String(9 - (weighted(last12, weights) % 9));
}

/** Driver's licence: the eleventh digit for the first ten. */
export function licenceCheck(first10: string): string {
  const rest = weighted(first10, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return String((11 - rest) % 10);
}

/** 保険者番号: the last digit for the digits before it. Luhn's rule. */
export function insurerCheck(digits: string): string {
  return luhnCheck(digits);
}

/** Luhn's last digit: cards, 保険者番号. */
export function luhnCheck(digits: string): string {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const product = Number(digits[digits.length - 1 - place]) * (place % 2 === 0 ? 2 : 1);
    sum += product > 9 ? product - 9 : product;
  }
  return String((10 - (sum % 10)) % 10);
}

/** JAN (EAN-13): the thirteenth digit for the first twelve. */
export function janCheck(first12: string): string {
  const weights = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 1 : 3));
  return String((10 - (weighted(first12, weights) % 10)) % 10);
}

function weighted(digits: string, weights: readonly number[]): number {
  if (digits.length !== weights.length) throw new Error(`check digit: ${digits.length} digits where ${weights.length} are expected`);
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);
}
