import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { serializePack, type RuleSource } from '#hunt';
import { compiledPack } from './hunt-cache.ts';

function rulesOf(count: number, needle = 'x'): readonly RuleSource[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `r${index}.yml`,
    text: `title: R${index}\nid: id-${index}\nlogsource:\n  product: p\ndetection:\n  s:\n    a|contains: '${needle}'\n  condition: s\nlevel: low\n`,
  }));
}

async function cacheFolder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sekisho-packs-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test('a large collection is compiled once, and changed rules are compiled anew', async (t) => {
  const directory = await cacheFolder(t);
  const first = await compiledPack(rulesOf(400), directory);
  assert.deepEqual(await readdir(directory), [`${first.key}.json`]);
  const again = await compiledPack(rulesOf(400), directory);
  assert.equal(serializePack(again), serializePack(first));
  const changed = await compiledPack(rulesOf(400, 'y'), directory);
  assert.notEqual(changed.key, first.key);
  assert.equal((await readdir(directory)).length, 2);
});

test('a small collection leaves no trace', async (t) => {
  const directory = await cacheFolder(t);
  assert.equal((await compiledPack(rulesOf(3), directory)).rules.length, 3);
  assert.deepEqual(await readdir(directory), []);
});

test('a pack that is damaged or that others may write is not used', async (t) => {
  const directory = await cacheFolder(t);
  const { key } = await compiledPack(rulesOf(400), directory);
  const path = join(directory, `${key}.json`);
  await writeFile(path, `{"key":"${key}",`);
  assert.equal((await compiledPack(rulesOf(400), directory)).rules.length, 400);
  const blind = `{"key":"${key}","rules":[],"correlations":[],"silent":[],"skipped":[],"limited":[],"stats":{}}`;
  await writeFile(path, blind);
  await chmod(path, 0o666);
  assert.equal((await compiledPack(rulesOf(400), directory)).rules.length, 400);
  await writeFile(path, blind);
  await chmod(directory, 0o777);
  assert.equal((await compiledPack(rulesOf(400), directory)).rules.length, 400);
});

test('old packs make room', async (t) => {
  const directory = await cacheFolder(t);
  for (let index = 0; index < 10; index++) await compiledPack(rulesOf(300, `n${index}`), directory);
  assert.equal((await readdir(directory)).length, 8);
});
