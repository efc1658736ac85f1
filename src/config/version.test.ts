import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { loadConfig } from './load.ts';
import { FULL, FULL_AROUND, loadGood, loadText, memoryFiles, MINIMAL } from './test-files.ts';

type Tree = { readonly [key: string]: Tree } | readonly Tree[] | string | number | boolean;

const good = (file: unknown) => loadGood(JSON.stringify(file), FULL_AROUND).config;

test('the version is sha256 and 64 hexadecimal digits', () => {
  assert.match(good(FULL).version, /^sha256:[0-9a-f]{64}$/);
});

test('the order of keys, comments and the way of writing change neither the version nor the configuration', () => {
  const shuffle = (tree: Tree, seed: number): Tree => {
    if (Array.isArray(tree)) return tree.map((item: Tree) => shuffle(item, seed));
    if (typeof tree !== 'object') return tree;
    const entries = Object.entries(tree).map(([key, value]): [string, Tree] => [key, shuffle(value, seed)]);
    return Object.fromEntries(
      entries.toSorted(([a], [b]) => ((a.length * 7 + a.charCodeAt(0) * seed) % 13) - ((b.length * 7 + b.charCodeAt(0) * seed) % 13)),
    );
  };
  const usual = good(FULL);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
      const text = `# a comment\n${stringify(shuffle(FULL, seed))}`;
      assert.deepEqual(loadGood(text, FULL_AROUND).config, usual);
    }),
    { numRuns: 30 },
  );
});

/** Every leaf of a tree with a path to it. */
function leaves(
  tree: Tree,
  path: readonly (string | number)[] = [],
): { path: readonly (string | number)[]; value: string | number | boolean }[] {
  if (typeof tree !== 'object') return [{ path, value: tree }];
  const entries: [string | number, Tree][] = Array.isArray(tree) ? [...tree.entries()] : Object.entries(tree);
  return entries.flatMap(([key, value]) => leaves(value, [...path, key]));
}

function replaced(tree: Tree, [key, ...rest]: readonly (string | number)[], value: Tree): Tree {
  if (key === undefined) return value;
  if (Array.isArray(tree)) return tree.map((item: Tree, index) => (index === key ? replaced(item, rest, value) : item));
  return Object.fromEntries(
    Object.entries(tree).map(([name, item]) => [name, name === key ? replaced(item as Tree, rest, value) : (item as Tree)]),
  );
}

function withoutJudge(file: Tree): Tree {
  const { access, ...rest } = file as { readonly access: { readonly [name: string]: Tree } };
  return { ...rest, access: Object.fromEntries(Object.entries(access).filter(([name]) => name !== 'judge')) };
}

/** Another valid value for a leaf; by its key where the kind of value does not decide. */
function another(path: readonly (string | number)[], value: string | number | boolean): Tree {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value < 1 && value > 0 ? value / 2 : value + 1;
  if (/^[A-Z]{2}$/.test(value)) return value === 'FR' ? 'DE' : 'FR';
  const key = String(path.at(-1));
  const others: Record<string, Tree> = {
    sector: 'gas',
    listen: '[::1]:9001',
    metrics: 'key',
    logLevel: 'error',
    currency: 'USD',
    maxBody: '2MB',
    wire: 'openai-responses',
    baseUrl: 'https://elsewhere.example/v1',
    url: path[0] === 'inspection' ? 'https://detector.example/other' : 'env:DATABASE_URL_2',
    format: 'spans',
    PER: 'email',
    token: 'env:KEY_2',
    onFailure: 'refuse',
    maxText: '2MB',
    memory: '2MB',
    pepper: 'env:PEPPER_2',
    signingKey: 'file:./ledger.pem',
    credential: 'env:KEY_2',
    'X-Trace-Token': 'env:KEY_2',
    dataClass: 'internal',
    translation: 'off',
    degraded: 'refuse',
    judge: 'work',
    by: value === 'company' ? 'lineage' : 'company',
    window: 'day',
    weight: 'requests',
    action: 'steer',
    endUserField: 'vendor',
    authentication: value === 'bearer' ? 'x-api-key' : 'bearer',
    enforce: 'all',
    tools: 'remove',
    issuer: 'https://login2.example.jp',
    clientSecret: 'env:KEY_2',
    high: 'sso',
    hwk: 'sso',
    openai: 'env:KEY_2',
    grant: 'by-program',
    capability: 'code-review',
  };
  if (['mask', 'refuse', 'allow', 'off', 'neverRestore'].includes(String(path.at(-2)))) return 'passport';
  if (path[0] === 'inspection' && path.includes('levels')) return { classes: 'restricted' }[String(path.at(-2))] ?? 'internal';
  if (path[0] === 'inspection' && key === 'internal') return 'allow';
  if (path[0] === 'access' && path.includes('policies')) return 'terms.csv';
  if (path.at(-2) === 'wire') return value === 'anthropic-messages' ? 'openai-chat' : 'openai-embeddings';
  if (path.at(-2) === 'candidates') return value === 'one/a' ? 'one/b' : 'one/a';
  return others[key] ?? `${value}x`;
}

test('every change of a value changes the version', () => {
  const around = {
    files: { ...FULL_AROUND.files, [resolve('/etc/sekisho/terms.csvx')]: { text: 'term\nPX-4711\n' } },
    env: { ...FULL_AROUND.env, DATABASE_URL_2: FULL_AROUND.env.DATABASE_URL, PEPPER_2: FULL_AROUND.env.PEPPER, KEY_2: 'another-key' },
  };
  const usual = good(FULL).version;
  const versions = new Map([[usual, 'unchanged']]);
  // What is only about accepting the file says nothing about the configuration that results.
  // What a catalogue fills in is part of the deployment; where it came from is not.
  // A route that reaches a vendor's program needs a grant, whatever it says itself.
  const judged = leaves(FULL).filter(({ path }) => !['allowPlainHttp', 'catalogue', 'grant'].includes(String(path.at(-1))));
  assert.ok(judged.length > 55, `only ${judged.length} leaves`);
  for (const { path, value } of judged) {
    let file = replaced(FULL, path, another(path, value));
    // A route names no deployment twice: swap the two candidates of "work".
    if (path.join('.').startsWith('routes.work.candidates'))
      file = replaced(FULL, ['routes', 'work', 'candidates'], path.at(-1) === 0 ? ['one/b', 'one/a'] : ['one/a']);
    // Where the judge's route would need a grant there is no judge.
    if (['access.enforce', 'routes.vendor/Model-1.candidates.0'].includes(path.join('.'))) file = withoutJudge(file);
    if (path.join('.') === 'access.judge.route')
      file = replaced(file, ['routes'], { ...FULL.routes, 'vendor/Model-1x': { candidates: ['one/b'] } });
    const { version } = loadGood(JSON.stringify(file), around).config;
    assert.equal(versions.get(version), undefined, `${path.join('.')} has the version of ${versions.get(version)}`);
    versions.set(version, path.join('.'));
  }
});

test('the order of candidates and of wire formats is a value, not an order of keys', () => {
  const swapped = replaced(FULL, ['routes', 'work', 'candidates'], ['one/b', 'one/a']);
  assert.notEqual(good(swapped).version, good(FULL).version);
});

test('a new secret under the same reference leaves the version as it is', () => {
  const changed = {
    env: Object.fromEntries(Object.entries(FULL_AROUND.env).map(([name, value]) => [name, `${value}-rotated`])),
    files: FULL_AROUND.files,
  };
  const loaded = loadText(JSON.stringify(FULL), changed);
  assert.ok(loaded.ok);
  assert.equal(loaded.value.config.version, good(FULL).version);
  assert.equal(loaded.value.config.deployments[0]?.credential, 'key-of-provider-one-rotated');
});

test('the same file has the same version in another folder and on a machine with other cores', () => {
  const at = (path: string, usableCores: number) =>
    loadConfig(path, { env: {}, readFile: memoryFiles({ [path]: { text: MINIMAL } }), usableCores });
  const [here, there] = [at('/a/one.yaml', 2), at('/b/two.yaml', 64)];
  assert.ok(here.ok && there.ok);
  assert.equal(here.value.config.version, there.value.config.version);
  assert.equal(here.value.config.server.workers, 2);
  assert.equal(there.value.config.server.dataDirectory, '/b/.sekisho');
});
