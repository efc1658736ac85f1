// Which digits are a Japanese telephone number, by the numbering plan. Knows nothing of the text around.
import { AREA_CODES, MOBILE_CODES, SERVICE_CODES } from './area-codes.ts';

export type PhoneKind = 'mobile' | 'fixed' | 'service';

/** Of a number written in three parts, such as `0422-12-3456`. */
export function kindOfParts(area: string, exchange: string, subscriber: string): PhoneKind | undefined {
  const total = area.length + exchange.length + subscriber.length;
  if (MOBILE_CODES.has(area)) return exchange.length === 4 && subscriber.length === 4 ? 'mobile' : undefined;
  if (area === '0800') return exchange.length === 3 && subscriber.length === 4 ? 'service' : undefined;
  if (total !== 10) return undefined;
  if (SERVICE_CODES.has(area)) return 'service';
  return subscriber.length === 4 && AREA_CODES.has(area) ? 'fixed' : undefined;
}

/** Of a number without separators, with its leading 0. */
export function kindOfDigits(digits: string): PhoneKind | undefined {
  if (digits.length === 11) {
    if (digits.startsWith('0800')) return 'service';
    return MOBILE_CODES.has(digits.slice(0, 3)) && digits[3] !== '0' ? 'mobile' : undefined;
  }
  if (digits.length !== 10) return undefined;
  if (SERVICE_CODES.has(digits.slice(0, 4))) return 'service';
  for (let length = 2; length <= 5; length++) if (AREA_CODES.has(digits.slice(0, length))) return 'fixed';
  return undefined;
}
