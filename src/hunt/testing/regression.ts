// Reads a public rule collection and its regression cases from a folder of archives, for tests and benchmarks only.
// The data is not part of the project: everything that uses it says so and is skipped without it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import { parse } from 'yaml';

import type { RuleSource } from '../rules/parse.ts';

/** Beside the project's folder. */
const shared = path.resolve(import.meta.dirname, '../../../../shared/data');

export const sharedSigma: string | undefined = existsSync(path.join(shared, 'sigma')) ? path.join(shared, 'sigma') : undefined;

/** Files of a .tar.gz, by path. Long paths in PAX headers or GNU headers. */
export function readTar(file: string): ReadonlyMap<string, Buffer> {
  const bytes = gunzipSync(readFileSync(file));
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8) || 0;
    const type = String.fromCharCode(bytes[at + 156] ?? 0);
    const data = bytes.subarray(at + 512, at + 512 + size);
    const text = (from: number, to: number) => bytes.toString('utf8', at + from, at + to).replace(/\0.*$/s, '');
    const prefix = text(345, 500);
    const name = longName ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    longName = undefined;
    if (type === 'x') longName = /\d+ path=([^\n]+)\n/.exec(data.toString('utf8'))?.[1];
    else if (type === 'L') longName = data.toString('utf8').replace(/\0.*$/s, '');
    else if (type === '0' || type === '\0') files.set(name, Buffer.from(data));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

export function readSharedRules(sigma: string): readonly RuleSource[] {
  const files = readTar(path.join(sigma, 'rules/sigma-rules-8eaafff.tar.gz'));
  return [...files]
    .filter(([name]) => name.endsWith('.yml'))
    .map(([name, bytes]) => ({ path: name, text: bytes.toString('utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface RegressionCase {
  readonly name: string;
  readonly ruleId: string;
  readonly atLeast: number;
  readonly records: readonly unknown[];
}

interface Info {
  readonly rule_metadata?: readonly { readonly id: string }[];
  readonly regression_tests_info?: readonly { readonly match_count?: number; readonly path?: string }[];
}

export function readRegressionCases(sigma: string): {
  readonly cases: readonly RegressionCase[];
  readonly folders: number;
  readonly without: readonly string[];
} {
  const files = readTar(path.join(sigma, 'regression/sigma-regression-dev.tar.gz'));
  const cases: RegressionCase[] = [];
  const without: string[] = [];
  let folders = 0;
  for (const [name, bytes] of files) {
    if (!name.endsWith('/info.yml')) continue;
    folders++;
    const info = parse(bytes.toString('utf8')) as Info;
    const folder = name.slice(0, -'/info.yml'.length);
    const tests = info.regression_tests_info ?? [];
    if (tests.length === 0) without.push(folder);
    for (const test of tests) {
      const own = test.path === undefined ? undefined : files.get(test.path.replace(/\.evtx$/, '.json'));
      const any = [...files].find(([file]) => file.startsWith(`${folder}/`) && file.endsWith('.json'))?.[1];
      const text = (own ?? any)?.toString('utf8');
      if (text === undefined) without.push(folder);
      else
        cases.push({ name: folder, ruleId: info.rule_metadata?.[0]?.id ?? '', atLeast: test.match_count ?? 1, records: splitJson(text) });
    }
  }
  return { cases, folders, without };
}

/** Several JSON objects one after the other, with anything or nothing between them. */
export function splitJson(text: string): readonly unknown[] {
  const records: unknown[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' && depth++ === 0) start = at;
    else if (character === '}' && --depth === 0) records.push(JSON.parse(text.slice(start, at + 1)));
  }
  return records;
}
