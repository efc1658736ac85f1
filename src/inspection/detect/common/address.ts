// Street addresses of the Americas and Europe: a number, a name, a word for a street, and the unit, town, state and postcode that follow.
// Post office boxes, and a state with its ZIP code. Made for precision: no gazetteer, so a town alone is never an address.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import {
  ADDRESS_CONTEXT,
  ADDRESS_HINT,
  FRENCH_WORDS,
  JOINED_STRONG,
  JOINED_WEAK,
  LEADING_WORDS,
  STRONG_SUFFIXES,
  UK_POSTCODE,
  US_STATES,
  WEAK_SUFFIXES,
} from './address-words.ts';
import { before, hintForValue, isWordAt } from './near.ts';

type Report = (finding: Finding) => void;

const WORD = String.raw`\p{Lu}[\p{L}'’.-]{0,30}`;
const PARTICLE = "(?:de|del|della|dei|di|da|do|dos|das|du|des|la|le|les|el|of|the|van|von|der|den|am|an|im|zur|zum|l'|d')";
const NUMBER = String.raw`[0-9]{1,6}(?:[-/][0-9]{1,5})?[A-Za-z]?`;
const HOUSE = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,$€£#:/-])${NUMBER},?[ \n]{1,2}(?:(?:[NSEW]|[NS][EW])\.? )?(?:(?:${WORD}|[0-9]{1,3}(?:st|nd|rd|th)) ){0,3}(?:${WORD}|[0-9]{1,3}(?:st|nd|rd|th))$`,
  'u',
);
const HOUSE_ANY_CASE = new RegExp(String.raw`(?<![\p{L}\p{N}.,$€£#:/-])${NUMBER},? (?:[\p{L}'’.-]{2,20} ){0,2}[\p{L}'’.-]{2,20}$`, 'u');
const FRENCH_HOUSE = new RegExp(String.raw`(?<![\p{L}\p{N}.,$€£#:/-])[0-9]{1,4}(?: ?(?:bis|ter|quater))?,? $`, 'iu');

const UNIT = String.raw`(?:,?[ \n]{1,3}(?:apt|apartment|suite|ste|unit|flat|floor|room|rm|bldg|building|p\.?o\.? box)\b\.? ?#?[A-Za-z0-9-]{1,8}|,? ?#[A-Za-z0-9-]{1,6})`;
const TOWN = String.raw`(?:,?[ \n]{1,3}${WORD}(?: (?:${PARTICLE} )?${WORD}){0,3})`;
const POSTCODE = String.raw`(?:,?[ \n]{1,3}(?:[0-9]{5}(?:-[0-9]{4})?|${UK_POSTCODE}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[0-9]{4})(?![\p{L}\p{N}]))`;
const STATE = String.raw`(?:,?[ \n]{1,3}${US_STATES}(?![\p{L}\p{N}]))`;
const UNIT_WORD = String.raw`(?:,? (?:Apt|Suite|Ste|Unit|Floor|Room)\b\.? ?#?[A-Za-z0-9-]{1,8}|,? ?#[A-Za-z0-9-]{1,6})`;
const UNIT_AT = new RegExp(`^${UNIT}`, 'iu');
const PLACES = [`${TOWN}{0,3}?${STATE}${POSTCODE}`, `${TOWN}{0,3}?${POSTCODE}`, `${TOWN}{0,2}?${STATE}`].map(
  (pattern) => new RegExp(`^${pattern}`, 'u'),
);
/** The continental order: `, 10115 Berlin`, `, 1012 AB Amsterdam`. */
const CONTINENTAL = new RegExp(
  String.raw`^(?:,? ?(?:[A-Z]{1,2}-)?|[ \n]{1,3}(?:[A-Z]{1,2}-)?)(?:[0-9]{5}|[0-9]{4}(?: ?[A-Z]{2})?|[0-9]{3} [0-9]{2}|[0-9]{2}-[0-9]{3})(?: ${WORD}(?:[ -](?:${PARTICLE} )?${WORD}){0,2})`,
  'u',
);
const TAIL_REACH = 140;

const JOINED_NAME = new RegExp(`${WORD}(?:[ -]${WORD}){0,2}[ -]?$`, 'u');
const JOINED_NUMBER = /^ ?[0-9]{1,4} ?(?:[a-zA-Z](?![\p{L}\p{N}]))?(?:[-/][0-9]{1,4})?(?![\p{L}\p{N}])/u;
const LEADING_REST = new RegExp(
  String.raw`^(?:${PARTICLE} ){0,2}${WORD}(?: (?:${PARTICLE} ){0,2}${WORD}){0,3},? (?:n[.º°]? ?)?[0-9]{1,4}[a-zA-Z]?(?![\p{L}\p{N}])`,
  'u',
);
const FRENCH_NAME = new RegExp(String.raw`^(?:${PARTICLE}[ ]?){0,3}${WORD}(?:[ -](?:${PARTICLE}[ ]?){0,2}${WORD}){0,3}`, 'u');

const SUFFIXES = new Map<string, boolean>([
  ...STRONG_SUFFIXES.map((word) => [` ${word}`, true] as const),
  ...WEAK_SUFFIXES.map((word) => [` ${word}`, false] as const),
]);
const JOINED = new Map<string, boolean>([
  ...JOINED_STRONG.map((word) => [word, true] as const),
  ...JOINED_WEAK.map((word) => [word, false] as const),
]);
const BOXES = ['p.o. box', 'po box', 'p.o.box', 'psc ', ' box '];

export const address: Detector = {
  id: 'address',
  types: ['address'],
  triggers: [...SUFFIXES.keys(), ...JOINED.keys(), ...LEADING_WORDS, ...FRENCH_WORDS, ...BOXES],
  find(subject, start, end, report) {
    const word = subject.folded.slice(start, end);
    const isStrong = SUFFIXES.get(word);
    if (isStrong !== undefined) suffixed(subject, start, end, isStrong, report);
    const isStrongJoined = JOINED.get(word);
    if (isStrongJoined !== undefined) joined(subject, start, end, isStrongJoined, report);
    if (LEADING_WORDS.includes(word)) leading(subject, start, end, report);
    if (FRENCH_WORDS.includes(word)) french(subject, start, end, report);
    if (BOXES.includes(word)) box(subject, start, end, report);
  },
};

function hasContext(subject: Subject, start: number): boolean {
  return ADDRESS_HINT.test(hintForValue(subject)) || ADDRESS_CONTEXT.test(before(subject, start, 80));
}

/** `12 Main Street`. */
function suffixed(subject: Subject, start: number, end: number, isStrong: boolean, report: Report): void {
  const { text } = subject;
  if (isWordAt(text, end)) return;
  const window = text.slice(Math.max(0, start - 64), start);
  if (!/[0-9]/.test(window)) return;
  const isWritten = /[A-Z]/.test(text[start + 1]!);
  const capital = HOUSE.exec(window);
  const match = capital ?? HOUSE_ANY_CASE.exec(window);
  if (match === null) return;
  const isCapital = isWritten && capital !== null;
  const from = start - match[0].length;
  const afterDot = text[end] === '.' && !/street|avenue|road|lane|drive/.test(text.slice(start, end)) ? end + 1 : end;
  const tail = tailAt(text, afterDot);
  const isKnown = tail.hasPlace || hasContext(subject, from);
  // Years: `In 2008 Wall Street …`.
  const isYear = /^(?:19|20)[0-9]{2}[ ,]/.test(match[0]);
  if (!isKnown && !(isCapital && (isStrong || tail.length > 0) && !isYear)) return;
  if (!isCapital && !isStrong && !tail.hasPlace) return;
  const confidence = tail.hasPlace ? 0.92 : isKnown ? 0.85 : 0.7;
  report(found(from, afterDot + tail.length, confidence, 'address.street'));
}

/** How far unit, town, state and postcode go on. */
function tailAt(text: string, at: number): { length: number; hasPlace: boolean } {
  const window = text.slice(at, at + TAIL_REACH);
  const direction = /^ (?:[NSEW]|[NS][EW]|North|South|East|West)\b\.?/.exec(window)?.[0].length ?? 0;
  const unit = UNIT_AT.exec(window.slice(direction))?.[0].length ?? 0;
  const rest = window.slice(direction + unit);
  let place = 0;
  for (const pattern of [...PLACES, CONTINENTAL]) place = Math.max(place, pattern.exec(rest)?.[0].replace(/[.,'’-]+$/, '').length ?? 0);
  return { length: direction + unit + place, hasPlace: place > 0 };
}

/** `Hauptstraße 12, 10115 Berlin`. */
function joined(subject: Subject, start: number, end: number, isStrong: boolean, report: Report): void {
  const { text } = subject;
  if (isWordAt(text, end)) return;
  const name = JOINED_NAME.exec(text.slice(Math.max(0, start - 60), start));
  const number = JOINED_NUMBER.exec(text.slice(end, end + 14));
  if (name === null || number === null) return;
  const from = start - name[0].length;
  const to = end + number[0].trimEnd().length;
  const tail = tailAt(text, to);
  if (!tail.hasPlace && !isStrong && !hasContext(subject, from)) return;
  report(found(from, to + tail.length, tail.hasPlace ? 0.92 : 0.75, 'address.joined'));
}

/** `Via Roma 12, 00184 Roma`. */
function leading(subject: Subject, start: number, end: number, report: Report): void {
  const { text } = subject;
  if (isWordAt(text, start - 1)) return;
  const rest = LEADING_REST.exec(text.slice(end, end + 80));
  if (rest === null) return;
  const to = end + rest[0].length;
  const tail = tailAt(text, to);
  const isCapital = /\p{Lu}/u.test(text[start]!);
  if (!tail.hasPlace && !isCapital && !hasContext(subject, start) && !text.startsWith('ul. ', start)) return;
  report(found(start, to + tail.length, tail.hasPlace ? 0.92 : 0.7, 'address.leading'));
}

/** `12 bis rue de la Paix, 75002 Paris`. */
function french(subject: Subject, start: number, end: number, report: Report): void {
  const { text } = subject;
  const house = FRENCH_HOUSE.exec(text.slice(Math.max(0, start - 16), start));
  if (house === null) return;
  const name = FRENCH_NAME.exec(text.slice(end, end + 80));
  if (name === null) return;
  const to = end + name[0].length;
  const tail = tailAt(text, to);
  report(found(start - house[0].length, to + tail.length, tail.hasPlace ? 0.92 : 0.75, 'address.french'));
}

/** `P.O. Box 101`, `PSC 7004, Box 8380, APO AP 11949`. */
function box(subject: Subject, start: number, end: number, report: Report): void {
  const { text } = subject;
  const written = /^(?:p\.?o\.? ?box|psc (?=[0-9]{1,5},? box )|(?<=unit [0-9]{1,5},?) box )/.exec(
    subject.folded.slice(start, end + 16),
  )?.[0];
  if (written === undefined || isWordAt(text, start - 1)) return;
  const rest = /^[ #]{0,2}[0-9]{1,6}(?:,? box [0-9]{1,6})?(?![\p{L}\p{N}])/iu.exec(
    text.slice(start + written.length, start + written.length + 30),
  );
  if (rest === null) return;
  const to = start + written.length + rest[0].length;
  const military = /^,?[ \n]{1,3}[AFD]PO,? A[AEP] [0-9]{5}(?:-[0-9]{4})?(?![0-9])/.exec(text.slice(to, to + 24));
  report(found(start, to + (military?.[0].length ?? tailAt(text, to).length), 0.85, 'address.box'));
}

function found(start: number, end: number, confidence: number, rule: string): Finding {
  return { type: 'address', start, end, confidence, rule };
}

const STATE_BEFORE = new RegExp(`(?:^|[, \\n])${US_STATES},? $`);
/** Every word for a street there is, when a town, a state and a ZIP code follow: `8 Gray Rapids Suite 4\nNorth Ann, CA 90210`. */
const LINES_BEFORE = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,$€£#:/-])${NUMBER} (?:${WORD} ){1,3}?${WORD}${UNIT_WORD}?(?:,? ?\n ?|, )${WORD}(?: ${WORD}){0,2},? ${US_STATES},? $`,
  'u',
);

/** A ZIP code behind its state: `Springfield, IL 62704`, with the lines before it where they are an address. Others need a word (labelled.ts). */
export const zipCode: Detector = {
  id: 'postal-code',
  types: ['postal-code', 'address'],
  runs: ['digits'],
  find({ text }, start, end, report) {
    if (text[start - 1] !== ' ') return;
    const match = /^[0-9]{5}(?:-[0-9]{4})?(?![0-9\p{L}]|[-./][0-9])/u.exec(text.slice(start, Math.min(end + 1, start + 12)));
    if (match === null) return;
    const window = text.slice(Math.max(0, start - 20), start);
    // A two-letter word in capitals is a state only behind a town.
    if (!STATE_BEFORE.test(window) || !/\p{Lu}[\p{L}'.-]{1,18},? [A-Z][A-Za-z ]{1,14},? $/u.test(window)) return;
    const close = start + match[0].length;
    report({ type: 'postal-code', start, end: close, confidence: 0.8, rule: 'postal-code.state' });
    const lines = LINES_BEFORE.exec(text.slice(Math.max(0, start - 120), start));
    if (lines !== null) report(found(start - lines[0].length, close, 0.9, 'address.lines'));
  },
};
