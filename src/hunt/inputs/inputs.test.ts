import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';

import fc from 'fast-check';

import type { BadRecord, LogEvent, LogFormat } from '../event.ts';

import { defaultLimits, type DecoderContext, type ReadLimits } from './decoder.ts';
import { decoderFor, detectFormat } from './detect.ts';
import { openLogs, type FileReport, type OpenLogsOptions } from './open-logs.ts';

interface Read {
  readonly events: readonly LogEvent[];
  readonly bad: readonly BadRecord[];
}

/** Through the decoder alone, cut as told. */
function decode(bytes: Buffer, cuts: readonly number[] = [], limits: Partial<ReadLimits> = {}, format?: LogFormat): Read {
  const [events, bad]: [LogEvent[], BadRecord[]] = [[], []];
  const context: DecoderContext = {
    file: 'x',
    limits: { ...defaultLimits, ...limits },
    logsource: undefined,
    emit: (event) => events.push(event),
    bad: (one) => bad.push(one),
  };
  const decoder = decoderFor(bytes.subarray(0, 65_536), context, { format, year: 2024 }) ?? assert.fail('format not known');
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index++) decoder.push(Buffer.from(bytes.subarray(places[index - 1], places[index])));
  decoder.end();
  return { events, bad };
}

async function open(t: TestContext, files: Readonly<Record<string, Buffer | string>>, options: OpenLogsOptions = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-inputs-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  const [events, bad, done]: [LogEvent[], BadRecord[], FileReport[]] = [[], [], []];
  const logs = openLogs([folder], options);
  for await (const batch of logs) {
    events.push(...batch.events);
    bad.push(...batch.bad);
    if (batch.done !== undefined) done.push(batch.done);
  }
  return { events, bad, done, progress: logs.progress(), folder };
}

const ns = (read: Read): readonly unknown[] => read.events.map(({ fields }) => fields.n);
const plain = (read: Read): unknown =>
  read.events.map(({ fields, position, format, atMs, host }) => ({ ...fields, position, format, atMs, host }));

const samples: Readonly<Record<string, string>> = {
  ndjson: '{"n":1,"host":"a"}\r\n\n{"n":2}\n{"n":\n{"n":4}',
  'json-array': '[{"n":1,"s":"}]\\""},\n {"n":2}\n, {"n":3}]',
  'pretty values': '{\n  "n": 1,\n  "a": [{"b": 2}]\n}\n{\n  "n": 2\n}\n',
  cloudtrail: '{"Records":[{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","n":1},{"eventSource":"a","eventName":"b","n":2}]}',
  auditd:
    'type=SYSCALL msg=audit(1604994496.155:92733): syscall=59 exe="/bin/ls" key=(null)\ntype=EXECVE msg=audit(1604994496.155:92733): argc=2 a0="ls" a1=2F746D702F612062\ntype=EOE msg=audit(1604994496.155:92733): \ntype=USER_CMD msg=audit(1604994497.000:92734): pid=1 msg=\'cwd="/" cmd=6C73202D6C res=success\'\n',
  syslog:
    '<34>1 2003-10-11T22:14:15.003Z host su 12 ID47 [a@1 x="y\\"z"] failed\n<13>Oct 11 22:14:15 box sshd[42]: Failed password for root\n2024-05-01T10:00:00+02:00 box sudo: x\nfree text\n',
  'access-log':
    '192.0.2.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.php?x=\\"1 HTTP/1.0" 200 2326 "http://r/" "curl/8"\n192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "\\x16\\x03" 400 -\nnonsense\n',
  csv: 'n,name,note\r\n1,"a ""b""","two\r\nlines"\r\n2,c\r\n3,é,\r\n',
  zeek: '#separator \\x09\n#path\tdns\n#fields\tts\tuid\tanswers\tquery\tn\n#types\ttime\tstring\tvector[string]\tstring\tcount\n1692146028.5\tC1\ta,b\tx.example\t7\nbroken\n',
  journald:
    '__REALTIME_TIMESTAMP=1700000000000000\n_HOSTNAME=h\nSYSLOG_IDENTIFIER=sshd\nMESSAGE=hi\n\n__REALTIME_TIMESTAMP=1700000001000000\nMESSAGE\n\u0003\0\0\0\0\0\0\0a\nb\n\n',
};

test('every format is recognised by its content', () => {
  const of = Object.fromEntries(Object.entries(samples).map(([name, text]) => [name, detectFormat(Buffer.from(text))]));
  assert.deepEqual(of, {
    ...Object.fromEntries(Object.keys(samples).map((name) => [name, name])),
    'pretty values': 'json-array',
    cloudtrail: 'json-array',
  });
  assert.equal(detectFormat(Buffer.from('name: x\nother: y\n')), undefined);
  assert.equal(detectFormat(Buffer.from([0, 1, 2, 3, 250, 251])), undefined);
});

test('any cutting of the bytes gives the same events and the same bad records', () => {
  for (const [name, text] of Object.entries(samples)) {
    const bytes = Buffer.from(text);
    const whole = decode(bytes);
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { maxLength: 40 }), (cuts) => {
        const cut = decode(bytes, cuts);
        assert.deepEqual(plain(cut), plain(whole), name);
        assert.deepEqual(cut.bad, whole.bad, name);
      }),
      { numRuns: 60 },
    );
  }
});

test('broken JSON of any kind reads the same however it is cut', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', '\n', ' ', '"a":', '1', '{"n":1}', '\n{"n":2}', '{"Records":[', 'x');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(400), { maxLength: 20 }), (pieces, cuts) => {
      const bytes = Buffer.from(`[${pieces.join('')}`);
      const limits = { maxRecordBytes: 24, maxDepth: 3 };
      const [whole, cut] = [decode(bytes, [], limits, 'json-array'), decode(bytes, cuts, limits, 'json-array')];
      assert.deepEqual(plain(cut), plain(whole));
      assert.deepEqual(cut.bad, whole.bad);
    }),
    { numRuns: 5000 },
  );
});

test('a bad record is told with its place and ends nothing', () => {
  const read = decode(Buffer.from(samples.ndjson ?? ''));
  assert.deepEqual(ns(read), [1, 2, 4]);
  assert.deepEqual(
    read.bad.map(({ position }) => position),
    [{ file: 'x', record: 3, offset: 29 }],
  );
  const pretty = decode(Buffer.from('{\n  "n": 1,\n  "s": "cut\n{\n  "n": 2\n}\n{"n": 3}\n{\n "n": 4'));
  assert.deepEqual(ns(pretty), [2, 3]);
  assert.equal(pretty.bad.length, 2);
});

test('audit records of one event are one event, with hexadecimal arguments decoded', () => {
  const [first, second] = decode(Buffer.from(samples.auditd ?? '')).events;
  assert.deepEqual(first?.fields.type, ['SYSCALL', 'EXECVE']);
  assert.deepEqual([first?.fields.a0, first?.fields.a1, first?.atMs], ['ls', '/tmp/a b', 1_604_994_496_155]);
  assert.equal(second?.fields.cmd, 'ls -l');
  assert.deepEqual(first?.logsources, [{ product: 'linux', category: undefined, service: 'auditd' }]);
});

test('syslog of both kinds gives host, program, message and time', () => {
  const { events } = decode(Buffer.from(samples.syslog ?? ''));
  assert.deepEqual(
    events.map(({ fields }) => fields.message),
    ['failed', 'Failed password for root', 'x', 'free text'],
  );
  assert.equal(events[0]?.fields['a@1.x'], 'y"z');
  assert.deepEqual(
    events.map(({ host }) => host),
    ['host', 'box', 'box', undefined],
  );
  assert.equal(events[1]?.atMs, Date.UTC(2024, 9, 11, 22, 14, 15));
  assert.deepEqual(
    events[1]?.logsources.map(({ service }) => service),
    ['syslog', 'sshd', 'auth'],
  );
});

test('access logs have the names that web rules use, also when the request is none', () => {
  const { events, bad } = decode(Buffer.from(samples['access-log'] ?? ''));
  assert.deepEqual(
    [events[0]?.fields['cs-method'], events[0]?.fields['cs-uri-query'], events[0]?.fields['sc-status']],
    ['GET', '/a.php?x="1', 200],
  );
  assert.equal(events[0]?.atMs, Date.parse('2000-10-10T13:55:36-07:00'));
  assert.equal(events[1]?.fields['cs-uri-query'], '\\x16\\x03');
  assert.equal(bad.length, 1);
});

test('CSV keeps quoted line ends and quotes, and refuses a short record', () => {
  const { events, bad } = decode(Buffer.from(samples.csv ?? ''));
  assert.deepEqual(
    events.map(({ fields }) => [fields.n, fields.name, fields.note]),
    [
      ['1', 'a "b"', 'two\nlines'],
      ['3', 'é', undefined],
    ],
  );
  assert.deepEqual(
    bad.map(({ position }) => position.record),
    [2],
  );
});

test('Zeek values have the types that the file states; journald values may be binary', () => {
  const zeek = decode(Buffer.from(samples.zeek ?? ''));
  assert.deepEqual([zeek.events[0]?.fields.answers, zeek.events[0]?.fields.n, zeek.bad.length], [['a', 'b'], 7, 1]);
  const { events } = decode(Buffer.from(samples.journald ?? ''));
  assert.deepEqual(
    events.map(({ fields }) => fields.MESSAGE),
    ['hi', 'a\nb'],
  );
  assert.equal(events[0]?.atMs, 1_700_000_000_000);
});

test('the clouds are told apart by the shape of their records', () => {
  const of = (record: unknown) => decode(Buffer.from(JSON.stringify(record))).events[0];
  const name = (event: LogEvent | undefined) =>
    `${event?.format} ${event?.logsources.map((one) => `${one.product}/${one.service}`).join()}`;
  assert.equal(name(of({ eventSource: 's3', eventName: 'x', eventTime: '2024-01-01T00:00:00Z' })), 'cloudtrail aws/cloudtrail');
  const gcp = of({
    protoPayload: { methodName: 'v1.delete', authenticationInfo: { principalEmail: 'a@b' } },
    timestamp: '2024-01-01T00:00:00Z',
  });
  assert.equal(name(gcp), 'gcp-audit gcp/gcp.audit');
  assert.equal(gcp?.fields['gcp.audit.method_name'], 'v1.delete');
  assert.equal(name(of({ category: 'SignInLogs', operationName: 'Sign-in', resourceId: '/x', properties: {} })), 'azure azure/signinlogs');
  assert.equal(
    name(of({ auditID: '1', verb: 'create', objectRef: { resource: 'pods' } })),
    'kubernetes-audit kubernetes/audit,kubernetes/audit',
  );
});

test('byte order marks, UTF-16 and `__proto__` are read as what they are', () => {
  const text = '{"n":1,"__proto__":{"polluted":true},"s":"é"}\n{"n":2}\n';
  const big = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  for (const bytes of [Buffer.from(`\uFEFF${text}`), Buffer.from(`\uFEFF${text}`, 'utf16le'), Buffer.from(text, 'utf16le'), big]) {
    const read = decode(bytes, [3, 4, 5, 21]);
    assert.deepEqual(ns(read), [1, 2]);
    assert.equal(read.events[0]?.fields.s, 'é');
  }
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test('what is too long or too deep is one bad record', () => {
  const long = decode(Buffer.from(`{"n":1}\n{"n":"${'x'.repeat(2000)}"}\n{"n":3}\n`), [], { maxRecordBytes: 1000 });
  assert.deepEqual([ns(long), long.bad.length], [[1, 3], 1]);
  const deep = decode(Buffer.from(`[${'['.repeat(5000)}\n{"n":2}]`), [], {}, 'json-array');
  assert.deepEqual([ns(deep), deep.bad.length], [[2], 1]);
  const field = decode(Buffer.from(`{"n":1,"x":"${'y'.repeat(10 * 1024 * 1024)}"}\n{"n":2}\n`), [], {}, 'ndjson');
  assert.deepEqual(ns(field), [1, 2]);
});

test('folders in order of names, packed or not, with progress and the hash of the file as it lies there', async (t) => {
  const lines = (n: number): string => `{"n":${n}}\n`;
  const packed = gzipSync(lines(3));
  const files = {
    'a/1.json': lines(1),
    'a/2.zst': zstdCompressSync(Buffer.from(lines(2))),
    'b.gz': packed,
    'c.tar.gz': gzipSync(tar({ 'x/y.log': lines(4), z: lines(5) })),
    'd.zip': zip({ 'e.json': lines(6), '../../f': lines(7), '__MACOSX/._e.json': 'junk' }),
  };
  for (const hash of ['before', 'after'] as const) {
    const read = await open(t, files, { hash });
    assert.deepEqual(ns(read), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(read.bad, []);
    assert.deepEqual(
      read.events.slice(3).map(({ position }) => position.file.slice(read.folder.length + 1)),
      ['c.tar.gz!x/y.log', 'c.tar.gz!z', 'd.zip!e.json', 'd.zip!../../f'],
    );
    assert.equal(read.done[2]?.sha256, createHash('sha256').update(packed).digest('hex'));
    assert.deepEqual([read.progress.filesDone, read.progress.bytesRead], [5, read.progress.bytesTotal]);
  }
});

test('a cut archive gives every whole record and one damage', async (t) => {
  const text = Array.from({ length: 5000 }, (_, n) => JSON.stringify({ n, x: createHash('sha256').update(String(n)).digest('hex') })).join(
    '\n',
  );
  const whole = gzipSync(text);
  const read = await open(t, { 'x.gz': whole.subarray(0, whole.length >> 1) });
  assert.ok(read.events.length > 2000 && read.events.length < 3000, String(read.events.length));
  assert.deepEqual(
    ns(read),
    read.events.map((_, n) => n),
  );
  assert.match(read.bad.map(({ problem }) => problem).join(), /^no valid JSON.*,the gzip stream is damaged or cut/);
  const cutTar = await open(t, { 'x.tar': tar({ a: '{"n":1}\n{"n":2}\n'.padEnd(2000) }).subarray(0, 700) });
  assert.deepEqual([ns(cutTar), cutTar.bad.length], [[1, 2], 1]);
});

test('a damaged zip entry does not end the archive; an encrypted one is told', async (t) => {
  const bytes = zip({ a: '{"n":1}\n', b: '{"n":2}\n' });
  bytes.fill(0xff, 31, 36);
  const read = await open(t, { 'x.zip': bytes });
  assert.deepEqual([ns(read), read.bad.length], [[2], 1]);
  const secret = zip({ a: '{"n":1}\n', b: '{"n":2}\n' });
  secret[6] = 1;
  const told = await open(t, { 'x.zip': secret });
  assert.deepEqual(ns(told), [2]);
  assert.match(told.bad[0]?.problem ?? '', /encrypted/);
});

test('bombs and endless nesting are cut off and told', async (t) => {
  const bomb = await open(
    t,
    { 'bomb.gz': gzipSync(Buffer.alloc(80 * 1024 * 1024, `{"n":"${'x'.repeat(4000)}"}\n`)) },
    { limits: { maxRatio: 100 } },
  );
  assert.match(bomb.bad.at(-1)?.problem ?? '', /unpacks to far more/);
  let nested = Buffer.from('{"n":1}\n');
  for (let depth = 0; depth < 8; depth++) nested = gzipSync(nested);
  const deep = await open(t, { 'deep.gz': nested });
  assert.match(deep.bad[0]?.problem ?? '', /nested more than 4/);
});

test('unknown content and an empty file are told or passed over; a format can be forced', async (t) => {
  const read = await open(t, { 'a.txt': 'what: is\nthis: it\n', b: '' });
  assert.deepEqual([read.events.length, read.bad.length, read.done.length], [0, 1, 2]);
  const forced = await open(t, { 'a.txt': 'what: is\nthis: it\n' }, { format: 'syslog' });
  assert.equal(forced.events.length, 2);
});

/** Minimal archives, as packers write them. */
function tar(files: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(files).map(([name, text]) => {
    const block = Buffer.alloc(512 + Math.ceil(text.length / 512) * 512);
    block.write(name, 0);
    block.write('0000644\0', 100);
    block.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
    block.write('        0ustar\x0000', 148);
    const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    block.write(text, 512);
    return block;
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function zip(files: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, text], index) => {
    const packed = deflateRawSync(text);
    const header = Buffer.alloc(30);
    // Every second one with its sizes behind it, as packers do that cannot seek.
    const isStreamed = index % 2 === 1;
    header.writeUInt32LE(0x0403_4b50, 0);
    header.writeUInt16LE(isStreamed ? 8 : 0, 6);
    header.writeUInt16LE(8, 8);
    if (!isStreamed) header.writeUInt32LE(packed.length, 18);
    header.writeUInt16LE(name.length, 26);
    const descriptor = Buffer.alloc(16);
    descriptor.writeUInt32LE(0x0807_4b50, 0);
    descriptor.writeUInt32LE(packed.length, 8);
    return [header, Buffer.from(name), packed, ...(isStreamed ? [descriptor] : [])];
  });
  const directory = Buffer.alloc(22);
  directory.writeUInt32LE(0x0605_4b50, 0);
  return Buffer.concat([...parts, directory]);
}
