// Masks one text: replaces what was found, what is known already and what only looks like a placeholder, and proves that the way back
// leads to the very same text before anything of it may leave.
import type { Finding } from '../detect/detector.ts';
import { netmask, parseIpv4 } from './addresses.ts';
import { findPlaceholders } from './find-placeholders.ts';
import type { KnownValue, KnownValues } from './known-values.ts';
import type { MaskedType, Placeholders } from './placeholders.ts';
import { restoreText } from './restore.ts';

export interface TextToMask {
  readonly text: string;
  /** Of types that are to be masked; in order, not overlapping. */
  readonly findings: readonly Finding[];
  /** The provider signed it: what looks like a placeholder is one of ours. */
  readonly isSigned: boolean;
}

/** What is replaced, in order. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: MaskedType;
  readonly label?: string | undefined;
}

export class MaskingFailed extends Error {}

/** The masked text, which is `text` itself when there is nothing to mask. @throws MaskingFailed when it could not be restored. */
export function maskText(input: TextToMask, placeholders: Placeholders, known: KnownValues): string {
  const spans = spansOf(input, placeholders, known);
  if (spans.length === 0) return input.text;
  const masked = replaced(input.text, spans, (type, value, label) => placeholders.of(type, value, label));
  if (comesBack(masked, input.text, spans, placeholders)) return masked.text;
  // Text around a pseudonym made something else of it (`v10.1.2.3`): tokens stand anywhere.
  const tokens = replaced(input.text, spans, (type, value, label) => placeholders.tokenOf(type, value, label));
  if (comesBack(tokens, input.text, spans, placeholders)) return tokens.text;
  throw new MaskingFailed('a masked text could not be restored');
}

export function spansOf({ text, findings, isSigned }: TextToMask, placeholders: Placeholders, known: KnownValues): Span[] {
  const spans: Span[] = findings.map((finding) => withNetwork(text, finding));
  for (const { start, end, known: value } of known.findIn(text))
    insert(spans, { start, end, type: typeOfOccurrence(value, placeholders) }, placeholders);
  if (!isSigned && !placeholders.vocabulary.isEmpty)
    for (const { start, end } of findPlaceholders(text, placeholders.vocabulary, { before: '', isWhole: true }).matches)
      insert(spans, { start, end, type: 'literal' }, placeholders);
  return spans;
}

/** An encoded form stands for itself, unless what it encodes must not come back. */
function typeOfOccurrence({ form, value }: KnownValue, placeholders: Placeholders): MaskedType {
  const type = placeholders.typeOf(value) ?? 'other';
  return form === 'plain' || !placeholders.restores(type) ? type : 'literal';
}

/** A network is masked with its prefix length, so that it stays a network. */
function withNetwork(text: string, { start, end, type, label }: Finding): Span {
  if (type !== 'ipv4-address' || text[end] !== '/') return { start, end, type, label };
  const length = /^\/(?:3[0-2]|[12][0-9]|[0-9])(?![0-9])/.exec(text.slice(end, end + 4))?.[0].length ?? 0;
  const network = length === 0 ? undefined : parseIpv4(text.slice(start, end + length));
  if (network?.prefixLength === undefined || (network.address & ~netmask(network.prefixLength)) !== 0) return { start, end, type, label };
  return { start, end: end + length, type, label };
}

/** Keeps the order; what overlaps something that is replaced anyway is left out, but reaches as far as it did. */
function insert(spans: Span[], added: Span, placeholders: Placeholders): void {
  let at = spans.length;
  while (at > 0 && spans[at - 1]!.start > added.start) at--;
  const before = spans[at - 1];
  if (before !== undefined && before.end >= added.end) return;
  let to = at;
  while (to < spans.length && spans[to]!.start < added.end) to++;
  const overlapsBefore = before !== undefined && before.end > added.start;
  const first = overlapsBefore ? at - 1 : at;
  if (first === to) {
    spans.splice(at, 0, added);
    return;
  }
  // One span over all of them: nothing of any stays.
  const joined = spans.slice(first, to);
  const start = Math.min(added.start, joined[0]!.start);
  const end = Math.max(added.end, joined.at(-1)!.end);
  const covers = joined.find((span) => span.start === start && span.end === end);
  spans.splice(first, to - first, covers ?? { start, end, type: strictest([added, ...joined], placeholders), label: undefined });
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

function replaced(
  text: string,
  spans: readonly Span[],
  placeholderOf: (type: MaskedType, value: string, label?: string) => string,
): Replaced {
  let masked = '';
  let from = 0;
  const parts: string[] = [];
  for (const { start, end, type, label } of spans) {
    const placeholder = placeholderOf(type, text.slice(start, end), label);
    parts.push(placeholder);
    masked += text.slice(from, start) + placeholder;
    from = end;
  }
  return { text: masked + text.slice(from), parts };
}

function comesBack({ text: masked, parts }: Replaced, text: string, spans: readonly Span[], placeholders: Placeholders): boolean {
  let expected = '';
  let from = 0;
  for (const [index, { start, end }] of spans.entries()) {
    const stays = placeholders.vocabulary.valueOf(parts[index]!) === undefined;
    expected += text.slice(from, start) + (stays ? parts[index]! : text.slice(start, end));
    from = end;
  }
  expected += text.slice(from);
  return restoreText(masked, placeholders.vocabulary) === expected;
}
