import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';

import fc from 'fast-check';

import type { BadRecord, LogEvent } from '../../event.ts';
import { readTar, sharedSigma } from '../../testing/regression.ts';
import { defaultLimits } from '../decoder.ts';
import { JsonValueSplitter } from '../json-values.ts';
import { windowsEvent } from '../windows-json.ts';

import { EvtxDecoder } from './decoder.ts';

function decode(parts: readonly Buffer[]): { readonly events: readonly LogEvent[]; readonly bad: readonly BadRecord[] } {
  const [events, bad]: [LogEvent[], BadRecord[]] = [[], []];
  const decoder = new EvtxDecoder({
    file: 'x',
    limits: defaultLimits,
    logsource: undefined,
    emit: (event) => events.push(event),
    bad: (one) => bad.push(one),
  });
  for (const part of parts) decoder.push(part);
  decoder.end();
  return { events, bad };
}

/** Writes one chunk: a template that the first record holds and the others refer to. */
class ChunkWriter {
  readonly bytes = Buffer.alloc(65_536);
  readonly #names = new Map<string, number>();
  #at = 512;
  #template = 0;
  #records = 0;

  record(eventId: number, image: string): void {
    const start = this.#at;
    this.bytes.writeUInt32LE(0x2a2a, start);
    this.bytes.writeBigUInt64LE(BigInt(++this.#records), start + 8);
    this.#at += 24;
    this.#put(0x0f, 1, 1, 0, 0x0c, 1);
    this.#u32(1);
    this.#u32(this.#template === 0 ? this.#at + 4 : this.#template);
    if (this.#template === 0) this.#writeTemplate();
    const text = Buffer.from(image, 'utf16le');
    this.#u32(3);
    for (const [size, type] of [
      [2, 6],
      [text.length, 1],
      [8, 0x11],
    ] as const)
      this.#put(size & 255, size >> 8, type, 0);
    this.#put(eventId & 255, eventId >> 8);
    this.#at += text.copy(this.bytes, this.#at);
    this.bytes.writeBigUInt64LE(133_000_000_000_000_000n + 1_234_560n, this.#at);
    this.#at += 8;
    const size = this.#at + 4 - start;
    this.#u32(size);
    this.bytes.writeUInt32LE(size, start + 4);
  }

  finish(): Buffer {
    this.bytes.write('ElfChnk\0', 0, 'latin1');
    this.bytes.writeUInt32LE(this.#at, 48);
    this.bytes.writeUInt32LE(crc32(this.bytes.subarray(512, this.#at)), 52);
    return this.bytes;
  }

  #writeTemplate(): void {
    this.#template = this.#at;
    this.#at += 24;
    const body = this.#at;
    this.#put(0x0f, 1, 1, 0);
    this.#element('Event', () => {
      this.#element('System', () => {
        this.#element('Provider', undefined, { Name: 'Microsoft-Windows-Sysmon' });
        this.#element('EventID', () => this.#put(0x0e, 0, 0, 6));
        this.#element('TimeCreated', undefined, { SystemTime: [2, 0x11] });
        this.#element('Channel', () => this.#text('Microsoft-Windows-Sysmon/Operational'));
        this.#element('Computer', () => this.#text('host1'));
      });
      this.#element('EventData', () => this.#element('Data', () => this.#put(0x0d, 1, 0, 1), { Name: 'Image' }));
    });
    this.#put(0);
    this.bytes.writeUInt32LE(this.#at - body, this.#template + 20);
  }

  #element(name: string, inside?: () => void, attributes: Readonly<Record<string, string | readonly [number, number]>> = {}): void {
    const hasAttributes = Object.keys(attributes).length > 0;
    this.#put(hasAttributes ? 0x41 : 0x01, 0xff, 0xff, 0, 0, 0, 0);
    this.#name(name);
    if (hasAttributes) this.#u32(0);
    for (const [key, value] of Object.entries(attributes)) {
      this.#put(0x06);
      this.#name(key);
      if (typeof value === 'string') this.#text(value);
      else this.#put(0x0e, value[0], 0, value[1]);
    }
    this.#put(inside === undefined ? 0x03 : 0x02);
    if (inside === undefined) return;
    inside();
    this.#put(0x04);
  }

  #text(text: string): void {
    this.#put(0x05, 1, text.length, 0);
    this.#at += this.bytes.write(text, this.#at, 'utf16le');
  }

  #name(name: string): void {
    const known = this.#names.get(name);
    this.#u32(known ?? this.#at + 4);
    if (known !== undefined) return;
    this.#names.set(name, this.#at);
    this.#put(0, 0, 0, 0, 0, 0, name.length, 0);
    this.#at += this.bytes.write(name, this.#at, 'utf16le') + 2;
  }

  #put(...values: readonly number[]): void {
    for (const value of values) this.bytes[this.#at++] = value;
  }

  #u32(value: number): void {
    this.bytes.writeUInt32LE(value, this.#at);
    this.#at += 4;
  }
}

function file(records = 5): Buffer {
  const header = Buffer.alloc(4096);
  header.write('ElfFile\0', 0, 'latin1');
  const writer = new ChunkWriter();
  for (let index = 0; index < records; index++) writer.record(1, `C:\\${index}.exe`);
  return Buffer.concat([header, writer.finish()]);
}

test('templates, names and values become the fields of the event', () => {
  const { events, bad } = decode([file()]);
  assert.deepEqual(bad, []);
  assert.deepEqual(
    events.map(({ fields }) => fields.Image),
    [0, 1, 2, 3, 4].map((index) => `C:\\${index}.exe`),
  );
  assert.deepEqual(
    { ...events[0]?.fields },
    {
      Provider_Name: 'Microsoft-Windows-Sysmon',
      EventID: 1,
      TimeCreated: '2022-06-18T04:26:40.123456Z',
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Computer: 'host1',
      Image: 'C:\\0.exe',
    },
  );
  assert.equal(events[0]?.atMs, Date.parse('2022-06-18T04:26:40.123Z'));
  assert.deepEqual(
    events[0]?.logsources.map(({ category }) => category),
    [undefined, 'process_creation'],
  );
});

test('any cutting of the bytes gives the same events', () => {
  const bytes = file();
  const whole = decode([bytes]).events.map(({ fields, position }) => ({ ...fields, position }));
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const parts = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
      assert.deepEqual(
        decode(parts).events.map(({ fields, position }) => ({ ...fields, position })),
        whole,
      );
    }),
    { numRuns: 30 },
  );
});

test('a record whose size or content is wrong is told, and the others are read', () => {
  const bytes = file();
  const second = bytes.indexOf(Buffer.from([0x2a, 0x2a, 0, 0]), 4096 + 512 + 4);
  const wrongSize = Buffer.from(bytes);
  wrongSize.writeUInt32LE(0xffff_ffff, second + 4);
  const wrongTemplate = Buffer.from(bytes);
  wrongTemplate.writeUInt32LE(0xfff0, second + 24 + 10);
  for (const damaged of [wrongSize, wrongTemplate]) {
    const { events, bad } = decode([damaged]);
    assert.deepEqual(
      events.map(({ position }) => position.record),
      [1, 3, 4, 5],
    );
    assert.match(bad[0]?.problem ?? '', /checksum/);
    assert.deepEqual([bad.length, bad[1]?.position.record], [2, 2]);
  }
});

test('a cut file gives the records before the cut', () => {
  const bytes = file();
  const { events, bad } = decode([bytes.subarray(0, bytes.lastIndexOf(Buffer.from([0x2a, 0x2a, 0, 0])) + 10)]);
  assert.equal(events.length, 4);
  assert.ok(bad.length > 0);
});

test('bytes changed at random never throw and never run away', () => {
  const bytes = file();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 4096, max: 6600 }), fc.nat(255)), { minLength: 1, maxLength: 20 }), (changes) => {
      const damaged = Buffer.from(bytes);
      for (const [at, value] of changes) damaged[at] = value;
      const { events, bad } = decode([damaged]);
      assert.ok(events.length + bad.length <= 1000);
    }),
    { numRuns: 300 },
  );
});

const oracle = sharedSigma === undefined ? undefined : path.join(sharedSigma, 'regression/evtx');
const isThere = oracle !== undefined && existsSync(oracle);

test('the public files hold what their JSON says', { skip: isThere ? false : 'shared regression data absent' }, () => {
  const cases = readTar(path.join(oracle ?? '', '../sigma-regression-dev.tar.gz'));
  let compared = 0;
  for (const name of readdirSync(oracle ?? '').filter((each) => each.endsWith('.evtx'))) {
    const { events, bad } = decode([readFileSync(path.join(oracle ?? '', name))]);
    assert.deepEqual(bad, [], name);
    const json = [...cases].find(([each]) => each.endsWith(name.replace('.evtx', '.json')))?.[1];
    if (json === undefined) continue;
    const wanted: LogEvent[] = [];
    const splitter = new JsonValueSplitter(defaultLimits, {
      value: (text) => wanted.push(windowsEvent(JSON.parse(text), { file: '', record: 1, offset: 0 }) ?? assert.fail(name)),
      broken: (problem) => assert.fail(problem),
    });
    splitter.push(json);
    splitter.end();
    assert.equal(events.length, wanted.length, name);
    for (const [index, want] of wanted.entries()) {
      compared++;
      for (const [field, value] of Object.entries(want.fields)) {
        const got = events[index]?.fields[field];
        // The converter took blanks off the ends of texts, and says null where an element has attributes only.
        if (value !== null) assert.deepEqual(typeof got === 'string' ? got.trim() : got, value, `${name} ${field}`);
      }
      assert.deepEqual(events[index]?.logsources, want.logsources);
      assert.deepEqual([events[index]?.atMs, events[index]?.host], [want.atMs, want.host]);
    }
  }
  assert.ok(compared >= 9);
});
