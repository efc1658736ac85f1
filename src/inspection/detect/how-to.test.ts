// The examples of docs/how-to/add-a-detector.md and docs/how-to/write-a-dictionary.md do what the pages say.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { readPage } from '#test/markdown';
import { readText, ROOT } from '#test/repository';
import { loadDictionary } from '../dictionary/load.ts';
import { dictionaryMatcher } from '../dictionary/matcher.ts';
import { subjectOf } from '../text/subject.ts';
import type { Detector } from './detector.ts';
import { Scanner } from './scanner.ts';

function fence(page: string, language: string): string {
  const found = readPage(readText(page)).fences.find((candidate) => candidate.language === language);
  assert.ok(found !== undefined, `${page} has no ${language}`);
  return found.text;
}

describe('the detector of the how-to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-how-to-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'kks.ts');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const code = fence('docs/how-to/add-a-detector.md', 'ts');
  writeFileSync(file, code.replace("'../detector.ts'", JSON.stringify(join(ROOT, 'src/inspection/detect/detector.ts'))));

  it('compiles', () => {
    const config = join(folder, 'tsconfig.json');
    const compilerOptions = { typeRoots: [join(ROOT, 'node_modules/@types')] };
    writeFileSync(config, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: [file] }));
    const compiler = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', config], { encoding: 'utf8' });
    assert.equal(compiler.status, 0, compiler.stdout);
  });

  it('finds what it says, and nothing else', async () => {
    const { kks } = (await import(pathToFileURL(file).href)) as { kks: Detector };
    const scanner = new Scanner([kks]);
    const found = (text: string, hint = ''): string[] => {
      const subject = subjectOf(text, hint);
      return scanner.scan(subject).map(({ start, end }) => subject.text.slice(start, end));
    };
    for (const text of ['KKS 1LAC10AP001 trips', 'ＫＫＳコード：１ＬＡＣ１０ＡＰ００１', '"kks":"x", kks code: 1LAC10AP001'])
      assert.deepEqual(found(text), ['1LAC10AP001'], text);
    assert.deepEqual(found('1LAC10AP001', 'kks_code'), ['1LAC10AP001']);
    for (const text of ['1LAC10AP001', 'KKS is a scheme, as in 1LAC10AP001', 'kks 1LAC10AP0011']) assert.deepEqual(found(text), [], text);
    assert.deepEqual(found('not a code', 'kks_code'), []);
  });
});

describe('the dictionary of the how-to', () => {
  it('loads and finds what it says', () => {
    const loaded = loadDictionary(['how-to.csv'], () => Buffer.from(fence('docs/how-to/write-a-dictionary.md', 'csv')));
    assert.ok(loaded.ok, JSON.stringify(loaded));
    const matcher = dictionaryMatcher(loaded.value);
    const found = (text: string): string[] =>
      matcher.find(subjectOf(text)).map(({ label, start, end }) => `${label} ${text.slice(start, end)}`);
    assert.deepEqual(found('浜松第二工場 (HM2 Works) の第3組立ライン、px-4711-a、heron'), [
      'plant 浜松第二工場',
      'plant HM2 Works',
      'line 第3組立ライン',
      'part-number px-4711-a',
      'project heron',
    ]);
    assert.deepEqual(found('アルの NET アルミ net valve, main (north)'), ['code-name アル', 'code-name NET', 'line valve, main (north)']);
  });
});
