// Markings that people put on documents: 社外秘, CONFIDENTIAL, TLP:AMBER. A marking stands alone on its line, in brackets, behind a label, in
// capitals at an edge of a line; the same word in a sentence ("confidential computing", 機密情報とは) is none. Reads text only: markings that
// come as metadata (STIX, MISP) are in tlp.ts.
import { AhoCorasick } from '../text/aho-corasick.ts';
import type { Subject } from '../text/subject.ts';
import type { DataLevel } from './levels.ts';
import { LABEL_BEFORE, MARKING_WORDS, TLP_AFTER, TLP_TRIGGERS, tlpColour, type MarkingWord } from './marking-words.ts';
import { levelOfTlp, STIX_MARKING_PREFIX, tlpLabelOf, tlpOfMarking, type TlpLabel } from './tlp.ts';

export interface Marking {
  readonly level: DataLevel;
  /** UTF-16 offsets in the original text. */
  readonly start: number;
  readonly end: number;
  /** What is marked and where it stands, such as `社外秘.bracket` or `TLP:AMBER`. */
  readonly rule: string;
}

/** How far from a word its line is looked at. */
const WINDOW = 160;
/** A header or footer is short. */
const LONGEST_HEADER = 100;

type Place = 'alone' | 'bracket' | 'label' | 'edge';

const LITERALS: readonly string[] = [...MARKING_WORDS.map(({ word }) => word), ...TLP_TRIGGERS];

let automaton: AhoCorasick | undefined;

interface Hit {
  readonly start: number;
  readonly end: number;
  readonly word: MarkingWord;
}

export function markingsIn(subject: Subject): Marking[] {
  automaton ??= new AhoCorasick(LITERALS);
  const hits: Hit[] = [];
  const tlp: number[] = [];
  automaton.scan(subject.folded, (literal, start, end) => {
    const word = MARKING_WORDS[literal];
    if (word === undefined) tlp.push(start, end);
    else if (!isInsideWord(subject.folded, start, end)) hits.push({ start, end, word });
  });
  const found = [...markedBy(subject, hits), ...tlpIn(subject, tlp), ...tlpByName(subject), ...tlpOfIntelligence(subject)];
  return found
    .map(({ start, end, ...marking }) => {
      const [from, to] = subject.originalRange(start, end);
      return { ...marking, start: from, end: to };
    })
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

const ASCII_WORD = /[a-z0-9_]/;

function isInsideWord(text: string, start: number, end: number): boolean {
  if (!ASCII_WORD.test(text[start]!)) return false;
  return (start > 0 && ASCII_WORD.test(text[start - 1]!)) || (end < text.length && ASCII_WORD.test(text[end]!));
}

/** In one line so many words are looked at from either end: a header has two or three. */
const MOST_IN_LINE = 6;

function markedBy(subject: Subject, hits: readonly Hit[]): Marking[] {
  const { text } = subject;
  const markings: Marking[] = [];
  // Longer words first where two begin together: `strictly confidential` is not also `confidential`.
  const ordered = hits.toSorted((a, b) => a.start - b.start || b.end - a.end);
  let reached = -1;
  // Lines are found once each, however many words stand in them.
  for (let index = 0, line = { start: 0, end: 0 }; index < ordered.length;) {
    line = { start: lineStart(text, ordered[index]!.start, line.end), end: lineEnd(text, ordered[index]!.end) };
    let next = index;
    while (next < ordered.length && ordered[next]!.start < line.end) next++;
    for (let at = index; at < next; at++) {
      if (at >= index + MOST_IN_LINE && at < next - MOST_IN_LINE && line.end - line.start <= WINDOW) continue;
      const { start, end, word } = ordered[at]!;
      if (start < reached) continue;
      const place = placeOf(subject, start, end, word, line);
      if (place === undefined) continue;
      markings.push({ level: word.level, start, end, rule: `${word.word}.${place}` });
      reached = end;
    }
    index = Math.max(next, index + 1);
  }
  return markings;
}

interface Line {
  readonly start: number;
  readonly end: number;
}

const MAY_LABEL = /[:=|>]/;
const MAY_OPEN = /[[【(〔〈《<{]/;

/** Where in its surroundings the word stands as a marking; undefined when it is part of a sentence, a name or code. */
function placeOf(subject: Subject, start: number, end: number, word: MarkingWord, line: Line): Place | undefined {
  const { text, folded } = subject;
  const asWritten = text.slice(start, end);
  const capitals = asWritten === asWritten.toUpperCase();
  const near = folded.slice(Math.max(line.start, start - 48), start);
  const next = folded.slice(end, Math.min(line.end, end + 26));
  if (isLabelledByName(subject, start, end)) return 'label';
  if (MAY_LABEL.test(near.slice(-12)) && LABEL_BEFORE.test(near) && CLOSES_VALUE.test(next)) return 'label';
  if (MAY_OPEN.test(near.slice(-26)) && isBracketed(near, next) && (!word.capitals || capitals)) return 'bracket';
  // What follows are lines of their own, headers and footers: short.
  if (line.end - line.start > WINDOW) return undefined;
  const before = folded.slice(line.start, start);
  const after = folded.slice(end, line.end);
  if (isDecoration(before) && isDecoration(after) && (capitals || asWritten[0] === asWritten[0]!.toUpperCase())) return 'alone';
  if (word.common || (word.capitals && !capitals)) return undefined;
  return isAtEdge(before, after, line.end - line.start) && (capitals || startsTitle(asWritten)) ? 'edge' : undefined;
}

/** A value such as `internal` under the name `classification`. */
function isLabelledByName({ hint, text }: Subject, start: number, end: number): boolean {
  if (hint === '' || text.length > LONGEST_HEADER || !LABEL_BEFORE.test(`${labelOf(hint)}:`)) return false;
  return isDecoration(text.slice(0, start)) && isDecoration(text.slice(end));
}

/** `dataClassification` and `data_classification` are `data classification`. */
function labelOf(hint: string): string {
  return hint
    .slice(-64)
    .normalize('NFKC')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .replaceAll('_', ' ')
    .toLowerCase();
}

/** `Strictly Confidential` and `For internal use only` begin with a capital where they mark. */
function startsTitle(written: string): boolean {
  return written[0] !== written[0]!.toLowerCase() || written.charCodeAt(0) > 0x7f;
}

const CLOSES_VALUE = /^[ \t"'*_\])>]{0,6}(?:$|[,;|/(（、。・<-])/;

/** Marks, page counts, and further marking words: what may share the line of a marking. */
const ORNAMENT = /^[\s*#=_~|/・·:,.;!"'`<>()[\]{}【】〔〕〈〉《》「」『』※■□◆◇●○★☆+-]*$/u;

function isDecoration(text: string): boolean {
  return ORNAMENT.test(withoutMarkings(text));
}

/** Other marking words of the same line, which stand together as in `社外秘・取扱注意` or `SECRET//NOFORN`. */
const COMPANIONS =
  /機密性[123](?:情報)?|社外秘|部外秘|取扱注意|関係者限り|極秘|厳秘|持出禁止|複製(?:厳禁|禁止)|転載禁止|(?:page|頁|ページ) ?\d{1,4}|\d{1,4} ?\/ ?\d{1,4}|(?:strictly |highly |company )?confidential|proprietary|top secret|secret|noforn|sci|fouo|cui|sp-[a-z]{2,5}|do not (?:copy|distribute)|draft|案(?![\u3400-\u9fff])/g;

function withoutMarkings(text: string): string {
  return text.length > WINDOW ? text : text.replace(COMPANIONS, '');
}

const OPENING = /[[【(〔〈《<{][^[\]【】()〔〕〈〉《》<>{}\n]{0,24}$/;
const CLOSING = /^[^[\]【】()〔〕〈〉《》<>{}\n]{0,24}[\]】)〕〉》>}]/;

function isBracketed(before: string, after: string): boolean {
  const opening = OPENING.exec(before.slice(-26))?.[0];
  const closing = CLOSING.exec(after.slice(0, 26))?.[0];
  if (opening === undefined || closing === undefined) return false;
  // `foo(secret)` and `env[SECRET]` are code: a bracket that follows a letter directly opens an argument.
  const preceding = before.slice(0, before.length - opening.length).at(-1) ?? ' ';
  if (/[a-z0-9_$.\])]/.test(preceding) && !/[【〔〈《]/.test(opening[0]!)) return false;
  return isDecoration(opening) && isDecoration(closing);
}

const SEPARATES_AFTER =
  /^(?:[ \t]*(?:$|[|:;/・—*-]|\/\/)|[ \t]{2,}|[ \t]*(?:©|\(c\)|copyright|do not|not for|\d{4}年|令和|平成|株式会社|page ))/;
const SEPARATES_BEFORE =
  /(?:^[\s#*=_>-]*|[|:;/・—*-][ \t]*|[ \t]{2,}|\/\/|\d{4}[.,]?[ \t]+|(?:inc|ltd|corp|llc|gmbh)[.,]*[ \t]+|株式会社[^\s。、]{0,20}[ \t]+|[年月日号版][ \t]+)$/;

/** At the beginning or end of a short line, set off from the rest by a separator: a header or a footer. */
function isAtEdge(before: string, after: string, length: number): boolean {
  if (length > LONGEST_HEADER || SENTENCE.test(before) || SENTENCE.test(after)) return false;
  if (isDecoration(before)) return SEPARATES_AFTER.test(after) || /^[ \t]+[\u3040-\u9fff\d]/.test(after);
  return isDecoration(after) && SEPARATES_BEFORE.test(before);
}

/** Particles and full stops of sentences, which headers lack. */
const SENTENCE = /[。、]|です|ます|した|する|とは|[a-z] (?:is|are|was|the|of the|should|must|will|can) |[a-z]\. [a-z]|[;{}=]/;

/** Not before `least`, which is known to be the end of another line or the start of the text. */
function lineStart(text: string, at: number, least: number): number {
  let start = at;
  while (start > least && !isBreak(text[start - 1])) start--;
  return start;
}

function lineEnd(text: string, at: number, most = text.length): number {
  let end = at;
  while (end < most && !isBreak(text[end])) end++;
  return end;
}

function isBreak(character: string | undefined): boolean {
  return character === '\n' || character === '\r' || character === '\f' || character === undefined;
}

/** A value such as `amber` under the name `tlp`. */
function tlpByName({ hint, text }: Subject): Marking[] {
  if (!/^(?:tlp|traffic light protocol)$/.test(labelOf(hint)) || text === '') return [];
  const label = tlpLabelOf(`tlp:${text}`);
  return label === undefined ? [] : [{ level: levelOfTlp(label), start: 0, end: text.length, rule: `TLP:${label}` }];
}

interface TlpHit {
  readonly start: number;
  readonly end: number;
  readonly label: TlpLabel;
  readonly setApart: boolean;
}

/** From so many different labels in sentences on, a text explains the protocol rather than carries a label. */
const EXPLAINS_FROM = 3;

function tlpIn(subject: Subject, triggers: readonly number[]): Marking[] {
  const { folded, text } = subject;
  const hits: TlpHit[] = [];
  for (let index = 0; index < triggers.length; index += 2) {
    const start = triggers[index]!;
    const at = triggers[index + 1]!;
    if (start > 0 && ASCII_WORD.test(folded[start - 1]!)) continue;
    TLP_AFTER.lastIndex = at;
    const written = TLP_AFTER.exec(folded);
    if (written === null) continue;
    const end = at + written[0].length;
    // `tlp red` in small letters and without a colon may be anything.
    if (!/[:=_/-]/.test(written[0]) && text.slice(start, end) !== text.slice(start, end).toUpperCase()) continue;
    hits.push({ start, end, label: tlpColour(written[1]!), setApart: isSetApart(subject, start, end) });
  }
  const explains = new Set(hits.filter(({ setApart }) => !setApart).map(({ label }) => label)).size >= EXPLAINS_FROM;
  return hits
    .filter(({ setApart }) => setApart || !explains)
    .map(({ start, end, label }) => ({ level: levelOfTlp(label), start, end, rule: `TLP:${label}` }));
}

/** A bundle refers to the same few markings over and over. */
const MOST_STIX = 100;
const STIX_MARKING = new RegExp(`${STIX_MARKING_PREFIX}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`, 'g');

/** Markings of STIX objects in the text: they are ids, and stand wherever an object refers to them. */
function tlpOfIntelligence({ folded }: Subject): Marking[] {
  if (!folded.includes(STIX_MARKING_PREFIX)) return [];
  const markings: Marking[] = [];
  for (const match of folded.matchAll(STIX_MARKING)) {
    const label = tlpOfMarking(match[0]);
    if (label === undefined) continue;
    markings.push({ level: levelOfTlp(label), start: match.index, end: match.index + match[0].length, rule: `TLP:${label}` });
    if (markings.length >= MOST_STIX) break;
  }
  return markings;
}

function isSetApart({ folded, text }: Subject, start: number, end: number): boolean {
  const before = folded.slice(lineStart(text, start, Math.max(0, start - WINDOW / 2)), start);
  const after = folded.slice(end, lineEnd(text, end, Math.min(text.length, end + WINDOW / 2)));
  return (isDecoration(before) && isDecoration(after)) || isBracketed(before, after) || LABEL_BEFORE.test(before);
}
