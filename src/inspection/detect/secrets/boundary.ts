// Whether a key may begin at a place: behind a letter or digit it may not, unless that belongs to an escape of JSON (`\n`) or of a URL
// (`%3D`).

export function isWordCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

const BACKSLASH = 0x5c;
const PERCENT = 0x25;

export function mayBeginAt(text: string, start: number): boolean {
  if (start === 0) return true;
  const before = text.charCodeAt(start - 1);
  if (!isWordCode(before)) return true;
  const second = text.charCodeAt(start - 2);
  if (second === BACKSLASH) return 'nrtbf'.includes(text[start - 1]!);
  return text.charCodeAt(start - 3) === PERCENT && isWordCode(second) && /^[0-9A-Fa-f]{2}$/.test(text.slice(start - 2, start));
}
