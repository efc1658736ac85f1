// Secrets that are assigned to a telling name: `password = "…"`, `api_key: …`, SECRET_KEY=…, `--token …`, パスワード：…, `Authorization: Bearer …`.
// How notations are read is in assigned.ts, what names mean in names.ts, what a value must be in judge.ts.
import type { Detector } from '../detector.ts';
import type { Assigned } from './assigned.ts';
import { assignedAt } from './assigned.ts';
import type { Setting } from './judge.ts';
import { judge } from './judge.ts';
import { classesOf, looksRandom } from './measure.ts';
import type { Strength } from './names.ts';
import { strengthOf } from './names.ts';
import { isIdentifier, isPlaceholder } from './placeholder.ts';

/** Parts of names; names.ts decides on the whole one. */
const NAME_PARTS = ['pass', 'pw', 'pswd', 'secret', 'token', 'key', 'cred', 'auth', 'kennwort', 'contrase', 'ntlm', 'psk'];

const LABELS = [
  'パスワード',
  'パスフレーズ',
  'パスコード',
  '暗証番号',
  '合言葉',
  '秘密鍵',
  '認証キー',
  'トークン',
  'アクセスキー',
  'シークレット',
  '共有鍵',
  '暗号鍵',
  '暗号化キー',
  'apiキー',
  '認証情報',
  'ライセンスキー',
  '密码',
  '口令',
  '비밀번호',
];

export const assignmentDetector: Detector = {
  id: 'credential',
  types: ['credential'],
  triggers: [...NAME_PARTS, ...LABELS],
  find(subject, start, end, report) {
    const { text } = subject;
    const assigned = assignedAt(text, start, end);
    if (assigned === undefined) return;
    const strength = strengthOf(text.charCodeAt(start) > 127 ? text.slice(start, end) : assigned.name.replace(/^-+/, ''));
    if (strength === undefined) return;
    const value = text.slice(assigned.valueStart, assigned.valueEnd);
    const confidence = judge(value, settingOf(assigned, value, strength));
    if (confidence === 0) return;
    report({ type: 'credential', start: assigned.valueStart, end: assigned.valueEnd, confidence, rule: `credential.${strength}` });
  },
};

function settingOf(assigned: Assigned, value: string, strength: Strength): Setting {
  const { name, quoted, notation } = assigned;
  return { strength, name, quoted, literal: isLiteral(assigned, value), loose: notation === 'comma', prose: notation === 'prose' };
}

/** Whether a bare value stands for itself there. In `password = credentials` it is the name of a variable, in `password=geheim` it is not. */
function isLiteral({ notation, endsLine, spaced }: Assigned, value: string): boolean {
  if (notation === 'env' || notation === 'tag' || notation === 'prose') return true;
  if (notation === 'flag') return !(spaced && /^[A-Za-z]+$/.test(value));
  if (!endsLine) return false;
  if (notation === ':') return !isIdentifier(value) || !value.includes('.');
  return !isIdentifier(value) || (!value.includes('.') && (!spaced || /\d/.test(value)));
}

const SCHEME_VALUE = /\s{1,3}(?:token=)?\\{0,2}["']?([A-Za-z0-9._~+/=-]{8,1024})/y;

/** `Authorization: Bearer …`, `Basic …`, `Token …`: the value behind the scheme. */
export const authorizationDetector: Detector = {
  id: 'authorization',
  types: ['credential'],
  triggers: ['bearer ', 'basic ', 'authorization: token ', 'authorization: apikey '],
  find(subject, start, end, report) {
    const { text } = subject;
    SCHEME_VALUE.lastIndex = end - 1;
    const value = SCHEME_VALUE.exec(text)?.[1];
    if (value === undefined) return;
    const valueEnd = SCHEME_VALUE.lastIndex;
    const finding = { type: 'credential', start: valueEnd - value.length, end: valueEnd, rule: 'credential.authorization' } as const;
    if (subject.folded.startsWith('basic', start)) {
      const isHeader = /authorization\W{1,6}$/.test(subject.folded.slice(Math.max(0, start - 20), start));
      if (isBasic(value)) report({ ...finding, confidence: 0.9 });
      else if (isHeader && isToken(value)) report({ ...finding, confidence: 0.6 });
    } else if (!isPlaceholder(value) && isToken(value)) report({ ...finding, confidence: looksRandom(value) ? 0.85 : 0.55 });
  },
};

/** Base64 of `user:password` in visible characters (RFC 7617). */
function isBasic(value: string): boolean {
  const decoded = Buffer.from(value.slice(0, 400), 'base64').toString('latin1');
  return /^[\x20-\x7e]*:[\x20-\x7e]+$/.test(decoded) && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
}

function isToken(value: string): boolean {
  const { digits, lower, upper } = classesOf(value);
  return looksRandom(value) || (value.length >= 8 && digits >= 2 && lower + upper >= 2 && !value.includes('/'));
}

/** The whole text, where the name of the JSON member that holds it says what it is. */
export const memberDetector: Detector = {
  id: 'member',
  types: ['credential'],
  hints: /pass|pwd|secret|token|key|cred|auth|\P{ASCII}/u,
  find(subject, start, end, report) {
    if (subject.hint === '' || end - start > 2048) return;
    const strength = strengthOf(subject.hint.slice(0, 64));
    if (strength === undefined) return;
    const value = subject.text.slice(start, end);
    const from = start + (value.length - value.trimStart().length);
    const confidence = judge(value.trim(), { strength, name: subject.hint, quoted: true, literal: true, loose: false, prose: false });
    if (confidence > 0)
      report({ type: 'credential', start: from, end: from + value.trim().length, confidence, rule: `member.${strength}` });
  },
};
