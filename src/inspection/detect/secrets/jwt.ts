// JSON Web Tokens, signed (RFC 7515) and encrypted (RFC 7516): what counts is a header that decodes to JSON with `alg`. Whether it has
// expired or is signed rightly is not asked: also an old token names people.
import type { Detector } from '../detector.ts';
import { isWordCode } from './boundary.ts';

const LONGEST_HEADER = 1200;
const LONGEST_PART = 16_384;
const ENCRYPTED_PARTS = 5;

export const jwtDetector: Detector = {
  id: 'jwt',
  types: ['jwt'],
  triggers: ['eyj', 'ewog'],
  find({ text }, start, _end, report) {
    if (!isOpening(text, start) || !isStart(text, start)) return;
    const headerEnd = partEnd(text, start, LONGEST_HEADER);
    if (headerEnd - start < 12 || text[headerEnd] !== '.') return;
    const header = headerOf(text.slice(start, headerEnd));
    if (header === undefined) return;
    const most = header.encrypted ? ENCRYPTED_PARTS : 3;
    let end = headerEnd;
    let parts = 1;
    while (parts < most && text[end] === '.') {
      const next = partEnd(text, end + 1, LONGEST_PART);
      // Without signature, or with the key agreed directly, a part is empty.
      if (next === end + 1 && parts !== (header.encrypted ? 1 : 2)) break;
      end = next;
      parts++;
    }
    if (end - headerEnd < 8) return;
    report({ type: 'jwt', start, end, confidence: parts === most ? 0.97 : 0.6, rule: header.encrypted ? 'jwt.encrypted' : 'jwt.signed' });
  },
};

function isPartCode(code: number): boolean {
  return isWordCode(code) || code === 0x2d || code === 0x5f;
}

/** Base64 of `{"` and of `{` with a line break behind it. */
function isOpening(text: string, start: number): boolean {
  return text.startsWith('eyJ', start) || text.startsWith('ewog', start);
}

function isStart(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (before === 0x2e) return !isPartCode(text.charCodeAt(start - 2));
  return !isPartCode(before) || text[start - 2] === '\\' || text[start - 3] === '%';
}

function partEnd(text: string, from: number, longest: number): number {
  let end = from;
  const most = Math.min(text.length, from + longest);
  while (end < most && isPartCode(text.charCodeAt(end))) end++;
  return end;
}

function headerOf(part: string): { readonly encrypted: boolean } | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof header !== 'object' || header === null || !('alg' in header) || typeof header.alg !== 'string') return undefined;
    return { encrypted: 'enc' in header };
  } catch {
    return undefined;
  }
}
