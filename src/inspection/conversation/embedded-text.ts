// Text that travels as base64: files in `data:` URLs and in base64 members whose type says that they are text. It is read, masked and encoded
// again like any other; what is no text stays a part that nobody can look into.
import { textOfBytes } from './charsets.ts';

export interface EmbeddedText {
  readonly text: string;
  /** The slot's value with another text in it, as UTF-8 whatever it was; the value as it is for the same text. */
  readonly encode: (text: string) => string;
}

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*),/i;
const TEXT_TYPES =
  /^(?:text\/[a-z0-9.+-]+|application\/(?:json|xml|yaml|x-yaml|toml|csv|x-ndjson|sql|javascript|x-sh|[a-z0-9.-]+\+(?:json|xml)))$/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;",]*)"?/i;

/** The media type of a `data:` URL; undefined for anything else. Without a type it is text (RFC 2397). */
export function dataUrlType(url: string): string | undefined {
  const match = DATA_URL.exec(url);
  return match === null ? undefined : match[1] === '' ? 'text/plain' : match[1]!.toLowerCase();
}

/** Undefined: not text, or not text that could be written back as it was. */
export function embeddedText(value: string, mediaType: string | undefined): EmbeddedText | undefined {
  const match = DATA_URL.exec(value);
  if (match === null) {
    const [type = '', ...parameters] = (mediaType ?? '').split(';');
    return TEXT_TYPES.test(type.trim()) ? embedded(value, '', parameters.map((parameter) => `;${parameter}`).join(''), true) : undefined;
  }
  const [head, type, parameters] = match as unknown as [string, string, string];
  if (type !== '' && !TEXT_TYPES.test(type)) return undefined;
  return embedded(value, head, parameters, /;base64$/i.test(parameters));
}

function embedded(value: string, head: string, parameters: string, isBase64: boolean): EmbeddedText | undefined {
  const written = value.slice(head.length);
  const bytes = isBase64 ? fromBase64(written) : fromPercent(written);
  const decoded = bytes === undefined ? undefined : textOfBytes(bytes, CHARSET.exec(parameters)?.[1] ?? '');
  if (decoded === undefined) return undefined;
  const newHead = decoded.isUtf8 || head === '' ? head : withUtf8(head);
  const alphabet = /[-_]/.test(written) ? 'base64url' : 'base64';
  const encoded = (text: string): string => (isBase64 ? Buffer.from(text).toString(alphabet) : encodeURIComponent(text));
  return { text: decoded.text, encode: (text) => (text === decoded.text ? value : newHead + encoded(text)) };
}

function withUtf8(head: string): string {
  if (CHARSET.test(head)) return head.replace(CHARSET, ';charset=utf-8');
  // RFC 2397: parameters need a type before them.
  return head.replace(
    /(?:;base64)?,$/i,
    (end) => `${head.startsWith('data:;') || head.startsWith('data:,') ? 'text/plain' : ''};charset=utf-8${end}`,
  );
}

function fromBase64(written: string): Buffer | undefined {
  const encoded = written.replaceAll(/\s+/g, '');
  return BASE64.test(encoded) ? Buffer.from(encoded, 'base64') : undefined;
}

/** Undefined where a `%` begins no byte. */
function fromPercent(written: string): Buffer | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(written)) return undefined;
  const bytes = Buffer.from(written);
  let length = 0;
  for (let at = 0; at < bytes.length; at++)
    if (bytes[at] === 0x25) {
      bytes[length++] = Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16);
      at += 2;
    } else bytes[length++] = bytes[at]!;
  return bytes.subarray(0, length);
}
