// What the loader does with files as such: unreadable, not text, hostile YAML, permissions, secrets in files.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { loadConfig } from './load.ts';
import { FULL, FULL_AROUND, loadGood, loadText, MINIMAL, problemLines, TEST_SIGNING_KEY, textLines } from './test-files.ts';

interface Whole {
  readonly title: string;
  readonly text: string | Uint8Array;
  readonly lines: readonly string[];
}

const QUOTES = 'check the colons (a space after each), quotes and indentation here';

const WHOLE: readonly Whole[] = [
  { title: 'an empty file', text: '', lines: ['f: the file is empty; start from examples/sekisho.config.yaml'] },
  { title: 'a file of comments', text: '# nothing\n', lines: ['f: the file is empty; start from examples/sekisho.config.yaml'] },
  { title: 'a file that is not UTF-8', text: Uint8Array.of(0x61, 0xff, 0xfe), lines: ['f: the file is not UTF-8 text'] },
  {
    title: 'a tab as indentation',
    text: 'operator:\n\tname: x\n',
    lines: ['2:1: a tab is used for indentation; use spaces'],
  },
  {
    title: 'a quote that is not closed',
    text: 'operator: { name: "Example }\n',
    lines: [`2:1: a character is missing: a closing quote, bracket, comma or colon; ${QUOTES}`],
  },
  {
    title: 'a missing space after a colon',
    text: 'operator:\n  name:Example\n  homeCountry: JP\n',
    lines: [`2:3: a line is neither a key with a value nor part of one; ${QUOTES}`],
  },
  {
    title: 'two documents',
    text: `${MINIMAL}---\na: 1\n`,
    lines: ['12:1: the file holds more than one YAML document; remove the `---` line'],
  },
  {
    title: 'a tag',
    text: MINIMAL.replace('name: Example', 'name: !!js/function Example'),
    lines: ['1:19: YAML tags (`!…`) are not supported; quote text that starts with `!`'],
  },
  { title: 'a key that is a list', text: `${MINIMAL}? [a]\n: 1\n`, lines: ['12:3: a key is not plain text'] },
  {
    title: 'an alias to nothing',
    text: MINIMAL.replace('name: Example', 'name: *nothing'),
    lines: ['1:19 operator.name: is an alias to an anchor that no earlier line sets'],
  },
  {
    title: 'an alias to something that contains it',
    text: MINIMAL.replace('  one:\n', '  one: &one\n').replace('{ model: m, wire: openai-chat }', '*one'),
    lines: ['9:10 providers.one.deployments.a: is an alias to something that contains it'],
  },
];

for (const { title, text, lines } of WHOLE) {
  test(`refuses ${title}`, () => assert.deepEqual(problemLines(text), lines));
}

test('refuses what cannot be read, and names the reason', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-config-'));
  try {
    const reasonFor = (path: string): string[] => {
      const loaded = loadConfig(path, { env: {} });
      return loaded.ok ? [] : textLines(loaded.error);
    };
    assert.deepEqual(reasonFor(join(directory, 'absent.yaml')), ['f: the file does not exist']);
    assert.deepEqual(reasonFor(directory), ['f: the file is not a regular file']);
    const large = join(directory, 'large.yaml');
    writeFileSync(large, `${MINIMAL}#${'x'.repeat(1_048_576)}\n`);
    assert.deepEqual(reasonFor(large), ['f: the file is larger than 1048576 bytes']);
    const denied = loadConfig(large, {
      readFile: () => {
        throw Object.assign(new Error('denied'), { code: 'EACCES' });
      },
    });
    assert.deepEqual(denied.ok ? [] : textLines(denied.error), [
      'f: the file may not be read by this user; check its owner and permissions',
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('an I/O failure without a system code is an exception, not a configuration problem', () => {
  const broken = (): never => {
    throw new Error('bug');
  };
  assert.throws(() => loadConfig('x.yaml', { readFile: broken }), /bug/);
});

test('an alias that repeats a part of the file is followed', () => {
  const text = MINIMAL.replace('a: {', 'a: &shared {').replace('routes:', '      b: *shared\nroutes:');
  const { config } = loadGood(text);
  assert.deepEqual(
    config.deployments.map(({ id, model }) => [id, model]),
    [
      ['one/a', 'm'],
      ['one/b', 'm'],
    ],
  );
});

test('a fault in an aliased part is placed where it stands', () => {
  const text = MINIMAL.replace('a: { model: m,', 'a: &shared { model: "",').replace('routes:', '      b: *shared\nroutes:');
  assert.deepEqual(problemLines(text), [
    '9:20 providers.one.deployments.a.model: must not be empty',
    '9:20 providers.one.deployments.b.model: must not be empty',
  ]);
});

test('hostile YAML of up to a megabyte is refused within seconds', () => {
  let bomb = 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n';
  for (let level = 1; level < 9; level++)
    bomb += `a${level}: &a${level} [${Array(10)
      .fill(`*a${level - 1}`)
      .join(',')}]\n`;
  const hostile: Record<string, string> = {
    bomb,
    brackets: '['.repeat(200_000),
    braces: '{a: '.repeat(50_000),
    nested: Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    dashes: '- '.repeat(100_000),
    anchors: '&a '.repeat(50_000),
    keys: Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join('\n'),
    duplicates: 'a: 1\n'.repeat(50_000),
    providers: `providers: {${Array.from({ length: 20_000 }, (_, index) => `k${index}: {a: 1}`).join(', ')}}`,
    aliases: `a: &a x\nb: [${'*a,'.repeat(50_000)}]`,
    quotes: '"'.repeat(100_000),
    tabs: '\t'.repeat(1_000_000),
  };
  for (const [name, text] of Object.entries(hostile)) {
    const before = performance.now();
    const lines = problemLines(text);
    const seconds = (performance.now() - before) / 1000;
    assert.ok(lines.length > 0 && lines.length <= 201, `${name}: ${lines.length} problems`);
    assert.ok(seconds < 20, `${name}: ${seconds} s`);
  }
});

test('beyond 200 problems the rest is counted', () => {
  const lines = problemLines(MINIMAL + Array.from({ length: 250 }, (_, index) => `unknown${index}: 1\n`).join(''));
  assert.equal(lines.length, 201);
  assert.match(lines.at(-1) ?? '', /and 50 more problems after this one$/);
});

test('a secret from a file loses its line break; an empty or binary one is refused', () => {
  const path = resolve('/etc/sekisho/key');
  const text = MINIMAL.replace('baseUrl:', 'credential: file:key\n    baseUrl:');
  const credential = (content: string | Uint8Array): string | undefined =>
    loadGood(text, { files: { [path]: { text: content } } }).config.deployments[0]?.credential;
  assert.equal(credential('abc\n'), 'abc');
  assert.equal(credential('abc\r\n\n'), 'abc');
  assert.equal(credential('abc'), 'abc');
  assert.deepEqual(problemLines(text, { files: { [path]: { text: '\n' } } }), [`7:17 providers.one.credential: the file ${path} is empty`]);
  assert.deepEqual(problemLines(text, { files: { [path]: { text: Uint8Array.of(0xff) } } }), [
    `7:17 providers.one.credential: the file ${path} is not UTF-8 text`,
  ]);
});

test('a secret that cannot be sent in a header is refused without being shown', () => {
  const text = MINIMAL.replace('baseUrl:', 'credential: env:KEY\n    headers: { X-Token: env:TOKEN }\n    baseUrl:');
  assert.deepEqual(problemLines(text, { env: { KEY: 'two words', TOKEN: 'line\nbreak' } }), [
    '7:17 providers.one.credential: refers to something that cannot be sent as a credential: it has white space, line breaks or characters outside ASCII, or is too long',
    '8:25 providers.one.headers.X-Token: refers to something that cannot be sent in a header: it has line breaks or characters outside ASCII, or is too long',
  ]);
  assert.deepEqual(problemLines(text, { env: { KEY: '', TOKEN: 'x' } }), [
    '7:17 providers.one.credential: the environment variable KEY is empty',
  ]);
});

test('database URL, pepper and signing key are checked without being shown', () => {
  const wrong = {
    DATABASE_URL: 'mysql://user:hunter2@db/x',
    PEPPER: 'too-short',
    ONE_KEY: 'a',
    B_KEY: 'b',
    TRACE: 'c',
    DETECTOR_TOKEN: 'd',
    OIDC_SECRET: 'o',
    WEBHOOK_SECRET: 'w',
  };
  const problems = (key: string): string[] =>
    problemLines(JSON.stringify(FULL), {
      env: wrong,
      files: { ...FULL_AROUND.files, [resolve('/etc/sekisho/ledger.pem')]: { text: key } },
    }).map((line) => line.replace(/^[\d:]+ /, ''));
  const expected = [
    'database.url: refers to something that is not a PostgreSQL URL (not shown here); it looks like `postgres://user:password@host:5432/database`',
    'identity.pepper: refers to a secret of fewer than 32 characters; make one with `openssl rand -hex 32`',
    'ledger.signingKey: refers to something that is not an unencrypted Ed25519 key in PKCS#8 PEM; make one with `openssl genpkey -algorithm ed25519`',
  ];
  for (const key of [
    'not a key',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    TEST_SIGNING_KEY.replace('PRIVATE', 'PUBLIC'),
  ]) {
    assert.deepEqual(problems(key), expected);
  }
});

test(
  'warns of secret files that are open to others, once per place',
  { skip: process.platform === 'win32' && 'skipped: permission bits are absent on Windows' },
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'sekisho-config-'));
    try {
      const config = join(directory, 'sekisho.config.yaml');
      const key = join(directory, 'secrets', 'key');
      mkdirSync(join(directory, 'secrets'));
      writeFileSync(config, MINIMAL.replace('baseUrl:', 'credential: file:./secrets/key\n    baseUrl:'));
      writeFileSync(key, 'secret-in-file\n');
      const warningsAt = (mode: number): string[] => {
        chmodSync(key, mode);
        const loaded = loadConfig(config, { env: {} });
        assert.ok(loaded.ok);
        assert.equal(loaded.value.config.deployments[0]?.credential, 'secret-in-file');
        return textLines(loaded.value.warnings);
      };
      chmodSync(config, 0o644);
      assert.deepEqual(warningsAt(0o600), []);
      assert.deepEqual(warningsAt(0o400), []);
      for (const mode of [0o640, 0o604, 0o644, 0o620]) {
        const octal = `0${mode.toString(8)}`;
        assert.deepEqual(warningsAt(mode), [
          `7:17 providers.one.credential: the file ${key} holds a secret and is open to its group or to others (mode ${octal}); run \`chmod 600\` on it`,
        ]);
      }
      chmodSync(config, 0o666);
      assert.match(warningsAt(0o600)[0] ?? '', /^f: anyone on this machine may change this file/);
      rmSync(key);
      writeFileSync(join(directory, 'real'), 'linked-secret', { mode: 0o600 });
      symlinkSync(join(directory, 'real'), key);
      const linked = loadConfig(config, { env: {} });
      assert.ok(linked.ok);
      assert.equal(linked.value.config.deployments[0]?.credential, 'linked-secret');
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);

test('a secret file that is a directory or a device is refused, not waited for', () => {
  const at = (reference: string): string[] => {
    const directory = mkdtempSync(join(tmpdir(), 'sekisho-config-'));
    try {
      const config = join(directory, 'c.yaml');
      writeFileSync(config, MINIMAL.replace('baseUrl:', `credential: file:${reference}\n    baseUrl:`));
      const loaded = loadConfig(config, { env: {} });
      return loaded.ok ? [] : textLines(loaded.error);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
  assert.match(at('.')[0] ?? '', /is not a regular file$/);
  if (process.platform !== 'win32') assert.match(at('/dev/zero')[0] ?? '', /is not a regular file$/);
});

test('warns of values that work but deserve a look', () => {
  const text = MINIMAL.replace('baseUrl: https', 'credential: env:KEY\n    allowPlainHttp: true\n    baseUrl: http').replace(
    'a: { model: m, wire: openai-chat }',
    `a: { model: m, wire: openai-chat }
      b: { model: m, wire: openai-chat, baseUrl: "https://other.example/v1" }`,
  );
  const loaded = loadGood(`${text}server: { listen: "0.0.0.0:80", metrics: open }\n`, { env: { KEY: 'k' } });
  assert.deepEqual(textLines(loaded.warnings), [
    '9:14 providers.one.baseUrl: sends prompts and the credential over plain http',
    '12:7 providers.one.deployments.b: is in no route, so nothing reaches it',
    '12:50 providers.one.deployments.b.baseUrl: sends the provider’s credential to another host than the provider’s; give the deployment its own `credential` if that is not meant',
    '15:42 server.metrics: is `open` while the server listens beyond this machine, so its load and model names are public there',
  ]);
});

test('loading twice gives equal results and leaves the variables alone: a reload has nothing to trip over', () => {
  const env = Object.freeze({ ...FULL_AROUND.env });
  const around = { env, files: FULL_AROUND.files };
  assert.deepEqual(loadText(JSON.stringify(FULL), around), loadText(JSON.stringify(FULL), around));
  assert.deepEqual(loadText('server: 1', around), loadText('server: 1', around));
});
