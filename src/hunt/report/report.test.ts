import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Finding, Level } from '../finding.ts';
import { attackTags } from './attack.ts';
import { coverageOf } from './coverage.ts';
import { huntHtml } from './html.ts';
import { summarise, Summary } from './summary.ts';
import { LEVELS, TimelineBuilder } from './timeline.ts';
import { jsonLine, TIMESKETCH_HEADER, timesketchLines } from './writers.ts';

const AT = Date.parse('2026-11-20T03:15:00Z');

function finding(
  input: { level?: Level; rule?: string; host?: string; atMs?: number | undefined; value?: string; tags?: string[] } = {},
): Finding {
  const { level = 'high', rule = 'r1', host = 'ws-1', value = 'x', tags = ['attack.execution', 'attack.t1059.001'] } = input;
  return {
    rule: { id: rule, title: `Title of ${rule}`, level, tags, sha256: 'ab'.repeat(32), kind: 'rule' },
    atMs: 'atMs' in input ? input.atMs : AT,
    host,
    evidence: [
      {
        id: 'evd_0123456789abcdef',
        fileSha256: 'cd'.repeat(32),
        position: { file: 'logs/a.jsonl', record: 7, offset: 4_096 },
        matched: [{ field: 'CommandLine', value, condition: 'CommandLine|contains: "x"' }],
        fields: { CommandLine: value, Image: 'C:\\x.exe' },
      },
    ],
  };
}

const NO_COVERAGE = coverageOf({
  pack: { rules: [], correlations: [], skipped: [], limited: [] },
  routes: [],
  undecided: {},
  files: [],
  badRecords: { total: 0, shown: [] },
});

function reportOf(findings: readonly Finding[], language: 'en' | 'ja' = 'en'): string {
  const summary = new Summary();
  for (const each of findings) summary.add(each);
  return huntHtml({ summary: summary.result(), coverage: NO_COVERAGE, madeAtMs: AT, language, interrupted: false });
}

test('every finding is counted once by severity, rule, host and technique', async () => {
  const summary = await summarise([
    finding(),
    finding({ rule: 'r2', level: 'low', host: 'ws-2' }),
    finding({ rule: 'r2', level: 'low' }),
    finding({ rule: 'r3', level: 'critical', tags: ['attack.persistence', 'attack.t1543.003', 'cve.2026-1'] }),
  ]);
  assert.equal(summary.findings, 4);
  assert.deepEqual(summary.byLevel, { informational: 0, low: 2, medium: 0, high: 1, critical: 1 });
  assert.deepEqual(
    summary.rules.map(({ id, count, hosts }) => [id, count, hosts]),
    [
      ['r3', 1, ['ws-1']],
      ['r1', 1, ['ws-1']],
      ['r2', 2, ['ws-1', 'ws-2']],
    ],
  );
  assert.deepEqual(
    summary.hosts.map(({ host, count, worst }) => [host, count, worst]),
    [
      ['ws-1', 3, 'critical'],
      ['ws-2', 1, 'low'],
    ],
  );
  assert.deepEqual(
    summary.techniques.map(({ id, count, byTactic, worst, rules }) => [id, count, { ...byTactic }, worst, rules]),
    [
      ['T1059.001', 3, { execution: 3 }, 'high', 2],
      ['T1543.003', 1, { persistence: 1 }, 'critical', 1],
    ],
  );
});

test('a timeline holds every finding exactly once, whatever the times are, in a bounded number of buckets', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ atMs: fc.option(fc.integer({ min: -8.64e15, max: 8.64e15 }), { nil: undefined }), level: fc.constantFrom(...LEVELS) }),
      ),
      fc.integer({ min: 1, max: 300 }),
      (entries, most) => {
        const builder = new TimelineBuilder();
        for (const { atMs, level } of entries) builder.add(atMs, level);
        const { buckets, before, after, withoutTime, widthMs } = builder.result(most);
        const shown = buckets.flatMap(({ counts }) => [...counts]).reduce((sum, count) => sum + count, 0);
        assert.equal(shown + before + after + withoutTime, entries.length);
        // Two more where the zero of time lies between two buckets that no width joins.
        assert.ok(buckets.length <= Math.max(2, most));
        for (const [index, { fromMs }] of buckets.entries()) assert.equal(fromMs, buckets[0]!.fromMs + index * widthMs);
      },
    ),
    { numRuns: 300 },
  );
});

test('two hundred thousand findings fill a bounded timeline, and a clock at 1970 does not hide them', () => {
  const builder = new TimelineBuilder();
  for (let index = 0; index < 200_000; index++) builder.add(AT + index * 1_500, 'low');
  builder.add(0, 'critical');
  const timeline = builder.result(100);
  assert.equal(timeline.before, 1);
  assert.ok(timeline.buckets.length > 40 && timeline.buckets.length <= 100, String(timeline.buckets.length));
  assert.ok(timeline.buckets[0]!.fromMs > AT - 86_400_000);
});

test('names beyond the bound are counted together and said to be', () => {
  const summary = new Summary({ maxHosts: 10, maxRules: 5 });
  for (let index = 0; index < 100; index++) summary.add(finding({ host: `h${index}`, rule: `r${index}` }));
  const { findings, rules, hosts, unnamed } = summary.result();
  assert.deepEqual([findings, rules.length, hosts.length, unnamed], [100, 5, 10, { rules: 95, hosts: 90 }]);
});

test('samples keep the most severe findings when there is no room for all', () => {
  const summary = new Summary({ samples: { perRule: 3, total: 4, characters: 1_000_000 } });
  for (let index = 0; index < 10; index++) summary.add(finding({ rule: `low${index}`, level: 'low' }));
  for (let index = 0; index < 10; index++) summary.add(finding({ rule: 'high', level: 'critical' }));
  const { samples } = summary.result();
  assert.equal(samples('high').length, 3);
  assert.equal(
    Array.from({ length: 10 }, (_, index) => samples(`low${index}`).length).reduce((sum, count) => sum + count),
    1,
  );
});

test('samples stay within their characters even when records are huge', () => {
  const summary = new Summary({ samples: { perRule: 100, total: 1_000, characters: 50_000 } });
  for (let index = 0; index < 100; index++) summary.add(finding({ value: 'v'.repeat(1_000_000) }));
  const kept = summary.result().samples('r1');
  assert.ok(kept.length >= 1 && kept.length < 20, String(kept.length));
  assert.ok(kept.every(({ evidence }) => String(evidence[0]!.fields['CommandLine']).length <= 4_097));
});

test('tags of ATT&CK are read in either spelling, and others are left alone', () => {
  assert.deepEqual(
    attackTags(['attack.T1059.001', 'attack.credential_access', 'attack.credential-access', 'attack.g0016', 'cve.2021-1', 't1059']),
    {
      tactics: ['credential-access'],
      techniques: ['T1059.001'],
    },
  );
});

test('a JSON line is one line, whatever the record holds, and gives everything back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const line = jsonLine(finding({ value }));
      assert.equal(line.indexOf('\n'), line.length - 1);
      assert.equal((JSON.parse(line) as Finding).evidence[0]!.fields['CommandLine'], value);
    }),
  );
});

test('a CSV line has as many cells as the header, whatever the record holds, and no cell is a formula', () => {
  const columns = TIMESKETCH_HEADER.trim().split(',').length;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('=1+1', '+cmd', '-2', '@x', '\t=x', 'plain', ' =x', ''), (text, prefix) => {
      const rows = parseCsv(timesketchLines(finding({ value: text, host: prefix + text })));
      assert.equal(rows.length, 1);
      assert.equal(rows[0]!.length, columns);
      for (const cell of rows[0]!) assert.doesNotMatch(cell, /^\s*[=+@]/);
    }),
  );
  assert.match(
    timesketchLines(finding()),
    /^\[high\] Title of r1 on ws-1: CommandLine=x,2026-11-20T03:15:00\.000\+00:00,1795144500000000,Event Logged,high,/,
  );
});

test('a record without a time has a time that says it is none', () => {
  const [row] = parseCsv(timesketchLines(finding({ atMs: undefined })));
  assert.deepEqual(row!.slice(1, 4), ['1970-01-01T00:00:00.000+00:00', '0', 'Not a time: the record states none']);
});

test('the report escapes every value, runs nothing and loads nothing', () => {
  const hostile = `</code><script>alert(1)</script><img src=x onerror="a()">'"&\u202E\u0000`;
  const page = reportOf([finding({ value: hostile, host: hostile, rule: hostile, tags: [hostile, 'attack.t1059'] })]);
  assert.doesNotMatch(page, /<script|<img|onerror="|\u202E|\0/);
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.match(page, /default-src 'none'/);
  assert.doesNotMatch(page, /\sstyle="|javascript:|<(link|iframe|object)/);
  // Namespaces aside, nothing names an address.
  assert.doesNotMatch(page, /(href|src)="(?!#)/);
});

test('the report shows long values whole, and leads from each rule to its records', () => {
  const value = `${'long '.repeat(400)}the end`;
  const page = reportOf([finding({ value })]);
  assert.ok(page.includes(value));
  assert.match(page, /href="#rule-0"/);
  assert.match(page, /<details id="rule-0">/);
  for (const fact of ['evd_0123456789abcdef', 'cd'.repeat(32), 'ab'.repeat(32), 'logs/a.jsonl', 'T1059.001', '2026-11-20T03:15:00.000Z']) {
    assert.ok(page.includes(fact), fact);
  }
});

test('the report speaks Japanese where asked to', () => {
  const page = reportOf([finding()], 'ja');
  for (const word of ['<main lang="ja">', 'ログ調査報告', '時系列', '検知の詳細', '実行', '高']) assert.ok(page.includes(word), word);
});

test('a report without findings says so and still tells the coverage', () => {
  const page = reportOf([]);
  assert.match(page, /None\./);
  assert.match(page, /Coverage: how far this hunt could see/);
});

test('coverage names logsources without rules and rules without logs', () => {
  const logsource = (product: string, category: string | undefined, service: string | undefined) => ({ product, category, service });
  const rule = (of: ReturnType<typeof logsource>) => ({ logsource: of }) as never;
  const coverage = coverageOf({
    pack: {
      rules: [
        rule(logsource('windows', 'process_creation', undefined)),
        rule(logsource('linux', undefined, 'sshd')),
        rule(logsource('linux', undefined, 'sshd')),
      ],
      correlations: [],
      skipped: [],
      limited: [],
    },
    routes: [
      {
        logsources: [logsource('windows', 'process_creation', undefined), logsource('windows', undefined, 'sysmon')],
        rules: 1,
        alwaysEvaluated: 0,
        records: 10,
        evaluated: 3,
      },
      { logsources: [logsource('zeek', undefined, 'dns')], rules: 0, alwaysEvaluated: 0, records: 5, evaluated: 0 },
      { logsources: [logsource('linux', undefined, 'sshd')], rules: 2, alwaysEvaluated: 0, records: 0, evaluated: 0 },
    ],
    undecided: {},
    files: [],
    badRecords: { total: 0, shown: [] },
  });
  assert.deepEqual(coverage.withoutRules, [{ logsource: 'zeek/-/dns', events: 5, rules: 0 }]);
  assert.deepEqual(coverage.withoutLogs, [{ logsource: 'linux/-/sshd', rules: 2 }]);
  assert.equal(coverage.logsources[0]!.logsource, 'windows/process_creation/- + windows/-/sysmon');
});

/** RFC 4180, written anew so that the writer is not its own judge. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length;) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else while (at < text.length && !/[,\r]/.test(text[at]!)) cell += text[at++];
    row.push(cell);
    if (text[at] === ',') at++;
    else {
      assert.equal(text.slice(at, at + 2), '\r\n');
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
