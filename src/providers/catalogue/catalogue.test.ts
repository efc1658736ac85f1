import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { catalogueEntry, loadCatalogue, nearestCatalogueId, parseCatalogueText, type Catalogue } from './catalogue.ts';
import { renderCatalogueSchema } from './schema.ts';

function loaded(override?: unknown): Catalogue {
  const result = loadCatalogue(override === undefined ? {} : { override });
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function problems(override: unknown): readonly string[] {
  const result = loadCatalogue({ override });
  assert.ok(!result.ok);
  return result.error.map(({ path, reason }) => `${path}: ${reason}`);
}

const OWN = {
  id: 'sakana/fugu',
  kind: 'model',
  name: 'Fugu with our own pool',
  weights: { lineage: 'unknown', country: 'unknown' },
  subprocessors: [],
  sources: [{ url: 'https://example.jp/contract', asOf: '2026-11-01' }],
};

describe('the shipped catalogue', () => {
  const shipped = loaded();

  it('names the program that goes with each model', () => {
    const programs = Object.fromEntries(
      [...shipped.entries.values()].flatMap(({ id, access }) => (access?.program === undefined ? [] : [[id, access.program]])),
    );
    assert.deepEqual(programs, {
      'openai/gpt-6-sol': 'daybreak_blue',
      'openai/gpt-6-luna': 'daybreak_blue',
      'openai/gpt-6.1-sol': 'daybreak_blue',
      'openai/gpt-6.1-terra': 'daybreak_blue',
      'openai/gpt-6.2-sol': 'daybreak_blue',
      'openai/gpt-6.2-astra': 'daybreak_blue',
      'openai/gpt-6-astra': 'daybreak_blue',
      'openai/gpt-5.6-cyber': 'daybreak_red',
      'openai/gpt-6-cyber': 'daybreak_red',
      'openai/gpt-5.5-cyber-preview': 'daybreak_red',
      'openai/gpt-daybreak-blue-latest': 'daybreak_blue',
      'openai/gpt-daybreak-red-latest': 'daybreak_red',
    });
  });

  it('says of every claim where and when it was made, and gives every price its own source', () => {
    for (const { id, sources, price, access } of shipped.entries.values()) {
      assert.ok(sources.length > 0, id);
      for (const { asOf } of [...sources, ...(price === undefined ? [] : [price.source])])
        assert.ok(asOf <= shipped.released, `${id} ${asOf}`);
      if (access?.program !== undefined) assert.match(sources.map(({ url }) => url).join(' '), /daybreak/, id);
    }
  });

  it('counts nothing as domestic that only has a domestic seller', () => {
    assert.deepEqual(catalogueEntry(shipped, 'nec/cotomi')?.weights, { lineage: 'unknown', country: 'unknown' });
    const oss = catalogueEntry(shipped, 'sakura/gpt-oss-120b');
    assert.deepEqual([oss?.vendor?.country, oss?.hosting?.country, oss?.weights.country], ['JP', 'JP', 'US']);
    assert.deepEqual(
      catalogueEntry(shipped, 'sakana/fugu')?.subprocessors?.map(({ country }) => country),
      ['US', 'US', 'US'],
    );
    assert.equal(catalogueEntry(shipped, 'elyza/llama-3-elyza-jp-120b')?.weights.country, 'US');
  });

  it('knows only countries that exist', () => {
    const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
    for (const { id, vendor, weights, hosting, subprocessors } of shipped.entries.values())
      for (const country of [vendor?.country, weights.country, hosting?.country, ...(subprocessors ?? []).map((one) => one.country)])
        if (country !== undefined && country !== 'unknown') assert.notEqual(names.of(country), undefined, `${id} ${country}`);
  });

  it('has a JSON Schema that is up to date', () => {
    const path = new URL('../../../schema/sekisho.catalogue.schema.json', import.meta.url);
    assert.equal(readFileSync(path, 'utf8'), renderCatalogueSchema(), 'node src/providers/write-catalogue-schema.ts rewrites it');
  });
});

describe('entries of the operator', () => {
  it('replace the shipped one of the same id as a whole, and add others', () => {
    const own = loaded({ format: 1, released: '2026-11-02', entries: [OWN, { ...OWN, id: 'own/model' }] });
    assert.deepEqual(catalogueEntry(own, 'sakana/fugu'), { ...OWN, quirks: [] });
    assert.equal(catalogueEntry(own, 'own/model')?.name, OWN.name);
    assert.deepEqual([...own.overridden], ['sakana/fugu', 'own/model']);
    assert.equal(own.entries.size, loaded().entries.size + 1);
    assert.notDeepEqual(catalogueEntry(loaded(), 'sakana/fugu')?.subprocessors, [], 'the shipped data stays as it is');
  });

  it('are refused with the place and the reason when they are not in order', () => {
    const bad = (change: object) => problems({ format: 1, released: '2026-11-02', entries: [{ ...OWN, ...change }] });
    assert.match(bad({ id: 'no-slash' })[0]!, /^entries\[0\]\.id: /);
    assert.match(bad({ sources: [] })[0]!, /^entries\[0\]\.sources: /);
    assert.match(bad({ weights: { lineage: 'x', country: 'Japan' } })[0]!, /^entries\[0\]\.weights\.country: .*ISO 3166/);
    assert.match(bad({ colour: 'red' })[0]!, /^entries\[0\]: .*colour/);
    assert.match(bad({ sources: [{ url: 'http://example.jp/', asOf: '2026-11-01' }] })[0]!, /url/);
    assert.match(bad({ name: 'two\nlines' })[0]!, /single line/);
    assert.match(problems({ format: 1, released: '2026-11-02', entries: [OWN, OWN] })[0]!, /entries\[1\]\.id: .*twice/);
    assert.match(problems({ format: 2, released: '2026-11-02', entries: [] })[0]!, /^format: /);
    assert.ok(problems('text').length > 0);
    assert.ok(problems({ format: 1, released: 'x', entries: Array.from({ length: 500 }, () => ({})) }).length <= 20);
  });

  it('are read from YAML and JSON, and a bomb of aliases is refused', () => {
    const yaml = parseCatalogueText('format: 1\nreleased: 2026-11-02\nentries: []\n');
    assert.deepEqual(yaml, { ok: true, value: { format: 1, released: '2026-11-02', entries: [] } });
    assert.equal(parseCatalogueText('{"format": 1}').ok, true);
    assert.equal(parseCatalogueText('a: [').ok, false);
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e'].map((name, index) => `${name}: &${name} [${`*${'abcd'[index]},`.repeat(9)}*${'abcd'[index]}]`).join('\n')}\n`;
    assert.equal(parseCatalogueText(bomb).ok, false);
  });
});

describe('nearestCatalogueId', () => {
  it('finds what was meant', () => {
    assert.equal(nearestCatalogueId(loaded(), 'openai/gpt-6-sool'), 'openai/gpt-6-sol');
  });
});
