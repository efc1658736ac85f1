// Credentials in URLs: `scheme://user:password@host`, whatever the scheme. Reported is the part `user:password`, so that a model still
// reads which kind of server is spoken to and where. Also JDBC's `oracle:thin:user/password@host`.
import type { Detector } from '../detector.ts';
import { isPlaceholder } from './placeholder.ts';

const LONGEST_SCHEME = 24;

const USER_PASSWORD = /^([^:@]{0,120}):(.{1,256})$/;
/** Names that documentation gives to user and password. */
const GENERIC_USER = /^(?:user(?:_?name)?|login|usr|uname|name|foo|me|test|admin|root|guest|\w{0,12}user(?:name)?)?$/i;
const GENERIC_PASSWORD = /^(?:p|pw|pass(?:wd|word|phrase|code)?|pwd|secret|pasw|\w{0,8}password|bar|changeme|token|xxx+|host|\.+|\*+)$/i;
/** Ends what a URL's authority may hold: blanks, separators, and all beyond ASCII, so that in Japanese text a URL ends where the Japanese goes on. */
const AUTHORITY = /[^\s/?#"'`<>\\|^\u007f-\uffff]{1,320}/y;

export const connectionUrlDetector: Detector = {
  id: 'connection-string',
  types: ['connection-string'],
  triggers: ['://'],
  find({ text }, start, end, report) {
    const first = text.charCodeAt(start - 1) | 32;
    if (!((first >= 97 && first <= 122) || (first >= 48 && first <= 57))) return;
    const authorityEnd = endOfAuthority(text, end);
    const at = end + text.slice(end, authorityEnd).lastIndexOf('@');
    if (at <= end || !/[A-Za-z0-9[_$%{-]/.test(text[at + 1] ?? '')) return;
    const parts = USER_PASSWORD.exec(text.slice(end, at));
    if (parts === null) return;
    const scheme = schemeOf(text, start);
    const confidence = confidenceOf(parts[1]!, parts[2]!, text.slice(at + 1, authorityEnd));
    report({ type: 'connection-string', start: end, end: at, confidence, rule: `connection-string.${scheme}` });
  },
};

function endOfAuthority(text: string, from: number): number {
  AUTHORITY.lastIndex = from;
  return AUTHORITY.test(text) ? AUTHORITY.lastIndex : from;
}

function schemeOf(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < LONGEST_SCHEME && /[A-Za-z0-9+.-]/.test(text[start - 1]!)) start--;
  const scheme = text.slice(start, end).toLowerCase();
  return /^(?:https?|wss?)$/.test(scheme) ? 'basic-auth' : 'url';
}

const LOCAL_HOST = /^(?:localhost|127\.|\[::1\]|db(?::|$)|postgres(?::|$)|mongo(?::|$)|mysql(?::|$)|redis(?::|$))/i;
const DOCUMENTATION_HOST = /^(?:[\w-]+\.)*example(?:\.\w+)?(?::\d+)?$|^host(?:name)?(?::|$)/i;

function confidenceOf(user: string, password: string, host: string): number {
  if (/^\$|[{}]|\$\(|%[A-Z_]+%$/.test(password) || /^[<[]/.test(password)) return 0.1;
  if (GENERIC_PASSWORD.test(password)) return GENERIC_USER.test(user) || DOCUMENTATION_HOST.test(host) ? 0.4 : 0.6;
  if (/^(?:password|passwd|your|my)[-_]?(?:here|password)?$/i.test(password) || isPlaceholder(password)) return 0.4;
  // What an installation on one's own machine has by default.
  if (user === password && LOCAL_HOST.test(host)) return 0.4;
  return 0.95;
}

const THIN = /(?:thin|oci):([A-Za-z0-9_$#]{1,64}\/[^\s@"'/]{1,128})@/iy;

export const oracleDetector: Detector = {
  id: 'connection-string',
  types: ['connection-string'],
  triggers: ['jdbc:oracle:'],
  find({ text }, _start, end, report) {
    THIN.lastIndex = end;
    const credential = THIN.exec(text)?.[1];
    if (credential === undefined) return;
    const last = THIN.lastIndex - 1;
    report({ type: 'connection-string', start: last - credential.length, end: last, confidence: 0.9, rule: 'connection-string.oracle' });
  },
};
