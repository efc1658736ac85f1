// Private keys: PEM blocks of every kind as one finding, also with `\n` written out as in JSON inside text, also cut off; PuTTY files; age
// identities; the private member of a JSON Web Key. Certificates and public keys are no secrets.
import type { Subject } from '../../text/subject.ts';
import type { Detector, Finding } from '../detector.ts';
import { mayBeginAt } from './boundary.ts';
import { entropyOf } from './measure.ts';

/** Longest block, in characters; an RSA key of 16384 bits has 12.7 KB. */
const LONGEST_BLOCK = 16_384;
const LONGEST_LABEL = 60;
/** Least of a key that is worth hiding when the end is missing. */
const LEAST_BODY = 40;

const HEADER = /-{4,5} ?BEGIN[A-Z0-9_ ]{0,60}PRIVATE KEY(?: BLOCK)? ?-{4,5}/y;
/** Also a footer that lost its beginning. */
const FOOTER = /(?:-{4,5} ?END[A-Z0-9_ ]{0,60})?(?:PRIVATE )?KEY(?: BLOCK)? ?-{4,5}/;
const BODY = /[A-Za-z0-9+/=:,.()@ \r\n\t\\"'-]/;

export const pemDetector: Detector = {
  id: 'private-key',
  types: ['private-key'],
  triggers: ['----begin', '---- begin'],
  find(subject, start, _end, report) {
    const { text } = subject;
    HEADER.lastIndex = text[start - 1] === '-' ? start - 1 : start;
    const begin = HEADER.lastIndex;
    if (!HEADER.test(text)) return;
    const bodyStart = HEADER.lastIndex;
    const window = text.slice(bodyStart, bodyStart + LONGEST_BLOCK);
    // Never past the next block, so that many blocks without end cost no more than the text is long.
    const next = window.indexOf('BEGIN');
    const own = next < 0 ? window : window.slice(0, next);
    const footer = FOOTER.exec(own);
    if (footer !== null) {
      const isEmpty = footer.index < 20 || entropyOf(lettersOf(own.slice(0, footer.index))) < 2.5;
      return report(block(begin, bodyStart + footer.index + footer[0].length, isEmpty ? 0.4 : 0.99));
    }
    const length = bodyLength(own);
    if (length >= LEAST_BODY && entropyOf(lettersOf(window.slice(0, length))) >= 3.5) report(block(begin, bodyStart + length, 0.9));
  },
};

function block(start: number, end: number, confidence: number): Finding {
  return { type: 'private-key', start, end, confidence, rule: 'private-key.pem' };
}

function lettersOf(body: string): string {
  return body.slice(0, 400).replaceAll(/\\[nrt]|[^A-Za-z0-9+/]/g, '');
}

/** How far a block without end reaches: to the first character that cannot be in one, or to a line that is no base64. */
function bodyLength(window: string): number {
  let end = 0;
  while (end < window.length && BODY.test(window[end]!)) end++;
  const prose = /\n(?![A-Za-z-]{1,30}: )[^\n]* [^\n]* /.exec(window.slice(0, end));
  return prose === null ? trimmedLength(window, end) : trimmedLength(window, prose.index);
}

function trimmedLength(window: string, end: number): number {
  return window.slice(0, end).trimEnd().replace(/["']$/, '').length;
}

const PUTTY_END = /Private-MAC: [0-9a-f]{40,64}/;

export const puttyDetector: Detector = {
  id: 'private-key',
  types: ['private-key'],
  triggers: ['putty-user-key-file-'],
  find(subject, start, end, report) {
    const window = subject.text.slice(end, nextOccurrence(subject, 'putty-user-key-file-', end));
    const body = window.indexOf('Private-Lines:');
    if (body < 0 || !/^[1-9]: [a-z]/.test(window)) return;
    const last = PUTTY_END.exec(window.slice(body));
    const length = last === null ? window.trimEnd().length : body + last.index + last[0].length;
    report({ type: 'private-key', start, end: end + length, confidence: 0.98, rule: 'private-key.putty' });
  },
};

/** Where the next block begins, at most a block's length away: so that blocks without end cost no more than the text is long. */
function nextOccurrence(subject: Subject, literal: string, from: number): number {
  const next = subject.folded.slice(from, from + LONGEST_BLOCK).indexOf(literal);
  return next < 0 ? from + LONGEST_BLOCK : from + next;
}

const AGE = /AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58,80}(?![0-9A-Z])/y;

export const ageDetector: Detector = {
  id: 'private-key',
  types: ['private-key'],
  triggers: ['age-secret-key-'],
  find({ text }, start, _end, report) {
    AGE.lastIndex = start;
    if (mayBeginAt(text, start) && AGE.test(text))
      report({ type: 'private-key', start, end: AGE.lastIndex, confidence: 0.98, rule: 'private-key.age' });
  },
};

const PRIVATE_MEMBER = /\\{0,2}"d\\{0,2}"\s{0,4}:\s{0,4}\\{0,2}"([A-Za-z0-9_-]{32,1400})\\{0,2}"/;
const JWK_REACH = 3000;

/** The member `d` of a JSON Web Key (RFC 7518, 6.2.2 and 6.3.2) on either side of its `kty`. */
export const jwkDetector: Detector = {
  id: 'private-key',
  types: ['private-key'],
  triggers: ['"kty"', '\\"kty\\"'],
  find(subject, start, end, report) {
    const behind = subject.text.slice(end, nextOccurrence(subject, '"kty', end)).slice(0, JWK_REACH);
    const before = subject.text.slice(Math.max(0, start - LONGEST_LABEL * 4), start);
    for (const [window, offset] of [
      [behind, end],
      [before, start - before.length],
    ] as const) {
      const member = PRIVATE_MEMBER.exec(window);
      if (member === null) continue;
      const from = offset + member.index + member[0].indexOf(member[1]!, 4);
      report({ type: 'private-key', start: from, end: from + member[1]!.length, confidence: 0.9, rule: 'private-key.jwk' });
    }
  },
};
