import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { renderJsonSchema } from './json-schema.ts';
import { loadConfig } from './load.ts';
import { FULL } from './test-files.ts';

const published = new URL('../../schema/sekisho.config.schema.json', import.meta.url);
const example = new URL('../../examples/sekisho.config.yaml', import.meta.url);

type SchemaNode = Record<string, unknown>;

function nodes(value: unknown, path = '#'): [string, SchemaNode][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const node = value as SchemaNode;
  const maps = ['properties', '$defs'].flatMap((key) =>
    Object.entries((node[key] ?? {}) as SchemaNode).flatMap(([name, inner]) => nodes(inner, `${path}/${key}/${name}`)),
  );
  const single = ['items', 'additionalProperties', 'propertyNames'].flatMap((key) => nodes(node[key], `${path}/${key}`));
  const lists = ['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
    ((node[key] ?? []) as unknown[]).flatMap((inner, index) => nodes(inner, `${path}/${key}/${index}`)),
  );
  return [[path, node], ...maps, ...single, ...lists];
}

const schema = JSON.parse(renderJsonSchema()) as SchemaNode;

test('the published JSON Schema is up to date (if not: node src/config/write-json-schema.ts)', () => {
  assert.equal(readFileSync(published, 'utf8'), renderJsonSchema());
});

test('the JSON Schema uses only keywords of draft 2020-12, references that exist and patterns that compile', () => {
  assert.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema');
  const keywords = new Set(
    (
      '$schema $ref $defs title description default examples type enum const properties required additionalProperties propertyNames ' +
      'minProperties maxProperties items minItems maxItems minLength maxLength pattern minimum maximum anyOf'
    ).split(' '),
  );
  const all = nodes(schema);
  assert.ok(all.length > 80, `only ${all.length} schema nodes found`);
  const known = new Set(all.map(([path]) => path));
  for (const [path, node] of all) {
    for (const keyword of Object.keys(node)) assert.ok(keywords.has(keyword), `${path}: ${keyword}`);
    if (typeof node['$ref'] === 'string') assert.ok(known.has(node['$ref']), `${path}: ${node['$ref']}`);
    if (typeof node['pattern'] === 'string') assert.ok(new RegExp(node['pattern'], 'u'), path);
    if (node['type'] === 'object' && node['properties'] !== undefined) assert.equal(node['additionalProperties'], false, path);
  }
});

test('every key of the file is described, for the editor', () => {
  const missing = nodes(schema)
    .filter(([path, node]) => /\/properties\/[^/]+$/.test(path) && typeof node['description'] !== 'string')
    .map(([path]) => path);
  assert.deepEqual(missing, []);
});

test('the JSON Schema accepts the example and a file with every key, and refuses what the loader refuses', () => {
  const check = z.fromJSONSchema(schema);
  const good = (): SchemaNode => parse(readFileSync(example, 'utf8')) as SchemaNode;
  assert.equal(check.safeParse(good()).success, true);
  assert.equal(check.safeParse(FULL).success, true);
  const spoilt: SchemaNode[] = [
    { ...good(), bogus: 1 },
    { ...good(), ledger: {} },
    { ...good(), ledger: { origin: 'https://example.jp' } },
    { ...good(), database: 'postgres://user:password@host/db' },
    { ...good(), identity: { pepper: 'literal' } },
    { ...good(), routes: {} },
    { ...good(), server: { workers: 0 } },
    { ...good(), inspection: 'on' },
    { ...good(), inspection: { masking: [{ towards: 'abrod' }] } },
    { ...good(), inspection: { masking: [{ towards: 'abroad', mask: ['emial'] }] } },
    { ...good(), inspection: { external: { url: 'https://detector.example', token: 'literal' } } },
  ];
  for (const file of spoilt) assert.equal(check.safeParse(file).success, false, JSON.stringify(file).slice(0, 80));
});

test('the example loads without warnings and tells editors where its schema is', () => {
  const first = readFileSync(example, 'utf8').split('\n')[0] ?? '';
  const [, target] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
  assert.equal(new URL(target ?? '', example).href, published.href);
  const env = { EXAMPLE_US_API_KEY: 'a', EXAMPLE_JP_API_KEY: 'b', EXAMPLE_EU_API_KEY: 'c', EXAMPLE_CLOUD_API_KEY: 'd' };
  const loaded = loadConfig(decodeURIComponent(example.pathname), { env });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(loaded.value.warnings, []);
  const vendors = new Set(loaded.value.config.deployments.map((deployment) => deployment.origins.vendor.country));
  assert.deepEqual([...vendors].toSorted(), ['FR', 'JP', 'US']);
  assert.ok(loaded.value.config.deployments.some((deployment) => deployment.baseUrl.startsWith('http://127.0.0.1')));
});
