// The text of a file's bytes in whatever charset they are: declared, marked, or recognisable, as Japanese Windows programs still write them.
// Bytes that no charset explains are no text. Writes nothing: what is changed is written as UTF-8.

export interface DecodedFile {
  readonly text: string;
  readonly isUtf8: boolean;
}

/** UTF-16 and ISO-2022-JP are not told from other bytes by their look alone, so a declaration comes before everything. */
const TELLING = /^(?:utf-?16(?:le|be)?|unicode|ucs-2|(?:cs)?iso-?2022-?jp)$/i;
/** ISO-2022 switches to another set of characters with it; terminals take `[` for a colour and `]` for a title or a link. */
const SWITCHES = new RegExp(`${String.fromCharCode(0x1b)}(?![[\\]])`);

/** `declared`: a name of a charset as in `charset=`, or ''. Undefined: no text. */
export function textOfBytes(bytes: Uint8Array, declared: string): DecodedFile | undefined {
  const marked = charsetByMark(bytes);
  if (marked !== undefined) return decodedAs(marked, bytes);
  if (TELLING.test(declared)) {
    const told = decodedAs(declared, bytes);
    if (told !== undefined) return told;
  }
  const utf8 = decodedAs('utf-8', bytes);
  if (utf8 !== undefined) return SWITCHES.test(utf8.text) ? decodedAs('iso-2022-jp', bytes) : utf8;
  return (declared === '' ? undefined : decodedAs(declared, bytes)) ?? recognised(bytes);
}

function charsetByMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined;
}

function decodedAs(charset: string, bytes: Uint8Array): DecodedFile | undefined {
  try {
    const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
    const text = decoder.decode(bytes);
    return text.includes('\0') ? undefined : { text, isUtf8: decoder.encoding === 'utf-8' };
  } catch {
    // No such charset, or not these bytes.
    return undefined;
  }
}

/** Enough to know a charset by. */
const SAMPLE = 20_000;
const LEAST_JAPANESE = 0.8;

/** The charset in which the bytes are mostly Japanese. */
function recognised(bytes: Uint8Array): DecodedFile | undefined {
  let best: DecodedFile | undefined;
  let most = 0;
  for (const charset of ['shift_jis', 'euc-jp']) {
    const decoded = decodedAs(charset, bytes);
    if (decoded === undefined || (charset === 'shift_jis' && !looksJapanese(bytes.subarray(0, SAMPLE)))) continue;
    const share = shareOfJapanese(decoded.text.slice(0, SAMPLE));
    if (share >= LEAST_JAPANESE && share > most) [best, most] = [decoded, share];
  }
  return best;
}

const CONTROLS = /(?![\t\n\v\f\r])\p{Cc}/u;
const BEYOND_ASCII = /[^\0-\x7f]/g;
const FULL_WIDTH = /[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e\u2010-\u2026\u2190-\u2193\u25a0-\u25cf\u2460-\u2473]/g;
const HALF_WIDTH = /[\uff61-\uff9f]/g;
/** Wrongly taken bytes of EUC-JP are half-width kana without end; so are files of banks. They count if nothing fits better. */
const WORTH_OF_HALF_WIDTH = 0.9;

/** Of what is beyond ASCII; 0 where that is nothing, or something controls a device. */
function shareOfJapanese(text: string): number {
  if (CONTROLS.test(text)) return 0;
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const beyond = count(BEYOND_ASCII);
  return beyond === 0 ? 0 : (count(FULL_WIDTH) + WORTH_OF_HALF_WIDTH * count(HALF_WIDTH)) / beyond;
}

/** Letters with accents of Western charsets are the first half of a rare kanji or a single half-width kana: mostly these is no Shift_JIS. */
function looksJapanese(bytes: Uint8Array): boolean {
  let usual = 0;
  let rare = 0;
  const isHalfWidth = (byte: number | undefined): boolean => byte !== undefined && byte >= 0xa1 && byte <= 0xdf;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < 0x80) continue;
    const isUsual = isHalfWidth(byte)
      ? isHalfWidth(bytes[at - 1]) || isHalfWidth(bytes[at + 1])
      : byte <= 0x83 || (bytes[++at] ?? 0) >= 0x80;
    if (byte <= 0x83) at++;
    if (isUsual) usual++;
    else rare++;
  }
  return usual > rare;
}
