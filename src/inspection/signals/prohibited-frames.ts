// How barred work is written down as data: an act, and signs that it is done to others. Builds regular expressions whose every repetition is
// bounded or a plain class, so that they take linear time on the few sentences they are shown.
import type { Lexicon, PhraseRule } from './phrases.ts';
import type { Span } from './span.ts';

/** A word that says where to look; never evidence by itself. */
export interface ProhibitedMark extends PhraseRule {
  readonly family: 'prohibited-mark';
  readonly of: 'act' | 'sign';
}

/** Where marks stand, in order of their ends. */
export type ProhibitedMarks = Readonly<Record<ProhibitedMark['of'], readonly Span[]>>;

/** Of every frame one word of the act and one of a sign is among these, so what lacks either is not looked at. */
export function marksOf(language: string, acts: readonly string[], signs: readonly string[]): Lexicon<ProhibitedMark> {
  const rule = (of: ProhibitedMark['of']): ProhibitedMark => ({
    id: `prohibited.${of}.${language}`,
    family: 'prohibited-mark',
    of,
    gap: 0,
    steps: [`prohibited-${of}`],
  });
  return { classes: { 'prohibited-act': acts, 'prohibited-sign': signs }, rules: [rule('act'), rule('sign')] };
}

export interface ProhibitedFrame {
  /** Category and name, such as `credential-theft.lure`. */
  readonly rule: string;
  readonly act: RegExp;
  /** Names of signs; of each group one must be there. */
  readonly needs: readonly (readonly string[])[];
}

export interface ProhibitedLanguage {
  readonly signs: Readonly<Record<string, RegExp>>;
  readonly frames: readonly ProhibitedFrame[];
  /** Somebody asks for something to be done. */
  readonly asks: RegExp;
  /** Somebody defends, explains, tests with leave, or only tells: then it is not barred, whatever else is said. */
  readonly defends: RegExp;
  /** What reads like defence, but speaks of getting around it; taken out before `defends` is looked for. */
  readonly aroundDefence: RegExp;
}

/** Alternatives that are separated by semicolons. */
export function anyOf(list: string): string {
  return `(?:${list
    .split(';')
    .map((each) => each.trim().replaceAll(/\s+/g, ' '))
    .filter((each) => each !== '')
    .join('|')})`;
}

/** A pattern over several lines: the breaks and what indents them are not part of it. For folded text with single spaces. */
export function pattern(source: string, flags = ''): RegExp {
  return new RegExp(source.replaceAll(/\n\s*/g, ''), flags);
}

export function frame(rule: string, act: string, ...needs: readonly (readonly string[])[]): ProhibitedFrame {
  return { rule, act: pattern(act), needs };
}
