// Text that travels as base64: files in `data:` URLs and in base64 members whose type says that they are text. It is read, masked and encoded
// again like any other; what is no text stays a part that nobody can look into.

export interface EmbeddedText {
  readonly text: string;
  /** The slot's value with another text in it. */
  readonly encode: (text: string) => string;
}

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*),/i;
const TEXT_TYPES =
  /^(?:text\/[a-z0-9.+-]+|application\/(?:json|xml|yaml|x-yaml|toml|csv|x-ndjson|sql|javascript|x-sh|[a-z0-9.-]+\+(?:json|xml)))$/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** The media type of a `data:` URL; undefined for anything else. Without a type it is text (RFC 2397). */
export function dataUrlType(url: string): string | undefined {
  const match = DATA_URL.exec(url);
  return match === null ? undefined : match[1] === '' ? 'text/plain' : match[1]!.toLowerCase();
}

/** Undefined: not text, or not text that could be written back as it was. */
export function embeddedText(value: string, mediaType: string | undefined): EmbeddedText | undefined {
  const match = DATA_URL.exec(value);
  if (match === null) return mediaType !== undefined && TEXT_TYPES.test(mediaType) ? fromBase64(value, '') : undefined;
  const [head, type, parameters] = match as unknown as [string, string, string];
  if (type !== '' && !TEXT_TYPES.test(type)) return undefined;
  return /;base64$/i.test(parameters) ? fromBase64(value.slice(head.length), head) : fromPercent(value.slice(head.length), head);
}

function fromBase64(written: string, head: string): EmbeddedText | undefined {
  const encoded = written.replaceAll(/\s+/g, '');
  if (!BASE64.test(encoded)) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const text = decodeUtf8(bytes);
  if (text === undefined) return undefined;
  const alphabet = /[-_]/.test(encoded) ? 'base64url' : 'base64';
  return { text, encode: (masked) => head + Buffer.from(masked).toString(alphabet) };
}

function fromPercent(encoded: string, head: string): EmbeddedText | undefined {
  try {
    return { text: decodeURIComponent(encoded), encode: (masked) => head + encodeURIComponent(masked) };
  } catch {
    return undefined;
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
