import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { LogEvent } from './event.ts';
import type { Finding } from './finding.ts';
import { evidenceId, hunt, Hunter } from './hunt.ts';
import { compileRules, loadPack, packKey, serializePack } from './pack.ts';
import { eventOf, packOf, ruleText } from './testing/events.ts';

const rule = ruleText(
  "  selection:\n    Image|endswith: '\\powershell.exe'\n    CommandLine|contains:\n      - ' -enc '\n      - ' -ec '\n  filter_main:\n    User: SYSTEM\n  condition: selection and not 1 of filter_*",
  'title: Encoded\nid: rule-1\nlevel: high\ntags: [attack.t1059.001]',
);
const evil = { Image: 'C:\\Windows\\PowerShell.exe', CommandLine: 'powershell -ENC AAAA', User: 'alice' };

async function collect(events: AsyncIterable<LogEvent> | Iterable<LogEvent>, ...texts: readonly string[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of hunt(events, packOf(...texts), { fileSha256: () => 'ab'.repeat(32) })) findings.push(finding);
  return findings;
}

test('a finding says which rule, which record, and which values met which part of the rule', async () => {
  const [finding, ...others] = await collect([eventOf({ Image: 'x' }), eventOf(evil, { record: 7, atMs: 5, host: 'h' })], rule);
  assert.equal(others.length, 0);
  assert.deepEqual(finding?.rule, {
    id: 'rule-1',
    title: 'Encoded',
    level: 'high',
    tags: ['attack.t1059.001'],
    sha256: packOf(rule).rules[0]?.sha256,
    kind: 'rule',
  });
  assert.deepEqual([finding?.atMs, finding?.host], [5, 'h']);
  const [evidence] = finding?.evidence ?? [];
  assert.deepEqual(evidence?.matched, [
    { field: 'Image', value: evil.Image, condition: 'Image|endswith: "\\\\powershell.exe"' },
    { field: 'CommandLine', value: evil.CommandLine, condition: 'CommandLine|contains: " -enc "' },
  ]);
  assert.deepEqual(evidence?.position, { file: 'test.json', record: 7, offset: 0 });
  assert.equal(evidence?.fields, evil);
  assert.match(evidence?.id ?? '', /^evd_[0-9a-f]{16}$/);
});

test('evidence has the same id for the same bytes, place and rule, under any name of the file', () => {
  const place = { file: 'a.json', record: 1, offset: 0 };
  const id = evidenceId('ff', place, 'rule-1');
  assert.equal(evidenceId('ff', { ...place, file: 'b.json' }, 'rule-1'), id);
  for (const other of [
    evidenceId('fe', place, 'rule-1'),
    evidenceId('ff', { ...place, record: 2 }, 'rule-1'),
    evidenceId('ff', place, 'rule-2'),
    evidenceId('ff', { ...place, file: 'a.zip!inner' }, 'rule-1'),
  ]) {
    assert.notEqual(other, id);
  }
});

test('values in evidence are cut, the record is not', async () => {
  const CommandLine = `x -enc ${'a'.repeat(100_000)}`;
  const [finding] = await collect([eventOf({ ...evil, CommandLine })], rule);
  assert.equal(finding?.evidence[0]?.matched[1]?.value.length, 4096);
  assert.equal(finding?.evidence[0]?.fields.CommandLine, CommandLine);
});

test('findings are the same from a list, a slow stream, and one record at a time', async () => {
  const events = Array.from({ length: 50 }, (_, index) => eventOf(index % 3 === 0 ? evil : { Image: `${index}` }, { record: index + 1 }));
  const expected = await collect(events, rule);
  assert.equal(expected.length, 17);
  const slow = async function* (): AsyncGenerator<LogEvent> {
    for (const event of events) {
      await new Promise((resolve) => setImmediate(resolve));
      yield event;
    }
  };
  assert.deepEqual(await collect(slow(), rule), expected);
  const hunter = new Hunter(packOf(rule), { fileSha256: () => 'ab'.repeat(32) });
  assert.deepEqual(
    events.flatMap((event) => hunter.push(event)),
    expected,
  );
});

test('levels and times narrow what is reported, and the report counts what was left out', () => {
  const hunter = new Hunter(packOf(rule, rule.replace('rule-1', 'rule-2').replace('high', 'low')), {
    minimumLevel: 'medium',
    sinceMs: 10,
    untilMs: 20,
  });
  const found = [9, 10, 20, 21, undefined].map((atMs) => hunter.push(eventOf(evil, { atMs })).map((finding) => finding.rule.id));
  assert.deepEqual(found, [[], ['rule-1'], ['rule-1'], [], ['rule-1']]);
  const { events, outside, findings } = hunter.report();
  assert.deepEqual([events, outside, findings], [5, 2, 3]);
});

test('the report tells records per logsource and how many rules each has', () => {
  const hunter = new Hunter(packOf(rule));
  hunter.push(eventOf(evil));
  hunter.push(eventOf(evil, { logsources: [{ product: 'linux', category: undefined, service: 'auditd' }] }));
  assert.deepEqual(
    hunter.report().routes.map(({ logsources, rules, records }) => [logsources[0]?.product, rules, records]),
    [
      ['windows', 1, 1],
      ['linux', 0, 1],
    ],
  );
});

test('a filter keeps the rules it names quiet, and one that applies to nothing is reported', () => {
  const filter = (target: string, category = 'process_creation') =>
    `title: admins\nid: f-${target}\nlogsource:\n  product: windows\n  category: ${category}\nfilter:\n  rules: ${target}\n  selection:\n    User|startswith: adm_\n  condition: not selection\n`;
  const fired = (target: string, user: string) => new Hunter(packOf(rule, filter(target))).push(eventOf({ ...evil, User: user })).length;
  assert.deepEqual([fired('[rule-1]', 'adm_x'), fired('[rule-1]', 'bob'), fired('any', 'adm_x')], [0, 1, 0]);
  for (const text of [filter('[other]'), filter('[rule-1]', 'file_event')]) {
    assert.equal(packOf(rule, text).skipped[0]?.reason, 'the filter applies to no rule in use');
  }
});

test('a cached pack is the same pack, and is only taken for the same rules and options', () => {
  const sources = [{ path: 'a.yml', text: rule }];
  const pack = compileRules(sources);
  const key = packKey(sources);
  const loaded = loadPack(serializePack(pack), key);
  assert.ok(loaded !== undefined);
  assert.deepEqual(serializePack(loaded), serializePack(pack));
  assert.deepEqual(new Hunter(loaded).push(eventOf(evil)), new Hunter(pack).push(eventOf(evil)));
  for (const other of [
    packKey([{ path: 'a.yml', text: `${rule} ` }]),
    packKey([{ path: 'b.yml', text: rule }]),
    packKey(sources, { placeholders: { a: ['b'] } }),
  ]) {
    assert.equal(loadPack(serializePack(pack), other), undefined);
  }
  assert.equal(loadPack('{"key":', key), undefined);
  assert.equal(loadPack(serializePack(pack).slice(0, -5), key), undefined);
});

test('values that a pattern could not be decided on are counted', () => {
  const hunter = new Hunter(packOf(ruleText("  s:\n    CommandLine|re: '(?:a.{1,400}b){2}c'\n  condition: s")));
  hunter.push(eventOf({ CommandLine: 'ab'.repeat(200_000) }));
  assert.deepEqual(hunter.report().undecided, { '(?:a.{1,400}b){2}c': 1 });
});
