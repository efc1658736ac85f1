import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scanImports } from './imports.ts';

/** The sites as short strings: the specifier, with `type` or `url` in front when it is one; `?` for a computed one. */
function sites(source: string): string[] {
  return scanImports(source).map((site) => `${{ code: '', types: 'type ', url: 'url ' }[site.kind]}${site.specifier ?? '?'}`);
}

describe('the import scanner', () => {
  const found: readonly (readonly [string, readonly string[]])[] = [
    [`import a from 'x';`, ['x']],
    [`import 'x';`, ['x']],
    [`import * as a from "x"`, ['x']],
    [`import a, { b as c } from 'x';`, ['x']],
    [`import a, * as b from 'x';`, ['x']],
    [`import {\n  a,\n  b, // from 'no'\n} from\n  'x';`, ['x']],
    [`import{a}from'x';import{b}from'y'`, ['x', 'y']],
    [`import type { A } from 'x';`, ['type x']],
    [`import type A from 'x';`, ['type x']],
    [`import type * as A from 'x';`, ['type x']],
    [`import type from 'x';`, ['x']],
    [`import type, { a } from 'x';`, ['x']],
    [`import { type A, type B as C } from 'x';`, ['x']],
    [`import { type A, b } from 'x';`, ['x']],
    [`import { type } from 'x';`, ['x']],
    [`import { type as a } from 'x';`, ['x']],
    [`import { type as as } from 'x';`, ['x']],
    [`import { from } from 'x';`, ['x']],
    [`import from from 'x';`, ['x']],
    [`import { 'a from b' as c } from 'x';`, ['x']],
    [`import {} from 'x';`, ['x']],
    [`import data from 'x' with { type: 'json' };`, ['x']],
    [`import fs = require('x');`, ['x']],
    [`export * from 'x';`, ['x']],
    [`export * as all from 'x';`, ['x']],
    [`export { a, b as default } from 'x';`, ['x']],
    [`export type { A } from 'x';`, ['type x']],
    [`export { type A } from 'x';`, ['x']],
    [`export { a }\nimport 'x'`, ['x']],
    [`export type * from 'x';`, ['type x']],
    [`const a = await import('x');`, ['x']],
    ['const a = import(`x`);', ['x']],
    ["const a = import(/* why */ 'x', { with: {} });", ['x']],
    [`type A = import('x').A;`, ['x']],
    [`const a = require('x');`, ['x']],
    [`new Worker(new URL('./x.ts', import.meta.url));`, ['url ./x.ts']],
    ["const a = `${await import('x')}`;", ['x']],
    ['const a = `${`${import("x")}`}`; import "y";', ['x', 'y']],
    [`const a = { b: 1 }; const c = \`}\`; import('x');`, ['x']],
    [`import '\\x23kernel'; import '\\u{23}ledger';`, ['#kernel', '#ledger']],
    [`#!/usr/bin/env node\nimport 'x';`, ['x']],
    [`const a = /'/; import 'x';`, ['x']],
    [`const a = b / c; const d = '/'; import 'x';`, ['x']],
    [`const a = b! / c; const d = e++ / f; const g = '/'; import 'x';`, ['x']],
    [`const a = !/'/.test(b); const c = 1 + /'/.exec(b); import 'x';`, ['x']],
    [`const a = [/[/'"\`]/, /\\/'/]; import 'x';`, ['x']],
    ['const a = 1 / 2; const b = `/`; import "x";', ['x']],
    [`class A { static #from = 1; get() { return this.#from / 2; } } import 'x';`, ['x']],
    [`return /import 'no'/.test(a) || import('x');`, ['x']],
  ];
  for (const [source, expected] of found) {
    test(`finds ${JSON.stringify(expected)} in ${JSON.stringify(source)}`, () => {
      assert.deepEqual(sites(source), expected);
    });
  }

  const computed = ['import(name)', "import('a' + b)", 'import(`a${b}`)', "import(a ? 'b' : 'c')", 'require(name)'];
  for (const source of computed) {
    test(`reports ${JSON.stringify(source)} as computed`, () => {
      assert.deepEqual(sites(source), ['?']);
    });
  }

  const innocent = [
    `// import 'x';`,
    `/* import 'x'; export * from 'y'; */`,
    `const a = "import 'x'";`,
    "const a = `import 'x' ${b} from 'y'`;",
    `const a = /import 'x'/;`,
    `import.meta.url;`,
    `const a = { import: 'x', export: 'y', from: 'z' };`,
    `a.import('x'); a.require('y'); a?.import('z');`,
    `export const a = 'x';`,
    `export { a, b };`,
    `export { a }; const b = { from: 'x' };`,
    `export type A = { from: 'x' };`,
    `export type From = 'x';`,
    `export default 'x';`,
    `export function from() { return 'x'; }`,
    `new URL('/v1/chat.ts', base);`,
    `new URL('https://example.com/a', import.meta.url);`,
  ];
  for (const source of innocent) {
    test(`finds nothing in ${JSON.stringify(source)}`, () => {
      assert.deepEqual(sites(source), []);
    });
  }

  test('gives the line of each specifier', () => {
    const source = "/* 1\n2 */\nimport 'a'; // 3\nconst t = `4\n5 ${1}\n6`;\nimport {\n  b,\n} from 'c'; // 9\n";
    assert.deepEqual(
      scanImports(source).map((site) => [site.specifier, site.line]),
      [
        ['a', 3],
        ['c', 9],
      ],
    );
  });

  for (const source of ["const a = 'x", 'const a = `x', '/* x', 'const a = /x']) {
    test(`refuses ${JSON.stringify(source)}, which has no end`, () => {
      assert.throws(() => scanImports(source), SyntaxError);
    });
  }
});
