import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mismatchOf } from './mismatch.ts';

const isMismatch = (model: string, effectiveModel: string, answersAs?: readonly string[]) =>
  mismatchOf({ model, program: undefined, ...(answersAs === undefined ? {} : { answersAs }) }, { effectiveModel }) !== undefined;

describe('mismatchOf', () => {
  it('takes an undated name for every release of it, and a dated one for itself', () => {
    for (const [requested, effective] of [
      ['gpt-x', 'gpt-x'],
      ['gpt-x', 'gpt-x-2026-11-01'],
      ['gpt-4', 'gpt-4-0613'],
      ['claude-y', 'claude-y-20261101'],
      ['claude-y', 'claude-y@20261101'],
      ['mistral-large', 'Mistral-Large-2611'],
    ] as const)
      assert.equal(isMismatch(requested, effective), false, `${requested} ${effective}`);
    for (const [requested, effective] of [
      ['gpt-x', 'gpt-x-mini'],
      ['gpt-x', 'gpt-x-mini-2026-11-01'],
      ['gpt-x', 'gpt-xl'],
      ['gpt-x-2026-11-01', 'gpt-x-2026-12-01'],
      ['gpt-x-2026-11-01', 'gpt-x'],
      ['gpt-x', 'claude-y'],
      ['gpt-6-sol', 'gpt-6.1-sol'],
    ] as const)
      assert.equal(isMismatch(requested, effective), true, `${requested} ${effective}`);
  });

  it('lets the vendor choose within its make where the name says latest', () => {
    assert.equal(isMismatch('gpt-daybreak-blue-latest', 'gpt-6-sol-2026-11-01'), false);
    assert.equal(isMismatch('claude-latest', 'gpt-6-sol'), true);
  });

  it('knows a deployment by the other names it answers to', () => {
    assert.equal(isMismatch('soc-prod', 'gpt-x-2026-11-01', ['gpt-x']), false);
    assert.equal(isMismatch('soc-prod', 'gpt-y', ['gpt-x']), true);
  });

  it('compares programs exactly, and takes none for standard', () => {
    const programs = (program: string | undefined, effectiveProgram: string) => mismatchOf({ model: 'm', program }, { effectiveProgram });
    assert.equal(programs('daybreak_blue', 'daybreak_blue'), undefined);
    assert.equal(programs(undefined, 'standard'), undefined);
    assert.deepEqual(programs('daybreak_blue', 'standard'), { program: { asked: 'daybreak_blue', got: 'standard' } });
    assert.deepEqual(programs(undefined, 'daybreak_blue'), { program: { asked: null, got: 'daybreak_blue' } });
  });

  it('concludes nothing from an answer that says nothing of itself', () => {
    assert.equal(mismatchOf({ model: 'm', program: 'daybreak_red' }, {}), undefined);
  });

  it('names both sides of what differs', () => {
    assert.deepEqual(mismatchOf({ model: 'a', program: 'p' }, { effectiveModel: 'b', effectiveProgram: 'q' }), {
      model: { asked: 'a', got: 'b' },
      program: { asked: 'p', got: 'q' },
    });
  });
});
