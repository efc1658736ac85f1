// Emergency cuts from the command line while no checkpoint runs: what is shown, what is refused, what is kept. That a cut stops requests is
// shown in test/contract/cut.test.ts.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sekisho, type CliRun } from '#test/cli';
import { testDatabase } from '#test/database';
import { providerYaml } from '#test/started-checkpoint';

const CUT_ID = /cut_[0-9A-HJKMNP-TV-Z]{26}/;
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

const directories: string[] = [];
let directory: string;

async function operator(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'sekisho-cut-'));
  directories.push(made);
  await writeFile(join(made, 'database-url'), (await testDatabase()).url, { mode: 0o600 });
  await writeFile(join(made, 'pepper'), randomBytes(32).toString('base64url'), { mode: 0o600 });
  await writeFile(
    join(made, 'sekisho.config.yaml'),
    `operator: { name: Test operator, homeCountry: JP }
server: { listen: 127.0.0.1:9 }
database: { url: "file:database-url" }
identity: { pepper: file:pepper }
ledger: { origin: example.jp/sekisho-test }
providers:
${providerYaml('us', { url: NOWHERE, country: 'US' })}
${providerYaml('jp', { url: NOWHERE, country: 'JP' })}
routes:
  general: { candidates: [us/d, jp/d] }
  abroad: { candidates: [us/d] }
`,
  );
  return made;
}

after(() => Promise.all(directories.map((each) => rm(each, { recursive: true, force: true }))));

function run(...args: string[]): Promise<CliRun> {
  return sekisho(args, { cwd: directory });
}

async function cuts(
  ...flags: string[]
): Promise<readonly { id: string; selector: string; state: string; reason: string; restoredReason: string | null }[]> {
  const { stdout } = await run('cuts', '--json', ...flags);
  return (JSON.parse(stdout) as { cuts: Awaited<ReturnType<typeof cuts>> }).cuts;
}

describe('cut', () => {
  beforeEach(async () => {
    directory = await operator();
  });

  test('shows what goes and what stops, makes the cut without asking where nobody can be asked, and says who has it', async () => {
    const { code, stdout, stderr } = await run('cut', 'country:us', '--reason', '輸出規制');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^✓ cut_[0-9A-Z]{26} cuts off country:US\n$/);
    assert.match(stderr, /1 deployment of 2 would go:\n {2}us\/d +vendor US · weights US · hosted US\n/);
    assert.match(stderr, /1 route of 2 would stop: abroad/);
    assert.match(stderr, /no checkpoint answers on this machine/);
    const [only, ...others] = await cuts();
    assert.deepEqual(others, []);
    assert.deepEqual([only!.selector, only!.state, only!.reason], ['country:US', 'in force', '輸出規制']);
  });

  test('refuses what is almost always a slip', async () => {
    for (const [args, message] of [
      [['country:CN'], /country:CN means no deployment of this configuration[\s\S]*--allow-unmatched/],
      [['counrty:US'], /Did you mean country:US\?/],
      [['country:Japan'], /two letters/],
      [['US'], /does not begin with one of country:/],
    ] as const) {
      const { code, stderr } = await run('cut', ...args, '--reason', 'test');
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    const empty = await run('cut', 'country:US', '--reason= ');
    assert.deepEqual([empty.code, /--reason is empty/.test(empty.stderr)], [2, true]);
    assert.deepEqual(await cuts('--all'), []);
  });

  test('makes a cut for what a later configuration may add, when told to', async () => {
    const { code, stdout } = await run('cut', 'country:CN', '--reason', 'precaution', '--allow-unmatched', '--json');
    assert.equal(code, 0);
    const made = JSON.parse(stdout) as { selector: string; deployments: string[]; effect: { kind: string } };
    assert.deepEqual([made.selector, made.deployments, made.effect.kind], ['country:CN', [], 'unreachable']);
  });

  test('changes nothing when it is cut off already', async () => {
    const first = await run('cut', 'company:Example US', '--reason', 'first', '--json');
    const second = await run('cut', 'company:example us ', '--reason', 'second');
    assert.equal(second.code, 0);
    assert.match(second.stdout, new RegExp(`${CUT_ID.exec(first.stdout)![0]} cuts off company:Example US already, since .*: first`));
    assert.equal((await cuts()).length, 1);
  });

  test('does nothing that cannot be recorded', async () => {
    // A file where the ledger's folder has to be.
    await mkdir(join(directory, '.sekisho'), { recursive: true, mode: 0o700 });
    await writeFile(join(directory, '.sekisho', 'ledger'), '');
    const { code, stderr } = await run('cut', 'country:US', '--reason', 'test');
    assert.equal(code, 1, stderr);
    assert.match(stderr, /ledger/);
    assert.deepEqual(await cuts('--all'), []);
  });
});

describe('restore', () => {
  before(async () => {
    directory = await operator();
  });

  test('undoes a cut by its selector or its id, and keeps both reasons', async () => {
    const first = await run('cut', 'country:US', '--reason', 'drill', '--json');
    const bySelector = await run('restore', 'country:us', '--reason', 'over');
    assert.equal(bySelector.code, 0, bySelector.stderr);
    assert.match(bySelector.stdout, /is restored: country:US is used again/);
    const second = await run('cut', 'country:US', '--reason', 'again', '--json');
    const byId = await run('restore', CUT_ID.exec(second.stdout)![0], '--reason', 'really over');
    assert.equal(byId.code, 0, byId.stderr);
    assert.deepEqual(await cuts(), []);
    assert.deepEqual(
      (await cuts('--all')).map(({ id, state, reason, restoredReason }) => [id, state, reason, restoredReason]),
      [
        [CUT_ID.exec(second.stdout)![0], 'restored', 'again', 'really over'],
        [CUT_ID.exec(first.stdout)![0], 'restored', 'drill', 'over'],
      ],
    );
    const shown = await run('cuts', '--all');
    assert.match(shown.stdout, /restored +country:US .* drill → over/);
  });

  test('knows no cut that is not in force', async () => {
    for (const given of ['country:US', 'cut_01JD3X5Q8K2M4N6P8R0T2V4W6Y', 'nonsense']) {
      const { code, stderr } = await run('restore', given, '--reason', 'test');
      assert.equal(code, 1, stderr);
      assert.match(stderr, /no cut in force is/);
    }
  });
});
