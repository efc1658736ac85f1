// Keys from the command line: made, listed and revoked while a checkpoint runs and while none does, each act in the ledger first.
import assert from 'node:assert/strict';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho, type CliRun } from '#test/cli';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

const KEY = /^sk_[0-9a-hjkmnp-tv-z]{16}_[A-Za-z0-9_-]{43}$/;
/** The promise is one second; each worker looks four times as often. */
const IN_EFFECT_MS = 1_000;

let simulator: Simulator;
let checkpoint: StartedCheckpoint;

before(async () => {
  simulator = await startSimulator({ name: 'only', label: 'JP' });
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('only', { url: simulator.url, country: 'JP' })}
routes:
  work: { candidates: [only/d] }
  other: { candidates: [only/d] }
`,
  });
});

after(() => simulator.close());

function keys(...args: string[]): Promise<CliRun> {
  return sekisho(['keys', ...args, '--config', checkpoint.configPath], { cwd: checkpoint.directory });
}

async function statusWith(key: string, model = 'work'): Promise<number> {
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function within(ms: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function note(type: string, keyId: string): Promise<LedgerRecord> {
  let found: LedgerRecord | undefined;
  await within(5_000, `the ledger has ${type} of ${keyId}`, async () => {
    found = (await checkpoint.entries()).find((entry) => entry['type'] === type && entry['key'] === keyId);
    return found !== undefined;
  });
  return found!;
}

describe('while a checkpoint runs', () => {
  let key: string;
  let id: string;

  test('create prints the key alone on standard output, and it works within a second', async () => {
    const { code, stdout, stderr } = await keys(
      'create',
      '--owner',
      '山田 花子',
      '--kind',
      'person',
      '--route',
      'work',
      '--expires',
      '90d',
      '--label',
      'laptop',
    );
    assert.equal(code, 0);
    key = stdout.trimEnd();
    assert.match(key, KEY);
    id = key.slice(3, 19);
    assert.ok(stderr.includes(id));
    assert.ok(!stderr.includes(key), 'the key itself is on standard output only');
    await within(IN_EFFECT_MS, 'the key is accepted', async () => (await statusWith(key)) === 200);
    assert.equal(await statusWith(key, 'other'), 403);
  });

  test('list shows it without its secret, for people and for programs', async () => {
    const text = await keys('list', '--owner', '山田 花子');
    assert.equal(text.code, 0);
    assert.match(text.stdout, new RegExp(`^${id} +active +山田 花子 +person +caller +work .* laptop$`, 'm'));
    const { keys: listed } = JSON.parse((await keys('list', '--json')).stdout) as { keys: Record<string, unknown>[] };
    const found = listed.find((each) => each['id'] === id)!;
    assert.deepEqual([found['state'], found['roles'], found['routes'], found['label']], ['active', ['caller'], ['work'], 'laptop']);
    assert.ok(!JSON.stringify(listed).includes(key.slice(20)), 'no secret');
  });

  test('revoke ends it within a second, and says the same when repeated', async () => {
    const first = await keys('revoke', id, '--reason', 'laptop lost');
    assert.equal(first.code, 0);
    await within(IN_EFFECT_MS, 'the key is refused', async () => (await statusWith(key)) === 401);
    const again = JSON.parse((await keys('revoke', key, '--reason', 'another reason', '--json')).stdout) as Record<string, unknown>;
    assert.deepEqual([again['ok'], again['state'], again['revokedReason']], [true, 'revoked', 'laptop lost']);
  });

  test('both acts are in the ledger, with who did them and without the secret', async () => {
    const created = await note('key-created', id);
    assert.deepEqual([created['roles'], created['routes'], created['label']], [['caller'], ['work'], 'laptop']);
    assert.equal((created['owner'] as LedgerRecord)['name'], '山田 花子');
    assert.equal((created['by'] as LedgerRecord)['uid'], process.getuid?.() ?? null);
    assert.match(String(created['salt']), /^[0-9a-f]{32}$/);
    assert.equal((await note('key-revoked', id))['reason'], 'laptop lost');
    const entries = await checkpoint.entries();
    assert.ok(!JSON.stringify(entries).includes(key.slice(20)), 'no secret');
    assert.equal(entries.filter((entry) => entry['type'] === 'key-revoked').length, 1, 'revoking again is no act');
  });

  test('what cannot be done is refused before it is recorded', async () => {
    const acts = async (): Promise<number> =>
      (await checkpoint.entries()).filter((entry) => String(entry['type']).startsWith('key-')).length;
    const before = await acts();
    const kind = await keys('create', '--owner', '山田 花子', '--kind', 'service');
    assert.equal(kind.code, 1);
    assert.match(kind.stderr, /is known as a person/);
    const unknown = await keys('revoke', '0000000000000000', '--reason', 'x');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /there is no key "0000000000000000"/);
    const nobody = await keys('list', '--owner', 'nobody');
    assert.equal(nobody.code, 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await acts(), before);
  });
});

describe('while none runs', () => {
  let directory: string;
  const run = (...args: string[]): Promise<CliRun> => sekisho(['keys', ...args], { cwd: directory });

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sekisho-keys-'));
    await writeFile(
      join(directory, 'sekisho.config.yaml'),
      `operator: { name: Test operator, homeCountry: JP }
ledger: { origin: example.jp/keys-test }
providers:
${providerYaml('only', { url: 'http://127.0.0.1:9', country: 'JP' })}
routes: { work: { candidates: [only/d] } }
`,
    );
  });

  after(async () => {
    // As root the embedded database may lie elsewhere; its own file knows where.
    const cluster = await readFile(join(directory, '.sekisho', 'database', 'cluster.json'), 'utf8');
    await rm((JSON.parse(cluster) as { root: string }).root, { recursive: true, force: true });
    await rm(directory, { recursive: true, force: true });
  });

  test('the embedded database is started for the moment, and the record waits for the next start', async () => {
    const created = await run('create', '--owner', 'triage', '--kind', 'agent', '--json');
    assert.equal(created.code, 0, created.stderr);
    const { key, id } = JSON.parse(created.stdout) as { key: string; id: string };
    assert.match(key, KEY);
    const { keys: listed } = JSON.parse((await run('list', '--json')).stdout) as { keys: { id: string; state: string }[] };
    assert.deepEqual(
      listed.map((each) => [each.id, each.state]),
      [[id, 'active']],
    );
  });

  test(
    'another account’s data directory is left alone',
    { skip: process.getuid?.() === 0 ? false : 'needs root to hand a directory over' },
    async () => {
      const data = join(directory, '.sekisho');
      await chown(data, 65_534, 65_534);
      try {
        const refused = await run('create', '--owner', 'late', '--kind', 'person');
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /belongs to account 65534, and this is account 0[^]*sudo -u '#65534'/);
      } finally {
        await chown(data, 0, 0);
      }
    },
  );

  test('what cannot be recorded is not done', async () => {
    const journal = join(directory, '.sekisho', 'ledger', 'journal');
    await rm(journal, { recursive: true });
    await writeFile(journal, 'not a directory');
    const refused = await run('create', '--owner', 'late', '--kind', 'person', '--json');
    assert.equal(refused.code, 1);
    assert.equal((JSON.parse(refused.stdout) as { error: { code: string } }).error.code, 'ledger-unwritable');
    const { keys: listed } = JSON.parse((await run('list', '--json')).stdout) as { keys: { id: string; owner: { name: string } }[] };
    assert.deepEqual(
      listed.map(({ owner }) => owner.name),
      ['triage'],
    );
    const kept = await run('revoke', listed[0]!.id, '--reason', 'x');
    assert.equal(kept.code, 1);
    assert.match((await run('list')).stdout, /active/);
  });
});
