// Work that is barred for everybody (credential theft, stealth, persistence, deployment of malware, exploitation of third parties), where a
// text asks for it to be done to others. Made for precision: an act, a sign that others suffer it, and somebody who asks, within a few
// sentences that speak neither of defence nor of leave. What it misses is for the capability tags. Costs nothing where no mark stands.
import { ENGLISH_PROHIBITED } from './frames-of-prohibited.ts';
import { JAPANESE_PROHIBITED } from './words-of-prohibited-japanese.ts';
import type { ProhibitedFrame, ProhibitedLanguage, ProhibitedMarks } from './prohibited-frames.ts';
import type { Span } from './span.ts';
import { scoreOf } from './instructions.ts';

export interface ProhibitedHit extends Span {
  /** Category and name, such as `credential-theft.lure`. */
  readonly rule: string;
  /** 0 to 1. */
  readonly score: number;
}

/** What an act weighs with one sign, which makes a score of 0.8, and what each further sign adds. */
const ACT_WEIGHT = 1.6;
const SIGN_WEIGHT = 0.4;

/** A sentence is read so far to both sides of its mark, its neighbours so far beyond. */
const SENTENCE_REACH = 300;
const NEIGHBOUR_REACH = 220;

const JAPANESE = /[\u3041-\u30ff]/;
/** Some words of English, and not only the name of a thing. */
const ENGLISH = /[a-z]+ [a-z]+ [a-z]+/;

/** `folded` as in `Subject.folded`, `marks` where its marks stand. Each rule at most once, where it scores highest; best first. */
export function prohibitedIn(folded: string, { act, sign }: ProhibitedMarks): ProhibitedHit[] {
  if (act.length === 0 || sign.length === 0) return [];
  const acts = act.map(({ start }) => start).sort((a, b) => a - b);
  let nextAct = 0;
  const best = new Map<string, ProhibitedHit>();
  let readTo = -1;
  for (const mark of sign.toSorted((a, b) => a.start - b.start)) {
    if (mark.start < readTo) continue;
    const start = sentenceStart(folded, mark.start, SENTENCE_REACH);
    const end = sentenceEnd(folded, mark.end, SENTENCE_REACH);
    readTo = end;
    const from = sentenceStart(folded, start - 1, NEIGHBOUR_REACH);
    const to = sentenceEnd(folded, end + 1, NEIGHBOUR_REACH);
    while (nextAct < acts.length && acts[nextAct]! < from) nextAct++;
    if (nextAct === acts.length) break;
    if (acts[nextAct]! >= to) continue;
    for (const { rule, score } of read(oneLine(folded.slice(from, to))))
      if ((best.get(rule)?.score ?? 0) < score) best.set(rule, { rule, score, start: from, end: to });
  }
  return [...best.values()].sort((a, b) => b.score - a.score || (a.rule < b.rule ? -1 : 1));
}

interface Met {
  readonly rule: string;
  readonly score: number;
}

/** A passage in two languages is read in both, and defence in either counts. What is cheap and settles most is looked at first. */
function read(passage: string): readonly Met[] {
  const languages = languagesOf(passage);
  const asking = languages.filter(({ asks }) => asks.test(passage));
  if (asking.length === 0) return [];
  if (languages.some(({ defends, aroundDefence }) => defends.test(passage.replaceAll(aroundDefence, ' … ')))) return [];
  return asking.flatMap((language) => readIn(passage, language));
}

function readIn(passage: string, { signs, frames }: ProhibitedLanguage): Met[] {
  const known = new Map<string, boolean>();
  const has = (name: string): boolean => {
    let is = known.get(name);
    if (is === undefined) known.set(name, (is = signs[name]!.test(passage)));
    return is;
  };
  const isMet = ({ needs, act }: ProhibitedFrame): boolean => needs.every((group) => group.some(has)) && act.test(passage);
  return frames.filter(isMet).map(({ rule, needs }) => {
    const present = new Set(needs.flat().filter(has)).size;
    return { rule, score: scoreOf([{ weight: ACT_WEIGHT }, { weight: SIGN_WEIGHT * Math.max(0, present - 1) }]) };
  });
}

/** Whether somebody asks for something in the sentence that holds the range. */
export function asksIn(folded: string, { start, end }: Span): boolean {
  const sentence = oneLine(folded.slice(sentenceStart(folded, start, SENTENCE_REACH), sentenceEnd(folded, end, SENTENCE_REACH)));
  return languagesOf(sentence).some(({ asks }) => asks.test(sentence));
}

/** As the patterns expect a text. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function languagesOf(text: string): readonly ProhibitedLanguage[] {
  if (!JAPANESE.test(text)) return [ENGLISH_PROHIBITED];
  return ENGLISH.test(text) ? [JAPANESE_PROHIBITED, ENGLISH_PROHIBITED] : [JAPANESE_PROHIBITED];
}

/** Where the sentence begins that holds `at`, at most `reach` characters before it. */
function sentenceStart(text: string, at: number, reach: number): number {
  const least = Math.max(0, at - reach);
  for (let before = Math.min(at, text.length) - 1; before >= least; before--) if (endsSentence(text, before)) return before + 1;
  return least;
}

/** Where the sentence ends that holds `at`, at most `reach` characters behind it. */
function sentenceEnd(text: string, at: number, reach: number): number {
  const most = Math.min(text.length, at + reach);
  for (let after = Math.max(0, at); after < most; after++) if (endsSentence(text, after)) return after + 1;
  return Math.max(most, Math.min(at, text.length));
}

/** A full stop or the like, an empty line, or a line that begins an item. */
function endsSentence(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0x3002 || code === 0xff01 || code === 0xff1f) return true;
  const next = text.charCodeAt(at + 1);
  if (code === 0x2e || code === 0x21 || code === 0x3f) return next === 0x20 || next === 0x0a || Number.isNaN(next);
  return code === 0x0a && (next === 0x0a || next === 0x2d || next === 0x2a || next === 0x23 || (next >= 0x30 && next <= 0x39));
}
