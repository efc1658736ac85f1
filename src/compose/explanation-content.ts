// What a dry run says of a request's content: what was found, which data that makes it, and what each deployment would get of it. The data
// plane's own eyes look (src/checkpoint/content.ts); here are only words and sums.
import { mediaTypesOf, type ContentProblem, type RequestContent } from '#checkpoint';
import type { CompiledPolicy, Content, SensitiveType } from '#inspection';

export type Counts = Partial<Readonly<Record<SensitiveType, number>>>;

/** What the request holds. */
export interface FoundContent {
  readonly level: string;
  readonly because: readonly string[];
  /** The class of data that it has for everybody, masked or not. */
  readonly dataClass: string | undefined;
  /** Distinct values by type. */
  readonly found: Counts;
  readonly labels: readonly string[];
  readonly markings: readonly string[];
  /** Of what is no text. */
  readonly mediaTypes: readonly string[];
  readonly isTainted: boolean;
  /** Finders that did not answer and that the operator can do without. */
  readonly missing: readonly string[];
  readonly signals: Content['signals'];
}

/** What one deployment would see of it. */
export interface SeenContent {
  readonly masked: Counts;
  readonly unmasked: Counts;
  /** Of what is left after masking. */
  readonly level: string;
  readonly because: readonly string[];
}

export function foundOf({ content, dataClass }: RequestContent): FoundContent {
  const { level, found, labels, markings, isTainted, missing, signals } = content;
  return {
    ...level,
    dataClass,
    found,
    labels: [...labels.keys()],
    markings: [...new Set(markings.map(({ rule }) => rule))],
    mediaTypes: mediaTypesOf(content),
    isTainted,
    missing,
    signals,
  };
}

export function seenOf({ content }: RequestContent, policy: CompiledPolicy): SeenContent {
  return { ...countsUnder(content, policy), ...content.levelUnder(policy) };
}

/** Distinct values by type, masked and not. Terms of a dictionary count as masked where every label that occurs is. */
function countsUnder({ found, labels }: Content, policy: CompiledPolicy): Pick<SeenContent, 'masked' | 'unmasked'> {
  const terms = [...labels.keys()];
  const isMasked = (type: SensitiveType): boolean =>
    policy.masks(type, undefined) || (type === 'dictionary-term' && terms.length > 0 && terms.every((label) => policy.masks(type, label)));
  const pick = (wanted: boolean): Counts =>
    Object.fromEntries((Object.entries(found) as [SensitiveType, number][]).filter(([type]) => isMasked(type) === wanted));
  return { masked: pick(true), unmasked: pick(false) };
}

/** Why a deployment would not get it, in the words of a list. */
export function problemText(problem: ContentProblem): string {
  switch (problem.rule) {
    case 'content-refused':
      return `it must not get what the request holds, not even masked: ${problem.types.join(', ')}`;
    case 'content-class':
      return `what it would get is data of class ${problem.dataClass} (${problem.because.join(', ')}): ${problem.unmet.join('; ')}`;
    case 'unreadable-content':
      return `the request holds ${problem.mediaTypes.join(', ')}, which cannot be masked, and its data is ${problem.level}`;
    case 'masking-memory-missing':
    case 'masking-memory-unreachable':
    case 'unmaskable':
      return 'what the request holds could not be masked in a way that is certain to come back';
    case 'too-many-values':
      return `the request holds more than ${problem.limit} values that would have to be masked`;
  }
}
