// The command line from outside: help that teaches, errors that say what to do, exit codes that scripts can rely on.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sekisho, type CliRun } from '#test/cli';
import { readJson, readText } from '#test/repository';

const COMMANDS = [
  'up',
  'demo',
  'check',
  'keys create',
  'keys list',
  'keys revoke',
  'explain',
  'inspect',
  'ledger verify',
  'ledger show',
  'ledger proof',
  'version',
];

const GOOD = `operator: { name: Test operator, homeCountry: JP }
ledger: { origin: example.jp/test }
providers:
  one:
    company: One
    country: US
    baseUrl: https://one.example/v1
    credential: env:ONE_KEY
    deployments:
      a: { model: m-a, wire: [openai-chat, openai-responses], origins: { weights: { lineage: x, country: CN }, hosting: { country: JP } } }
routes:
  work: { description: Everyday work, candidates: [one/a] }
`;

let cwd: string;

before(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sekisho-cli-'));
  await writeFile(join(cwd, 'good.yaml'), GOOD);
  const operator = 'operator:\n  name: Test operator\n  homeCountry: Japan\n  nmae: x\n';
  await writeFile(join(cwd, 'bad.yaml'), GOOD.replace(/^operator: .*\n/, operator).replace('[one/a]', '[one/b]'));
});

after(() => rm(cwd, { recursive: true, force: true }));

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliRun> {
  return sekisho(args, { cwd, env: { ONE_KEY: 'the-secret-of-one', ...env } });
}

function json(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

describe('version', () => {
  test('says the versions, also as --version and as JSON', async () => {
    const { version } = readJson('package.json') as { version: string };
    const text = await run(['version']);
    assert.equal(text.code, 0);
    assert.equal(text.stdout, `sekisho ${version}\nnode ${process.version}\ndata format 1\n`);
    assert.equal((await run(['--version'])).stdout, text.stdout);
    assert.deepEqual(json((await run(['version', '--json'])).stdout), { sekisho: version, node: process.version, dataFormat: 1 });
  });

  test('starts without loading what it does not need', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;
    const { stderr } = await run(['version'], { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(hook)}"` });
    const loaded = stderr.split('\n');
    assert.ok(
      loaded.some((url) => url.endsWith('/src/cli/commands/version.ts')),
      'the hook sees what is loaded',
    );
    // The configuration schema alone takes longer than everything else.
    assert.deepEqual(
      loaded.filter((url) => /\/node_modules\/(?!citty\/)|\/src\/(?:config|compose)\//.test(url)),
      [],
    );
  });
});

describe('help', () => {
  test('without a command, the commands are listed, and it is an error', async () => {
    const { code, stdout, stderr } = await run([]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    for (const name of COMMANDS) assert.match(stderr, new RegExp(`^  ${name.split(' ')[0]!} `, 'm'));
  });

  for (const name of COMMANDS) {
    test(`${name} --help teaches with examples, on standard output`, async () => {
      const { code, stdout, stderr } = await run([...name.split(' '), '--help']);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.ok(stdout.startsWith(`Usage  sekisho ${name}`), stdout.slice(0, 80));
      for (const section of ['\nFlags\n', '\nExamples\n', '\nExit codes\n', '--json']) assert.ok(stdout.includes(section), section);
      assert.ok(!stdout.includes('\u001B'), 'no colour where nobody looks');
    });
  }

  test('help COMMAND is the same as COMMAND --help', async () => {
    assert.equal((await run(['help', 'keys', 'create'])).stdout, (await run(['keys', 'create', '-h'])).stdout);
  });

  test('docs/operating/exit-codes.md and --help name the same codes with the same meaning', async () => {
    const { stdout } = await run(['--help']);
    const shown = [...stdout.slice(stdout.indexOf('Exit codes')).matchAll(/^ +(\d+) {2}(.+)$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    const documented = [...readText('docs/operating/exit-codes.md').matchAll(/^\| (\d+) \| ([^|]+) \|/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    assert.equal(shown.length, 7);
    assert.deepEqual(shown, documented);
  });
});

describe('usage errors', () => {
  const cases: readonly (readonly [args: string[], says: RegExp])[] = [
    [['chekc'], /no command "chekc"[^]*Did you mean `sekisho check`\?/],
    [['keys', 'lst'], /sekisho keys has no command "lst"[^]*Did you mean `sekisho keys list`\?/],
    [['check', '--cofnig', 'x'], /no flag --cofnig[^]*Did you mean --config\?/],
    [['--json', 'check'], /--json is given before a command/],
    [['check', 'a', 'b'], /one argument too many/],
    [['keys', 'create', '--owner', 'a'], /--kind is missing/],
    [['keys', 'create', '--owner', 'a', '--kind', 'robot'], /--kind is one of person, service, agent/],
    [['keys', 'create', '--owner', 'a', '--kind', 'person', '--expires', 'soon'], /--expires is a span/],
    [
      ['keys', 'create', '--config', 'good.yaml', '--owner', 'a', '--kind', 'person', '--route', 'wrok'],
      /no route is named "wrok"[^]*Did you mean work\?/,
    ],
    [['explain', '--operation', 'chat', '--anyone', '--key', 'k'], /contradict/],
    [['ledger', 'verify', '.'], /--vkey is missing: a ledger cannot vouch for itself/],
    [['ledger', 'verify', '.', '--vkey', 'nonsense'], /verifier key cannot be read/],
    [['ledger', 'show', 'req_1', '--from', '.', '--vkey', 'example.jp/x+00000000+AA=='], /verifier key cannot be read/],
    [['demo', '--port', '99999'], /--port is a number/],
  ];
  for (const [args, says] of cases) {
    test(`sekisho ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(args);
      if (!args.includes('--json')) {
        assert.equal(stdout, '');
        assert.match(stderr, says);
      } else assert.match((json(stdout)['error'] as { message: string }).message, says);
      assert.equal(code, 2);
      assert.ok(!/^ {4}at /m.test(stderr), 'no stack');
    });
  }

  test('a stack is shown to those who ask for it', async () => {
    assert.match((await run(['chekc'], { SEKISHO_DEBUG: '1' })).stderr, /^ {4}at /m);
  });

  test('with --json an error is one JSON document on standard output', async () => {
    const { code, stdout, stderr } = await run(['keys', 'list', '--json']);
    assert.equal(code, 2);
    assert.equal(stderr, '');
    assert.deepEqual(Object.keys(json(stdout)), ['ok', 'error']);
    assert.equal((json(stdout)['error'] as { code: string }).code, 'configuration-missing');
  });
});

describe('check', () => {
  test('says what a good configuration means', async () => {
    const { code, stdout, stderr } = await run(['check', 'good.yaml']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /good\.yaml is in order/);
    assert.match(
      stdout,
      /^work {2}Everyday work\n {2}1 {2}one\/a {2}vendor US · weights CN · hosted JP · sub-processors unknown {2}openai-chat, openai-responses$/m,
    );
    assert.ok(!stdout.includes('the-secret-of-one'));
  });

  test('says what is masked towards whom, a line per route, and when nothing is looked at', async () => {
    const provider = (name: string, country: string) =>
      `  ${name}: { company: ${name}, country: ${country}, baseUrl: "https://${name}.example/v1", deployments: { d: { model: m, wire: openai-chat, origins: { hosting: { country: ${country} }, subprocessors: [] } } } }\n`;
    const text = (inspection: string, more = '') => `operator: { name: Test operator, homeCountry: JP }
ledger: { origin: example.jp/test }
providers:
${provider('us', 'US')}${provider('fr', 'FR')}${provider('jp', 'JP')}inspection: ${inspection}
routes:
  both: { candidates: [us/d, jp/d, fr/d] }
${more}`;
    const routes = `  strict: { candidates: [us/d], masking: [{ towards: abroad, mask: [secret, "label:plant"], refuse: [my-number] }] }
  open: { candidates: [us/d], masking: [] }
`;
    await writeFile(join(cwd, 'plants.csv'), 'term,label\nKV-TANGO-77,plant\n');
    await writeFile(
      join(cwd, 'masked.yaml'),
      text('{ dictionaries: [plants.csv], off: [iban], external: { url: "http://127.0.0.1:9/", onFailure: pass } }', routes),
    );
    const { stdout } = await run(['check', 'masked.yaml']);
    assert.match(stdout, /^ {2}inspection +on, not for iban, 1 dictionary, external detector; without it requests pass$/m);
    assert.match(stdout, /^ +masked: all except public-domain towards us\/d, fr\/d; nothing towards jp\/d$/m);
    assert.match(stdout, /^ +masked: secret, label:plant, refusing my-number, except public-domain towards us\/d$/m);
    assert.match(stdout, /^ +masked: nothing towards us\/d$/m);
    const summary = json((await run(['check', 'masked.yaml', '--json'])).stdout)['summary'] as {
      inspection: { dictionaries: { sha256: string }[] };
      routes: { name: string; masking: unknown[] }[];
    };
    assert.match(summary.inspection.dictionaries[0]!.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(summary.routes.find(({ name }) => name === 'both')!.masking, [
      { towards: ['us/d', 'fr/d'], mask: ['all'], refuse: [], allow: ['public-domain'] },
      { towards: ['jp/d'], mask: [], refuse: [], allow: [] },
    ]);

    await writeFile(join(cwd, 'off.yaml'), text('off', routes));
    const off = await run(['check', 'off.yaml']);
    assert.equal(off.code, 0);
    assert.match(off.stdout, /^ {2}inspection +off: nothing is looked for, and everything leaves as it comes$/m);
    assert.ok(!off.stdout.includes('masked:'));
    assert.match(off.stdout, /^warning off\.yaml:10:\d+ routes\.strict\.masking: does nothing, because `inspection` is `off`/m);
  });

  test('the same as JSON, with the path from --config or the environment', async () => {
    const flag = await run(['check', '--config', 'good.yaml', '--json']);
    const summary = json(flag.stdout)['summary'] as {
      routes: { name: string; candidates: { id: string; origins: unknown }[] }[];
      version: string;
    };
    assert.match(summary.version, /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(
      summary.routes.map(({ name, candidates }) => [name, candidates.map(({ id }) => id)]),
      [['work', ['one/a']]],
    );
    assert.ok(!flag.stdout.includes('the-secret-of-one'));
    assert.equal((await run(['check', '--json'], { SEKISHO_CONFIG: 'good.yaml' })).stdout, flag.stdout);
  });

  test('names every problem with line, column, path and reason', async () => {
    const { code, stdout } = await run(['check', 'bad.yaml']);
    assert.equal(code, 2);
    assert.match(stdout, /^bad\.yaml:3:\d+ operator\.homeCountry: must be an ISO 3166-1/m);
    assert.match(stdout, /^bad\.yaml:4:3 operator: unknown key `nmae`; did you mean `name`\?$/m);
    assert.match(stdout, /^bad\.yaml:15:52 routes\.work\.candidates\[0\]: unknown deployment `one\/b`; did you mean `one\/a`\?$/m);
    assert.match(stdout, /bad\.yaml has 3 problems/);
    const report = json((await run(['check', 'bad.yaml', '--json'])).stdout) as { ok: boolean; problems: { line: number; path: string }[] };
    assert.equal(report.ok, false);
    assert.deepEqual(
      report.problems.map(({ line, path }) => [line, path]),
      [
        [3, 'operator.homeCountry'],
        [4, 'operator'],
        [15, 'routes.work.candidates[0]'],
      ],
    );
  });

  test('a secret that is not there is a problem', async () => {
    const { code, stdout } = await run(['check', 'good.yaml'], { ONE_KEY: '' });
    assert.equal(code, 2);
    assert.match(stdout, /providers\.one\.credential: .*ONE_KEY/);
  });

  test('without a configuration it says how to begin', async () => {
    const { code, stderr } = await run(['check']);
    assert.equal(code, 2);
    assert.match(stderr, /there is no configuration sekisho\.config\.yaml[^]*npm run demo[^]*examples\/sekisho\.config\.yaml/);
  });

  test('up refuses a faulty configuration with the same words, and starts nothing', async () => {
    const { code, stdout, stderr } = await run(['up', '--config', 'bad.yaml']);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^bad\.yaml:4:3 operator: unknown key/m);
    assert.match(stderr, /problems in bad\.yaml; nothing was done/);
  });
});
