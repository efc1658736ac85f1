// Case and width of ASCII as one spelling, unit by unit, so that places in a folded text are places in the text.

const LOWER = Uint8Array.from({ length: 128 }, (_, code) => (code >= 0x41 && code <= 0x5a ? code + 32 : code));
const FULL_WIDTH = 0xfee0;

export function foldUnit(code: number): number {
  if (code < 128) return LOWER[code]!;
  return code >= 0xff01 && code <= 0xff5e ? LOWER[code - FULL_WIDTH]! : code;
}

const FOLDS = /[A-Z\uff01-\uff5e]/;

export function foldText(text: string): string {
  if (!FOLDS.test(text)) return text;
  let folded = '';
  for (let at = 0; at < text.length; at++) folded += String.fromCharCode(foldUnit(text.charCodeAt(at)));
  return folded;
}
