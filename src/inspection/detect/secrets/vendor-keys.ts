// Keys that their own form gives away: one detector for each literal that keys contain, made from the tables of vendors. It does not
// judge values whose form says nothing (named-keys.ts, assignments.ts).
import type { Subject } from '../../text/subject.ts';
import type { Detector, Finding } from '../detector.ts';
import { mayBeginAt } from './boundary.ts';
import { hasBase62Crc32 } from './checksum.ts';
import type { Form } from './form.ts';
import { compiledForm, leadingLiteral } from './form.ts';
import { classesOf, entropyOf, wordiness } from './measure.ts';
import { isDocumentation, isFiller } from './placeholder.ts';
import type { KeyRow, KeyRule } from './rule.ts';
import { AI_KEYS } from './vendors-ai.ts';
import { CLOUD_KEYS } from './vendors-cloud.ts';
import { CODE_KEYS } from './vendors-code.ts';
import { JAPANESE_KEYS } from './vendors-japan.ts';
import { MESSAGING_KEYS, OBSERVABILITY_KEYS, PAYMENT_KEYS, WORK_KEYS } from './vendors-service.ts';

const ROWS = [
  ...AI_KEYS,
  ...CLOUD_KEYS,
  ...CODE_KEYS,
  ...JAPANESE_KEYS,
  ...MESSAGING_KEYS,
  ...OBSERVABILITY_KEYS,
  ...PAYMENT_KEYS,
  ...WORK_KEYS,
];

/** How far around a key a word may stand that makes it one. */
const NEAR = 120;

const LONG = 160;

const USUAL = 0.9;
/** Of what has the form but stands for a key only: below what is acted upon. */
const DOCUMENTED = 0.4;

/** Wordiness beyond which letters alone are the name of something: `s.isOptionalCallExpression`. */
const NAME = 0.45;

/** All rules, one for each form of a key. */
export const KEY_RULES: readonly KeyRule[] = ROWS.map(ruleOf);

/** One detector for each literal. */
export function vendorKeyDetectors(): Detector[] {
  const byTrigger = Map.groupBy(KEY_RULES, ({ trigger }) => trigger);
  return [...byTrigger].map(([trigger, rules]) => detectorOf(trigger, rules));
}

function ruleOf([id, form, options = {}]: KeyRow): KeyRule {
  const { lead = 0 } = options;
  return {
    id,
    form,
    trigger: options.trigger ?? leadingLiteral(form),
    lead: typeof lead === 'number' ? [lead, lead] : lead,
    entropy: options.entropy ?? 2,
    near: options.near ?? [],
    base64: form.startsWith('<B') || /^[A-Za-z0-9]+<B/.test(form),
    confidence: options.confidence ?? USUAL,
    checksum: options.checksum,
  };
}

function detectorOf(trigger: string, rules: readonly KeyRule[]): Detector {
  const matchers = rules.map((rule) => ({ rule, form: compiledForm(rule.form) }));
  return {
    id: 'vendor-key',
    types: ['api-key'],
    triggers: [trigger],
    find(subject, start, _end, report) {
      for (const { rule, form } of matchers) {
        const [least, most] = rule.lead;
        for (let lead = most; lead >= least; lead--) if (tryAt(subject, start - lead, rule, form, report)) break;
      }
    },
  };
}

function tryAt(subject: Subject, start: number, rule: KeyRule, form: Form, report: (finding: Finding) => void): boolean {
  const { text } = subject;
  if (start < 0 || !mayBeginAt(text, start) || isInside(text[start - 1], rule, form)) return false;
  form.pattern.lastIndex = start;
  if (!form.pattern.test(text)) return false;
  const end = form.pattern.lastIndex;
  if (form.tail.test(text[end] ?? ' ')) return false;
  if (rule.near.length > 0 && !isNear(subject, start, end, rule.near)) return false;
  report({ type: 'api-key', start, end, confidence: confidenceOf(rule, text.slice(start, end)), rule: `vendor-key.${rule.id}` });
  return true;
}

/** Long keys begin behind a separator only: else a text of nothing but their beginnings would be read again at each of them. */
function isInside(before: string | undefined, rule: KeyRule, form: Form): boolean {
  if (before === undefined) return false;
  return (rule.base64 && (before === '+' || before === '/')) || (form.longest > LONG && /[_~+-]/.test(before));
}

function confidenceOf(rule: KeyRule, key: string): number {
  if (isDocumentation(key) || isFiller(key.slice(-12)) || entropyOf(key) < rule.entropy) return DOCUMENTED;
  if (classesOf(key).digits === 0 && wordiness(key) > NAME) return DOCUMENTED;
  return rule.checksum !== undefined && hasBase62Crc32(key) ? 0.99 : rule.confidence;
}

function isNear(subject: Subject, start: number, end: number, words: readonly string[]): boolean {
  if (words.some((word) => subject.hint.toLowerCase().includes(word))) return true;
  const around = `${subject.folded.slice(Math.max(0, start - NEAR), start)} ${subject.folded.slice(end, end + NEAR)}`;
  return words.some((word) => around.includes(word));
}
