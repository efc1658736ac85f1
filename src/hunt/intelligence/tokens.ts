// What in a field's value could be an indicator: hashes, addresses, names of hosts, URLs, mail addresses, file names. One walk over the
// characters; nothing is copied that does not have the shape. Long values are read to a limit, from both ends.

export interface TokenHandler {
  readonly hash: ((lower: string) => void) | undefined;
  readonly ipv4: ((text: string) => void) | undefined;
  readonly ipv6: ((text: string) => void) | undefined;
  /** A host name in lower case, without a dot at the end. */
  readonly host: ((lower: string) => void) | undefined;
  readonly url: ((text: string) => void) | undefined;
  readonly email: ((lower: string) => void) | undefined;
  readonly fileName: ((lower: string) => void) | undefined;
}

/** Half of what is read of a value. Characters. */
const HALF = 512 * 1024;

// Classes of characters: 1 hexadecimal, 2 other letters and digits, 4 dot, 8 hyphen and underscore.
const classes = new Uint8Array(128);
for (const character of '0123456789abcdefABCDEF') classes[character.charCodeAt(0)] = 1;
for (const character of 'ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ') classes[character.charCodeAt(0)] = 2;
classes[46] = 4;
classes[45] = 8;
classes[95] = 8;

export function tokenise(value: string, handler: TokenHandler): void {
  if (value.length > 2 * HALF) {
    tokenise(value.slice(0, HALF), handler);
    tokenise(value.slice(-HALF), handler);
    return;
  }
  words(value, handler);
  if (handler.url !== undefined && value.includes('://')) urls(value, handler.url);
  if (handler.email !== undefined && value.includes('@')) emails(value, handler.email);
  if (handler.ipv6 !== undefined && value.includes(':')) addresses(value, handler.ipv6);
  if (handler.fileName !== undefined) fileNames(value, handler.fileName);
}

function words(value: string, handler: TokenHandler): void {
  const { length } = value;
  let start = -1;
  let seen = 0;
  let dots = 0;
  for (let at = 0; at <= length; at++) {
    const code = at < length ? value.charCodeAt(at) : 0;
    const kind = code < 128 ? (classes[code] as number) : 2;
    if (kind !== 0) {
      if (start < 0) start = at;
      seen |= kind;
      if (kind === 4) dots++;
    } else if (start >= 0) {
      if (dots > 0) dotted(value.slice(start, at), handler);
      else if (seen === 1 && isHashLength(at - start)) handler.hash?.(value.slice(start, at).toLowerCase());
      start = -1;
      seen = 0;
      dots = 0;
    }
  }
}

function isHashLength(length: number): boolean {
  return length === 32 || length === 40 || length === 64 || length === 128;
}

function dotted(word: string, handler: TokenHandler): void {
  const text = word.replace(/^[.-]+|[.-]+$/g, '');
  if (text.length < 4 || text.length > 253 || !text.includes('.')) return;
  if (/^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(text)) handler.ipv4?.(text);
  else handler.host?.(text.toLowerCase());
}

function urls(value: string, found: (text: string) => void): void {
  for (let mark = value.indexOf('://'), from = 0; mark >= 0; mark = value.indexOf('://', from)) {
    let start = mark;
    while (start > from && mark - start < 16 && /[A-Za-z0-9+.-]/.test(value[start - 1] as string)) start--;
    let end = mark + 3;
    while (end < value.length && end - mark < 8192 && !/[\s"'<>`|^\\{}]/.test(value[end] as string)) end++;
    from = end;
    const text = value.slice(start, end);
    found(text);
    // Punctuation of the sentence around it.
    const trimmed = text.replace(/[.,;:!?)\]]+$/, '');
    if (trimmed !== text) found(trimmed);
  }
}

function emails(value: string, found: (lower: string) => void): void {
  for (let mark = value.indexOf('@'), from = 0; mark >= 0; mark = value.indexOf('@', Math.max(mark + 1, from))) {
    let start = mark;
    while (start > from && mark - start < 64 && /[A-Za-z0-9.!#$%&*+/=?^_`{|}~-]/.test(value[start - 1] as string)) start--;
    let end = mark + 1;
    while (end < value.length && end - mark < 254 && /[A-Za-z0-9.-]/.test(value[end] as string)) end++;
    if (start < mark && end > mark + 3)
      found(
        value
          .slice(start, end)
          .replace(/[.-]+$/, '')
          .toLowerCase(),
      );
    from = end;
  }
}

function addresses(value: string, found: (text: string) => void): void {
  const pattern = /[0-9a-fA-F:.]{2,45}/g;
  for (let match = pattern.exec(value); match !== null; match = pattern.exec(value)) {
    const text = match[0];
    if (text.indexOf(':') !== text.lastIndexOf(':')) found(text);
  }
}

function fileNames(value: string, found: (lower: string) => void): void {
  for (const part of value.toLowerCase().split(/[\\/"'\s,;|<>=]+/, 4096)) if (part.length >= 3 && part.length <= 255) found(part);
  // A name with blanks in it shows only where the path is the whole value.
  const whole = value.slice(Math.max(value.lastIndexOf('\\'), value.lastIndexOf('/')) + 1);
  if (whole.includes(' ') && whole.length <= 255) found(whole.toLowerCase());
}
