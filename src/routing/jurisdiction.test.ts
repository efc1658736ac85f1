import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileConstraints } from './constraints.ts';
import { parseJurisdiction } from './jurisdiction.ts';

function problem(header: string): string {
  const parsed = parseJurisdiction(header);
  assert.ok(!parsed.ok, header);
  return parsed.error.problem;
}

describe('parseJurisdiction', () => {
  it('reads the short form as vendor, hosting and sub-processors', () => {
    const rule = { allow: ['JP', 'DE'] };
    assert.deepEqual(parseJurisdiction(' jp, DE'), {
      ok: true,
      value: { vendorCountry: rule, hostingCountry: rule, subprocessorCountry: rule },
    });
  });

  it('reads the long form', () => {
    assert.deepEqual(parseJurisdiction('vendor=JP,DE; Hosting = JP;subprocessors=JP,!CN; weights=!CN ; subject=!US,!CN;'), {
      ok: true,
      value: {
        vendorCountry: { allow: ['JP', 'DE'] },
        hostingCountry: { allow: ['JP'] },
        subprocessorCountry: { allow: ['JP'], deny: ['CN'] },
        weightsCountry: { deny: ['CN'] },
        notSubjectTo: ['US', 'CN'],
      },
    });
  });

  it('refuses what it cannot read whole, and says why', () => {
    assert.match(problem(''), /two letters/);
    assert.match(problem('JPN'), /two letters/);
    assert.match(problem('JP,'), /two letters/);
    assert.match(problem('!US'), /what it denies/);
    assert.match(problem('EU'), /not a country/);
    assert.match(problem('hosting=UK'), /`GB`/);
    assert.match(problem('vendor='), /two letters/);
    assert.match(problem('vendor=JP=DE'), /two letters/);
    assert.match(problem('country=JP'), /vendor, hosting/);
    assert.match(problem('__proto__=JP'), /vendor, hosting/);
    assert.match(problem('JP; hosting=JP'), /vendor, hosting/);
    assert.match(problem('hosting=JP; hosting=DE'), /twice/);
    assert.match(problem('subject=US'), /with `!` only/);
    assert.match(problem(`hosting=${'JP,'.repeat(100)}JP`), /longer than 256/);
  });

  it('never takes a text for no demand at all', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc
        .array(fc.constantFrom('vendor', 'hosting', 'subject', '=', ';', ',', '!', 'JP', 'US', ' '), { maxLength: 12 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (header) => {
        const parsed = parseJurisdiction(header);
        if (parsed.ok) assert.ok(compileConstraints(parsed.value).length > 0, header);
        else assert.ok(parsed.error.problem.length < 120);
      }),
    );
  });
});
