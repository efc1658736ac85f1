// Rules and logs for the benchmark, out of the archives they are published in. They are not part of the project and lie beside it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { constants, gunzipSync, inflateRawSync } from 'node:zlib';

export interface Rule {
  readonly path: string;
  readonly text: string;
}

/** Undefined: there is no such folder. */
export function findData(given: string | undefined): string | undefined {
  const folder = given ?? resolve(import.meta.dirname, '../../../shared/data');
  return existsSync(join(folder, 'sigma/rules')) && existsSync(join(folder, 'logs/otrf')) ? folder : undefined;
}

/** Sorted by hash, so that the first n are an arbitrary but fixed choice. */
export function readRules(data: string, which: 'all' | 'windows' | number): readonly Rule[] {
  const folder = join(data, 'sigma/rules');
  const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz')) ?? '';
  const rules = [...readTar(gunzipSync(readFileSync(join(folder, archive))))]
    .filter(([path]) => path.endsWith('.yml'))
    .map(([path, bytes]) => ({ path, text: bytes.toString('utf8') }));
  const windows = (rule: Rule) => /^ +product: *windows/m.test(rule.text);
  if (which === 'windows') return rules.filter(windows);
  if (which === 'all') return rules;
  const order = (rule: Rule) => createHash('sha256').update(rule.path).digest('hex');
  const keyed = rules.map((rule) => ({ rule, key: (windows(rule) ? '0' : '1') + order(rule) }));
  return keyed
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, which)
    .map(({ rule }) => rule);
}

/** Windows recordings, one archive after the other, unpacked. */
export function* readLogs(data: string): Generator<{ readonly name: string; readonly bytes: Buffer }> {
  for (const name of archives(join(data, 'logs/otrf/datasets'))) {
    const packed = readFileSync(name);
    const files = name.endsWith('.zip') ? readZip(packed) : readTar(gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }));
    for (const [inner, bytes] of files) if (inner.endsWith('.json') && !inner.startsWith('__MACOSX')) yield { name: inner, bytes };
  }
}

function archives(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /windows|LSASS/.test(name) && /\.(?:zip|tar\.gz)$/.test(name) && !name.includes('zeek'))
    .sort()
    .map((name) => join(folder, name));
}

function readTar(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8) || 0;
    const type = bytes[at + 156];
    const body = bytes.subarray(at + 512, at + 512 + size);
    const text = (from: number, to: number) => bytes.toString('utf8', at + from, at + to).replace(/\0.*$/s, '');
    const prefix = text(345, 500);
    const name = longName ?? (prefix === '' || text(257, 263) !== 'ustar' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    longName = undefined;
    if (type === 120) longName = /\d+ path=([^\n]+)\n/.exec(body.toString('utf8'))?.[1];
    else if (type === 76) longName = body.toString('utf8').replace(/\0.*$/s, '');
    else if (type === 48 || type === 0) files.set(name, Buffer.from(body));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

function readZip(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size, nameLength] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)];
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = bytes.subarray(start, start + size);
    files.set(bytes.toString('utf8', at + 46, at + 46 + nameLength), method === 8 ? inflateRawSync(body) : body);
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}
