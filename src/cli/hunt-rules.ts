// Rules from files: finds them, reads them, compiles them. Reads what it is pointed at and nothing else; downloads nothing.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompiledPack, RuleSource } from '#hunt';
import { SekishoError } from '#kernel';
import { compiledPack } from './hunt-cache.ts';

/** The rules that come with Sekisho: beside `src` in a checkout and in the package. */
export const SHIPPED_RULES: string = fileURLToPath(new URL('../../rules', import.meta.url));

const MOST_FILES = 100_000;
const MOST_BYTES = 4 * 1024 * 1024;
const DEEPEST = 32;
const AT_ONCE = 64;

/** Descriptions of regression tests lie beside rules, and are none. */
const TEST_DESCRIPTION = /^(?:regression_tests_info|rule_metadata):/m;

export interface RuleFiles {
  readonly sources: readonly RuleSource[];
  /** Files that were not read, and why. */
  readonly unread: readonly { readonly path: string; readonly reason: string }[];
}

/** From files and folders, in the order of their names, so that the same rules always give the same pack. */
export async function readRuleFiles(paths: readonly string[]): Promise<RuleFiles> {
  const sources: RuleSource[] = [];
  const unread: { path: string; reason: string }[] = [];
  const files = (await Promise.all(paths.map((path) => filesBelow(path, isRuleFile)))).flat();
  if (files.length > MOST_FILES) throw new SekishoError('too-many-rules', `more than ${MOST_FILES} rule files`);
  const distinct = [...new Set(files)];
  for (let at = 0; at < distinct.length; at += AT_ONCE) {
    for (const { path, size, text } of await Promise.all(distinct.slice(at, at + AT_ONCE).map(readOne))) {
      if (text === undefined) unread.push({ path, reason: `the file has ${size} bytes; a rule has at most ${MOST_BYTES}` });
      else if (!TEST_DESCRIPTION.test(text)) sources.push({ path, text });
    }
  }
  return { sources, unread };
}

async function readOne(path: string): Promise<{ readonly path: string; readonly size: number; readonly text: string | undefined }> {
  const { size } = await stat(path);
  return { path, size, text: size > MOST_BYTES ? undefined : await readFile(path, 'utf8') };
}

export async function loadRules(paths: readonly string[]): Promise<{ readonly pack: CompiledPack; readonly files: RuleFiles }> {
  const files = await readRuleFiles(paths.length === 0 ? [SHIPPED_RULES] : paths);
  const pack = await compiledPack(files.sources);
  const unread = files.unread.map((each) => ({ ...each, id: undefined, title: undefined }));
  return { pack: { ...pack, skipped: [...unread, ...pack.skipped] }, files };
}

/** All files below a folder, sorted; a file is itself. Follows no symbolic link inside, so that no loop is walked. */
export async function filesBelow(path: string, isWanted: (path: string) => boolean, depth = 0): Promise<string[]> {
  if (depth === 0 && !(await stat(path)).isDirectory()) return [path];
  if (depth > DEEPEST) return [];
  const entries = (await readdir(path, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const inner = join(path, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(inner, isWanted, depth + 1)));
    else if (entry.isFile() && isWanted(inner)) found.push(inner);
  }
  return found;
}

function isRuleFile(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}
