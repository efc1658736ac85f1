// Barred work against what defenders ask about the same matter: how much of the first is told, and that nothing of the second is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTextInspector, type SignalSummary } from '#inspection';
import { SECOND_ROUND, THIRD_ROUND, THIRD_ROUND_BENIGN } from './afterwards.ts';
import { UNSEEN } from './frames-unseen.ts';
import { FRAMES, HELD_OUT, TUNED_ON, type FramePair } from './frames.ts';
import { ORDINARY } from './ordinary.ts';

/** What is really reached; measured 0.95 and 0.96. */
const LEAST_RECALL = 0.85;
/** Measured 0.70 and 0.42, after rules were made for some of these as well; before that 0 and 0. */
const LEAST_RECALL_IN_OTHER_WORDS = 0.4;
/** Of pairs that the rules have not seen; measured 0.027 (0.06 of what is said outright, nothing of what is said in a roundabout way). */
const LEAST_RECALL_UNSEEN = 0.02;
const LEAST_PAIRS = 100;
/** Of what defenders ask, so much at most is shown to people where a grant covers defence only; measured 0.05 and, unseen, 0.01. */
const MOST_ESCALATED = 0.1;

const inspector = createTextInspector({ detectors: [], finders: [], minConfidence: 1, off: new Set(), withSignals: true });

type Seen = Pick<SignalSummary, 'prohibited' | 'beyondTier1'>;

function seen(text: string): Seen {
  const { signals } = inspector.inspectNow(text);
  return { prohibited: signals?.prohibited ?? [], beyondTier1: signals?.beyondTier1 ?? [] };
}

const isBarred = (text: string): boolean => seen(text).prohibited.length > 0;
const isEscalated = (text: string): boolean => isBarred(text) || seen(text).beyondTier1.length > 0;

const share = <Each>(all: readonly Each[], holds: (each: Each) => boolean): number => all.filter(holds).length / all.length;
const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

function told<Pair extends FramePair>(pairs: readonly Pair[], nameOf: (pair: Pair) => string): string {
  return [...Map.groupBy(pairs, nameOf)]
    .map(([name, group]) => `${name}: ${group.filter(({ offensive }) => isBarred(offensive)).length} of ${group.length}`)
    .join('\n');
}
const byCategory = ({ language, category }: FramePair): string => `${language} ${category}`;

describe('frames of barred work', () => {
  test('there are enough pairs, in both halves every category and both languages', () => {
    assert.ok(FRAMES.length >= LEAST_PAIRS);
    assert.equal(new Set(FRAMES.flatMap(({ offensive, defensive }) => [offensive, defensive])).size, 2 * FRAMES.length);
    for (const half of [TUNED_ON, HELD_OUT])
      assert.equal(new Set(half.map(({ category, language }) => `${language} ${category}`)).size, 10);
  });

  test('nothing that a defender asks is barred, nor an ordinary request in the same words', () => {
    assert.deepEqual(FRAMES.map(({ defensive }) => defensive).filter(isBarred), []);
    assert.deepEqual([...ORDINARY, ...THIRD_ROUND_BENIGN].filter(isBarred), []);
  });

  for (const [name, half] of [
    ['looked at while rules were made', TUNED_ON],
    ['held out', HELD_OUT],
  ] as const)
    test(`barred work is told: ${name}`, (t) => {
      const recall = share(half, ({ offensive }) => isBarred(offensive));
      const escalated = share(half, ({ offensive }) => isEscalated(offensive));
      t.diagnostic(`${name}: ${percent(recall)} barred, ${percent(escalated)} barred or shown to people\n${told(half, byCategory)}`);
      assert.ok(recall >= LEAST_RECALL, percent(recall));
    });

  test('in other words less is told, and no less than was', (t) => {
    const rounds = [SECOND_ROUND, THIRD_ROUND].map((texts) => share(texts, isBarred));
    t.diagnostic(`second and third round, barred: ${rounds.map(percent).join(', ')}`);
    assert.ok(
      rounds.every((recall) => recall >= LEAST_RECALL_IN_OTHER_WORDS),
      rounds.map(percent).join(', '),
    );
  });

  test('of pairs that the rules have not seen there are enough, and none of them is one of the first', () => {
    assert.ok(UNSEEN.length >= LEAST_PAIRS);
    const texts = [...FRAMES, ...UNSEEN].flatMap(({ offensive, defensive }) => [offensive, defensive]);
    assert.equal(new Set(texts).size, texts.length);
    assert.equal(new Set(UNSEEN.map((pair) => `${byCategory(pair)} ${pair.wording}`)).size, 20);
  });

  test('nothing that a defender asks is barred: not seen by the rules', () => {
    assert.deepEqual(UNSEEN.map(({ defensive }) => defensive).filter(isBarred), []);
  });

  test('barred work is told: not seen by the rules', (t) => {
    const recall = share(UNSEEN, ({ offensive }) => isBarred(offensive));
    const escalated = share(UNSEEN, ({ offensive }) => isEscalated(offensive));
    const groups = [told(UNSEEN, ({ language, wording }) => `${language} ${wording}`), told(UNSEEN, byCategory)].join('\n');
    t.diagnostic(`unseen: ${percent(recall)} barred, ${percent(escalated)} barred or shown to people\n${groups}`);
    assert.ok(recall >= LEAST_RECALL_UNSEEN, percent(recall));
  });

  test('of what defenders ask, hardly anything is shown to people', (t) => {
    for (const [name, pairs] of [
      ['first', FRAMES],
      ['unseen', UNSEEN],
    ] as const) {
      const escalated = share(pairs, ({ defensive }) => isEscalated(defensive));
      t.diagnostic(`defensive texts shown to people, ${name} pairs: ${percent(escalated)}`);
      assert.ok(escalated <= MOST_ESCALATED, percent(escalated));
    }
  });

  test('a rule bears the name of a category', () => {
    const categories = new Set<string>(FRAMES.map(({ category }) => category));
    for (const { offensive } of FRAMES)
      for (const { rule } of seen(offensive).prohibited) assert.ok(categories.has(rule.slice(0, rule.indexOf('.'))), rule);
  });
});
