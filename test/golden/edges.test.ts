// The folder graph: recorded in edges.txt, free of cycles, and with no import that goes around a door.
// The lint rules say which doors a folder may use; this test resolves every import itself and does not trust them.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { assertGolden } from '../support/golden.ts';
import { describeEdge, findCycle, readFolderGraph, type FolderGraph } from '../support/folder-graph.ts';
import { ROOT } from '../support/repository.ts';

/** Where a module is chosen at run time, and what it can be. */
const COMPUTED: ReadonlyMap<string, string> = new Map([
  ['src/store/embedded-binaries.ts', 'the PostgreSQL package of this platform'],
  ['src/providers/llama/model-process.ts', 'node-llama-cpp, where the operator has installed it'],
  ['src/inspection/detect/how-to.test.ts', 'the example of docs/how-to/add-a-detector.md'],
]);

describe('the folders of this repository', () => {
  const graph = readFolderGraph(ROOT, new Set(COMPUTED.keys()));

  test('there are sources to read in src/ and in simulator/', () => {
    for (const tree of ['src/', 'simulator/']) {
      assert.ok(
        graph.files.some((file) => file.startsWith(tree)),
        `${tree} holds no TypeScript file: the other tests of this file would pass without having looked at anything`,
      );
    }
    assert.ok(graph.edges.length > 0, 'no folder imports another: the imports were not understood');
  });

  test('no import goes around a door', () => {
    assert.deepEqual(graph.violations, []);
  });

  test('each exception for a module chosen at run time is still needed', () => {
    const strict = readFolderGraph(ROOT).violations;
    for (const file of COMPUTED.keys())
      assert.ok(
        strict.some((violation) => violation.startsWith(`${file}:`)),
        file,
      );
  });

  test('no folder imports itself by way of others', () => {
    const cycle = findCycle(graph.edges);
    assert.equal(cycle, undefined, `cycle: ${cycle?.join(' -> ')}`);
  });

  test('the edges are those recorded in edges.txt', () => {
    assertGolden(join(import.meta.dirname, 'edges.txt'), graph.edges.map(describeEdge), import.meta.filename);
  });
});

describe('the reading of folders', () => {
  const doors = {
    '#a': './src/a/index.ts',
    '#b': './src/b/index.ts',
    '#simulator': './simulator/index.ts',
    '#test/*': './test/support/*.ts',
  };
  const plain = { 'src/a/index.ts': '', 'src/b/index.ts': '', 'simulator/index.ts': '' };

  /** Reads a made-up tree: `files` by path, over empty doors. */
  function read(files: Record<string, string>, imports: Record<string, string> = doors): FolderGraph {
    const root = mkdtempSync(join(tmpdir(), 'sekisho-edges-'));
    try {
      for (const [path, text] of Object.entries({ ...plain, ...files, 'package.json': JSON.stringify({ imports }) })) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      return readFolderGraph(root);
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  test('an edge says whether code, types or only tests need it', () => {
    const graph = read({
      'src/a/x.ts': `import { b } from '#b'; import type { B } from '#b';`,
      'src/b/x.ts': `import type { S } from '#simulator';`,
      'src/b/x.test.ts': `import { a } from '#a'; import { s } from '#simulator';`,
      'src/main.ts': `import { a } from '#a';`,
    });
    assert.deepEqual(graph.violations, []);
    assert.deepEqual(graph.edges.map(describeEdge), ['a -> b', 'b -> a (tests only)', 'b -> simulator (types only)', 'main -> a']);
    assert.equal(findCycle(graph.edges), undefined);
  });

  test('a program of another folder may be started by path, and only a program', () => {
    const graph = read({
      'src/main.ts': `import { a } from '#a';`,
      'src/a/x.ts': `new URL('../main.js', import.meta.url); new URL('../main.ts', import.meta.url);`,
      'src/b/x.ts': `import '../main.ts';`,
    });
    assert.deepEqual(graph.edges.map(describeEdge), ['a -> main (starts it)', 'b -> main', 'main -> a']);
    assert.deepEqual(graph.violations, ["src/b/x.ts:1: '../main.ts' leaves b/ by path; use the door '#main'"]);
  });

  test('a cycle is named, also when only types close it', () => {
    const graph = read({ 'src/a/x.ts': `import { b } from '#b';`, 'src/b/x.ts': `export type { A } from '#a';` });
    assert.deepEqual(findCycle(graph.edges), ['a', 'b', 'a']);
  });

  const detours: readonly (readonly [string, string, string])[] = [
    ['src/a/x.ts', `import { b } from '../b/index.ts';`, "src/a/x.ts:1: '../b/index.ts' leaves a/ by path; use the door '#b'"],
    ['src/a/x.ts', `\nexport * from '../b/deep/x.ts';`, "src/a/x.ts:2: '../b/deep/x.ts' leaves a/ by path; use the door '#b'"],
    ['src/a/deep/x.ts', `await import('../../b/x.ts');`, "src/a/deep/x.ts:1: '../../b/x.ts' leaves a/ by path; use the door '#b'"],
    ['src/a/x.ts', `import './y/../../b/x.ts';`, "src/a/x.ts:1: './y/../../b/x.ts' leaves a/ by path; use the door '#b'"],
    ['src/a/x.ts', `type B = import('../b/x.ts').B;`, "src/a/x.ts:1: '../b/x.ts' leaves a/ by path; use the door '#b'"],
    ['src/a/x.ts', `new URL('../b/worker.ts', import.meta.url);`, "src/a/x.ts:1: '../b/worker.ts' leaves a/ by path; use the door '#b'"],
    ['src/main.ts', `import { b } from './b/x.ts';`, "src/main.ts:1: './b/x.ts' leaves main/ by path; use the door '#b'"],
    ['src/a/x.ts', `import { b } from '../../bench/x.ts';`, "src/a/x.ts:1: '../../bench/x.ts' leaves src/ and simulator/"],
    ['src/a/x.ts', `import { b } from '../../test/support/x.ts';`, "src/a/x.ts:1: '../../test/support/x.ts' leaves src/ and simulator/"],
    ['src/a/x.test.ts', `import { b } from '../b/x.ts';`, "src/a/x.test.ts:1: '../b/x.ts' leaves a/ by path; use the door '#b'"],
    ['src/a/x.ts', `import { a } from '#a';`, 'src/a/x.ts:1: a/ imports itself through its own door; name the file'],
    ['src/a/x.ts', `import { a } from '#a/deep';`, "src/a/x.ts:1: '#a/deep' is no door"],
    ['src/a/x.ts', `import { t } from '#test/database';`, "src/a/x.ts:1: '#test/database' leaves src/ and simulator/"],
    ['src/a/x.test.ts', `import { t } from '#test/../x';`, "src/a/x.test.ts:1: '#test/../x' is no door"],
    ['src/a/x.ts', `import { a } from '/src/b/x.ts';`, "src/a/x.ts:1: '/src/b/x.ts' is an absolute path"],
    [
      'src/a/x.ts',
      `await import(name);`,
      'src/a/x.ts:1: the module is chosen at run time; name it in a string so that the edge can be seen',
    ],
  ];
  for (const [file, text, complaint] of detours) {
    test(`in ${file}, ${JSON.stringify(text)} is a detour`, () => {
      assert.deepEqual(read({ [file]: text }).violations, [complaint]);
    });
  }

  test('paths inside a folder and, in tests, test/support/ are no detours', () => {
    const graph = read({
      'src/a/deep/x.ts': `import { y } from '../y.ts'; import z from 'zod'; import fs from 'node:fs';`,
      'src/a/deep/x.test.ts': `import { a } from '#a'; import { s } from '../../../test/support/database.ts'; import { t } from '#test/database';`,
    });
    assert.deepEqual(graph.violations, []);
    assert.deepEqual(graph.edges, []);
  });

  test('a door that opens anything but the index of its folder is reported', () => {
    const { violations } = read({}, { '#a': './src/a/x.ts', '#c': './src/c/index.ts' });
    assert.deepEqual(violations, [
      'package.json imports: #a opens ./src/a/x.ts, not ./src/a/index.ts',
      'package.json imports: #c opens ./src/c/index.ts, which does not exist',
    ]);
  });
});
