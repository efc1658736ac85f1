import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { loadConfig, type Config } from '#config';
import { createContentRules } from './content-rules.ts';
import { createDictionaryCopies } from './dictionary-copies.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sekisho-copies-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const data = () => join(folder, 'data');
const kept = () => readdirSync(join(data(), 'dictionaries'));

function write(terms: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(terms)) writeFileSync(join(folder, name), text);
}

function configOf(...files: string[]): Config {
  const path = join(folder, 'c.yaml');
  writeFileSync(
    path,
    `operator: { name: Example, homeCountry: JP }
ledger: { origin: example.jp/log }
providers:
  one: { company: One, country: JP, baseUrl: "https://one.example/v1", deployments: { a: { model: m, wire: openai-chat } } }
routes: { r: { candidates: [one/a] } }
inspection: { dictionaries: [${files.join(', ')}] }
`,
  );
  const loaded = loadConfig(path, { env: {} });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value.config;
}

describe('copies of dictionaries', () => {
  it('hold what was checked, for this account only, whatever becomes of the files', async () => {
    write({ 'a.csv': 'term\nPX-4711\n', 'b.csv': 'term\nPX-4712\n' });
    const config = configOf('a.csv', 'b.csv');
    const checked = createDictionaryCopies(data()).checked(config);
    write({ 'a.csv': 'term,label\n"half' });
    rmSync(join(folder, 'b.csv'));
    const copies = checked.inspection!.dictionaries;
    assert.deepEqual(
      copies.map((copy) => readFileSync(copy, 'utf8')),
      ['term\nPX-4711\n', 'term\nPX-4712\n'],
    );
    for (const copy of copies) assert.equal(statSync(copy).mode & 0o777, 0o600);
    assert.equal(checked.version, config.version);
    const rules = createContentRules(checked, Buffer.alloc(32, 1));
    await rules!.inspector.close();
  });

  it('are not made of a dictionary with faults: the first is named by file and line', () => {
    write({ 'a.csv': 'term,label\nPX-4711,NO LABEL\nx,\n' });
    const copies = createDictionaryCopies(data());
    assert.throws(() => copies.checked(configOf('a.csv')), {
      code: 'dictionary-unusable',
      message: /a\.csv:2: the label "NO LABEL" .* \(and 1 more\)$/,
    });
    assert.throws(() => kept());
  });

  it('are not made of other bytes than those that the version covers', () => {
    write({ 'a.csv': 'term\nPX-4711\n' });
    const config = configOf('a.csv');
    write({ 'a.csv': 'term\nPX-4712\n' });
    assert.throws(() => createDictionaryCopies(data()).checked(config), {
      code: 'dictionary-unusable',
      message: /it changed while it was read/,
    });
  });

  it('are not loaded when they are not what they were', () => {
    write({ 'a.csv': 'term\nPX-4711\n' });
    const checked = createDictionaryCopies(data()).checked(configOf('a.csv'));
    writeFileSync(checked.inspection!.dictionaries[0]!, 'term\nnothing of the kind\n');
    assert.throws(() => createContentRules(checked, Buffer.alloc(32, 1)), { code: 'dictionary-unusable', message: /it has changed since/ });
  });

  it('are made again where they are damaged, and go when nobody needs them', () => {
    write({ 'a.csv': 'term\nPX-4711\n', 'b.csv': 'term\nPX-4712\n' });
    const copies = createDictionaryCopies(data());
    const [first, second] = [copies.checked(configOf('a.csv')), copies.checked(configOf('b.csv'))];
    const [copy] = first.inspection!.dictionaries;
    writeFileSync(copy!, 'damaged');
    copies.checked(configOf('a.csv'));
    assert.equal(readFileSync(copy!, 'utf8'), 'term\nPX-4711\n');
    writeFileSync(`${copy!}.new`, 'half wri');
    copies.prune([first, second]);
    assert.equal(kept().length, 2);
    copies.prune([second]);
    assert.deepEqual(
      kept(),
      second.inspection!.dictionaries.map((path) => basename(path)),
    );
    copies.prune([]);
    assert.deepEqual(kept(), []);
  });

  it('are not made where there are no dictionaries', () => {
    const config = configOf();
    const copies = createDictionaryCopies(data());
    assert.equal(copies.checked(config), config);
    copies.prune([config]);
    assert.throws(() => kept());
  });
});
