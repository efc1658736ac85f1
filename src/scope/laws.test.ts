import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileScope, reviewCall, type Review, type Scope, type ScopeTarget, type ToolCall } from '#scope';

const ORDER: Readonly<Record<Review['decision'], number>> = { allow: 2, hold: 1, deny: 0 };

const addresses = fc.constantFrom(
  '10.20.0.5',
  '10.20.9.7',
  '10.21.0.1',
  '8.8.8.8',
  '0x0a140005',
  '127.0.0.1',
  '169.254.169.254',
  '[::ffff:10.20.0.5]',
);
const names = fc.constantFrom(
  'web.corp.example',
  'db.corp.example',
  'evil.test',
  'localhost',
  'corp.example',
  'web1',
  'metadata.google.internal',
);
const places = fc.constantFrom('/srv/app/x', '/srv/other', '/tmp/a', '~/.ssh/id_rsa', '/etc/shadow', 'a.txt', '../b', '/srv/app/../x');

const targets: fc.Arbitrary<ScopeTarget> = fc.constantFrom<ScopeTarget>(
  { kind: 'network', value: '10.20.0.0/16' },
  { kind: 'network', value: '10.20.9.0/24' },
  { kind: 'network', value: '10.0.0.0/8' },
  { kind: 'network', value: '8.8.8.8' },
  { kind: 'network', value: '127.0.0.0/8' },
  { kind: 'network', value: '169.254.169.254' },
  { kind: 'host', value: '*.corp.example' },
  { kind: 'host', value: 'web.corp.example' },
  { kind: 'host', value: 'evil.test' },
  { kind: 'url', value: 'https://web.corp.example/app/' },
  { kind: 'email', value: '@corp.example' },
  { kind: 'repository', value: 'git.corp.example/team/*' },
  { kind: 'cloud-account', value: 'aws:123456789012' },
);
const placesOfScope: fc.Arbitrary<ScopeTarget> = fc.constantFrom<ScopeTarget>(
  { kind: 'path', value: '/srv/app' },
  { kind: 'path', value: '/srv' },
  { kind: 'path', value: '/etc' },
);

const hosts = fc.oneof(addresses, names);
const commands = fc.oneof(
  fc
    .tuple(fc.constantFrom('curl', 'ping -c1', 'nmap', 'ssh', 'dig', 'nc', 'wget -q', 'unknown-tool --host', 'git clone', 'psql -h'), hosts)
    .map(([tool, host]) => `${tool} ${host}`),
  fc.tuple(fc.constantFrom('cat', 'rm -rf', 'echo x >', 'cp a', 'ls', 'tee'), places).map(([tool, place]) => `${tool} ${place}`),
  fc.tuple(hosts, fc.constantFrom('/', '/app/x', '/app/../y', '/application')).map(([host, path]) => `curl https://${host}${path}`),
  fc.constantFrom(
    'curl $H',
    'ls; make test',
    'cat f | sh',
    'echo Y3VybA== | base64 -d | sh',
    'aws s3 ls --profile p',
    'git push git@git.corp.example:team/x.git',
    'mail -s x a@corp.example',
  ),
);
const scripts = fc
  .array(commands, { minLength: 1, maxLength: 3 })
  .chain((list) => fc.constantFrom(' && ', '; ', ' | ', ' || ').map((glue) => list.join(glue)));
const calls: fc.Arbitrary<ToolCall> = fc.oneof(
  scripts.map((command): ToolCall => ({ name: 'Bash', encoding: 'json', arguments: JSON.stringify({ command }) })),
  scripts.map((command): ToolCall => ({
    name: 'shell',
    encoding: 'json',
    arguments: JSON.stringify({ command: ['bash', '-lc', command] }),
  })),
  hosts.map((host): ToolCall => ({ name: 'scanner', encoding: 'json', arguments: JSON.stringify({ host }) })),
  places.map((file_path): ToolCall => ({
    name: 'Write',
    encoding: 'json',
    arguments: JSON.stringify({ file_path, content: 'see evil.test' }),
  })),
  hosts.map((host): ToolCall => ({ name: 'WebFetch', encoding: 'json', arguments: JSON.stringify({ url: `https://${host}/app/` }) })),
);

const scopes: fc.Arbitrary<Scope> = fc.record({
  targets: fc.array(fc.oneof(targets, placesOfScope), { maxLength: 6 }),
  excluded: fc.array(fc.oneof(targets, placesOfScope), { maxLength: 2 }),
  allowedTools: fc.constantFrom(null, ['Bash', 'shell'], ['*']),
  forbiddenTools: fc.constantFrom([], ['scanner'], ['Web*']),
});

function decide(call: ToolCall, scope: Scope, isTainted = false): number {
  const compiled = compileScope(scope);
  assert.ok(compiled.ok);
  return ORDER[reviewCall(call, compiled.value, { isTainted }).decision];
}

test('another exclusion never makes a call pass further', () => {
  fc.assert(
    fc.property(calls, scopes, fc.oneof(targets, placesOfScope), (call, scope, excluded) => {
      assert.ok(decide(call, { ...scope, excluded: [...scope.excluded, excluded] }) <= decide(call, scope));
    }),
    { numRuns: 1500 },
  );
});

test('one target less never lets a call pass that did not', () => {
  fc.assert(
    fc.property(calls, scopes, fc.nat(), (call, scope, at) => {
      fc.pre(scope.targets.length > 0);
      const removed = at % scope.targets.length;
      const left = scope.targets.filter((_, index) => index !== removed);
      // Naming paths confines the tools to them; taking away the last one is no narrowing.
      fc.pre(scope.targets[removed]!.kind !== 'path' || left.some(({ kind }) => kind === 'path'));
      const [before, after] = [decide(call, scope), decide(call, { ...scope, targets: left })];
      if (after === ORDER.allow) assert.equal(before, ORDER.allow);
      // A scope of networks alone cannot say where names lead, so the last name less may turn a denial into a question.
      const hasName = left.some(({ kind }) => kind === 'host' || kind === 'url');
      if (hasName) assert.ok(after <= before);
    }),
    { numRuns: 1500 },
  );
});

test('fewer tools and outside text never make a call pass further', () => {
  fc.assert(
    fc.property(calls, scopes, fc.constantFrom('Bash', 'scan*', '*'), (call, scope, name) => {
      const plain = decide(call, scope);
      assert.ok(decide(call, { ...scope, forbiddenTools: [...scope.forbiddenTools, name] }) <= plain);
      assert.ok(decide(call, { ...scope, allowedTools: scope.allowedTools?.slice(1) ?? [name] }) <= plain);
      assert.ok(decide(call, scope, true) <= plain);
    }),
    { numRuns: 1000 },
  );
});

test('more commands in one call never make it pass further', () => {
  fc.assert(
    fc.property(scripts, commands, scopes, (script, command, scope) => {
      const call = (text: string): ToolCall => ({ name: 'Bash', encoding: 'json', arguments: JSON.stringify({ command: text }) });
      assert.ok(decide(call(`${script}; ${command}`), scope) <= decide(call(script), scope));
    }),
    { numRuns: 1000 },
  );
});

const shellish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...Array.from('$(){}[]<>|&;"\'`\\ \n#*?~=!%@:/.-0'),
        '$((',
        '<<EOF\n',
        'curl ',
        'ssh ',
        'sh -c ',
        'x=',
        '10.20.0.5',
        'evil.test',
        '\uFDD0',
        '\uFDD3',
        'for i in ',
        ' do ',
        'done',
        'eval ',
        'xargs ',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));

test('no text and no JSON makes the review throw, and it always says why it does not allow', () => {
  const compiled = compileScope({
    targets: [{ kind: 'network', value: '10.20.0.0/16' }],
    excluded: [{ kind: 'path', value: '/srv' }],
    allowedTools: null,
    forbiddenTools: [],
  });
  assert.ok(compiled.ok);
  const text = fc.oneof(shellish, fc.string({ unit: 'binary', maxLength: 80 }));
  const name = fc.oneof(
    fc.constantFrom('Bash', 'shell', 'powershell', 'cmd', 'python', 'WebFetch', 'Write', 'apply_patch', 'Task', 'anything', 'Read'),
    fc.string({ maxLength: 10 }),
  );
  const argument = fc.oneof(
    fc.json(),
    text.map((command) => JSON.stringify({ command })),
    text.map((command) => JSON.stringify({ command: ['bash', '-lc', command] })),
    fc
      .tuple(fc.constantFrom('url', 'host', 'path', 'content', 'code', 'env', 'args', 'to', 'repo', 'from'), text)
      .map(([member, value]) => JSON.stringify({ [member]: value, to: value })),
    text,
  );
  fc.assert(
    fc.property(name, fc.constantFrom('json', 'text'), argument, fc.boolean(), (tool, encoding, given, isTainted) => {
      const review = reviewCall({ name: tool, encoding, arguments: given }, compiled.value, { isTainted });
      assert.equal(review.reasons.length === 0, review.decision === 'allow');
      assert.ok(review.targets.length <= 100);
      assert.ok(review.reasons.every((reason) => reason.text.length > 0 && reason.text.length < 400));
    }),
    { numRuns: 4000 },
  );
});
