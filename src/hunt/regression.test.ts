import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import type { Fields, FieldValue, LogEvent } from './event.ts';
import { Hunter, matchEvent } from './hunt.ts';
import { windowsEvent } from './inputs/windows-json.ts';
import { Cells } from './match/cells.ts';
import { FieldNames } from './match/names.ts';
import { animate, concerns } from './match/routes.ts';
import { EventView } from './match/view.ts';
import { compileRules, type CompiledPack } from './pack.ts';
import { positiveFields } from './testing/generate.ts';
import { readRegressionCases, readSharedRules, sharedSigma, type RegressionCase } from './testing/regression.ts';

const skip = sharedSigma === undefined ? 'shared Sigma data absent' : false;

/** One record of a case in which the case's rule fires. */
interface Shot {
  readonly name: string;
  readonly ruleId: string;
  readonly event: LogEvent;
}

let pack: CompiledPack;
let cases: readonly RegressionCase[];
let without: readonly string[];
let shots: readonly Shot[];

function reread(record: unknown): LogEvent | undefined {
  return windowsEvent(record, { file: 'mutant', record: 1, offset: 0 });
}

function fires(ruleId: string, event: LogEvent | undefined): boolean {
  return event !== undefined && matchEvent(pack, event).some(({ rule }) => rule.id === ruleId);
}

before(() => {
  if (sharedSigma === undefined) return;
  const sigma = sharedSigma;
  pack = compileRules(readSharedRules(sigma));
  ({ cases, without } = readRegressionCases(sigma));
  shots = cases.flatMap(({ name, ruleId, records }) =>
    records
      .map((record, index) => windowsEvent(record, { file: name, record: index + 1, offset: 0 }))
      .filter((event): event is LogEvent => event !== undefined && fires(ruleId, event))
      .map((event) => ({ name, ruleId, event })),
  );
});

test('the public collection is used completely, but for two rules whose placeholders have no values', { skip }, () => {
  assert.equal(pack.stats.sources, 3754);
  assert.equal(pack.stats.rules, 3752);
  assert.deepEqual(
    pack.skipped.map(({ reason }) => reason),
    ['the placeholder %known_cdcs% has no values', 'the placeholder %known_cdcs% has no values'],
  );
  assert.deepEqual(pack.limited, []);
});

test('the public collection fires in each of its regression cases at least as often as its authors say', { skip }, () => {
  const failures: string[] = [];
  for (const { name, ruleId, atLeast, records } of cases) {
    const fired = records.filter((record) => fires(ruleId, reread(record))).length;
    if (fired < atLeast) failures.push(`${name}: ${fired} of ${atLeast}`);
    if (records.some((record) => reread(record) === undefined)) failures.push(`${name}: a record was not read`);
  }
  assert.deepEqual(failures, []);
  assert.equal(cases.length, 168);
  // The 169th is a line of syslog whose test is commented out upstream; it belongs to the reader of syslog.
  assert.deepEqual(
    without.map((name) => name.split('/').at(-1)),
    ['cisco_cli_dot1x_disabled'],
  );
});

test('the public collection fires in the same records when every rule is evaluated without any prefilter', { skip }, () => {
  const names = new FieldNames();
  const view = new EventView(names);
  const cells = new Cells(view);
  const live = pack.rules.map((rule, index) => animate(rule, index, cells));
  view.reserve();
  for (const { event, name } of shots) {
    view.show(event);
    const expected = live.filter((one) => concerns(one.rule.logsource, event.logsources) && one.holds()).map(({ index }) => index);
    assert.deepEqual(
      matchEvent(pack, event).map(({ index }) => index),
      expected,
      name,
    );
  }
});

test('the public collection still fires when exporters change types, case, channel, nesting and names', { skip }, () => {
  const spread = (fields: Fields): Record<string, FieldValue> => ({ ...fields });
  const swapped = (text: FieldValue | undefined) =>
    String(text).replace(/[a-z]/gi, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));
  const mutants: Readonly<Record<string, (fields: Record<string, FieldValue>) => unknown>> = {
    'EventID as text': (fields) => ({ ...fields, EventID: String(fields.EventID) }),
    'EventID as number': (fields) => ({ ...fields, EventID: Number(fields.EventID) }),
    'channel in other case': (fields) => ({ ...fields, Channel: swapped(fields.Channel) }),
    'through a collector': (fields) => ({ ...fields, Channel: 'ForwardedEvents' }),
    'every value a text': (fields) =>
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value])),
    'nested as winlogbeat 7 does': ({ EventID, Channel, Provider_Name, Computer, ...rest }) => ({
      winlog: { channel: Channel, event_id: EventID, provider_name: Provider_Name, computer_name: Computer, event_data: rest },
    }),
    'nested as winlogbeat 6 does': ({ EventID, Channel, Provider_Name, Computer, ...rest }) => ({
      log_name: Channel,
      event_id: EventID,
      source_name: Provider_Name,
      computer_name: Computer,
      event_data: rest,
    }),
    'nested as in the XML': ({ EventID, Channel, Provider_Name, ...rest }) => ({
      Event: {
        System: { EventID: { '#text': EventID }, Channel, Provider: { '#attributes': { Name: Provider_Name } } },
        EventData: rest,
      },
    }),
    'names with blanks': (fields) =>
      Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [
          ['EventID', 'Channel', 'Provider_Name'].includes(name) ? name : name.replace(/([a-z])([A-Z])/g, '$1 $2'),
          value,
        ]),
      ),
    'fields in reverse order': (fields) => Object.fromEntries(Object.entries(fields).reverse()),
  };
  const silent: string[] = [];
  for (const [mutation, change] of Object.entries(mutants)) {
    for (const { name, ruleId, event } of shots) {
      const record: unknown = JSON.parse(JSON.stringify(change(spread(event.fields))));
      if (!fires(ruleId, reread(record))) silent.push(`${mutation}: ${name.split('/').at(-1)}`);
    }
  }
  assert.deepEqual(silent, []);
});

test(
  'the public collection fires for records made from the rules alone, and not for records without what they name',
  { skip },
  (context) => {
    const counts = { rules: 0, records: 0, fired: 0, silent: 0 };
    const missed: string[] = [];
    for (const rule of pack.rules) {
      const logsources = [rule.logsource];
      const made = (fields: Fields): LogEvent => ({
        fields,
        position: { file: 'made', record: 1, offset: 0 },
        format: 'ndjson',
        logsources,
        atMs: undefined,
        host: undefined,
        text: () => Object.values(fields).join('\n'),
      });
      let checked = false;
      for (const branch of [0, 1, 2, 7]) {
        const fields = positiveFields(rule, branch);
        // A filter of the rule may cover the record: whether it does is judged below, without the prefilter.
        if (fields === undefined) continue;
        checked = true;
        counts.records++;
        if (fires(rule.id, made(fields))) {
          counts.fired++;
          const blank = Object.fromEntries(Object.keys(fields).map((name) => [name, '\u0001']));
          if (!fires(rule.id, made(blank))) counts.silent++;
        } else missed.push(rule.title);
      }
      if (checked) counts.rules++;
    }
    const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
    context.diagnostic(
      `${counts.rules} of ${pack.rules.length} rules (${share(counts.rules, pack.rules.length)}) checked with ${counts.records} records made from them`,
    );
    context.diagnostic(
      `${share(counts.fired, counts.records)} fired; of those, ${share(counts.silent, counts.fired)} silent when every value is broken`,
    );
    context.diagnostic(`not fired: ${[...new Set(missed)].slice(0, 40).join('; ')}`);
    assert.ok(counts.rules / pack.rules.length > 0.97);
    assert.ok(counts.fired / counts.records > 0.99);
    assert.ok(counts.silent / counts.fired > 0.99);
  },
);

test('the public collection does not stall on any command line, with all rules at once', { skip }, () => {
  const everything = [
    ...new Set(pack.rules.flatMap(({ atoms }) => atoms.flatMap(({ test: one }) => ('text' in one ? [one.text] : [])))),
  ].join(' ');
  const hostile: readonly string[] = [
    '`a'.repeat(100_000),
    '^a'.repeat(100_000),
    '\\\\a.b. '.repeat(30_000),
    '"{0}{1}" -f '.repeat(16_000),
    '$env:public[1]+'.repeat(13_000),
    'Σİ\u{10400}'.repeat(70_000),
    everything,
  ];
  for (const CommandLine of hostile) {
    const event = reread({
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Image: 'powershell.exe',
      CommandLine,
      ParentCommandLine: CommandLine,
    });
    const start = process.cpuUsage().user;
    fires('', event);
    const milliseconds = (process.cpuUsage().user - start) / 1000;
    assert.ok(milliseconds < 2000, `${milliseconds} ms for ${CommandLine.slice(0, 20)}…`);
  }
});

test('the public collection falls silent when a field that its condition needs is broken', { skip }, () => {
  const stubborn: string[] = [];
  let single = 0;
  for (const { name, ruleId, event } of shots) {
    const finding = new Hunter(pack).push(event).find(({ rule }) => rule.id === ruleId);
    const fields = [...new Set(finding?.evidence[0]?.matched.map(({ field }) => field))];
    if (fields.some((field) => !fires(ruleId, broken(event, [field])))) single++;
    // A rule of alternatives may stand on another field when one is broken, but not when all it cites are.
    else if (fires(ruleId, broken(event, fields))) stubborn.push(`${name}: ${fields.join(', ')}`);
  }
  assert.deepEqual(stubborn, []);
  assert.ok(single >= shots.length * 0.9, `${single} of ${shots.length} by one field`);
});

/** The record with another value in these fields, under whichever names the record has them. */
function broken(event: LogEvent, names: readonly string[]): LogEvent {
  const plain = (name: string) => name.toLowerCase().replace(/[\s_-]/g, '');
  const wanted = new Set(names.map(plain));
  const entries = Object.entries(event.fields).map(([name, value]) => [name, wanted.has(plain(name)) ? '\u0001' : value] as const);
  const fields = Object.fromEntries(entries);
  return {
    ...event,
    fields,
    position: event.position,
    logsources: event.logsources,
    format: event.format,
    atMs: undefined,
    host: undefined,
    text: () => '\u0001',
  };
}
