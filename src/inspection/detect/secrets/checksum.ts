// Check digits that some vendors put at the end of a key. They only make us surer: a key with a typing error is a key that somebody meant
// to use, and formats change.
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECK_DIGITS = 6;

/** GitHub and npm: the last six characters are CRC-32 of the 30 before them, in base 62. Source: GitHub's blog of 2021-04-05 on token formats. */
export function hasBase62Crc32(key: string): boolean {
  const body = key.slice(key.indexOf('_') + 1);
  if (body.length <= CHECK_DIGITS) return false;
  return body.endsWith(base62(crc32(body.slice(0, -CHECK_DIGITS))));
}

function base62(value: number): string {
  let digits = '';
  for (let rest = value; digits.length < CHECK_DIGITS; rest = Math.floor(rest / 62)) digits = BASE62[rest % 62]! + digits;
  return digits;
}
