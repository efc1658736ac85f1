// Access policies from the command line: checked, tested, compared and explained, with exit codes that a script can rely on.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sekisho, type CliRun } from '#test/cli';

let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sekisho-policy-'));
  await mkdir(join(directory, 'policies'));
  await writeFile(
    join(directory, 'policies/malware.cedar'),
    '@id("no-malware-abroad")\n@reason("Malware is looked at on domestic models only.")\n' +
      'forbid (principal, action == Sekisho::Action::"malware-analysis", resource)\n' +
      'when { resource.jurisdiction == Sekisho::Jurisdiction::"foreign" };\n',
  );
  await writeFile(
    join(directory, 'bad.cedar'),
    '@id("a")\n@reason("x")\nforbid (principal, action, resource)\nwhen { resource.compny == "x" };\n',
  );
});

after(() => rm(directory, { recursive: true, force: true }));

const policy = (...args: readonly string[]): Promise<CliRun> => sekisho(['policy', ...args], { cwd: directory });

test('check says what can be used, and names what cannot with file, line, policy and reason', async () => {
  const [good, bad, missing] = await Promise.all([
    policy('check', 'policies', '--json'),
    policy('check', 'bad.cedar'),
    policy('check', 'none.cedar'),
  ]);
  assert.equal(good.code, 0, good.stdout + good.stderr);
  const result = JSON.parse(good.stdout) as { ok: boolean; version: string; policies: { id: string; isDefault: boolean }[] };
  assert.match(result.version, /^[0-9a-f]{64}$/);
  assert.deepEqual(
    result.policies.filter(({ isDefault }) => !isDefault).map(({ id }) => id),
    ['no-malware-abroad'],
  );
  assert.equal(bad.code, 3);
  assert.match(bad.stdout, /bad\.cedar:4: a\n\s+attribute `compny` .*\n\s+→ did you mean `company`\?/);
  assert.equal(missing.code, 1);
});

test('test passes with the defaults, laws included, and names the case that fails with its line', async () => {
  const table = join(directory, 'decisions.yaml');
  await writeFile(
    table,
    'cases:\n  - name: malware abroad\n    facts: { capability: malware-analysis, deployment: { jurisdiction: foreign } }\n' +
      '    expect: deny\n    policy: no-malware-abroad\n',
  );
  const [shipped, own, failing] = await Promise.all([
    policy('test', '--laws', '--json'),
    policy('test', table, '--policies', 'policies'),
    policy('test', table),
  ]);
  assert.equal(shipped.code, 0, shipped.stdout + shipped.stderr);
  assert.deepEqual((JSON.parse(shipped.stdout) as { laws: unknown }).laws, []);
  assert.equal(own.code, 0, own.stdout);
  assert.equal(failing.code, 3);
  assert.match(failing.stdout, /decisions\.yaml:2: malware abroad\n\s+expected deny by no-malware-abroad, got allow by defensive-work/);
});

test('diff lists what changes in a line, and is code 5; nothing changes between equal sets', async () => {
  const [changed, same, json] = await Promise.all([
    policy('diff', 'default', 'policies'),
    policy('diff', 'policies', 'policies'),
    policy('diff', 'policies', 'default', '--json'),
  ]);
  assert.equal(changed.code, 5, changed.stderr);
  assert.match(
    changed.stdout,
    /allowed → denied {2}384\n.*defensive-work → no-malware-abroad\n\s+384 {2}capability: malware-analysis; jurisdiction: foreign\n/,
  );
  assert.equal(same.code, 0);
  const diff = JSON.parse(json.stdout) as {
    ok: boolean;
    changed: number;
    policies: { removed: string[] };
    changes: { to: { allowed: boolean } }[];
  };
  assert.deepEqual([diff.ok, diff.changed, diff.policies.removed, diff.changes[0]!.to.allowed], [false, 384, ['no-malware-abroad'], true]);
});

test('explain names decision, reason, next step and policies with their places', async () => {
  const [denied, allowed, json] = await Promise.all([
    policy('explain', '--capability', 'penetration-testing'),
    policy('explain', '--capability', 'penetration-testing', '--tier', '2', '--policies', 'policies'),
    policy('explain', '--tier', 'none', '--json'),
  ]);
  assert.equal(denied.code, 3);
  assert.match(
    denied.stdout,
    /denied: Offensive work needs a grant of tier 2.*\n\s+→ Apply .*\n\s+forbid\s+tier-too-low\s+data\/access\/policies\/2-grant\.cedar:\d+/,
  );
  assert.equal(allowed.code, 0, allowed.stdout);
  assert.match(allowed.stdout, /permit\s+offensive-work/);
  const { decision } = JSON.parse(json.stdout) as { decision: { policies: string[] } };
  assert.deepEqual([json.code, decision.policies], [3, ['no-grant']]);
});
