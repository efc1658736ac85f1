// Japanese addresses in Latin letters: `1-2-3 Marunouchi, Chiyoda-ku, Tokyo`. Needs numbers and the suffix of a ward, city or town, or the
// name of a prefecture. The postal code behind is a finding of its own.
import type { Subject } from '../../text/subject.ts';
import type { Detector } from '../detector.ts';
import { ROMANISED_CITIES, ROMANISED_PREFECTURES } from './places.ts';

const WORD = String.raw`[A-Z][A-Za-z'’-]{1,20}`;
const ROOM = String.raw`(?:(?:[Rr]oom|[Rr]m\.?|[Aa]pt\.?|[Uu]nit|[Ss]uite|#) ?#?[A-Z]?[0-9]{1,5}|[0-9]{1,2}(?:st|nd|rd|th)? ?(?:F|floor)|[0-9]{3,4}),? `;
const NUMBERS = String.raw`[0-9]{1,4}(?:-[0-9]{1,4}){1,3}`;
const SUFFIX = '(?:ku|shi|gun|cho|machi|mura|son)';
const PREFECTURES = [...ROMANISED_PREFECTURES, ...ROMANISED_CITIES].map((name) => name[0]!.toUpperCase() + name.slice(1)).join('|');
const PLACE = String.raw`${WORD}(?: (?:City|Ward|Town))?`;
const PREFECTURE = String.raw`(?:${PREFECTURES})(?:-(?:to|ken|fu)| Prefecture| Pref\.?)?`;

const FORMS = new RegExp(
  [
    // Room, building, 1-2-3 Town, Ward-ku, Prefecture
    String.raw`(?<![0-9A-Za-z-])(?:${ROOM})?(?:(?:${WORD} ){1,3}?(?:Bldg\.?|Building|Tower|Heights|Mansion)(?: ?[0-9]{1,2}F)?, )?${NUMBERS}(?:-chome)?,? (?:${PLACE},? ){1,4}?(?:${PREFECTURE})(?:, ?${PREFECTURE})?(?![A-Za-z-])`,
    String.raw`(?<![0-9A-Za-z-])(?:${ROOM})?${NUMBERS}(?:-chome)?,? (?:${PLACE},? ){0,3}?${WORD}(?<=-${SUFFIX})(?:, ?${WORD}(?<=-(?:shi|gun)))?(?:, ?${PREFECTURE})?(?![A-Za-z-])`,
    // Town 1-2-3, Ward-ku, Prefecture
    String.raw`(?<![A-Za-z-])${WORD} ${NUMBERS}, ?(?:${PLACE}, ?){1,3}?(?:${PREFECTURE})(?:, ?${PREFECTURE})?(?![A-Za-z-])`,
    String.raw`(?<![0-9A-Za-z-])[0-9]{1,2}-chome(?:,? ?[0-9]{1,3}(?:-[0-9]{1,3})?)?,? (?:${PLACE},? ){1,4}?(?:${PREFECTURE})(?:, ?${PREFECTURE})?(?![A-Za-z-])`,
    // Tokyo, Chiyoda-ku, Marunouchi 1-2-3
    String.raw`(?<![A-Za-z-])${PREFECTURE}, (?:${PLACE},? ){1,3}?${NUMBERS}(?![0-9-])`,
  ].join('|'),
  'g',
);

const REACH = 90;

export const romanisedAddress: Detector = {
  id: 'address-latin',
  types: ['address'],
  triggers: ['-ku', '-shi', '-gun', '-cho', '-machi', '-chome', ...ROMANISED_PREFECTURES],
  find(subject, start, end, report) {
    const from = Math.max(0, start - REACH);
    const read = READ.get(subject);
    // Looked at already, together with the one before. A second scan begins at the start again.
    if (read !== undefined && read.start < start && end + REACH <= read.end) return;
    const until = end + REACH * 6;
    READ.set(subject, { start, end: until });
    const window = subject.text.slice(from, until);
    if (!/[0-9]-/.test(window)) return;
    FORMS.lastIndex = 0;
    for (let match = FORMS.exec(window); match !== null; match = FORMS.exec(window)) {
      const at = from + match.index;
      report({ type: 'address', start: at, end: at + match[0].length, confidence: 0.85, rule: 'address.romanised' });
    }
  },
};

const READ = new WeakMap<Subject, { readonly start: number; readonly end: number }>();
