import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deploymentOf } from '#test/routing';
import { compileConstraints, type Constraints } from './constraints.ts';
import type { Origins } from './deployment.ts';

const JAPANESE: Origins = {
  vendor: { company: 'Example', country: 'JP', subjectTo: [] },
  weights: { lineage: 'Llama', country: 'US' },
  hosting: { country: 'JP' },
  subprocessors: [{ company: 'Carrier', country: 'JP' }],
};

function holds(constraints: Constraints, origins: Partial<Origins> = {}, retentionDays: number | undefined = 0): boolean {
  const deployment = deploymentOf('p/d', { origins: { ...JAPANESE, ...origins }, retentionDays });
  return compileConstraints(constraints).every((constraint) => constraint.holds(deployment));
}

describe('compileConstraints', () => {
  it('judges each origin by itself', () => {
    assert.equal(holds({ vendorCountry: { allow: ['JP'] }, hostingCountry: { allow: ['JP'] } }), true);
    assert.equal(holds({ weightsCountry: { deny: ['US'] } }), false);
    assert.equal(holds({ weightsLineage: { deny: ['Llama'] } }), false);
    assert.equal(holds({ hostingCountry: { deny: ['JP'] } }), false);
    assert.equal(holds({}), true);
  });

  it('lets what is unknown satisfy neither an allow list nor a deny list', () => {
    const unknown = { ...JAPANESE.vendor, country: 'unknown' };
    assert.equal(holds({ vendorCountry: { allow: ['JP', 'unknown'] } }, { vendor: unknown }), false);
    assert.equal(holds({ vendorCountry: { deny: ['US'] } }, { vendor: unknown }), false);
    assert.equal(holds({ notSubjectTo: ['US'] }, { vendor: unknown }), false);
    assert.equal(holds({ weightsLineage: { deny: ['Llama'] } }, { weights: { lineage: 'Unknown', country: 'JP' } }), false);
  });

  it('takes an unknown retention for too long', () => {
    const [constraint] = compileConstraints({ maxRetentionDays: 30 });
    assert.equal(constraint!.holds(deploymentOf('p/d', { retentionDays: undefined })), false);
    assert.equal(constraint!.holds(deploymentOf('p/d', { retentionDays: 30 })), true);
    assert.equal(constraint!.holds(deploymentOf('p/d', { retentionDays: 31 })), false);
  });

  it('compares names of companies and lineages without case, width and spaces at the ends', () => {
    assert.equal(holds({ vendorCompany: { allow: [' ｅｘａｍｐｌｅ '] } }), true);
    assert.equal(holds({ weightsLineage: { deny: ['LLAMA'] } }), false);
    assert.equal(holds({ vendorCompany: { allow: ['Examples'] } }), false);
  });

  it('demands something of every sub-processor, and is satisfied by none only when that is said', () => {
    const abroad = { subprocessors: [...JAPANESE.subprocessors!, { company: 'Cloud', country: 'US' }] };
    for (const rule of [{ allow: ['JP'] }, { deny: ['US'] }]) {
      assert.equal(holds({ subprocessorCountry: rule }), true);
      assert.equal(holds({ subprocessorCountry: rule }, abroad), false);
      assert.equal(holds({ subprocessorCountry: rule }, { subprocessors: [] }), true);
      assert.equal(holds({ subprocessorCountry: rule }, { subprocessors: undefined }), false);
    }
    assert.equal(holds({ subprocessorCompany: { deny: ['carrier'] } }), false);
  });

  it('asks whose law binds the vendor, at home and through others', () => {
    assert.equal(holds({ notSubjectTo: ['US'] }), true);
    assert.equal(holds({ notSubjectTo: ['JP'] }), false);
    assert.equal(holds({ notSubjectTo: ['US'] }, { vendor: { company: 'Sub', country: 'JP', subjectTo: ['US'] } }), false);
    assert.equal(holds({ notSubjectTo: ['US'] }, { vendor: { company: 'Sub', country: 'JP', subjectTo: ['unknown'] } }), false);
  });

  it('takes one alternative as a whole', () => {
    const constraints: Constraints = {
      anyOf: [{ hostingCountry: { allow: ['JP'] }, maxRetentionDays: 0 }, { vendorCountry: { allow: ['DE'] } }],
    };
    assert.equal(holds(constraints), true);
    assert.equal(holds(constraints, {}, 30), false);
    assert.equal(holds(constraints, { vendor: { company: 'c', country: 'DE', subjectTo: [] } }, 30), true);
    assert.equal(holds({ anyOf: [] }), false, 'no alternative is no permission');
  });

  it('says each demand in words, one entry for each', () => {
    const compiled = compileConstraints({
      hostingCountry: { allow: ['JP', 'DE'] },
      vendorCountry: { deny: ['US'] },
      notSubjectTo: ['US'],
      maxRetentionDays: 0,
      anyOf: [{ vendorCompany: { allow: ['A'] } }, { weightsCountry: { allow: ['JP'] }, maxRetentionDays: 1 }],
    });
    assert.deepEqual(
      compiled.map(({ id, text }) => `${id}: ${text}`),
      [
        'vendorCountry.deny: the vendor’s country must be known and not US',
        'hostingCountry.allow: the hosting country must be JP or DE',
        'notSubjectTo: the vendor must not be subject to the law of US',
        'maxRetentionDays: the provider must keep nothing',
        'anyOf: one of these must hold: the vendor must be A; or the country of the weights must be JP and the provider must keep nothing longer than 1 days',
      ],
    );
  });
});
