import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createCheckSandbox } from './sandbox.ts';

const sandbox = createCheckSandbox({ timeLimitMs: 300 });
after(() => sandbox.close());

describe('regular expressions', () => {
  test('a match and its absence', async () => {
    assert.deepEqual(await sandbox.matches('^CVE-\\d{4}', 'u', 'CVE-2026-1'), { kind: 'passed' });
    assert.deepEqual(await sandbox.matches('^CVE-\\d{4}', 'u', 'none'), { kind: 'failed' });
  });

  test('one that backtracks without end is ended, and the next is not the worse for it', async () => {
    const startedAt = performance.now();
    const [slow, next] = await Promise.all([sandbox.matches('^(a+)+$', '', `${'a'.repeat(50)}!`), sandbox.matches('[ぁ-ん]', 'u', 'かな')]);
    assert.deepEqual(slow, { kind: 'too-slow', limitMs: 300 });
    assert.deepEqual(next, { kind: 'passed' });
    assert.ok(performance.now() - startedAt < 20_000);
  });
});

describe('JSON Schema', () => {
  const schema = { type: 'object', required: ['severity'], properties: { severity: { enum: ['low', 'high'] } } };

  test('what satisfies it passes', async () => {
    assert.deepEqual(await sandbox.validates(schema, '{"severity":"high"}'), { kind: 'passed' });
  });

  test('what does not is told by the schema’s words, never by the text’s', async () => {
    const secret = { 'a-secret-member': 1, severity: 'SECRET' };
    const outcome = await sandbox.validates({ ...schema, additionalProperties: { type: 'string' } }, JSON.stringify(secret));
    assert.equal(outcome.kind, 'failed');
    assert.doesNotMatch(JSON.stringify(outcome), /secret/i);
  });

  test('what is no JSON is neither', async () => {
    assert.deepEqual(await sandbox.validates(schema, 'severity: high'), { kind: 'not-json' });
  });

  test('text nested a hundred thousand deep breaks nothing', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const recursive = { $defs: { list: { type: 'array', items: { $ref: '#/$defs/list' } } }, $ref: '#/$defs/list' };
    assert.notEqual((await sandbox.validates(recursive, deep)).kind, 'passed');
    assert.deepEqual(await sandbox.validates(schema, '{"severity":"low"}'), { kind: 'passed' });
  });

  test('a pattern in a schema that backtracks without end is ended too', async () => {
    const outcome = await sandbox.validates({ type: 'string', pattern: '^(a|a)*$' }, JSON.stringify(`${'a'.repeat(40)}!`));
    assert.deepEqual(outcome, { kind: 'too-slow', limitMs: 300 });
  });

  test('a schema that cannot be used says why', async () => {
    assert.equal(await sandbox.schemaProblem(schema), undefined);
    assert.match((await sandbox.schemaProblem({ type: 'objekt' }))!, /type/);
    assert.match((await sandbox.schemaProblem({ propertys: {} }))!, /unknown keyword/);
    assert.match((await sandbox.schemaProblem({ $ref: 'https://example.com/schema.json' }))!, /can't resolve reference/);
  });

  test('two schemas with the same $id do not disturb each other', async () => {
    const named = (type: string) => ({ $id: 'https://example.jp/one', type });
    assert.deepEqual(await sandbox.validates(named('string'), '"x"'), { kind: 'passed' });
    assert.equal((await sandbox.validates(named('number'), '"x"')).kind, 'failed');
  });
});

test('closing ends what runs and what waits, and starts nothing again', async () => {
  const other = createCheckSandbox({ timeLimitMs: 60_000 });
  await other.matches('a', '', 'a');
  const running = other.matches('^(a+)+$', '', `${'a'.repeat(50)}!`);
  const waiting = other.matches('a', '', 'a');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await other.close();
  assert.equal((await running).kind, 'broken');
  assert.equal((await waiting).kind, 'broken');
});
