import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Scope, ScopeTarget, TargetKind } from '#scope';
import { scopeWithin, targetProblem, targetWithin } from './scope-within.ts';

function target(kind: TargetKind, value: string): ScopeTarget {
  return { kind, value };
}

const WITHIN: readonly (readonly [TargetKind, string, string])[] = [
  ['network', '10.1.2.3', '10.0.0.0/8'],
  ['network', '10.0.0.0/8', '10.0.0.0/8'],
  ['network', '2001:db8:1::/48', '2001:db8::/32'],
  ['host', 'a.plant.example', '*.plant.example'],
  ['host', '*.a.plant.example', '*.plant.example'],
  ['host', 'A.Plant.Example', '*.plant.example'],
  ['host', 'xn--fsqu00a.example', '例子.example'],
  ['url', 'https://plant.example/api/v1', 'https://plant.example/api'],
  ['url', 'https://plant.example:443/x', 'https://plant.example/'],
  ['email', 'a@plant.example', '@plant.example'],
  ['repository', 'git.example/team/tool', 'git.example/team/*'],
  ['path', '/srv/scan/out', '/srv/scan'],
  ['path', '/anything', '/'],
];

const NOT_WITHIN: readonly (readonly [TargetKind, string, string])[] = [
  ['network', '10.0.0.0/7', '10.0.0.0/8'],
  ['network', '11.0.0.1', '10.0.0.0/8'],
  ['network', '::ffff:10.0.0.1', '::/0'],
  ['network', '2002:a00::/24', '2000::/3'],
  ['network', '2001:db8::5efe:a00:1', '2001:db8::/32'],
  ['network', '10.0.0.1', '::/0'],
  ['host', 'plant.example', '*.plant.example'],
  ['host', 'evilplant.example', '*.plant.example'],
  ['host', '*.example', '*.plant.example'],
  ['url', 'http://plant.example/api', 'https://plant.example/api'],
  ['url', 'https://plant.example/apivil', 'https://plant.example/api'],
  ['url', 'https://plant.example/api/../admin', 'https://plant.example/api'],
  ['url', 'https://plant.example/api/%2e%2e%2fadmin', 'https://plant.example/api'],
  ['url', 'https://plant.example:8443/api', 'https://plant.example/api'],
  ['email', 'a@evil.example', '@plant.example'],
  ['email', '@plant.example', 'a@plant.example'],
  ['repository', 'git.example/team/sub/*', 'git.example/team/*'],
  ['repository', 'git.example/team/sub/tool', 'git.example/team/*'],
  ['repository', 'git.example/other/tool', 'git.example/team/*'],
  ['path', '/srv/scanner', '/srv/scan'],
  ['path', '/srv', '/srv/scan'],
  ['cloud-account', 'aws:123456789012', 'aws:210987654321'],
];

test('one target is within another where it certainly is', () => {
  for (const [kind, inner, outer] of WITHIN) assert.ok(targetWithin(target(kind, inner), target(kind, outer)), `${inner} in ${outer}`);
  for (const [kind, inner, outer] of NOT_WITHIN) assert.ok(!targetWithin(target(kind, inner), target(kind, outer)), `${inner} in ${outer}`);
  assert.ok(!targetWithin(target('host', 'a.example'), target('url', 'https://a.example/')));
});

test('a target that cannot be read is told', () => {
  const bad: readonly (readonly [TargetKind, string])[] = [
    ['network', '010.0.0.1'],
    ['network', '10.0.0.0/33'],
    ['network', 'fe80::1%eth0'],
    ['network', '2130706433'],
    ['host', '10.0.0.1'],
    ['host', '0x7f.1'],
    ['host', 'a b.example'],
    ['host', '*.*.example'],
    ['url', 'ftp://plant.example/'],
    ['url', 'https://user@plant.example/'],
    ['url', 'https://plant.example/?q=1'],
    ['email', 'plant.example'],
    ['repository', 'team'],
    ['path', 'srv/scan'],
    ['path', '/srv/../etc'],
    ['cloud-account', 'aws:1234'],
  ];
  for (const [kind, value] of bad) assert.notEqual(targetProblem(target(kind, value)), undefined, `${kind} ${value}`);
  for (const [kind, , value] of WITHIN) assert.equal(targetProblem(target(kind, value)), undefined, `${kind} ${value}`);
});

/** Scopes over a small world, so that they often have to do with each other. */
const byte = fc.constantFrom(0, 1, 128);
const network = fc
  .tuple(byte, byte, fc.constantFrom(0, 1, 7, 8, 9, 16, 24, 32))
  .map(([a, b, bits]) => target('network', `10.${a}.${b}.0/${bits}`));
const host = fc
  .constantFrom('*.a.example', 'x.a.example', '*.x.a.example', 'a.example', 'y.x.a.example')
  .map((name) => target('host', name));
const path = fc.constantFrom('/', '/srv', '/srv/scan', '/srv/scan/out', '/srvx').map((name) => target('path', name));
const targets = fc.array(fc.oneof(network, host, path), { maxLength: 4 });
const tool = fc.stringMatching(/^[ab*]{1,4}$/);
const scopes: fc.Arbitrary<Scope> = fc.record({
  targets,
  excluded: targets,
  allowedTools: fc.option(fc.array(tool, { maxLength: 3 })),
  forbiddenTools: fc.array(tool, { maxLength: 2 }),
});

/** What a scope lets through, written down once more and simply, for single addresses, hosts and paths. */
function lets(scope: Scope, { kind, value }: ScopeTarget): boolean {
  const names = (each: ScopeTarget): boolean => {
    if (each.kind !== kind) return false;
    if (kind === 'host') return each.value.startsWith('*.') ? value.endsWith(each.value.slice(1)) : each.value === value;
    if (kind === 'path') return each.value === '/' || value === each.value || value.startsWith(`${each.value}/`);
    const [address, bits] = each.value.split('/') as [string, string];
    return numberOf(value) >>> (32 - Number(bits)) === numberOf(address) >>> (32 - Number(bits)) || bits === '0';
  };
  return scope.targets.some(names) && !scope.excluded.some(names);
}

function numberOf(address: string): number {
  assert.ok(isIPv4(address));
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0;
}

function letsTool({ allowedTools, forbiddenTools }: Scope, name: string): boolean {
  const matches = (pattern: string): boolean => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name);
  return (allowedTools === null || allowedTools.some(matches)) && !forbiddenTools.some(matches);
}

const PROBES: readonly ScopeTarget[] = [
  ...['10.0.0.0', '10.0.1.7', '10.128.0.1', '10.1.128.9', '11.0.0.1', '200.1.1.1'].map((value) => target('network', value)),
  ...['a.example', 'x.a.example', 'y.x.a.example', 'z.a.example', 'q.y.x.a.example'].map((value) => target('host', value)),
  ...['/', '/srv', '/srv/scan', '/srv/scan/out/1', '/srvx/1', '/etc'].map((value) => target('path', value)),
];
const NAMES = ['a', 'b', 'ab', 'ba', 'aab', 'abab', 'bbb', 'aaaa'];

test('whatever a narrower scope lets through, the wider one does too', () => {
  let within = 0;
  // The narrower one is often the wider one with something taken away, else the two have nothing to do with each other.
  const pairs = fc.oneof(
    fc.tuple(scopes, scopes),
    fc
      .tuple(scopes, targets, targets)
      .map(
        ([wide, more, excluded]) =>
          [{ ...wide, targets: [...wide.targets.slice(1), ...more], excluded: [...wide.excluded, ...excluded] }, wide] as const,
      ),
  );
  fc.assert(
    fc.property(pairs, ([narrow, wide]) => {
      if (!scopeWithin(narrow, wide)) return;
      within++;
      for (const probe of PROBES) if (lets(narrow, probe)) assert.ok(lets(wide, probe), `${probe.kind} ${probe.value}`);
      for (const name of NAMES) if (letsTool(narrow, name)) assert.ok(letsTool(wide, name), name);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(within > 500, `${within} pairs`);
});
