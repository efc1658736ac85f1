// The one pass over a text for everything that is words: instructions and capabilities together. Knows no scores.
import type { Span } from './span.ts';
import { PROHIBITED_MARKS } from './marks-of-prohibited.ts';
import { PhraseMatcher } from './phrases.ts';
import { CAPABILITIES, type CapabilityRule } from './words-of-capabilities.ts';
import { JAPANESE_CAPABILITIES } from './words-of-capabilities-japanese.ts';
import { EASTERN_INSTRUCTIONS, EUROPEAN_INSTRUCTIONS, JAPANESE_INSTRUCTIONS } from './words-of-instructions-beyond.ts';
import type { ProhibitedMark, ProhibitedMarks } from './prohibited-frames.ts';
import { COMMANDS, INSTRUCTIONS, type InstructionRule } from './words-of-instructions.ts';
import { JAPANESE_PROHIBITED_MARKS } from './words-of-prohibited-japanese.ts';

export interface PhraseHit<Rule> {
  readonly rule: Rule;
  readonly start: number;
  readonly end: number;
  readonly word: number;
}

export interface PhraseHits {
  readonly instructions: readonly PhraseHit<InstructionRule>[];
  readonly capabilities: readonly PhraseHit<CapabilityRule>[];
  /** Where a look for barred work is worth it; all of them. */
  readonly marks: ProhibitedMarks;
}

/** Of one rule or word so many hits are kept; others go on being found, so that no amount of filler hides what comes behind it. */
const MOST_ALIKE = 256;

type AnyRule = InstructionRule | CapabilityRule | ProhibitedMark;

// Built on first use: some megabytes of tables that a process without inspection never needs.
let plain: PhraseMatcher<AnyRule> | undefined;
let beyond: PhraseMatcher<AnyRule> | undefined;
let commands: PhraseMatcher<InstructionRule> | undefined;

const plainMatcher = () => (plain ??= new PhraseMatcher<AnyRule>([INSTRUCTIONS, EUROPEAN_INSTRUCTIONS, CAPABILITIES, PROHIBITED_MARKS]));
const beyondMatcher = () =>
  (beyond ??= new PhraseMatcher<AnyRule>([JAPANESE_INSTRUCTIONS, EASTERN_INSTRUCTIONS, JAPANESE_CAPABILITIES, JAPANESE_PROHIBITED_MARKS]));
const commandMatcher = () => (commands ??= new PhraseMatcher<InstructionRule>([COMMANDS]));

const BEYOND_ASCII = /[^\0-\x7f]/;

/** `folded` as in `Subject.folded`; hits in order of their ends, first those of English and European words, then the others. */
export function phrasesIn(folded: string): PhraseHits {
  const instructions: PhraseHit<InstructionRule>[] = [];
  const capabilities: PhraseHit<CapabilityRule>[] = [];
  const marks = { act: [] as Span[], sign: [] as Span[] };
  const kept = new Map<string, number>();
  const keep = (rule: AnyRule, start: number, end: number, word: number) => {
    if ('family' in rule && rule.family === 'prohibited-mark') {
      marks[rule.of].push({ start, end });
      return;
    }
    const alike = 'family' in rule ? rule.id : `${rule.id} ${word}`;
    const count = kept.get(alike) ?? 0;
    if (count >= MOST_ALIKE) return;
    kept.set(alike, count + 1);
    if ('family' in rule) instructions.push({ rule, start, end, word });
    else capabilities.push({ rule, start, end, word });
  };
  plainMatcher().match(folded, keep);
  if (BEYOND_ASCII.test(folded)) beyondMatcher().match(folded, keep);
  return { instructions, capabilities, marks };
}

/** Commands for shells and interpreters: for decoded payloads. */
export function commandsIn(folded: string): readonly PhraseHit<InstructionRule>[] {
  const hits: PhraseHit<InstructionRule>[] = [];
  commandMatcher().match(folded, (rule, start, end, word) => {
    if (hits.length < MOST_ALIKE) hits.push({ rule, start, end, word });
  });
  return hits;
}
