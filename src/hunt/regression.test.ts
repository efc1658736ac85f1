import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import type { Fields, FieldValue, LogEvent } from './event.ts';
import { Hunter, matchEvent } from './hunt.ts';
import { windowsEvent } from './inputs/windows-json.ts';
import { Cells } from './match/cells.ts';
import { FieldNames } from './match/names.ts';
import { animate, concerns } from './match/routes.ts';
import { EventView } from './match/view.ts';
import { compileRules, type CompiledPack } from './pack.ts';
import { readRegressionCases, readSharedRules, sharedSigma, type RegressionCase } from './testing/regression.ts';

const skip = sharedSigma === undefined ? 'shared Sigma data absent' : false;

/** One record of a case in which the case's rule fires. */
interface Shot {
  readonly name: string;
  readonly ruleId: string;
  readonly event: LogEvent;
}

describe('the public rule collection', { skip }, () => {
  let pack: CompiledPack;
  let cases: readonly RegressionCase[];
  let without: readonly string[];
  let shots: readonly Shot[];

  before(() => {
    const sigma = sharedSigma ?? '';
    pack = compileRules(readSharedRules(sigma));
    ({ cases, without } = readRegressionCases(sigma));
    shots = cases.flatMap(({ name, ruleId, records }) =>
      records
        .map((record, index) => windowsEvent(record, { file: name, record: index + 1, offset: 0 }))
        .filter((event): event is LogEvent => event !== undefined && fires(ruleId, event))
        .map((event) => ({ name, ruleId, event })),
    );
  });

  const fires = (ruleId: string, event: LogEvent | undefined) =>
    event !== undefined && matchEvent(pack, event).some(({ rule }) => rule.id === ruleId);
  const reread = (record: unknown) => windowsEvent(record, { file: 'mutant', record: 1, offset: 0 });

  test('is used completely, but for two rules whose placeholders have no values', () => {
    assert.equal(pack.stats.sources, 3754);
    assert.equal(pack.stats.rules, 3752);
    assert.deepEqual(
      pack.skipped.map(({ reason }) => reason),
      ['the placeholder %known_cdcs% has no values', 'the placeholder %known_cdcs% has no values'],
    );
    assert.deepEqual(pack.limited, []);
  });

  test('fires in each of its regression cases at least as often as its authors say', () => {
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

  test('fires in the same records when every rule is evaluated without any prefilter', () => {
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

  test('still fires when exporters change types, case, channel, nesting and names', () => {
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

  test('falls silent when a field that its condition needs is broken', () => {
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
  const broken = (event: LogEvent, names: readonly string[]) => {
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
  };
});
