// Bounds on what people and models write into holds.

export const MOST_REASON_BYTES = 4096;
const MOST_LABEL_BYTES = 256;

/** Control characters, line separators, and the marks that reorder text: they forge or hide lines. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
const EVERY_UNSAFE = new RegExp(UNSAFE, 'gu');

/** Text of a person: 1 to `maxBytes` bytes of UTF-8 with something in it; lines and tabs are its own affair. */
export function isText(text: string, maxBytes: number): boolean {
  if (text.length === 0 || text.length > maxBytes) return false;
  return text.isWellFormed() && Buffer.byteLength(text) <= maxBytes && text.trim() !== '' && !UNSAFE.test(text.replace(/[\r\n\t]/g, ''));
}

export function isReason(text: string): boolean {
  return isText(text, MOST_REASON_BYTES);
}

/** A tool's name as a model wrote it, fit to be kept and shown: cut, and with marks in the place of what could forge a line. */
export function toolLabel(name: string): string {
  let label = name.slice(0, MOST_LABEL_BYTES).toWellFormed().replace(EVERY_UNSAFE, '\u{FFFD}');
  while (Buffer.byteLength(label) > MOST_LABEL_BYTES) label = label.slice(0, -1).toWellFormed();
  return label === '' ? '(none)' : label;
}
