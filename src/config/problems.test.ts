import assert from 'node:assert/strict';
import test from 'node:test';
import { formatProblems } from './problems.ts';

test('problems are one line each, in the order of the file, the file as a whole first', () => {
  const text = formatProblems(
    [
      { line: 12, column: 7, path: 'providers.one.deployments.a.wire', reason: 'must be one of these', suggestion: 'did you mean `x`?' },
      { line: 3, column: 9, path: 'server.listen', reason: 'is missing' },
      { line: 3, column: 1, path: '', reason: 'a tab is used' },
      { line: 0, column: 0, path: '', reason: 'the file does not exist' },
    ],
    'sekisho.config.yaml',
  );
  assert.equal(
    text,
    [
      'sekisho.config.yaml: the file does not exist',
      'sekisho.config.yaml:3:1: a tab is used',
      'sekisho.config.yaml:3:9 server.listen: is missing',
      'sekisho.config.yaml:12:7 providers.one.deployments.a.wire: must be one of these; did you mean `x`?',
    ].join('\n'),
  );
});

test('no problems are no text', () => assert.equal(formatProblems([], 'f'), ''));
