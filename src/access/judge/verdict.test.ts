// A judge's answer is hostile: whatever it is, a verdict is one of the enumerated ones or none.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { textOfCompletion } from './answer.ts';
import { BARRED_WORK, JUDGE_VERDICTS, readVerdict } from './verdict.ts';
import { CAPABILITIES } from '../taxonomy.ts';

const ALLOWED = {
  verdict: 'allowed',
  category: null,
  capability: 'malware-analysis',
  confidence: 0.875,
  reason: 'Question 1',
  missing: null,
};
const read = (changes: object) => readVerdict(JSON.stringify({ ...ALLOWED, ...changes }));

describe('a verdict', () => {
  test('is the object of the rubric, of which the words are left behind', () => {
    assert.deepEqual(read({}), { verdict: 'allowed', category: null, capability: 'malware-analysis', confidence: 88 });
    assert.deepEqual(read({ verdict: 'prohibited', category: 'stealth', capability: null, missing: 'ownership' }), {
      verdict: 'prohibited',
      category: 'stealth',
      capability: null,
      confidence: 88,
    });
  });

  for (const [what, changes] of [
    ['an unknown verdict', { verdict: 'permitted' }],
    ['another spelling', { verdict: 'Allowed' }],
    ['an unknown category', { verdict: 'escalate', category: 'everything' }],
    ['an unknown capability', { capability: 'anything' }],
    ['a confidence beyond its bounds', { confidence: 87.5 }],
    ['a confidence in words', { confidence: '0.9' }],
    ['a further member', { grant: 'tier 3' }],
    ['a long remark', { reason: 'x'.repeat(201) }],
    ['barred work that is allowed', { category: 'stealth' }],
    ['a prohibition of nothing', { verdict: 'prohibited' }],
    ['a missing member', { missing: undefined }],
  ] as const)
    test(`is none with ${what}`, () => assert.equal(read(changes), undefined));

  test('is none with words around it', () => {
    const text = JSON.stringify(ALLOWED);
    for (const around of [
      `Here it is: ${text}`,
      `${text} Thanks.`,
      `\`\`\`json\n${text}\n\`\`\``,
      `[${text}]`,
      `${text}\n${text}`,
      '',
      'allowed',
    ])
      assert.equal(readVerdict(around), undefined, around);
    assert.equal(readVerdict(`${' '.repeat(8_000)}${text}`), undefined);
  });

  test('holds nothing but what is enumerated, whatever was answered', () => {
    const near = fc.record(
      {
        verdict: fc.oneof(fc.constantFrom(...JUDGE_VERDICTS), fc.string()),
        category: fc.oneof(fc.constantFrom(null, ...BARRED_WORK), fc.string()),
        capability: fc.oneof(fc.constantFrom(null, ...CAPABILITIES), fc.string()),
        confidence: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.anything()),
        reason: fc.string(),
        missing: fc.option(fc.string()),
      },
      { requiredKeys: ['verdict', 'category', 'capability', 'confidence', 'reason', 'missing'] },
    );
    let understood = 0;
    fc.assert(
      fc.property(fc.oneof(near, fc.anything()), (answer) => {
        let text: string | undefined;
        try {
          text = JSON.stringify(answer);
        } catch {
          return;
        }
        const verdict = readVerdict(text ?? '');
        if (verdict === undefined) return;
        understood++;
        assert.ok(JUDGE_VERDICTS.includes(verdict.verdict));
        assert.ok(verdict.category === null || BARRED_WORK.includes(verdict.category));
        assert.ok(verdict.capability === null || CAPABILITIES.includes(verdict.capability));
        assert.ok(Number.isInteger(verdict.confidence) && verdict.confidence >= 0 && verdict.confidence <= 100);
        assert.deepEqual(Object.keys(verdict), ['verdict', 'category', 'capability', 'confidence']);
      }),
      { numRuns: 2_000 },
    );
    assert.ok(understood > 20, `${understood} understood`);
  });
});

describe('the completion that a verdict stands in', () => {
  const completion = (message: object, finish = 'stop') => JSON.stringify({ choices: [{ message, finish_reason: finish }] });

  test('has one text, whole, and nothing else', () => {
    assert.equal(textOfCompletion(completion({ role: 'assistant', content: 'words', tool_calls: [], refusal: null })), 'words');
    for (const other of [
      completion({ content: 'words', tool_calls: [{}] }),
      completion({ content: 'words', refusal: 'no' }),
      completion({ content: null }),
      completion({ content: [{ type: 'text', text: 'words' }] }),
      completion({ content: 'words' }, 'length'),
      completion({ content: 'words' }, 'content_filter'),
      JSON.stringify({ choices: [{ message: { content: 'a' } }, { message: { content: 'b' } }] }),
      'null',
      '{',
    ])
      assert.equal(textOfCompletion(other), undefined, other);
  });
});
