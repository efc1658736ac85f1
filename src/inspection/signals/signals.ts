// The signals of one text for the access decision: what it hides, what it encodes, how much it reads like instructions to a model, which cyber
// capabilities it is about, which targets it names. Signals inform a decision and never are one: nothing here refuses, blocks or changes text.
import type { Subject } from '../text/subject.ts';
import { subjectOf } from '../text/subject.ts';
import { beyondTier1, type TagBeyond } from './beyond-tier-1.ts';
import { capabilitiesOf, type Capabilities } from './capabilities.ts';
import { encodedIn, type EncodedText } from './encoded.ts';
import { commentsAround, hiddenByStyle } from './hidden-markup.ts';
import { hiddenIn, type HiddenKind, type HiddenText } from './hidden.ts';
import { instructionEvidence, scoreOf, MOST_EVIDENCE, type Evidence } from './instructions.ts';
import { commandsIn, phrasesIn, type PhraseHit } from './phrase-pass.ts';
import { prohibitedIn, type ProhibitedHit } from './prohibited.ts';
import { targetsIn, type Target } from './targets.ts';
import type { InstructionRule } from './words-of-instructions.ts';

export interface HiddenSignal extends HiddenText {
  /** 0 to 1: how much what it says reads like instructions. */
  readonly score: number;
}

export interface EncodedSignal extends EncodedText {
  /** 0 to 1: how much what it decodes to reads like instructions or commands. */
  readonly score: number;
}

/** All offsets are UTF-16 offsets in the original text. */
export interface Signals {
  readonly isTainted: boolean;
  readonly hidden: readonly HiddenSignal[];
  readonly encoded: readonly EncodedSignal[];
  /** `score` 0 to 1 over the visible, the hidden and the decoded; see `INSTRUCTION_THRESHOLD`. */
  readonly instructions: { readonly score: number; readonly evidence: readonly Evidence[] };
  readonly capabilities: Capabilities;
  /** Work that is barred for everybody and asked for; none in tainted text, which speaks for somebody else. Best first. */
  readonly prohibited: readonly ProhibitedHit[];
  /** Capabilities that it asks for and no grant of tier 1 covers; none in tainted text. Best first. */
  readonly beyondTier1: readonly TagBeyond[];
  readonly targets: readonly Target[];
  /** More targets than are listed. */
  readonly targetsAreCut: boolean;
}

export interface SignalContext {
  /** The text comes from a tool, a page, a file, another person: not from who asks. */
  readonly isTainted: boolean;
}

/** Instructions that somebody hid are meant for a model. */
const HIDDEN_FACTOR = 1.5;
/** By kind: what hiding adds when it says nothing that can be read. Overrides of direction and tag characters have no honest use in prompts. */
const HIDING_ALONE: Partial<Readonly<Record<HiddenKind, number>>> = {
  'tag-characters': 0.6,
  'variation-selectors': 0.4,
  bidi: 0.25,
  'zero-width': 0.1,
};
/** An encoded payload within an encoded payload is followed so deep. */
const DEEPEST = 2;

export function signalsIn(subject: Subject, { isTainted }: SignalContext): Signals {
  const { folded, text } = subject;
  const original = (start: number, end: number): { start: number; end: number } => {
    const [from, to] = subject.originalRange(start, end);
    return { start: from, end: to };
  };
  const hits = phrasesIn(folded);
  const visible = instructionEvidence(folded, hits.instructions, isTainted).map((each) => ({ ...each, ...original(each.start, each.end) }));
  const hidden = hiddenSignals(subject, hits.instructions, isTainted);
  const encoded = encodedSignals(text, isTainted, DEEPEST).map((each) => ({ ...each, ...original(each.start, each.end) }));
  const evidence = [...visible, ...hidden.map(evidenceOfHidden), ...encoded.map(evidenceOfEncoded)].filter(({ weight }) => weight > 0);
  const capabilities = capabilitiesOf(folded, hits.capabilities);
  const { targets, isCut } = targetsIn(subject);
  return {
    isTainted,
    hidden,
    encoded,
    instructions: { score: scoreOf(evidence), evidence: evidence.slice(0, MOST_EVIDENCE) },
    capabilities: {
      ...capabilities,
      tags: capabilities.tags.map((tag) => ({ ...tag, evidence: tag.evidence.map(({ start, end }) => original(start, end)) })),
    },
    prohibited: isTainted ? [] : prohibitedIn(folded, hits.marks).map((each) => ({ ...each, ...original(each.start, each.end) })),
    beyondTier1: isTainted ? [] : beyondTier1(folded, capabilities),
    targets: targets.map((target) => ({ ...target, ...original(target.start, target.end) })),
    targetsAreCut: isCut,
  };
}

function hiddenSignals(subject: Subject, hits: readonly PhraseHit<InstructionRule>[], isTainted: boolean): HiddenSignal[] {
  const { text, folded } = subject;
  const positions = hits
    .filter(({ rule }) => rule.weight >= COMMENT_FROM)
    .map(({ start }) => start)
    .sort((a, b) => a - b);
  const markup = [...hiddenByStyle(text, folded), ...(text.includes('<!--') ? commentsAround(text, positions) : [])];
  const placed = markup.map((each) => {
    const [start, end] = subject.originalRange(each.start, each.end);
    return { ...each, start, end };
  });
  return [...hiddenIn(subject.original), ...placed]
    .sort((a, b) => a.start - b.start)
    .map((each) => ({ ...each, score: each.decoded === '' ? 0 : scoreOf(readAs(each.decoded, isTainted)) }));
}

/** A comment is worth a look when it holds a rule of this weight. */
const COMMENT_FROM = 0.35;

function readAs(decoded: string, isTainted: boolean): Evidence[] {
  const { folded } = subjectOf(decoded);
  return instructionEvidence(folded, phrasesIn(folded).instructions, isTainted);
}

function encodedSignals(text: string, isTainted: boolean, depth: number): EncodedSignal[] {
  return encodedIn(text).map((each) => {
    const { folded, text: inner } = subjectOf(each.decoded);
    const evidence = instructionEvidence(folded, [...phrasesIn(folded).instructions, ...commandsIn(folded)], isTainted);
    const within = depth > 1 ? encodedSignals(inner, isTainted, depth - 1) : [];
    const weights = [
      ...evidence,
      ...within.map(({ score }) => ({ weight: sumBehind(score) })),
      { weight: each.isPowerShell ? POWERSHELL : 0 },
    ];
    return { ...each, score: scoreOf(weights) };
  });
}

/** `powershell -enc` exists to carry commands past who reads along. */
const POWERSHELL = 0.5;

/** The sum that gives this score. */
function sumBehind(score: number): number {
  return -Math.log(Math.max(1 - score, 1e-9));
}

function evidenceOfHidden({ kind, start, end, score }: HiddenSignal): Evidence {
  return { rule: `hidden.${kind}`, start, end, weight: sumBehind(score) * HIDDEN_FACTOR + (HIDING_ALONE[kind] ?? 0) };
}

function evidenceOfEncoded({ encoding, start, end, score }: EncodedSignal): Evidence {
  return { rule: `encoded.${encoding}`, start, end, weight: sumBehind(score) };
}
