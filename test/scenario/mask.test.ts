// A file as it may leave, and back, from outside: what is written, what is kept, who may read it, and what is never left behind.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sekisho, startSekisho, type CliRun } from '#test/cli';

const VALUES = ['03-1234-5678', 'taro.yamada@corp.example', '10.20.30.40', '山田 太郎'];
const PASSWORD = 'Xk29!qLmZ7pT';
const LOG = `担当: 山田 太郎 電話 03-1234-5678\nmail taro.yamada@corp.example from 10.20.30.40 and 10.20.30.41\nbare: 03-1234-5678\n`;

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sekisho-mask-'));
  await writeFile(join(cwd, 'a.log'), LOG);
  await writeFile(join(cwd, 'secret'), 'a secret for tests, thirty-two bytes or more\n', { mode: 0o600 });
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

function run(args: readonly string[], input: string | Buffer = ''): Promise<CliRun> {
  return sekisho(['mask', ...args], { cwd, input });
}

function file(name: string): Promise<string> {
  return readFile(join(cwd, name), 'utf8');
}

describe('a text', () => {
  test('leaves without its values, and comes back by its map', async () => {
    const masked = await run(['a.log', '--map', 'map.json']);
    assert.equal(masked.code, 0);
    for (const value of VALUES) assert.ok(!masked.stdout.includes(value), value);
    assert.match(masked.stderr, /masked: .*1 phone.*\n.*map in map\.json, as sensitive as the original/);
    assert.equal((await stat(join(cwd, 'map.json'))).mode & 0o777, 0o600);
    const map = JSON.parse(await file('map.json')) as { version: number; placeholders: Record<string, string> };
    assert.equal(map.version, 1);
    const [phone] = Object.entries(map.placeholders).find(([, value]) => value === '03-1234-5678')!;
    assert.equal(masked.stdout.split(phone).length, 3, 'also where nothing says that it is a telephone number');
    const restored = await run(['--restore', '--map', 'map.json'], masked.stdout);
    assert.equal(restored.stdout, LOG);
    assert.match(restored.stderr, /^restored: \d+$/m);
  });

  test('what a model altered is restored where there is no doubt, and counted', async () => {
    const { stdout } = await run(['a.log', '--map', 'map.json']);
    const phone = /PHONE_\w+/.exec(stdout)![0];
    const restored = await run(
      ['--restore', '--map', 'map.json'],
      `Call **${phone.toLowerCase()}** or ${phone.replace('_', String.raw`\_`)}.`,
    );
    assert.equal(restored.stdout, 'Call **03-1234-5678** or 03-1234-5678.');
    assert.match(restored.stderr, /restored: 2, of them 2 spelled in another way/);
  });

  test('secrets stay masked, and are not in the map, unless they are to come back', async () => {
    const text = `password="${PASSWORD}"`;
    const kept = await run(['--map', 'a.json'], text);
    assert.ok(!`${kept.stdout}${await file('a.json')}`.includes(PASSWORD));
    assert.equal((await run(['--restore', '--map', 'a.json'], kept.stdout)).stdout, kept.stdout);
    const masked = await run(['--map', 'b.json', '--restore-secrets'], text);
    assert.ok(!masked.stdout.includes(PASSWORD));
    assert.equal((await run(['--restore', '--map', 'b.json'], masked.stdout)).stdout, text);
  });

  test('a fresh secret each time; with a secret file the same, by conversation', async () => {
    const text = 'tel 03-1234-5678';
    const outputs = async (...args: string[]) => (await run(args, text)).stdout;
    assert.notEqual(await outputs(), await outputs());
    const shared = ['--secret-file', 'secret', '--conversation', 'case-7'];
    assert.equal(await outputs(...shared), await outputs(...shared));
    assert.notEqual(await outputs(...shared), await outputs('--secret-file', 'secret', '--conversation', 'case-8'));
    await chmod(join(cwd, 'secret'), 0o644);
    assert.match((await run(shared, text)).stderr, /others on this machine may read secret; run `chmod 600` on it/);
  });

  test('two maps restore a text that names values of both files', async () => {
    const shared = ['--secret-file', 'secret', '--conversation', 'x'];
    const a = await run([...shared, '--map', 'a.json'], 'mail a@corp.example');
    const b = await run([...shared, '--map', 'b.json'], 'mail b@corp.example');
    const restored = await run(['--restore', '--map', 'a.json', '--map', 'b.json'], a.stdout + b.stdout);
    assert.equal(restored.stdout, 'mail a@corp.examplemail b@corp.example');
  });
});

describe('JSON', () => {
  test('stays JSON of the same structure, strings in strings included, and numbers come back as numbers', async () => {
    const value = { my_number: 123456789018, list: [{ tool: JSON.stringify({ phone: '03-1234-5678', n: 1 }) }], ok: true, short: 12345 };
    await writeFile(join(cwd, 'a.json'), JSON.stringify(value, null, 2));
    const { stdout } = await run(['a.json', '--map', 'map.json']);
    assert.ok(!/123456789018|03-1234-5678/.test(stdout), stdout);
    const masked = JSON.parse(stdout) as typeof value;
    assert.deepEqual([masked.ok, masked.short, typeof masked.my_number], [true, 12345, 'string']);
    assert.match((JSON.parse(masked.list[0]!.tool) as { phone: string }).phone, /^PHONE_/);
    const restored = await run(['--restore', '--map', 'map.json', '--format', 'json'], stdout);
    assert.deepEqual(JSON.parse(restored.stdout), value);
  });

  test('JSONL line by line; what is no JSON is masked as text and named', async () => {
    const lines = `${JSON.stringify({ m: 'a@corp.example' })}\r\nplain a@corp.example\n\n${JSON.stringify(['03-1234-5678', 'phone'])}`;
    await writeFile(join(cwd, 'a.jsonl'), lines);
    const { code, stderr } = await run(['a.jsonl', '-o', 'b.jsonl', '--map', 'map.json']);
    assert.equal(code, 0);
    assert.match(stderr, /no JSON, masked as text: line 2/);
    const masked = await file('b.jsonl');
    assert.ok(!masked.includes('a@corp.example'));
    assert.equal(masked.split('\r\n').length, 2);
    assert.equal((await run(['--restore', 'b.jsonl', '--map', 'map.json'])).stdout, lines);
  });

  test('what is named JSON and is none is refused, and nothing is written', async () => {
    const { code, stdout, stderr } = await run(['--format', 'json', '--map', 'map.json'], '{"a":');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /is not JSON[^]*--format text/);
    assert.ok(!(await readdir(cwd)).includes('map.json'));
  });
});

describe('policies', () => {
  beforeEach(async () => {
    const origins = (country: string) => `origins: { weights: { lineage: x, country: ${country} }, hosting: { country: ${country} } }`;
    await writeFile(
      join(cwd, 'config.yaml'),
      `operator: { name: Test operator, homeCountry: JP }
ledger: { origin: example.jp/test }
providers:
  one:
    company: One
    country: US
    baseUrl: https://one.example/v1
    deployments: { a: { model: m-a, wire: [openai-chat], ${origins('US')} } }
routes:
  work: { candidates: [one/a], masking: [{ towards: everyone, mask: [phone] }] }
  strict: { candidates: [one/a], masking: [{ towards: everyone, mask: [all], refuse: [email] }] }
`,
    );
  });

  test('of a route and a deployment say what is masked', async () => {
    const { stdout } = await run(['a.log', '--config', 'config.yaml', '--route', 'work', '--deployment', 'one/a']);
    assert.ok(stdout.includes('taro.yamada@corp.example') && !stdout.includes('03-1234-5678'), stdout);
  });

  test('may refuse what was found: exit code 3, and nothing is written', async () => {
    const args = ['a.log', '--config', 'config.yaml', '--route', 'strict', '--deployment', 'one/a', '--map', 'map.json', '-o', 'out'];
    const { code, stderr } = await run(args);
    assert.equal(code, 3);
    assert.match(stderr, /the policy refuses what was found, and nothing was written: email/);
    assert.deepEqual((await readdir(cwd)).toSorted(), ['a.log', 'config.yaml', 'secret']);
  });

  test('that are not there are named with what is near', async () => {
    const args = ['a.log', '--config', 'config.yaml', '--route', 'wrok', '--deployment', 'one/a'];
    assert.match((await run(args)).stderr, /no route is named "wrok"[^]*Did you mean work\?/);
  });
});

describe('what cannot be', () => {
  const cases: readonly (readonly [args: string[], says: RegExp])[] = [
    [['a.log', '-o', 'a.log'], /--output is the file itself/],
    [['a.log', '--map', 'secret'], /secret exists[^]*--force/],
    [['a.log', '--conversation', 'x'], /needs --secret-file/],
    [['a.log', '--secret-file', 'a-short-one'], /fewer than 32 bytes/],
    [['a.log', '--route', 'x'], /belong together/],
    [['a.log', '--map', 'x', '--map', 'y'], /given twice/],
    [['--restore', 'a.log'], /--restore needs --map/],
    [['--restore', 'a.log', '--map', 'x', '--secret-file', 'secret'], /how to mask, not how to restore/],
  ];
  for (const [args, says] of cases) {
    test(`mask ${args.join(' ')}`, async () => {
      await writeFile(join(cwd, 'a-short-one'), 'short');
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, says);
      assert.equal(await file('a.log'), LOG);
    });
  }

  test('a map that is none', async () => {
    const { code, stderr } = await run(['--restore', '--map', 'secret'], 'x');
    assert.equal(code, 1);
    assert.match(stderr, /secret cannot be used: it is not JSON/);
  });
});

test('a map is written over only with --force', async () => {
  await run(['a.log', '--map', 'map.json']);
  const before = await file('map.json');
  assert.equal((await run(['a.log', '--map', 'map.json'])).code, 2);
  assert.equal(await file('map.json'), before);
  assert.equal((await run(['a.log', '--map', 'map.json', '--force'])).code, 0);
  assert.notEqual(await file('map.json'), before);
});

test('Ctrl-C leaves no output, whole or half', async () => {
  await run(['a.log', '--map', 'map.json']);
  const child = startSekisho(['mask', '--restore', '--map', 'map.json', '-o', 'out.txt'], { cwd });
  child.stdin.on('error', () => undefined);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.write('x'.repeat(200_000));
  for (let tries = 0; tries < 200 && !(await readdir(cwd)).some((name) => name.endsWith('.tmp')); tries++) await sleep(50);
  assert.ok(
    (await readdir(cwd)).some((name) => name.endsWith('.tmp')),
    'it has begun to write',
  );
  child.kill('SIGINT');
  assert.equal(await code, 130);
  assert.deepEqual((await readdir(cwd)).toSorted(), ['a.log', 'map.json', 'secret']);
});
