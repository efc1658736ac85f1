import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { readPage } from '#test/markdown';
import { readText, repositoryFiles } from '#test/repository';
import { readCaseFile, type CaseProblem } from './case-file.ts';
import type { CaseSet } from './cases.ts';
import { createCheckSandbox } from './sandbox.ts';

const sandbox = createCheckSandbox();
after(() => sandbox.close());

async function read(text: string, name = 'cases.yaml'): Promise<CaseSet> {
  const result = await readCaseFile({ name, text }, sandbox);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

async function problems(text: string, name = 'cases.yaml'): Promise<readonly CaseProblem[]> {
  const result = await readCaseFile({ name, text }, sandbox);
  assert.equal(result.ok, false);
  return result.ok ? [] : result.error;
}

const ONE = '- { id: one, prompt: hi, checks: [{ exact: hello }] }\n';

describe('what is read', () => {
  test('a prompt with a system message becomes messages; messages stay as they are', async () => {
    const { cases } = await read(`
- id: short
  system: Be brief.
  prompt: 関所とは何ですか。
  maxTokens: 100
  temperature: 0
  weight: 2
  checks: [{ contains: 検問 }]
- id: long
  messages:
    - { role: user, content: [{ type: text, text: hi }] }
    - { role: assistant, content: hello }
    - { role: user, content: again }
  tools: [{ type: function, function: { name: lookup, parameters: { type: object }, strict: true } }]
  checks: [{ toolCall: lookup, weight: 2 }, { maxLatencyMs: 5000 }]
`);
    assert.deepEqual(cases[0], {
      id: 'short',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: '関所とは何ですか。' },
      ],
      tools: [],
      maxTokens: 100,
      temperature: 0,
      weight: 2,
      checks: [{ kind: 'contains', weight: 1, all: ['検問'], any: [], nfkc: false, ignoreCase: false }],
    });
    assert.equal(cases[1]!.messages.length, 3);
    assert.deepEqual(cases[1]!.tools, [{ type: 'function', function: { name: 'lookup', parameters: { type: 'object' }, strict: true } }]);
    assert.deepEqual(cases[1]!.checks[0], { kind: 'toolCall', weight: 2, name: 'lookup', expects: undefined });
  });

  test('JSONL and YAML with the same content have the same hash, and any other content another', async () => {
    const yaml = await read(`# a comment\n${ONE}`);
    const lines = await read('\n{"checks":[{"exact":"hello"}],"prompt":"hi","id":"one"}\n\n', 'cases.jsonl');
    assert.equal(lines.hash, yaml.hash);
    assert.match(yaml.hash, /^[0-9a-f]{64}$/);
    assert.notEqual((await read(ONE.replace('hello', 'hullo'))).hash, yaml.hash);
    assert.notEqual((await read(ONE.replace('prompt: hi', 'temperature: 0, prompt: hi'))).hash, yaml.hash);
  });
});

describe('faults are told with their line', () => {
  test('a misspelt member, with a suggestion', async () => {
    const [first] = await problems('- id: one\n  prompt: hi\n  cheks: []\n  checks:\n    - exact: a\n');
    assert.deepEqual(first, { line: 3, case: 'one', reason: 'there is no "cheks"; did you mean checks?' });
    const [second] = await problems('- id: one\n  prompt: hi\n  checks:\n    - exact: a\n    - contain: b\n');
    assert.equal(second?.line, 5);
    assert.match(second.reason, /checks\.1: there is no "contain"; did you mean contains\?/);
  });

  test('no check, two checks in one, no prompt, two kinds of prompt', async () => {
    assert.match((await problems('- { id: a, prompt: b, checks: [] }'))[0]!.reason, /checks/);
    assert.match((await problems('- { id: a, prompt: b, checks: [{ weight: 1 }] }'))[0]!.reason, /needs one of exact, regex/);
    assert.match(
      (await problems('- { id: a, prompt: b, checks: [{ exact: a, regex: b }] }'))[0]!.reason,
      /one check and not several: exact, regex/,
    );
    assert.match((await problems('- { id: a, checks: [{ exact: a }] }'))[0]!.reason, /either `prompt` or `messages`/);
  });

  test('an expression and a schema that cannot be used', async () => {
    const [expression] = await problems('- id: a\n  prompt: b\n  checks:\n    - regex: "("\n');
    assert.equal(expression?.line, 4);
    assert.match(expression.reason, /checks\.0\.regex: invalid regular expression/);
    const [schema] = await problems('- id: a\n  prompt: b\n  checks:\n    - exact: x\n    - jsonSchema: { typ: object }\n');
    assert.equal(schema?.line, 5);
    assert.match(schema.reason, /unknown keyword: "typ"/);
    const [long] = await problems(`- { id: a, prompt: b, checks: [{ regex: "${'a'.repeat(1001)}" }] }`);
    assert.match(long!.reason, /1000/);
  });

  test('the same id twice, in YAML and in JSONL', async () => {
    assert.deepEqual(await problems(ONE + ONE), [{ line: 2, case: 'one', reason: 'its id is already given in line 1' }]);
    const line = '{"id":"one","prompt":"hi","checks":[{"exact":"hello"}]}';
    assert.deepEqual(await problems(`${line}\n\n${line}`, 'a.jsonl'), [
      { line: 3, case: 'one', reason: 'its id is already given in line 1' },
    ]);
  });

  test('an id that could steer a terminal or look like a flag', async () => {
    for (const id of ['--fresh', 'a\u001b[31m', 'a b', '']) {
      const result = await readCaseFile({ name: 'a.yaml', text: JSON.stringify([{ id, prompt: 'b', checks: [{ exact: 'a' }] }]) }, sandbox);
      assert.equal(result.ok, false, JSON.stringify(id));
    }
  });

  test('lines that are no JSON', async () => {
    assert.deepEqual(await problems('{"id":\n', 'a.jsonl'), [{ line: 1, case: '', reason: 'is not one JSON value on one line' }]);
  });

  test('YAML that is none, and what is no list', async () => {
    assert.equal((await problems('- id: [a\n'))[0]!.line >= 1, true);
    assert.deepEqual(await problems('cases: 1'), [{ line: 0, case: '', reason: 'is not a list of cases' }]);
    assert.deepEqual(await problems(''), [{ line: 0, case: '', reason: 'holds no case' }]);
  });
});

describe('hostile files', () => {
  test('aliases that expand without end', async () => {
    const bomb = Array.from({ length: 12 }, (_, index) =>
      index === 0 ? '- &a0 [x]' : `- &a${index} [${`*a${index - 1},`.repeat(9)}]`,
    ).join('\n');
    assert.match((await problems(bomb))[0]!.reason, /aliases/);
  });

  test('nesting without end, in both formats', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    assert.ok((await problems(`- { id: a, prompt: b, checks: [{ jsonSchema: { enum: ${deep} } }] }`)).length > 0);
    assert.ok((await problems(`{"id":"a","prompt":"b","checks":[{"jsonSchema":{"enum":${deep}}}]}`, 'a.jsonl')).length > 0);
  });

  test('too many cases, and too many bytes', async () => {
    const line = (index: number) => `{"id":"c${index}","prompt":"hi","checks":[{"exact":"a"}]}\n`;
    const many = Array.from({ length: 10_001 }, (_, index) => line(index)).join('');
    assert.match((await problems(many, 'a.jsonl'))[0]!.reason, /at most 10000/);
    assert.match((await problems(' '.repeat(33 * 1024 * 1024), 'a.jsonl'))[0]!.reason, /32 MiB/);
    assert.match((await problems(' '.repeat(9 * 1024 * 1024)))[0]!.reason, /8 MiB; JSONL/);
  });

  test('no more problems than a person reads', async () => {
    assert.equal((await problems('{"id":1}\n'.repeat(5_000), 'a.jsonl')).length, 20);
  });
});

describe('what operators start from', () => {
  const examples = repositoryFiles().filter((path) => path.startsWith('examples/evaluations/'));

  test('every example is read without a fault', async () => {
    assert.ok(examples.length >= 2);
    for (const path of examples) assert.ok((await read(readText(path), path)).cases.length >= 3, path);
  });

  test('so are the cases in the how-to', async () => {
    const { fences } = readPage(readText('docs/how-to/qualify-a-fallback.md'));
    const cases = fences.filter(({ language, marks }) => language === 'yaml' && marks.includes('cases'));
    assert.ok(cases.length > 0);
    for (const { text } of cases) await read(text);
  });
});
