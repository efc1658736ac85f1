import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Reload } from './reload.ts';

const MINUTE = 60_000;

describe('a reload', () => {
  it('ends when every worker has answered, with the reasons of those that cannot', async () => {
    const reload = new Reload({ generation: 2, workers: [1, 2, 3], timeoutMs: MINUTE });
    reload.answered(1, 2, undefined);
    reload.answered(2, 2, 'no memory');
    reload.gone(3);
    assert.deepEqual(await reload.ended, ['no memory']);
  });

  it('does not take an answer to another one, or one of a worker that was not asked, for its own', async () => {
    const reload = new Reload({ generation: 2, workers: [1], timeoutMs: 20 });
    reload.answered(1, 1, 'late');
    reload.answered(9, 2, 'new');
    const first = await Promise.race([reload.ended.then(() => 'ended'), new Promise((resolve) => setTimeout(resolve, 5, 'open'))]);
    assert.equal(first, 'open');
    assert.deepEqual(await reload.ended, [], 'and it does not wait for ever');
  });

  it('ends at once where there is nobody to ask', async () => {
    assert.deepEqual(await new Reload({ generation: 1, workers: [], timeoutMs: MINUTE }).ended, []);
  });
});
