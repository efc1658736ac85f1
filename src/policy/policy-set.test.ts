// Which sets of policies are taken, and what is said of the others.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { loadPolicySet } from './policy-set.ts';
import { problemsOf, setOf } from './policy-testing.ts';

const OWN = '@id("own") @reason("Not here.") forbid (principal, action, resource) when { context.data.level >= 2 };';

describe('a set of policies', () => {
  it('has the defaults, each forbid with a reason and a next step, and the operator’s after them', async () => {
    const { policies } = await setOf(OWN);
    assert.equal(policies.at(-1)!.id, 'own');
    const defaults = policies.filter(({ isDefault }) => isDefault);
    assert.equal(defaults.length, policies.length - 1);
    for (const { id, effect, reason, next } of defaults) {
      if (effect === 'forbid') assert.ok(reason !== undefined && next !== undefined, id);
    }
  });

  it('has the same version for the same policies and another one for any other', async () => {
    const [one, same, other, none] = await Promise.all([
      setOf(OWN),
      setOf(`// A comment.\n${OWN}\n`),
      setOf(OWN.replace('2', '3')),
      setOf(),
    ]);
    assert.match(one.version, /^[0-9a-f]{64}$/);
    assert.equal(one.version, same.version);
    assert.equal(new Set([one.version, other.version, none.version]).size, 3);
  });

  it('puts a policy in the place of a default only where it says so', async () => {
    const text = '@id("no-grant") @reason("Ask Aiko.") forbid (principal, action, resource) unless { context has grant };';
    const [problem] = await problemsOf(text);
    assert.match(problem!, /^own\.cedar:1: no-grant: the id is taken by .*2-grant\.cedar:\d+ \(.*@replaces\("no-grant"\)/);
    const { policies, replaced } = await setOf(`@replaces("no-grant") ${text}`);
    const before = (await setOf()).policies;
    assert.deepEqual(replaced, ['no-grant']);
    assert.deepEqual(
      policies.map(({ id }) => id),
      before.map(({ id }) => id),
    );
    assert.equal(policies.find(({ id }) => id === 'no-grant')!.reason, 'Ask Aiko.');
  });

  it('can be the operator’s alone', async () => {
    const { policies } = await setOf('@id("all") permit (principal, action, resource);', { defaults: false });
    assert.deepEqual(
      policies.map(({ id }) => id),
      ['all'],
    );
  });

  it('names what is wrong with its file, line and policy', async () => {
    const head = '// 方針\n@id("a")\n@reason("規則")\n';
    const forbid = (condition: string): string => `${head}forbid (principal, action, resource)\nwhen {\n  ${condition} };`;
    const cases: readonly (readonly [text: string, problem: RegExp])[] = [
      [forbid('principal.standing == Sekisho::Standing::"suspendet"'), /^own\.cedar:6: a: .*"suspendet"` is not declared/],
      [forbid('context.grant.tier < 2'), /^own\.cedar:6: a: unable to guarantee safety of access to optional attribute `grant`/],
      [forbid('resource.compny == "x"'), /^own\.cedar:6: a: attribute `compny` .* \(did you mean `company`\?\)/],
      [forbid('context.data.level == "3"'), /^own\.cedar:6: a: the types/],
      [`${head}forbid (principal is Sekisho::Deployment, action, resource);`, /^own\.cedar:2: a: unable to find an applicable action/],
      [`${head}forbid (principal, action == Sekisho::Action::"hacking", resource);`, /^own\.cedar:4: a: unrecognized action/],
      [forbid('false'), /^own\.cedar:2: a: policy is impossible/],
      [`${head}forbid (principal, action, resource)\nwhen`, /^own\.cedar:5: unexpected end of input/],
      [`${head}forbid (principal == ?principal, action, resource);`, /^own\.cedar:4: .*template/],
      ['\nforbid (principal, action, resource);', /^own\.cedar:2: no @id/],
      ['@id("a") forbid (principal, action, resource);', /^own\.cedar:1: a: a forbid without @reason/],
      ['@id("A b") @reason("x") forbid (principal, action, resource);', /@id is not lower-case/],
      ['@id("error") @reason("x") forbid (principal, action, resource);', /could not be made/],
      ['@id("a") @resaon("x") forbid (principal, action, resource);', /@resaon is none of @id, @reason/],
      ['@id("a") @reason("") forbid (principal, action, resource);', /@reason says nothing/],
      ['@id("a") @replaces("no-grnt") permit (principal, action, resource);', /no default policy of this set \(Did you mean no-grant\?\)/],
      ['@id("a") @reason("x\u202Ey") forbid (principal, action, resource);', /characters that hide or reorder text/],
      [`${OWN}\n${OWN}`, /^own\.cedar:2: own: the id is taken by the policy at own\.cedar:1$/],
    ];
    for (const [text, problem] of cases) assert.match((await problemsOf(text))[0] ?? 'no problem', problem, text);
  });

  it('tells every problem of every file, in order', async () => {
    const loaded = await loadPolicySet({
      defaults: true,
      texts: [
        { file: 'b.cedar', text: 'permit (principal, action, resource);\n@id("x") forbid (principal, action, resource);' },
        { file: 'a.cedar', text: 'permit' },
      ],
    });
    assert.ok(!loaded.ok);
    assert.deepEqual(
      loaded.error.map(({ file, line }) => `${file}:${line}`),
      ['b.cedar:1', 'b.cedar:2', 'a.cedar:1'],
    );
  });

  it('takes strings that mix scripts, and mentions them', async () => {
    const { warnings } = await setOf('@id("a") @reason("x") forbid (principal, action, resource) when { resource.company == "東京DC" };');
    assert.deepEqual(
      warnings.map(({ policy, line }) => [policy, line]),
      [['a', 1]],
    );
  });

  it('has bounds on number and size', async () => {
    const many = Array.from({ length: 500 }, (_, index) => `@id("p${index}") permit (principal, action, resource);`);
    assert.match((await problemsOf(many.join('\n')))[0]!, /more than 500 policies in all/);
    assert.match((await problemsOf([...many, ';'].join('\n')))[0]!, /more than 500 policies/);
    assert.match((await problemsOf(`// ${'x'.repeat(1_048_576)}`))[0]!, /more than 1048576 bytes/);
  });

  it('costs nothing until one is read', () => {
    const script = `import('#policy').then(async () => {
      const { createRequire } = await import('node:module');
      console.log(Object.keys(createRequire(process.cwd() + '/x.js').cache).filter((file) => file.includes('cedar')).length);
    });`;
    const root = new URL('../../', import.meta.url);
    assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' }).trim(), '0');
  });
});
