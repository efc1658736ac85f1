// What counts as harmless text in names that end up in logs, terminals and audit records.

/** Control characters, line and paragraph separators, and the marks that reorder text: they forge or hide log lines. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** True for 1 to `maxBytes` bytes of UTF-8 in whole characters, free of control characters and reordering marks. */
export function isPlainText(text: string, maxBytes: number): boolean {
  // A UTF-16 code unit takes at least one byte: refuse by length before any pass over the text.
  if (text.length === 0 || text.length > maxBytes) return false;
  return text.isWellFormed() && Buffer.byteLength(text) <= maxBytes && !UNSAFE.test(text);
}
