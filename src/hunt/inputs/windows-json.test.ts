import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { LogEvent } from '../event.ts';
import { packOf, ruleText } from '../testing/events.ts';

import { timeOf, windowsEvent } from './windows-json.ts';

const place = { file: 'x', record: 1, offset: 0 };
const read = (record: unknown): LogEvent => windowsEvent(record, place) ?? assert.fail('not read');
const names = (event: LogEvent) => event.logsources.map(({ category, service }) => category ?? service);

const nested = {
  Event: {
    '#attributes': { xmlns: 'x' },
    System: {
      Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
      EventID: 1,
      TimeCreated: { '#attributes': { SystemTime: '2025-11-27T07:40:10.165324Z' } },
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Computer: 'host1',
      Security: { '#attributes': { UserID: 'S-1-5-18' } },
    },
    EventData: { Image: 'C:\\a.exe', CommandLine: 'a -b' },
  },
};
const flat = {
  EventID: 1,
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  Hostname: 'host1',
  EventTime: '2025-11-27 07:40:10',
  Image: 'C:\\a.exe',
};
const beat6 = {
  '@timestamp': '2025-11-27T07:40:10.165Z',
  log_name: 'Microsoft-Windows-Sysmon/Operational',
  event_id: 1,
  computer_name: 'host1',
  event_data: { Image: 'C:\\a.exe' },
};
const beat7 = {
  '@timestamp': '2025-11-27T07:40:10.165Z',
  host: { name: 'host1' },
  winlog: { channel: 'Microsoft-Windows-Sysmon/Operational', event_id: '1', event_data: { Image: 'C:\\a.exe' } },
};

test('every spelling of a Sysmon process creation is one, with its host and time, and matches', () => {
  const { matcher } = packOf(ruleText("  s:\n    EventID: 1\n    Image|endswith: '\\a.exe'\n    Computer: HOST1\n  condition: s"));
  for (const record of [nested, flat, beat6, beat7]) {
    const event = read(record);
    assert.deepEqual(names(event), ['sysmon', 'process_creation'], JSON.stringify(record));
    assert.equal(event.host, 'host1');
    assert.equal(Math.floor((event.atMs ?? 0) / 1000), Date.parse('2025-11-27T07:40:10Z') / 1000);
    assert.equal(matcher.match(event).length, 1, JSON.stringify(record));
  }
});

test('attributes and texts of the XML become plain names', () => {
  const { fields } = read({
    Event: { ...nested.Event, System: { ...nested.Event.System, EventID: { '#text': 1, '#attributes': { Qualifiers: 5 } } } },
  });
  assert.deepEqual(
    [fields.EventID, fields.EventID_Qualifiers, fields.Provider_Name, fields.Security_UserID, fields.TimeCreated],
    [1, 5, 'Microsoft-Windows-Sysmon', 'S-1-5-18', '2025-11-27T07:40:10.165324Z'],
  );
});

test('EventData as a list of named elements, as plain texts, and UserData are read', () => {
  const system = nested.Event.System;
  const named = read({
    Event: {
      System: system,
      EventData: {
        Data: [
          { '#attributes': { Name: 'Image' }, '#text': 'x' },
          { '@Name': 'User', '#text': 'y' },
        ],
      },
    },
  });
  assert.deepEqual([named.fields.Image, named.fields.User], ['x', 'y']);
  const texts = read({ Event: { System: system, EventData: { Data: { '#text': ['a', 'b'] } } } });
  assert.deepEqual(texts.fields.Data, ['a', 'b']);
  const user = read({ Event: { System: system, UserData: { Operation_ClientFailure: { '#attributes': { xmlns: 'x' }, User: 'z' } } } });
  assert.equal(user.fields.User, 'z');
});

test('the case of a channel does not matter, and a collector’s channel gives way to the provider', () => {
  assert.deepEqual(names(read({ EventID: '4688', Channel: 'SECURITY' })), ['security', 'process_creation']);
  assert.deepEqual(names(read({ EventID: 4688, Channel: 'ForwardedEvents', SourceName: 'microsoft-windows-security-auditing' })), [
    'security',
    'process_creation',
  ]);
  assert.deepEqual(names(read({ EventID: 4104, Channel: 'Microsoft-Windows-PowerShell/Operational' })), ['powershell', 'ps_script']);
  assert.deepEqual(names(read({ EventID: 1, Channel: 'Something else' })), [undefined]);
});

test('Sysmon’s registry event 12 is a creation or a deletion by its type', () => {
  const of = (EventType?: string) => names(read({ EventID: 12, Channel: 'Microsoft-Windows-Sysmon/Operational', EventType }));
  assert.deepEqual(of('CreateKey'), ['sysmon', 'registry_event', 'registry_add']);
  assert.deepEqual(of('DeleteValue'), ['sysmon', 'registry_event', 'registry_delete']);
  assert.deepEqual(of(), ['sysmon', 'registry_event', 'registry_add', 'registry_delete']);
});

test('what is no Windows event is left to others', () => {
  for (const record of [null, 1, 'x', [], {}, { EventID: 'x', Channel: 'Security' }, { EventID: 1 }, { eventName: 'ConsoleLogin' }]) {
    assert.equal(windowsEvent(record, place), undefined, JSON.stringify(record));
  }
});

test('deep, wide and odd records are read without harm', () => {
  let deep: unknown = 'leaf';
  for (let level = 0; level < 10_000; level++) deep = { a: deep };
  const event = read({
    EventID: 1,
    Channel: 'Security',
    deep,
    list: [{ a: 1 }, { a: 2, b: null }],
    ...(JSON.parse('{"__proto__": {"polluted": 1}}') as object),
  });
  assert.deepEqual(event.fields['list.a'], [1, 2]);
  assert.equal(event.fields['__proto__.polluted'], 1);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.ok(Object.values(event.fields).includes('(nested too deep to be read)'));
});

test('times without a zone are UTC; numbers are seconds or milliseconds', () => {
  const at = Date.UTC(2020, 8, 4, 16, 9, 38);
  for (const value of ['2020-09-04 16:09:38', '2020-09-04T16:09:38Z', '2020-09-04T18:09:38+02:00', at / 1000, at])
    assert.equal(timeOf(value), at, String(value));
  for (const value of ['soon', '', null, -1, true, 'x'.repeat(100)]) assert.equal(timeOf(value), undefined);
});
