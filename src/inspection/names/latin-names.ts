// Names of persons in the Latin alphabet: capitalised words that a title, a label, a phrase, a mailbox or the lists say are a person.
// A capitalised word alone is nothing. Names in Japanese script are japanese-tagger.ts.
import type { Detector, Finding } from '../detect/detector.ts';
import type { Subject } from '../text/subject.ts';
import { isCertainPersonHint, isPersonHint } from './hints.ts';
import {
  AMBIGUOUS,
  GIVEN,
  JAPANESE_GIVEN,
  JAPANESE_SURNAME,
  loadLatinLexicon,
  SURNAME,
  TITLE,
  WORD,
  type LatinLexicon,
} from './latin-lexicon.ts';

interface Word {
  readonly start: number;
  readonly end: number;
  /** What the lists say. */
  readonly kind: number;
  readonly initial: boolean;
  /** What joins it to the word before. */
  readonly joint: string;
}

/** A run of capitalised words longer than this is a heading, a shout or a table: only its first words are looked at. */
const MOST_WORDS = 12;
const LOOK_BACK = 32;
const MOST_IN_A_WORD = 32;

/** At the end of what stands before: what follows is a person, whatever the lists say. */
const SURE_PHRASE =
  /\b(?:(?:name|name is|name's|names are|named|named him|named her|called|calls? me|signed by|sincerely,?|regards,?|cheers,?|attn:?|starring|directed by|produced by|written by|founded by|sung by|performed by|reported by|approved by|reviewed by|assigned to|author:?|spoke with|spoke to|meet with|married to|son of|daughter of|wife of|husband of))[\s"'“]{1,3}$/;
/** The same, when a given name of the lists follows. */
const PHRASE =
  /\b(?:i am|i'm|this is|dear|hi|hello|hey|thanks|by|with|and|from|contact|is|are|was|to|had given|met|meet|saw|ask|tell|told|for|than)[\s,]{1,2}$/;
const LABEL =
  /(?:^|[\n\r"'{,;|>([*-])[ \t]*"?(?:(?:full|first|last|given|family|user|customer|contact|employee|patient|display|your|maiden|account|holder)?[ _]?name|from|to|cc|bcc|author|contact|customer|client|patient|employee|assignee|reviewer|reporter|owner|manager|signed|attendees?|prepared by|approved by|signature|sender|recipient|attn|contact person)"?[ \t]{0,4}[:=][ \t]{0,6}["']?$/;
/** Behind two or three unknown words: they are somebody who acts. */
const ACTS = /^ (?:said|says|lives|lived|wrote|writes|works|worked|told|asked|joined|called|was born|is a \d|who|has been promoted)\b/;
const MAILBOX = /^"? ?<[^\s<>@]{1,64}@/;
const HONORIFIC = /^(?:-|\s)?(?:san|sama|sensei|kun|chan)\b|^ ?(?:さん|様|氏|殿|先生)/;
const PARTICLE =
  / (?:(?:van|von)(?: (?:der|den|de|dem|het))?|de(?: (?:la|los|las))?|del|della|di|da|dos|das|bin|ibn|al|el|ter|ten|le|la|du|af|av|zu|y|abu|ben) (?=[A-ZÀ-Þ])/y;
const LETTERS = /[A-Za-zÀ-ɏ]+/y;
/** What only surnames end in, among them patronyms. */
const SURNAME_ENDING =
  /(?:[sz]son|[sz]sen|ovi[cć]|evi[cć]|wicz|owsk[iy]|ewsk[iy]|owska|ewska|enko|shvili|opoulos|d[oó]ttir|[a-z]{3}[oe]va?)$/;
/** Streets and places are named after persons. */
const STREET_AFTER =
  /^ (?:street|st|road|rd|avenue|ave|lane|drive|square|boulevard|blvd|way|court|airport|university|hospital|school|college|foundation|prize|award|law|islands?|county|park|bridge|tower|tree|algorithm)\b/i;
const STREET_BEFORE = /\b(?:rue|st\.?|san|santa|são|via|calle|saint|el|mount|mt\.?|lake|fort|port)[ -]$/i;
const CODE_BEFORE = /[\w$@#./\\`=&%~+^<-]$/;
const ASCII = /^[\0-\x7f]*$/;
const CODE_AROUND = /[{}=;&|] ?$/;
const CODE_AFTER = /^(?:[\w$@#\\`(=[{~^/|]|::|\.\w|-[a-z])/;

export function latinNameDetector(lexicon: LatinLexicon = loadLatinLexicon()): Detector {
  return {
    id: 'name.latin',
    types: ['person-name'],
    runs: ['capitalised'],
    find(subject, start, end, report) {
      const before = subject.text.charCodeAt(start - 1);
      // Inside an identifier or a path: `fooBar`, `x_Name`, `a/Name`, `$Name`, `.Name`.
      if (isIdentifierPart(before)) return;
      const words = wordsOf(subject.text, start, end, lexicon);
      for (let from = 0; from < words.length;) from = nameAt(subject, words, from, report);
    },
  };
}

function isIdentifierPart(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x24 ||
    code === 0x2f ||
    code === 0x5c ||
    code === 0x2e ||
    code === 0x40 ||
    code === 0x23 ||
    code === 0x60
  );
}

function wordsOf(text: string, start: number, end: number, lexicon: LatinLexicon): Word[] {
  const words: Word[] = [];
  let past = start;
  for (let at = start; at < end && words.length < MOST_WORDS;) {
    LETTERS.lastIndex = at;
    const match = LETTERS.exec(text);
    if (match === null) {
      at++;
      continue;
    }
    const word = match[0];
    const wordEnd = at + word.length;
    const kind = kindOf(word, lexicon);
    const previous = words.at(-1);
    // `O'Connor` is one word.
    if (previous?.initial === true && previous.end + 1 === at && (text[previous.end] === "'" || text[previous.end] === '’')) {
      words[words.length - 1] = {
        ...previous,
        end: wordEnd,
        kind: lexicon.get(`${text[previous.start]}'${word}`) ?? 0,
        initial: false,
      };
      at = past = wordEnd;
      continue;
    }
    words.push({
      start: at,
      end: wordEnd,
      kind,
      initial: word.length === 1,
      joint: text.slice(past, at),
    });
    at = past = wordEnd;
  }
  return words;
}

/** As it stands, else as `Tanaka` for `TANAKA`, else without marks: `Siobhan` for `Siobhán`. */
function kindOf(word: string, lexicon: LatinLexicon): number {
  if (word.length > MOST_IN_A_WORD) return WORD;
  const exact = lexicon.get(word);
  if (exact !== undefined) return exact;
  if (word.length > 1 && word === word.toUpperCase()) return lexicon.get(word.charAt(0) + word.slice(1).toLowerCase()) ?? 0;
  return ASCII.test(word) ? 0 : (lexicon.get(word.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '')) ?? 0);
}

/** Looks for a name that begins with this word and returns the index of the next word to look at. */
function nameAt(subject: Subject, words: readonly Word[], from: number, report: (finding: Finding) => void): number {
  const { text, folded } = subject;
  const word = words[from]!;
  const say = (last: number, confidence: number, rule: string): number => {
    const { end, next } = withParticles(text, words, from, last);
    report({ type: 'person-name', start: word.start, end, confidence, rule: `name.latin.${rule}` });
    return next;
  };
  if ((word.kind & TITLE) !== 0 && from + 1 < words.length) {
    const next = words[from + 1]!;
    if (isMixedCase(text, word) && (next.joint === '. ' || next.joint === ' ' || next.joint === '.') && (next.kind & WORD) === 0)
      return titled(text, words, from + 1, report);
  }
  if ((word.kind & WORD) !== 0 && (word.kind & (GIVEN | SURNAME)) === 0) return from + 1;
  const last = lastOfName(words, from);
  const after = text.slice(words[last]!.end, words[last]!.end + 70);
  if (CODE_AFTER.test(after) && !HONORIFIC.test(after) && !MAILBOX.test(after)) return last + 1;
  const before = from === 0 ? folded.slice(Math.max(0, word.start - LOOK_BACK), word.start) : '';
  if (from === 0 && CODE_BEFORE.test(before) && !LABEL.test(before)) return last + 1;
  if (MAILBOX.test(after) && last > from) return say(last, 0.9, 'mailbox');
  const named = byContext(subject, words, from, last, before, after);
  if (named !== undefined) return say(named.last ?? last, named.confidence, named.rule);
  if (STREET_AFTER.test(after) || STREET_BEFORE.test(from === 0 ? before : text.slice(Math.max(0, word.start - 12), word.start)))
    return last + 1;
  const listed = byLists(text, words, from, last, before, after);
  return listed === undefined ? from + 1 : say(listed.last ?? last, listed.confidence, listed.rule);
}

interface Verdict {
  readonly confidence: number;
  readonly rule: string;
  readonly last?: number;
}

function titled(text: string, words: readonly Word[], from: number, report: (finding: Finding) => void): number {
  const last = lastOfName(words, from);
  const { end, next } = withParticles(text, words, from, last);
  report({
    type: 'person-name',
    start: words[from]!.start,
    end,
    confidence: 0.9,
    rule: 'name.latin.title',
  });
  return next;
}

/** How far the words go that can be one name: joined by spaces, hyphens and apostrophes, and none that is no name. */
function lastOfName(words: readonly Word[], from: number): number {
  let last = from;
  while (last + 1 < words.length && last - from < 4) {
    const next = words[last + 1]!;
    const here = words[last]!;
    const joined =
      next.joint === ' ' ||
      next.joint === '-' ||
      next.joint === "'" ||
      next.joint === '’' ||
      (here.initial && (next.joint === '. ' || next.joint === '.'));
    if (!joined || ((next.kind & WORD) !== 0 && (next.kind & SURNAME) === 0) || (next.kind & TITLE) !== 0) break;
    last++;
  }
  return last;
}

/** Words of the lists that say family or origin in lower case (`van der`, `bin`) continue a name behind its run. */
function withParticles(text: string, words: readonly Word[], from: number, last: number): { readonly end: number; readonly next: number } {
  let end = words[last]!.end;
  if (last + 1 < words.length || last - from > 3) return { end, next: last + 1 };
  PARTICLE.lastIndex = end;
  const particle = PARTICLE.exec(text);
  if (particle === null) return { end, next: last + 1 };
  LETTERS.lastIndex = end + particle[0].length;
  const rest = LETTERS.exec(text);
  if (rest !== null) end = LETTERS.lastIndex;
  return { end, next: last + 1 };
}

function byContext(
  subject: Subject,
  words: readonly Word[],
  from: number,
  last: number,
  before: string,
  after: string,
): Verdict | undefined {
  const count = last - from + 1;
  const { kind, initial } = words[from]!;
  const known = (kind & (GIVEN | JAPANESE_GIVEN | JAPANESE_SURNAME)) !== 0;
  if (from === 0) {
    if (subject.hint !== '' && subject.text.trim().length === words[last]!.end - words[from]!.start && isPersonHint(subject.hint)) {
      if (isCertainPersonHint(subject.hint) || known || count === 2 || count === 3) return { confidence: 0.8, rule: 'member' };
    }
    if (LABEL.test(before) && (count > 1 || known) && !initial) return { confidence: 0.85, rule: 'label' };
    if (SURE_PHRASE.test(before) && (count > 1 || words[from]!.end - words[from]!.start > 2)) return { confidence: 0.8, rule: 'phrase' };
    if (known && (kind & WORD) === 0 && PHRASE.test(before)) return { confidence: 0.7, rule: 'phrase' };
  }
  if (HONORIFIC.test(after) && count <= 2) return { confidence: 0.85, rule: 'honorific' };
  if (count > 1 && count <= 3 && ACTS.test(after)) return { confidence: 0.65, rule: 'acts' };
  return undefined;
}

function byLists(text: string, words: readonly Word[], from: number, last: number, before: string, after: string): Verdict | undefined {
  const first = words[from]!;
  const second = words[from + 1];
  const third = words[from + 2];
  if (second !== undefined && last > from) {
    const japanese =
      (first.kind & JAPANESE_SURNAME && second.kind & JAPANESE_GIVEN) || (first.kind & JAPANESE_GIVEN && second.kind & JAPANESE_SURNAME);
    if (japanese !== 0) return { confidence: 0.85, rule: 'romanised', last: from + 1 };
    const given = (first.kind & GIVEN) !== 0;
    const lastKind = words[last]!.kind;
    if (given && ((second.kind | lastKind) & SURNAME) !== 0) return { confidence: 0.9, rule: 'given-surname' };
    if (given && (first.kind & (AMBIGUOUS | WORD)) === 0 && isMixedCase(text, second)) return { confidence: 0.8, rule: 'given' };
    if (
      first.initial &&
      !words[last]!.initial &&
      second.joint.startsWith('.') &&
      (lastKind & WORD) === 0 &&
      words[last]!.end - words[last]!.start > 2
    )
      return { confidence: 0.7, rule: 'initials' };
  }
  // Lastname, Firstname.
  if (last === from && second?.joint === ', ' && (second.kind & GIVEN) !== 0 && (first.kind & GIVEN) === 0) {
    const ends = third === undefined || third.initial;
    if (ends && ((first.kind & SURNAME) !== 0 || /[\n\r"|;]\s*$|^$/.test(before)))
      return { confidence: 0.8, rule: 'inverted', last: from + 1 };
  }
  if (second !== undefined && last > from && (first.kind & GIVEN) !== 0 && SURNAME_ENDING.test(text.slice(second.start, words[last]!.end)))
    return { confidence: 0.75, rule: 'ending' };
  if (
    last === from &&
    first.end - first.start > 5 &&
    (first.kind & WORD) === 0 &&
    SURNAME_ENDING.test(text.slice(first.start, first.end)) &&
    inProse(text, first, after)
  )
    return { confidence: 0.55, rule: 'ending' };
  if (
    last === from &&
    (first.kind & GIVEN) !== 0 &&
    (first.kind & (AMBIGUOUS | WORD)) === 0 &&
    isMixedCase(text, first) &&
    inProse(text, first, after)
  )
    return { confidence: 0.55, rule: 'given-alone' };
  return undefined;
}

function isMixedCase(text: string, { start, end }: Word): boolean {
  return end - start > 1 && text.charCodeAt(end - 1) >= 0x61;
}

/** Among words: a letter follows on the line, or a mark and the end. */
function inProse(text: string, word: Word, after: string): boolean {
  const before = text[word.start - 1];
  const opens = before === undefined || /[\s"'(“‘>:,-]/.test(before);
  if (CODE_AROUND.test(text.slice(Math.max(0, word.start - 3), word.start)) || /^ ?[{}=;|&<]/.test(after)) return false;
  return opens && /^(?:['’]s\b|[.,!?;:)"'”]?(?:\s|$|\\)|[.,!?;:)"'”]{2}|-)/.test(after);
}
