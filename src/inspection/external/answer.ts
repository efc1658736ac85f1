// Reads what an external detector answered. Everything it says is checked against the texts that were sent: an answer that does not fit them is
// no answer, because findings in the wrong places would leave the right ones unmasked.
import { err, ok, type Result } from '#kernel';
import type { Finding } from '../detect/detector.ts';
import type { SensitiveType } from '../types.ts';
import type { ExternalProblem } from './problem.ts';

/** `ignore`: what the detector marks so is dropped. A label that is not there counts as `other`. */
export type TypeMap = Readonly<Record<string, SensitiveType | 'ignore'>>;

export type AnswerFormat = 'spans' | 'token-classification';

interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly confidence: number;
}

const MAX_SPANS = 20_000;
const MAX_LABEL_LENGTH = 100;

/** What is wrong with an answer; caught where the answer is read and nowhere else. */
class Malformed extends Error {}

export interface AnswerRules {
  readonly format: AnswerFormat;
  readonly types: TypeMap;
  readonly minConfidence: number;
}

/** What to send for these texts. */
export function requestBody(format: AnswerFormat, texts: readonly string[]): string {
  return JSON.stringify(format === 'spans' ? { texts: texts.map((text, index) => ({ id: `${index}`, text })) } : { inputs: texts });
}

/** Findings per text, in UTF-16 offsets of it. */
export function readAnswer(answer: unknown, texts: readonly string[], rules: AnswerRules): Result<Finding[][], ExternalProblem> {
  try {
    const spans = rules.format === 'spans' ? spansById(answer, texts.length) : classifiedTokens(answer, texts.length);
    let count = 0;
    for (const ofText of spans) count += ofText.length;
    check(count <= MAX_SPANS, `more than ${MAX_SPANS} spans`);
    return ok(spans.map((ofText, index) => findingsOf(ofText, texts[index]!, rules)));
  } catch (error) {
    if (error instanceof Malformed) return err({ kind: 'malformed', detail: error.message });
    throw error;
  }
}

function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Malformed(otherwise);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function spansById(answer: unknown, count: number): Span[][] {
  check(isObject(answer) && Array.isArray(answer['results']), 'no "results"');
  const byIndex = Array.from<Span[] | undefined>({ length: count });
  for (const result of answer['results'] as unknown[]) {
    check(isObject(result), 'a result is no object');
    const id = result['id'];
    const index = typeof id === 'string' && /^(?:0|[1-9][0-9]{0,8})$/.test(id) ? Number(id) : count;
    check(index < count, 'a result with an id that was not sent');
    check(byIndex[index] === undefined, 'two results with one id');
    check(Array.isArray(result['spans']), 'a result without "spans"');
    byIndex[index] = (result['spans'] as unknown[]).map((span) => {
      check(isObject(span), 'a span is no object');
      return spanOf(span, span['type'], span['confidence']);
    });
  }
  return byIndex.map((spans) => {
    check(spans !== undefined, 'a text without a result');
    return spans;
  });
}

/** One list of tokens or groups per text; servers that are sent one text may leave the outer list out. */
function classifiedTokens(answer: unknown, count: number): Span[][] {
  check(Array.isArray(answer), 'no list');
  const isFlat = count === 1 && !Array.isArray(answer[0]);
  const lists: readonly unknown[] = isFlat ? [answer] : answer;
  check(lists.length === count, 'not as many lists as texts');
  return lists.map((list) => {
    check(Array.isArray(list), 'a text without its list');
    const spans: Span[] = [];
    for (const token of list as unknown[]) {
      check(isObject(token), 'a token is no object');
      const written = token['entity_group'] ?? token['entity'];
      const [, prefix, label] = typeof written === 'string' ? /^(?:([BIELSU])-)?(.*)$/s.exec(written)! : [];
      if (label === 'O') continue;
      const span = spanOf(token, label, token['score']);
      const last = spans.at(-1);
      if (last !== undefined && continues(last, span, prefix)) {
        spans.pop();
        spans.push({ ...span, start: last.start, confidence: Math.max(last.confidence, span.confidence) });
      } else spans.push(span);
    }
    return spans;
  });
}

/** Whether a token of the inside-outside-beginning schemes goes on where the last one ended, perhaps behind a blank. */
function continues(last: Span, next: Span, prefix: string | undefined): boolean {
  if ((prefix !== 'I' && prefix !== 'E' && prefix !== 'L') || last.label !== next.label) return false;
  return next.start >= last.end && next.start <= last.end + 1;
}

function spanOf(written: Readonly<Record<string, unknown>>, label: unknown, confidence: unknown): Span {
  const { start, end } = written;
  check(
    typeof start === 'number' && typeof end === 'number' && Number.isSafeInteger(start) && Number.isSafeInteger(end),
    'an offset that is no whole number',
  );
  check(start >= 0 && start < end, 'a span that is empty or begins before its text');
  check(typeof label === 'string' && label.length > 0 && label.length <= MAX_LABEL_LENGTH, 'a span without its type');
  check(typeof confidence === 'number' && confidence >= 0 && confidence <= 1, 'a confidence that is not from 0 to 1');
  return { start, end, label, confidence };
}

function findingsOf(spans: readonly Span[], text: string, { types, minConfidence }: AnswerRules): Finding[] {
  if (spans.length === 0) return [];
  const offsets = codePointOffsets(text);
  const last = offsets === undefined ? text.length : offsets.length - 1;
  const findings: Finding[] = [];
  for (const { start, end, label, confidence } of spans) {
    check(end <= last, 'a span that ends behind its text');
    const type = Object.hasOwn(types, label) ? types[label]! : 'other';
    if (type === 'ignore' || confidence < minConfidence) continue;
    const range = offsets === undefined ? { start, end } : { start: offsets[start]!, end: offsets[end]! };
    findings.push({ type, ...range, confidence, rule: `external.${slug(label)}` });
  }
  return findings;
}

/** UTF-16 offset of each code point and of the end; undefined where they are the same. */
function codePointOffsets(text: string): Uint32Array | undefined {
  if (!/[\ud800-\udfff]/.test(text)) return undefined;
  const offsets = new Uint32Array(text.length + 1);
  let count = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) offsets[count++] = at;
  offsets[count++] = text.length;
  return offsets.subarray(0, count);
}

function slug(label: string): string {
  return label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
}
