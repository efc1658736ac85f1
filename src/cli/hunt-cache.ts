// Compiled rules, kept between hunts under a key over everything that went into them, so that a large collection is compiled once. Whoever
// can write here can blind a hunt: the folder is the account's own, and is not used when others may write to it.
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { compileRules, loadPack, packKey, serializePack, type CompiledPack, type RuleSource } from '#hunt';
import { createSystemRandom } from '#kernel';

/** Fewer are compiled faster than they are looked up. */
const FEWEST_RULES = 300;
const MOST_PACKS = 8;

const CACHE = join(homedir(), '.cache', 'sekisho', 'rules');

/** The same pack with and without a cache; a cache that cannot be used costs time only. */
export async function compiledPack(sources: readonly RuleSource[], directory: string = CACHE): Promise<CompiledPack> {
  if (sources.length < FEWEST_RULES) return compileRules(sources);
  const key = packKey(sources);
  const path = join(directory, `${key}.json`);
  const cached = await readCached(directory, path);
  const known = cached === undefined ? undefined : loadPack(cached, key);
  if (known !== undefined) return known;
  const pack = compileRules(sources);
  await keep(directory, path, serializePack(pack)).catch(() => undefined);
  return pack;
}

async function readCached(directory: string, path: string): Promise<string | undefined> {
  try {
    if (!(await isOurs(directory)) || !(await isOurs(path))) return undefined;
    const text = await readFile(path, 'utf8');
    // So that the packs in use are the ones that stay.
    const now = new Date();
    await utimes(path, now, now);
    return text;
  } catch {
    return undefined;
  }
}

async function keep(directory: string, path: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (!(await isOurs(directory))) return;
  const temporary = `${path}.${createSystemRandom().bytes(6).toString('hex')}.tmp`;
  await writeFile(temporary, text, { flag: 'wx', mode: 0o600 });
  await rename(temporary, path);
  const names = (await readdir(directory)).map((name) => join(directory, name));
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(name)).mtimeMs })));
  const old = aged.toSorted((a, b) => b.at - a.at).slice(MOST_PACKS);
  await Promise.all(old.map(({ name }) => rm(name, { force: true })));
}

/** Ours alone to write. Windows has no such bits; there the profile's own rights protect it. */
async function isOurs(path: string): Promise<boolean> {
  const { uid, mode } = await stat(path);
  const own = process.geteuid?.();
  return own === undefined || (uid === own && (mode & 0o022) === 0);
}
