import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowsTool, compileScope, namesTool, type Scope, type ScopeTarget } from '#scope';

const scope = (targets: readonly ScopeTarget[], rest: Partial<Scope> = {}): Scope => ({
  targets,
  excluded: [],
  allowedTools: null,
  forbiddenTools: [],
  ...rest,
});

test('keeps targets in one form', () => {
  const compiled = compileScope(
    scope([
      { kind: 'network', value: '::ffff:10.0.0.0/104' },
      { kind: 'host', value: '*.Corp.Example.' },
      { kind: 'host', value: '日本.example' },
      { kind: 'url', value: 'HTTPS://App.Corp.Example/a/../b/' },
      { kind: 'email', value: 'A@Corp.Example' },
      { kind: 'repository', value: 'Git.Corp.Example/Team/App.git' },
      { kind: 'path', value: '/srv/./app/../x' },
      { kind: 'cloud-account', value: 'AWS:123456789012' },
    ]),
  );
  assert.ok(compiled.ok);
  assert.deepEqual(
    compiled.value.scope.targets.map(({ value }) => value),
    [
      '10.0.0.0/8',
      '*.corp.example',
      'xn--wgv71a.example',
      'https://app.corp.example:443/b/',
      'a@corp.example',
      'git.corp.example/team/app',
      '/srv/x',
      'aws:123456789012',
    ],
  );
});

test('says which entry cannot be read, and why', () => {
  const bad: readonly (readonly [ScopeTarget, string])[] = [
    [{ kind: 'network', value: '10.0.0.5/24' }, 'malformed'],
    [{ kind: 'network', value: '0.0.0.0/0' }, 'too-wide'],
    [{ kind: 'host', value: '10.0.0.5' }, 'malformed'],
    [{ kind: 'host', value: 'a b' }, 'malformed'],
    [{ kind: 'host', value: '*.com' }, 'too-wide'],
    [{ kind: 'host', value: 'a.*.com' }, 'malformed'],
    [{ kind: 'url', value: 'ftp://a.example/' }, 'malformed'],
    [{ kind: 'url', value: 'https://a.example/x?y' }, 'malformed'],
    [{ kind: 'url', value: 'https://u@a.example/' }, 'malformed'],
    [{ kind: 'url', value: 'https://a.example/%2f' }, 'malformed'],
    [{ kind: 'email', value: 'a' }, 'malformed'],
    [{ kind: 'repository', value: 'git.example/x' }, 'malformed'],
    [{ kind: 'path', value: 'a/b' }, 'malformed'],
    [{ kind: 'cloud-account', value: 'aws:1' }, 'malformed'],
    [{ kind: 'host', value: 'a'.repeat(3000) }, 'too-long'],
  ];
  for (const [target, code] of bad) {
    const compiled = compileScope(scope([{ kind: 'host', value: 'ok.example' }, target]));
    assert.ok(!compiled.ok, target.value);
    assert.deepEqual([compiled.error.list, compiled.error.index, compiled.error.code], ['targets', 1, code], target.value);
    assert.ok(compiled.error.text.length < 400);
  }
});

test('takes a thousand entries and no more', () => {
  const many = Array.from({ length: 1001 }, (_, index): ScopeTarget => ({ kind: 'host', value: `h${index}.example` }));
  assert.ok(compileScope(scope(many.slice(1))).ok);
  const compiled = compileScope(scope([], { excluded: many }));
  assert.ok(!compiled.ok);
  assert.deepEqual([compiled.error.list, compiled.error.index, compiled.error.code], ['excluded', null, 'too-many']);
});

test('tools are allowed by name, and forbidden under every name that leads to them', () => {
  const compiled = compileScope(
    scope([], { allowedTools: ['Bash', 'mcp__plant__*'], forbiddenTools: ['wire_transfer', 'mcp__plant__delete_*'] }),
  );
  assert.ok(compiled.ok);
  for (const name of ['Bash', 'bash', 'mcp__plant__read', 'functions.Bash']) assert.ok(allowsTool(name, compiled.value), name);
  for (const name of [
    'wire_transfer',
    'functions.wire_transfer',
    'ｗire_transfer',
    'wire​_transfer',
    'mcp__plant__delete_all',
    'Bas',
    'Bash ',
    '',
    'Bаsh',
  ])
    assert.ok(!allowsTool(name, compiled.value), name);
  const open = compileScope(scope([]));
  assert.ok(open.ok);
  assert.ok(allowsTool('anything', open.value));
  assert.ok(!namesTool('anything', open.value));
});
