// The dictionaries as workers read them: copies, under the data directory, of what the primary has checked. A file that somebody is editing
// never decides whether a worker can start. Copies are named by their hash; whoever loads one checks it (content-rules.ts).
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '#config';
import { loadDictionary, type DictionaryProblem } from '#inspection';
import { SekishoError } from '#kernel';

export interface DictionaryCopies {
  /** The configuration with copies in place of its dictionaries. @throws SekishoError: then no copy that is in use has changed */
  checked(config: Config): Config;
  /** Removes copies that none of these needs. */
  prune(configs: readonly Config[]): void;
}

export function createDictionaryCopies(dataDirectory: string): DictionaryCopies {
  const directory = join(dataDirectory, 'dictionaries');
  /** The files that were found good last; a million terms take seconds. */
  let good: string | undefined;

  function keep(files: ReadonlyMap<string, Buffer>): void {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      for (const [sha256, bytes] of files) keepOne(join(directory, nameOf(sha256)), sha256, bytes);
    } catch (cause) {
      throw new SekishoError('dictionary-not-kept', `the copy of a dictionary for the workers cannot be written to ${directory}`, {
        cause,
        hint: 'Make room, or give this account the right to write there.',
      });
    }
  }

  return {
    checked(config) {
      const { inspection } = config;
      const hashes = inspection?.dictionaries.map((file) => inspection.dictionaryHashes[file]!) ?? [];
      if (inspection === undefined || hashes.length === 0) return config;
      const files = new Map(inspection.dictionaries.map((file, index) => [hashes[index]!, readUnchanged(file, hashes[index]!)]));
      const list = hashes.join();
      if (list !== good) {
        const loaded = loadDictionary(inspection.dictionaries, (file) => files.get(inspection.dictionaryHashes[file]!)!);
        if (!loaded.ok) throw unusable(loaded.error);
      }
      keep(files);
      good = list;
      const copies = hashes.map((sha256) => join(directory, nameOf(sha256)));
      const dictionaryHashes = Object.fromEntries(copies.map((copy, index) => [copy, hashes[index]!]));
      return { ...config, inspection: { ...inspection, dictionaries: copies, dictionaryHashes } };
    },
    prune(configs) {
      const needed = new Set(configs.flatMap(({ inspection }) => inspection?.dictionaries ?? []));
      for (const path of copiesIn(directory)) if (!needed.has(path)) rmSync(path, { force: true });
    },
  };
}

function nameOf(sha256: string): string {
  return `${sha256}.csv`;
}

/** Also what a crash left half written. */
function copiesIn(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter((name) => /^[0-9a-f]{64}\.csv(?:\.new)?$/.test(name));
    return names.map((name) => join(directory, name));
  } catch {
    return [];
  }
}

function readUnchanged(file: string, sha256: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw unusable([{ file, line: 0, reason: 'it cannot be read' }], cause);
  }
  if (sha256Of(bytes) !== sha256) throw unusable([{ file, line: 0, reason: 'it changed while it was read; try again once it is written' }]);
  return bytes;
}

function keepOne(path: string, sha256: string, bytes: Buffer): void {
  if (isIntact(path, sha256)) return;
  writeFileSync(`${path}.new`, bytes, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

function isIntact(path: string, sha256: string): boolean {
  try {
    return sha256Of(readFileSync(path)) === sha256;
  } catch {
    return false;
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function unusable(problems: readonly DictionaryProblem[], cause?: unknown): SekishoError {
  const [first] = problems;
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const place = first!.line === 0 ? first!.file : `${first!.file}:${first!.line}`;
  return new SekishoError('dictionary-unusable', `${place}: ${first!.reason}${others}`, {
    cause,
    hint: 'Correct the dictionary named in inspection.dictionaries; `sekisho check` lists all problems.',
  });
}
