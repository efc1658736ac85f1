import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deploymentOf } from '#test/routing';
import { describeSelector, matching, parseSelector, selects, type Selector } from './selectors.ts';

function selector(text: string): Selector {
  const parsed = parseSelector(text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

const deployment = deploymentOf('azure/gpt', {
  origins: {
    vendor: { company: 'Sub KK', country: 'JP', subjectTo: ['US'] },
    weights: { lineage: 'Qwen', country: 'CN' },
    hosting: { country: 'IE' },
    subprocessors: [{ company: 'Carrier', country: 'DE' }],
  },
});

describe('selectors', () => {
  it('mean by a country whoever there can switch the service off, and not its weights', () => {
    for (const country of ['JP', 'US', 'IE', 'DE']) assert.equal(selects(selector(`country:${country}`), deployment), true, country);
    assert.equal(selects(selector('country:CN'), deployment), false);
    assert.equal(selects(selector('weights-country:CN'), deployment), true);
    assert.equal(selects(selector('vendor-country:US'), deployment), false);
    assert.equal(selects(selector('vendor-country:jp'), deployment), true);
    assert.equal(selects(selector('hosting-country:IE'), deployment), true);
  });

  it('mean companies by any way of writing them, sub-processors too', () => {
    assert.equal(selects(selector('company:sub kk'), deployment), true);
    assert.equal(selects(selector('company:ＣＡＲＲＩＥＲ'), deployment), true);
    assert.equal(selects(selector('company:Other'), deployment), false);
    assert.equal(selects(selector('lineage:qwen'), deployment), true);
    assert.equal(selects(selector('provider:azure'), deployment), true);
    assert.equal(selects(selector('deployment:azure/gpt'), deployment), true);
    assert.equal(selects(selector('deployment:azure/gp'), deployment), false);
  });

  it('can mean what is unknown', () => {
    const unknown = deploymentOf('p/d', { origins: { ...deployment.origins, subprocessors: undefined } });
    assert.equal(selects(selector('country:unknown'), unknown), true);
    assert.equal(selects(selector('country:Unknown'), deployment), false);
    assert.equal(selects(selector('country:DE'), unknown), false);
  });

  it('are refused with the nearest form', () => {
    assert.deepEqual(parseSelector('contry:US'), {
      ok: false,
      error: {
        problem:
          'does not begin with one of country:, vendor-country:, hosting-country:, weights-country:, lineage:, company:, provider:, deployment:',
        suggestion: 'country:US',
      },
    });
    for (const text of ['', 'US', ':US', 'country:', 'country:USA', 'company: ', 'company:a\u0007', `company:${'x'.repeat(300)}`])
      assert.equal(parseSelector(text).ok, false, text);
  });

  it('are written in one way', () => {
    for (const text of ['country:US', 'company:Sub KK', 'deployment:azure/gpt']) assert.equal(describeSelector(selector(text)), text);
    assert.equal(describeSelector(selector(' Country : us ')), 'country:US');
    assert.deepEqual(matching(selector('provider:nobody'), [deployment]), []);
    assert.deepEqual(matching(selector('provider:azure'), [deployment]), [deployment]);
  });
});
