// Password hashes, which can be used or guessed offline: crypt(3) strings, and lines of Windows account dumps. A hash of anything else is
// no secret.
import type { Detector } from '../detector.ts';

const CRYPT =
  /\$(?:[156y]|gy|7)\$[^\s$:"']{0,64}(?:\$[^\s$:"']{1,40}){0,2}\$[A-Za-z0-9./]{22,86}(?![A-Za-z0-9./])|\$2[abxy]\$\d\d\$[A-Za-z0-9./]{53}(?![A-Za-z0-9./])|\$argon2(?:id|i|d)\$v=\d{1,3}\$[a-z0-9=,]{5,60}\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/]{16,130}/y;

export const cryptDetector: Detector = {
  id: 'password-hash',
  types: ['credential'],
  triggers: ['$1$', '$5$', '$6$', '$y$', '$gy$', '$7$', '$2a$', '$2b$', '$2x$', '$2y$', '$argon2'],
  find({ text }, start, _end, report) {
    CRYPT.lastIndex = start;
    if (CRYPT.test(text)) report({ type: 'credential', start, end: CRYPT.lastIndex, confidence: 0.8, rule: 'password-hash.crypt' });
  },
};

const DUMPED = /(?<=:)[0-9A-Fa-f]{32}:[0-9A-Fa-f]{32}(?=:::)/y;

/** `user:500:<LM hash>:<NT hash>:::`, as pwdump, secretsdump and hashdump write it. */
export const accountDumpDetector: Detector = {
  id: 'password-hash',
  types: ['credential'],
  triggers: [':::'],
  find({ text }, start, _end, report) {
    const from = start - 65;
    if (from < 1) return;
    DUMPED.lastIndex = from;
    if (DUMPED.test(text)) report({ type: 'credential', start: from, end: start, confidence: 0.9, rule: 'password-hash.windows' });
  },
};
