// Tables of expected decisions: how they are read, and what a failing case says.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPolicyEngine } from './engine.ts';
import { setOf } from './policy-testing.ts';
import { readPolicyTests, testPolicies } from './policy-tests.ts';
import { problemText } from './problem.ts';

const read = (text: string): readonly string[] => {
  const table = readPolicyTests({ file: 't.yaml', text });
  return table.ok ? [] : table.error.map(problemText);
};

describe('a table of decisions', () => {
  it('is held against the engine, each case with its line', async () => {
    const table = readPolicyTests({
      file: 't.yaml',
      text: `cases:
  - { name: fine, expect: allow }
  - name: other decision
    expect: deny
  - name: other policy
    facts: { grant: none }
    expect: deny
    policy: tier-too-low
`,
    });
    assert.ok(table.ok);
    const results = testPolicies(createPolicyEngine({ set: await setOf() }), table.value);
    assert.deepEqual(
      results.map(({ name, line, passed, decision }) => [name, line, passed, decision.policies]),
      [
        ['fine', 2, true, ['general-work']],
        ['other decision', 3, false, ['general-work']],
        ['other policy', 5, false, ['no-grant']],
      ],
    );
  });

  it('is refused with the line of what is wrong', () => {
    assert.match(read('cases:\n  - name: a\n    expect: maybe\n')[0]!, /^t\.yaml:3: cases\.0\.expect: /);
    assert.match(
      read('cases:\n  - name: a\n    expect: allow\n    facts:\n      grant: { teir: 1 }\n')[0]!,
      /^t\.yaml:5: cases\.0\.facts\.grant: /,
    );
    assert.match(read('cases:\n  - name: a\n    expect: allow\n    facts: { capability: hacking }\n')[0]!, /^t\.yaml:4: .*capability/);
    assert.match(read('cases:\n  - { name: a, expect: allow }\n  - { name: a, expect: deny }\n')[0]!, /^t\.yaml:3: a case named "a"/);
    assert.match(read('cases: [\n')[0]!, /^t\.yaml:\d+: /);
    assert.match(read('')[0]!, /^t\.yaml: the table: /);
    assert.match(read('cases: []')[0]!, /cases/);
  });

  it('is refused when it is too long or grows while it is read', () => {
    assert.match(read(`# ${'x'.repeat(1_048_576)}`)[0]!, /longer than/);
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [index, name] of ['b', 'c', 'd', 'e', 'f', 'g', 'h'].entries())
      lines.push(`${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]!}`).join(', ')}]`);
    assert.match(read(`${lines.join('\n')}\ncases: *h\n`)[0]!, /alias/i);
  });
});
