// Masks one text: replaces what was found, what is known already and what only looks like a placeholder, and proves that the way back
// leads to the very same text before anything of it may leave.
import type { Finding } from '../detect/detector.ts';
import { atOnce, type Work } from '../work.ts';
import { netmask, parseIpv4 } from './addresses.ts';
import { findPlaceholders } from './find-placeholders.ts';
import type { Accepts, KnownValue } from './known-value.ts';
import type { KnownValues } from './known-values.ts';
import type { MaskedType, Placeholders } from './placeholders.ts';
import { RestoringText } from './restore.ts';

export interface TextToMask {
  readonly text: string;
  /** Of types that are to be masked; in order, not overlapping. */
  readonly findings: readonly Finding[];
  /** The provider signed it: what looks like a placeholder is one of ours, and nobody puts anything back. */
  readonly isSigned: boolean;
  /** Which of the known values count in it; without it, all. */
  readonly accepts?: Accepts;
}

/** What is replaced, in order. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: MaskedType;
  readonly label?: string | undefined;
}

/** How much is replaced, or put back for the proof, before others get their turn. */
const STRETCH_SPANS = 512;
const STRETCH_CHARACTERS = 32_768;

const always: Accepts = () => true;

export class MaskingFailed extends Error {}

/** The masked text, which is `text` itself when there is nothing to mask. @throws MaskingFailed when it could not be restored. */
export function maskText(input: TextToMask, placeholders: Placeholders, known: KnownValues): string {
  return atOnce(masking(input, placeholders, known));
}

/** The same in steps. `used`: gets what was replaced. */
export function* masking(input: TextToMask, placeholders: Placeholders, known: KnownValues, used?: Set<string>): Work<string> {
  const { text, isSigned } = input;
  const spans = yield* spansOf(input, placeholders, known);
  if (spans.length === 0) return text;
  if (used !== undefined) for (const { start, end } of spans) used.add(text.slice(start, end));
  const masked = yield* replaced(text, spans, (type, value, label) => placeholders.of(type, value, label));
  if (isSigned || (yield* comesBack(masked, text, spans, placeholders))) return masked.text;
  // Text around a pseudonym made something else of it (`v10.1.2.3`): tokens stand anywhere.
  const tokens = yield* replaced(text, spans, (type, value, label) => placeholders.tokenOf(type, value, label));
  if (yield* comesBack(tokens, text, spans, placeholders)) return tokens.text;
  throw new MaskingFailed('a masked text could not be restored');
}

/** In order, not overlapping. */
export function* spansOf(
  { text, findings, isSigned, accepts = always }: TextToMask,
  placeholders: Placeholders,
  known: KnownValues,
): Work<Span[]> {
  const spans: Span[] = findings.map((finding, index) => withNetwork(text, finding, findings[index + 1]?.start ?? text.length));
  const found = spans.length;
  for (const { start, end, known: value } of yield* known.occurrences(text, { accepts }))
    spans.push({ start, end, type: typeOfOccurrence(value, placeholders) });
  if (!isSigned && !placeholders.vocabulary.isEmpty)
    for (const { start, end } of findPlaceholders(text, placeholders.vocabulary, { before: '', isWhole: true }).matches)
      spans.push({ start, end, type: 'literal' });
  return spans.length === found ? spans : joined(spans, placeholders);
}

/** An encoded form stands for itself, unless what it encodes must not come back. */
function typeOfOccurrence({ form, source: { value, type: own } }: KnownValue, placeholders: Placeholders): MaskedType {
  const type = placeholders.typeOf(value) ?? own;
  return form === 'plain' || form === 'digits' || !placeholders.restores(type) ? type : 'literal';
}

/** A network is masked with its prefix length, so that it stays a network. `next`: where something else begins. */
function withNetwork(text: string, { start, end, type, label }: Finding, next: number): Span {
  if (type !== 'ipv4-address' || text[end] !== '/') return { start, end, type, label };
  const length = /^\/(?:3[0-2]|[12][0-9]|[0-9])(?![0-9])/.exec(text.slice(end, end + 4))?.[0].length ?? 0;
  const network = length === 0 || end + length > next ? undefined : parseIpv4(text.slice(start, end + length));
  if (network?.prefixLength === undefined || (network.address & ~netmask(network.prefixLength)) !== 0) return { start, end, type, label };
  return { start, end: end + length, type, label };
}

/** Spans that overlap become one over all of them: nothing of any stays. Findings come first. */
function joined(spans: Span[], placeholders: Placeholders): Span[] {
  const ordered = spans.map((_, index) => index).sort((a, b) => spans[a]!.start - spans[b]!.start || a - b);
  const apart: Span[] = [];
  let at = 0;
  while (at < ordered.length) {
    const first = spans[ordered[at]!]!;
    let to = at + 1;
    let end = first.end;
    for (; to < ordered.length && spans[ordered[to]!]!.start < end; to++) end = Math.max(end, spans[ordered[to]!]!.end);
    apart.push(
      to === at + 1
        ? first
        : union(
            ordered.slice(at, to).sort((a, b) => a - b),
            spans,
            end,
            placeholders,
          ),
    );
    at = to;
  }
  return apart;
}

function union(members: readonly number[], spans: readonly Span[], end: number, placeholders: Placeholders): Span {
  const parts = members.map((index) => spans[index]!);
  const start = Math.min(...parts.map((part) => part.start));
  const cover = parts[0]!.start === start && parts[0]!.end === end ? parts[0] : undefined;
  return cover ?? { start, end, type: strictest(parts, placeholders), label: undefined };
}

/** What joins several does not come back when one of them does not. */
function strictest(spans: readonly Span[], placeholders: Placeholders): MaskedType {
  const kept = spans.find(({ type }) => !placeholders.restores(type));
  return (kept ?? spans.find(({ type }) => type !== 'literal' && type !== 'other') ?? spans[0]!).type;
}

interface Replaced {
  readonly text: string;
  readonly parts: readonly string[];
}

function* replaced(
  text: string,
  spans: readonly Span[],
  placeholderOf: (type: MaskedType, value: string, label?: string) => string,
): Work<Replaced> {
  const pieces: string[] = [];
  const parts: string[] = [];
  let from = 0;
  for (const [index, { start, end, type, label }] of spans.entries()) {
    if (start < from) throw new MaskingFailed('two parts of a text that overlap cannot be masked');
    const placeholder = placeholderOf(type, text.slice(start, end), label);
    parts.push(placeholder);
    pieces.push(text.slice(from, start), placeholder);
    from = end;
    if (index % STRETCH_SPANS === STRETCH_SPANS - 1) yield;
  }
  pieces.push(text.slice(from));
  return { text: pieces.join(''), parts };
}

/** What is put back is the text itself, but for what stays masked. */
function* comesBack({ text: masked, parts }: Replaced, text: string, spans: readonly Span[], { vocabulary }: Placeholders): Work<boolean> {
  const expected: string[] = [];
  let from = 0;
  for (const [index, { start, end }] of spans.entries()) {
    if (vocabulary.valueOf(parts[index]!) !== undefined) continue;
    expected.push(text.slice(from, start), parts[index]!);
    from = end;
  }
  expected.push(text.slice(from));
  const restoring = new RestoringText(vocabulary, 'text', { readsJson: false });
  const back: string[] = [];
  for (let at = 0; at < masked.length; at += STRETCH_CHARACTERS) {
    if (at > 0) yield;
    back.push(restoring.push(masked.slice(at, at + STRETCH_CHARACTERS)));
  }
  back.push(restoring.end());
  return back.join('') === expected.join('');
}
