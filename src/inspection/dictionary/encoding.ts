// Whether a file is UTF-8, and if not, what it probably is and what to do about it. Other encodings are never guessed into terms: a term
// that was decoded wrongly would silently protect nothing.
import { isUtf8 } from 'node:buffer';

export function encodingProblem(bytes: Uint8Array): { readonly line: number; readonly reason: string } | undefined {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { line: 0, reason: `it is UTF-16, not UTF-8. ${convertFrom('UTF-16')}` };
  if (isUtf8(bytes)) return undefined;
  const line = firstBadLine(bytes);
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const isDamagedUtf8 = share(sample, 'utf-8', /[^\ufffd]/) > 0.75;
  const other = isDamagedUtf8 ? undefined : LEGACY.find(({ encoding }) => share(sample, encoding, JAPANESE) > 0.5);
  if (other !== undefined) return { line, reason: `it is ${other.name}, not UTF-8. ${convertFrom(other.iconv)}` };
  return { line, reason: 'it is not UTF-8 from this line on. Save it as UTF-8' };
}

const SAMPLE_BYTES = 1 << 20;
const LEGACY = [
  { encoding: 'shift_jis', name: 'Shift_JIS', iconv: 'CP932' },
  { encoding: 'euc-jp', name: 'EUC-JP', iconv: 'EUC-JP' },
] as const;

/** Without half-width kana: read as Shift_JIS, EUC-JP is full of them. */
const JAPANESE = /[\u3000-\u30ff\uff00-\uff60\p{Script=Han}]/u;

function convertFrom(encoding: string): string {
  return `Convert it, for example with: iconv -f ${encoding} -t UTF-8 OLD.csv > NEW.csv (in Excel: save as "CSV UTF-8")`;
}

/** How many of the characters beyond ASCII are such, read in this encoding: 0 to 1. */
function share(bytes: Uint8Array, encoding: string, such: RegExp): number {
  const beyondAscii = new TextDecoder(encoding).decode(bytes).match(/[^\0-\x7f]/gu) ?? [];
  return beyondAscii.filter((character) => such.test(character)).length / Math.max(beyondAscii.length, 1);
}

/** The 1-based line of the first byte that is not UTF-8; a line feed is never part of a longer sequence. */
function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end;
  }
  return line;
}
