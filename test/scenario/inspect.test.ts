// What texts hold, from outside: a table for people, one document or lines for programs, and no value unless it is asked for.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sekisho, startSekisho, type CliRun } from '#test/cli';

const PHONE = '03-1234-5678';
const MAIL = 'taro.yamada@corp.example';
const LOG = `社外秘\n😀 電話 ${PHONE} mail ${MAIL}\nhost pump-7.kurobe-net from 10.20.30.40\n`;

let cwd: string;

before(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sekisho-inspect-'));
  await writeFile(join(cwd, 'a.log'), LOG);
  await writeFile(join(cwd, 'plants.csv'), 'term,label,class\nPX-4711-A,plant,restricted\n');
  await writeFile(join(cwd, 'bad.csv'), 'term,label\nA,plant\nline two,NO LABEL\n');
  await writeFile(join(cwd, 'config.yaml'), configuration('dictionaries: [plants.csv], internalDomains: [kurobe-net]'));
  await writeFile(join(cwd, 'bad.yaml'), configuration('dictionaries: [plants.csv, bad.csv]'));
});

after(() => rm(cwd, { recursive: true, force: true }));

function configuration(inspection: string): string {
  return `operator: { name: Test operator, homeCountry: JP }
ledger: { origin: example.jp/test }
providers:
  one:
    company: One
    country: US
    baseUrl: https://one.example/v1
    deployments:
      a: { model: m-a, wire: [openai-chat], origins: { weights: { lineage: x, country: US }, hosting: { country: US } } }
routes: { work: { candidates: [one/a] } }
inspection: { ${inspection} }
`;
}

function run(args: readonly string[], input = ''): Promise<CliRun> {
  return sekisho(['inspect', ...args], { cwd, input });
}

interface Document {
  readonly ok: boolean;
  readonly files: readonly {
    readonly findings: readonly Readonly<Record<string, unknown>>[];
    readonly markings: readonly Readonly<Record<string, unknown>>[];
    readonly signals: { readonly targets: Readonly<Record<string, number>> };
  }[];
  readonly summary: {
    readonly findings: number;
    readonly types: Readonly<Record<string, number>>;
    readonly level: string;
    readonly because: readonly string[];
  };
  readonly problems: readonly { readonly file: string }[];
}

async function document(args: readonly string[], input?: string): Promise<Document> {
  const { stdout, stderr } = await run([...args, '--json'], input);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Document;
}

describe('for people', () => {
  test('where what stands, by which rule, how sure, and no value', async () => {
    const { code, stdout, stderr } = await run(['a.log']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^a\.log:2:6 +phone +phone\.\S+ +0\.\d\d +0•-••••-••••$/m);
    assert.match(stdout, /^a\.log:1:1 {2}marking 社外秘\.alone → confidential$/m);
    assert.match(stdout, /^a\.log {2}signal names targets: /m);
    assert.match(stdout, /^\d+ findings; level of data confidential \(機密性2\), because of marking:社外秘\.alone/m);
    for (const value of [PHONE, MAIL, 'taro', '10.20']) assert.ok(!stdout.includes(value), value);
  });

  test('the values where they are asked for, of a type or a group only, from standard input', async () => {
    const { stdout } = await run(['--show-values', '--type', 'email', '--type', 'operational'], LOG);
    assert.match(stdout, /^-:2:24 +email .* taro\.yamada@corp\.example$/m);
    assert.match(stdout, /ipv4-address/);
    assert.ok(!stdout.includes('phone'));
  });

  test('control characters of a value cannot steer the terminal', async () => {
    const { stdout } = await run(['--show-values'], 'password="\u001B[2J\u202eXk29!qLmZ7pT"');
    assert.ok(!stdout.includes('\u001B') && !stdout.includes('\u202e'));
  });

  test('a file that cannot be read keeps nobody from the others, and the exit code is 1', async () => {
    const { code, stdout, stderr } = await run(['nowhere.log', 'a.log']);
    assert.equal(code, 1);
    assert.match(stdout, /^a\.log:2:6/m);
    assert.match(stderr, /nowhere\.log/);
  });
});

describe('for programs', () => {
  test('one document: findings, markings, signals, level, with offsets in code points', async () => {
    const { ok, files, summary } = await document(['a.log']);
    assert.ok(ok);
    const phone = files[0]!.findings.find(({ type }) => type === 'phone')!;
    const points = Array.from(LOG);
    assert.equal(points.slice(phone['start'] as number, phone['end'] as number).join(''), PHONE);
    assert.deepEqual([phone['line'], phone['column'], phone['value']], [2, 6, undefined]);
    assert.deepEqual(files[0]!.markings, [{ line: 1, column: 1, rule: '社外秘.alone', level: 'confidential' }]);
    assert.equal(summary.level, 'confidential');
    assert.equal(files[0]!.signals.targets['ip'], 1);
    assert.ok(!JSON.stringify(files).includes(MAIL));
  });

  test('the dictionaries and domains of a configuration', async () => {
    const text = 'PX-4711-A の pump-7.kurobe-net';
    assert.deepEqual((await document(['-'], text)).summary.types, {});
    const { summary, files } = await document(['-', '--config', 'config.yaml'], text);
    assert.deepEqual(summary.types, { 'dictionary-term': 1, 'internal-host': 1 });
    assert.equal(files[0]!.findings[0]!['label'], 'plant');
    assert.deepEqual([summary.level, summary.because], ['restricted', ['marking:dictionary.plant']]);
  });

  test('a surer finding only', async () => {
    const all = await document(['a.log']);
    const sure = await document(['a.log', '--min-confidence', '0.97']);
    assert.ok(sure.summary.findings < all.summary.findings);
    assert.ok(sure.files[0]!.findings.every(({ confidence }) => (confidence as number) >= 0.97));
  });
});

describe('lines', () => {
  test('one answer a line, in order, and a bad line is named and stops nothing', async () => {
    const lines = [
      JSON.stringify({ id: 'a', text: `😀 電話 ${PHONE}` }),
      'nonsense',
      '',
      JSON.stringify({ id: 7, text: 'nothing' }),
      JSON.stringify({ id: 8 }),
      JSON.stringify({ text: 'x' }),
      JSON.stringify({ id: 'z', text: MAIL }),
    ];
    const { code, stdout, stderr } = await run(['--jsonl'], lines.join('\r\n'));
    assert.equal(code, 1);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: unknown; spans: Record<string, unknown>[] });
    assert.deepEqual(
      answers.map(({ id, spans }) => [id, spans.map(({ start, end, type }) => [start, end, type])]),
      [
        ['a', [[5, 17, 'phone']]],
        [7, []],
        ['z', [[0, MAIL.length, 'email']]],
      ],
    );
    assert.deepEqual(Object.keys(answers[0]!.spans[0]!), ['start', 'end', 'type', 'confidence']);
    assert.match(
      stderr,
      /^standard input:2: it is not JSON\nstandard input:5: its `text` is no text\nstandard input:6: its `id` is no text and no number\n/m,
    );
    assert.match(stderr, /3 lines could not be read/);
  });

  test('all lines answered: exit code 0 and nothing on standard error', async () => {
    const { code, stderr } = await run(['--jsonl', '--type', 'email'], `${JSON.stringify({ id: 1, text: MAIL })}\n`);
    assert.deepEqual([code, stderr], [0, '']);
  });

  test('answers come while the input is still open', async () => {
    const child = startSekisho(['inspect', '--jsonl'], { cwd });
    child.stdin.on('error', () => undefined);
    try {
      const line = `${JSON.stringify({ id: 1, text: `${'x'.repeat(200)} ${MAIL}` })}\n`;
      const first = new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve));
      child.stdin.write(line.repeat(2_000));
      assert.match(await first, /^\{"id":1,"spans":\[\{/);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('what cannot be', () => {
  const cases: readonly (readonly [args: string[], says: RegExp])[] = [
    [['--jsonl', '--json'], /contradict/],
    [['--min-confidence', '2'], /from 0 to 1/],
    [['--type', 'phoen'], /did you mean phone/],
    [['a.log', 'a.log'], /named twice/],
    [['--config', 'bad.yaml', 'a.log'], /bad\.csv:2: .*one character[^]*bad\.csv:3: the label/],
  ];
  for (const [args, says] of cases) {
    test(`inspect ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 2);
      assert.match(`${stdout}${stderr}`, says);
    });
  }

  test('what is not UTF-8 is refused with what to do', async () => {
    const { code, stderr } = await sekisho(['inspect'], { cwd, input: Buffer.from([0x82, 0xa0]) });
    assert.equal(code, 1);
    assert.match(stderr, /standard input is not UTF-8[^]*iconv/);
  });
});

test('check lists every problem of the dictionaries, and a good configuration has none', async () => {
  const bad = await sekisho(['check', 'bad.yaml'], { cwd });
  assert.equal(bad.code, 2);
  assert.match(bad.stdout, /bad\.csv:2: .*\n.*bad\.csv:3: the label "NO LABEL"[^]*2 problems in dictionaries named in bad\.yaml/);
  const { problems } = JSON.parse((await sekisho(['check', 'bad.yaml', '--json'], { cwd })).stdout) as {
    problems: { file: string; line: number }[];
  };
  assert.deepEqual(
    problems.map(({ line }) => line),
    [2, 3],
  );
  assert.ok(problems.every(({ file }) => file.endsWith('bad.csv')));
  assert.equal((await sekisho(['check', 'config.yaml'], { cwd })).code, 0);
});
