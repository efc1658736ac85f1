// E-mail addresses (the practical part of RFC 5321: no quoted local parts, no address literals), also with Latin letters beyond ASCII and
// "defanged" as security reports write them: `user[@]example[.]com`. Not addresses: user names in URLs, `ssh user@host`, packages with a
// version, images with a density (`icon@2x.png`).
import type { Detector } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { before } from './near.ts';
import { FILE_ENDINGS, isTopLevelDomain } from './domain-endings.ts';

const LONGEST_LOCAL = 64;
const LOCAL_END = /[\p{Script=Latin}0-9_](?:[\p{Script=Latin}0-9._%+'&-]{0,63})$/u;
/** The cheap questions, before the others. */
const LAST_OF_LOCAL = /[\p{Script=Latin}0-9._%+'&-]/u;
const FIRST_OF_DOMAIN = /[\p{Script=Latin}0-9]/u;
const DOT = String.raw`(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\))`;
const DOMAIN = new RegExp(
  String.raw`[\p{Script=Latin}0-9](?:[\p{Script=Latin}0-9-]{0,62})(?:${DOT}[\p{Script=Latin}0-9](?:[\p{Script=Latin}0-9-]{0,62})){1,8}`,
  'uy',
);
const AS_SSH_TARGET = /(?:\bssh|\bscp|\bsftp|\brsync|\bssh-copy-id)\b[^\n|;&]{0,60}$/;

export const email: Detector = {
  id: 'email',
  types: ['email'],
  triggers: ['@', '[at]', '(at)'],
  find(subject, start, end, report) {
    const { text } = subject;
    const isBracketed = text[start] === '@' && '[('.includes(text[start - 1] ?? ' ') && '])'.includes(text[end] ?? ' ');
    const localEnd = isBracketed ? start - 1 : start;
    if (!LAST_OF_LOCAL.test(text[localEnd - 1] ?? ' ') || !FIRST_OF_DOMAIN.test(text[isBracketed ? end + 1 : end] ?? ' ')) return;
    const local = LOCAL_END.exec(text.slice(Math.max(0, localEnd - LONGEST_LOCAL), localEnd));
    if (local === null) return;
    DOMAIN.lastIndex = isBracketed ? end + 1 : end;
    const domain = DOMAIN.exec(text)?.[0].replace(/-+$/, '');
    if (domain === undefined) return;
    const from = localEnd - local[0].length;
    const to = (isBracketed ? end + 1 : end) + domain.length;
    const confidence = confidenceOf(subject, from, to, domain);
    if (confidence > 0) report({ type: 'email', start: from, end: to, confidence, rule: 'email.address' });
  },
};

function confidenceOf(subject: Subject, from: number, to: number, domain: string): number {
  const { text } = subject;
  const ending = domain.slice(domain.search(/[^.)\]]*$/)).toLowerCase();
  if (!/^(?:xn--[a-z0-9-]+|\p{L}{2,24})$/u.test(ending)) return 0;
  // The same token holds a scheme: a user name in a URL, which connection strings are looked for in.
  const token = /\S*$/.exec(before(subject, from, 80))![0];
  if (/:\/\/[^/?#]*$/.test(token)) return 0;
  if (text[to] === '@') return 0;
  // `git@host:path`, `user@host:/path`: a remote, not a mailbox.
  if (text[to] === ':' && /[A-Za-z~/.]/.test(text[to + 1] ?? ' ')) return 0;
  if (AS_SSH_TARGET.test(before(subject, from, 80))) return 0;
  if (isTopLevelDomain(ending)) return 0.96;
  return FILE_ENDINGS.has(ending) ? 0 : 0.75;
}
