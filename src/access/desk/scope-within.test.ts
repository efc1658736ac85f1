import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { allowsTool, compileScope, namesTool, reviewCall, type CompiledScope, type Scope, type ScopeTarget, type TargetKind } from '#scope';
import { scopeWithin, targetProblem, targetWithin } from './scope-within.ts';

function target(kind: TargetKind, value: string): ScopeTarget {
  return { kind, value };
}

function scopeOf(changes: Partial<Scope>): Scope {
  return { targets: [], excluded: [], allowedTools: null, forbiddenTools: [], ...changes };
}

const WITHIN: readonly (readonly [TargetKind, string, string])[] = [
  ['network', '10.1.2.3', '10.0.0.0/8'],
  ['network', '10.0.0.0/8', '10.0.0.0/8'],
  ['network', '::ffff:10.0.0.1', '10.0.0.0/8'],
  ['network', '2001:db8:1::/48', '2001:db8::/32'],
  ['network', '169.254.169.254', '169.254.0.0/16'],
  ['host', 'a.plant.example', '*.plant.example'],
  ['host', '*.a.plant.example', '*.plant.example'],
  ['host', 'A.Plant.Example', '*.plant.example'],
  ['host', 'xn--fsqu00a.example', '例子.example'],
  ['url', 'https://plant.example/api/v1', 'https://plant.example/api'],
  ['url', 'https://plant.example:443/x', 'https://plant.example/'],
  ['email', 'a@plant.example', '@plant.example'],
  ['repository', 'git.example/team/tool', 'git.example/team/*'],
  ['path', '/srv/scan/out', '/srv/scan'],
  ['path', '/srv/scan/./a/../out', '/srv/scan'],
  ['path', '/anything', '/'],
  ['cloud-account', 'aws:123456789012', 'aws:123456789012'],
];

const NOT_WITHIN: readonly (readonly [TargetKind, string, string])[] = [
  ['network', '10.0.0.0/7', '10.0.0.0/8'],
  ['network', '11.0.0.1', '10.0.0.0/8'],
  ['network', '::ffff:10.0.0.1', '::/1'],
  ['network', '2002:a00::/24', '2000::/3'],
  ['network', '2001:db8::5efe:a00:1', '2001:db8::/32'],
  // Where clouds hand out credentials, in a network that does not mean it.
  ['network', '169.254.169.254', '169.0.0.0/8'],
  ['network', '169.254.0.0/16', '169.0.0.0/8'],
  ['network', '168.63.128.0/20', '168.0.0.0/8'],
  ['network', '100.100.100.200', '100.64.0.0/10'],
  ['network', '192.0.0.192', '192.0.0.0/8'],
  ['network', 'fd00:ec2::254', 'fd00::/8'],
  ['host', 'metadata.google.internal', '*.google.internal'],
  ['host', 'plant.example', '*.plant.example'],
  ['host', 'evilplant.example', '*.plant.example'],
  ['host', '*.other.example', '*.plant.example'],
  ['url', 'http://plant.example/api', 'https://plant.example/api'],
  ['url', 'https://plant.example/apivil', 'https://plant.example/api'],
  ['url', 'https://plant.example/api/../admin', 'https://plant.example/api'],
  ['url', 'https://plant.example/api/%2e%2e%2fadmin', 'https://plant.example/api'],
  ['url', 'https://plant.example:8443/api', 'https://plant.example/api'],
  ['email', 'a@evil.example', '@plant.example'],
  ['email', '@plant.example', 'a@plant.example'],
  ['repository', 'git.example/team/sub/*', 'git.example/team/*'],
  ['repository', 'git.example/other/tool', 'git.example/team/*'],
  ['path', '/srv/scanner', '/srv/scan'],
  ['path', '/srv/scan/../other', '/srv/scan'],
  ['path', '/srv', '/srv/scan'],
  ['cloud-account', 'aws:123456789012', 'aws:210987654321'],
];

describe('one target within another', () => {
  test('where it certainly is', () => {
    for (const [kind, inner, outer] of WITHIN) assert.ok(targetWithin(target(kind, inner), target(kind, outer)), `${inner} in ${outer}`);
    for (const [kind, inner, outer] of NOT_WITHIN)
      assert.ok(!targetWithin(target(kind, inner), target(kind, outer)), `${inner} in ${outer}`);
    assert.ok(!targetWithin(target('host', 'a.example'), target('url', 'https://a.example/')));
  });

  test('and one that cannot be read is told', () => {
    const bad: readonly (readonly [TargetKind, string])[] = [
      ['network', '010.0.0.1'],
      ['network', '10.0.0.0/33'],
      ['network', '0.0.0.0/0'],
      ['host', '10.0.0.1'],
      ['host', '0x7f.1'],
      ['host', 'a b.example'],
      ['host', '*.example'],
      ['url', 'ftp://plant.example/'],
      ['url', 'https://user@plant.example/'],
      ['url', 'https://plant.example/?q=1'],
      ['email', 'plant.example'],
      ['repository', 'team'],
      ['path', 'srv/scan'],
      ['cloud-account', 'aws:1234'],
    ];
    for (const [kind, value] of bad) assert.notEqual(targetProblem(target(kind, value)), undefined, `${kind} ${value}`);
    for (const [kind, , value] of WITHIN) assert.equal(targetProblem(target(kind, value)), undefined, `${kind} ${value}`);
    // Nothing is too wide to be excluded.
    assert.equal(targetProblem(target('network', '0.0.0.0/0'), true), undefined);
  });
});

describe('one scope within another', () => {
  const wide = scopeOf({
    targets: [target('path', '/srv'), target('network', '10.0.0.0/8')],
    excluded: [target('network', '10.9.0.0/16')],
  });

  test('not where saying less lets more through', () => {
    // A scope without paths leaves paths alone.
    assert.ok(!scopeWithin({ ...wide, targets: wide.targets.slice(1) }, wide));
    assert.ok(scopeWithin({ ...wide, targets: wide.targets.slice(0, 1) }, wide));
    assert.ok(!scopeWithin({ ...wide, excluded: [target('network', '10.9.1.0/24')] }, wide));
    assert.ok(scopeWithin({ ...wide, excluded: [target('network', '10.8.0.0/15')] }, wide));
  });

  test('not where a list of tools could name one that a provider runs', () => {
    assert.ok(!scopeWithin({ ...wide, allowedTools: ['web_search'] }, wide));
    assert.ok(scopeWithin({ ...wide, allowedTools: [] }, wide));
    assert.ok(scopeWithin({ ...wide, allowedTools: ['NMAP_scan'] }, { ...wide, allowedTools: ['nmap_*', 'ls'] }));
    assert.ok(!scopeWithin({ ...wide, allowedTools: null }, { ...wide, allowedTools: ['ls'] }));
    // Its beginning and its end are the same letter.
    assert.ok(!scopeWithin({ ...wide, allowedTools: ['aba'] }, { ...wide, allowedTools: ['ab*ba'] }));
    assert.ok(scopeWithin({ ...wide, forbiddenTools: ['*'] }, { ...wide, forbiddenTools: ['ssh'] }));
    assert.ok(!scopeWithin({ ...wide, forbiddenTools: [] }, { ...wide, forbiddenTools: ['ssh'] }));
  });

  test('not where either cannot be read', () => {
    const unreadable = scopeOf({ targets: [target('host', 'a b')] });
    assert.ok(!scopeWithin(unreadable, unreadable));
  });
});

/** Scopes over a small world, so that they often have to do with each other. */
const byte = fc.constantFrom(0, 1, 128);
const network = fc
  .tuple(fc.constantFrom(10, 169, 100), byte, byte, fc.constantFrom(3, 7, 8, 9, 16, 17, 24, 32))
  .map(([first, a, b, bits]) => target('network', `${first}.${first === 169 && a === 1 ? 254 : a}.${b}.0/${bits}`));
const metadata = fc
  .constantFrom('169.254.169.254', '169.254.0.0/16', '100.100.100.200', '100.100.0.0/16')
  .map((value) => target('network', value));
const host = fc
  .constantFrom('*.a.example', 'x.a.example', '*.x.a.example', 'a.example', '*.google.internal', 'metadata.google.internal')
  .map((name) => target('host', name));
const path = fc.constantFrom('/', '/srv', '/srv/scan', '/srv/scan/out', '/srvx', '/etc').map((name) => target('path', name));
const url = fc
  .constantFrom('https://a.example/', 'https://a.example/api', 'https://x.a.example/api/v1', 'http://10.0.0.1/api')
  .map((value) => target('url', value));
const repository = fc.constantFrom('git.example/team/*', 'git.example/team/tool').map((value) => target('repository', value));
const email = fc.constantFrom('@a.example', 'soc@a.example').map((value) => target('email', value));
const targets = fc.array(fc.oneof(network, metadata, host, path, url, repository, email), { maxLength: 4 });
const tool = fc.stringMatching(/^[ab*]{1,4}$/);
const scopes: fc.Arbitrary<Scope> = fc.record({
  targets,
  excluded: targets,
  allowedTools: fc.option(fc.array(tool, { maxLength: 3 })),
  forbiddenTools: fc.array(tool, { maxLength: 2 }),
});

const HOSTS = ['10.0.0.0', '10.0.1.7', '10.128.0.1', '11.0.0.1', '169.254.169.254', '169.1.0.9', '100.100.100.200', '::ffff:a00:107'];
const NAMES = ['a.example', 'x.a.example', 'y.x.a.example', 'metadata.google.internal', 'b.google.internal'];
const COMMANDS = [
  ...[...HOSTS.filter((each) => !each.includes(':')), ...NAMES].flatMap((each) => [`nmap ${each}`, `curl https://${each}/api/v1`]),
  ...['https://a.example/', 'https://a.example/api/v1', 'http://10.0.0.1/api/x', 'https://a.example/apix'].map((each) => `curl ${each}`),
  ...['/srv/a', '/srv/scan/out/1', '/srvx/1', '/etc/passwd', '/tmp/x', 'notes.txt'].map((each) => `cat ${each}`),
  ...['team/tool', 'team/other', 'else/tool'].map((each) => `git clone https://git.example/${each}`),
];
/** Letters of the small world's tools, and a shell. */
const TOOLS = ['a', 'b', 'ab', 'ba', 'aab', 'abab', 'bash'];

function allows(scope: CompiledScope, name: string, command: string): boolean {
  return reviewCall({ name, encoding: 'json', arguments: JSON.stringify({ command }) }, scope, { isTainted: false }).decision === 'allow';
}

test('no call that a narrower scope lets through is stopped by the wider one', () => {
  let within = 0;
  let allowed = 0;
  // The narrower one is often the wider one with something taken away or added, else the two have nothing to do with each other.
  const pairs = fc.oneof(
    fc.tuple(scopes, scopes),
    fc.tuple(scopes, targets, targets, fc.boolean()).map(
      ([wide, more, excluded, isAnyTool]) =>
        [
          {
            ...wide,
            targets: [...wide.targets.slice(1), ...more],
            excluded: [...wide.excluded, ...excluded],
            ...(isAnyTool ? ANY_TOOL : {}),
          },
          { ...wide, ...(isAnyTool ? ANY_TOOL : {}) },
        ] as const,
    ),
  );
  fc.assert(
    fc.property(pairs, ([narrow, wide]) => {
      if (!scopeWithin(narrow, wide)) return;
      within++;
      const [inner, outer] = [compileScope(narrow), compileScope(wide)];
      assert.ok(inner.ok && outer.ok);
      for (const name of TOOLS) {
        if (allowsTool(name, inner.value)) assert.ok(allowsTool(name, outer.value), name);
        if (namesTool(name, inner.value)) assert.ok(namesTool(name, outer.value), name);
      }
      for (const command of COMMANDS) {
        if (!allows(inner.value, 'bash', command)) continue;
        allowed++;
        assert.ok(allows(outer.value, 'bash', command), command);
      }
    }),
    { numRuns: 8000 },
  );
  assert.ok(within > 200 && allowed > 500, `${within} pairs, ${allowed} calls`);
});

const ANY_TOOL = { allowedTools: null, forbiddenTools: [] } as const;
