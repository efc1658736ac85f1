// The lint rules fire. A rule with a misspelt glob or option is silent, and silence looks like clean code: so every rule that guards the
// design is shown one violation, in a made-up tree under the repository's own .oxlintrc.json.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT } from '../support/repository.ts';

type Case = readonly [file: string, text: string, rule: string | undefined];

const DOORS = [
  'kernel',
  'config',
  'identity',
  'routing',
  'providers',
  'continuity',
  'hunt',
  'markup',
  'slots',
  'inspection',
  'scope',
  'policy',
  'access',
  'ledger',
  'checkpoint',
  'store',
  'http',
  'compose',
  'cli',
  'simulator',
] as const;

/** The doors each folder may use. Stated here a second time on purpose: loosening a rule takes two edits. */
const OPEN: Readonly<Record<string, readonly string[]>> = {
  'src/kernel': [],
  'src/identity': ['kernel'],
  'src/routing': ['kernel'],
  'src/slots': ['kernel'],
  'src/providers': ['kernel', 'slots'],
  'src/inspection': ['kernel', 'slots'],
  'src/scope': ['kernel'],
  'src/policy': ['kernel'],
  'src/access': ['kernel', 'markup', 'identity', 'scope', 'policy'],
  'src/ledger': ['kernel'],
  'src/continuity': ['kernel', 'markup', 'routing'],
  'src/hunt': ['kernel', 'markup'],
  'src/markup': [],
  'src/config': ['kernel', 'routing', 'providers', 'inspection', 'access'],
  'src/store': ['kernel', 'identity', 'routing', 'continuity', 'inspection', 'access'],
  'src/checkpoint': ['kernel', 'identity', 'routing', 'providers', 'inspection', 'scope', 'policy', 'access', 'ledger'],
  'src/http': ['kernel', 'identity', 'routing', 'ledger', 'checkpoint', 'access', 'policy', 'scope'],
  'src/cli': [
    'kernel',
    'config',
    'identity',
    'routing',
    'providers',
    'continuity',
    'hunt',
    'markup',
    'inspection',
    'scope',
    'policy',
    'access',
    'ledger',
    'checkpoint',
    'store',
    'http',
    'compose',
    'simulator',
  ],
  'src/compose': [
    'kernel',
    'config',
    'identity',
    'routing',
    'providers',
    'continuity',
    'inspection',
    'scope',
    'policy',
    'access',
    'ledger',
    'checkpoint',
    'store',
    'http',
    'simulator',
  ],
  simulator: ['kernel'],
};

const IMPORTS = 'eslint(no-restricted-imports)';
const PARENT = 'import(no-relative-parent-imports)';
const ENVIRONMENT = 'node(no-process-env)';
/** In pieces, because the hygiene test refuses the whole words. */
const IGNORE = ['@ts', 'ignore'].join('-');
const DISABLE = ['eslint', 'disable-next-line'].join('-');
const CONSOLE = 'eslint(no-console)';
const CLOCK = 'eslint(no-restricted-properties)';

const doorCases: readonly Case[] = Object.entries(OPEN).flatMap(([folder, open]) =>
  DOORS.filter((door) => !folder.endsWith(door)).map((door): Case => [
    `${folder}/deep/door-${door}.ts`,
    `export { value } from '#${door}';`,
    open.includes(door) ? undefined : IMPORTS,
  ]),
);

const cases: readonly Case[] = [
  // Other spellings of an import.
  ['src/ledger/static.ts', `import { value } from '#store';\nexport const used = value;`, IMPORTS],
  ['src/ledger/types.ts', `import type { Value } from '#store';\nexport type Used = Value;`, IMPORTS],
  ['src/ledger/star.ts', `export * from '#store';`, IMPORTS],
  ['src/ledger/dynamic.ts', `export const used = await import('#store');`, IMPORTS],
  ['src/ledger/bare.ts', `import '#store';`, IMPORTS],
  // Paths out of a folder.
  ['src/ledger/path.ts', `export { value } from '../kernel/index.ts';`, PARENT],
  ['src/ledger/path-dynamic.ts', `export const used = await import('../kernel/index.ts');`, PARENT],
  ['src/ledger/deep/path.ts', `export { value } from '../../kernel/index.ts';`, IMPORTS],
  ['src/ledger/deep/inside.ts', `export { value } from '../value.ts';`, undefined],
  ['simulator/path.ts', `export { value } from '../src/kernel/index.ts';`, PARENT],
  ['src/ledger/path.test.ts', `export { value } from '../store/value.ts';`, IMPORTS],
  ['src/ledger/support.test.ts', `export { value } from '../../test/support/value.ts';`, undefined],
  ['src/ledger/support-door.ts', `export { value } from '#test/value';`, IMPORTS],
  ['src/compose/support-door.ts', `export { value } from '#test/value';`, IMPORTS],
  ['src/ledger/support-door.test.ts', `export { value } from '#test/value';`, undefined],
  ['test/contract/path.test.ts', `export { value } from '../../src/store/value.ts';`, IMPORTS],
  ['test/contract/support.test.ts', `export { value } from '../support/value.ts';`, undefined],
  ['bench/gateway/path.ts', `export { value } from '../../src/store/value.ts';`, IMPORTS],
  // The environment, the clock and chance.
  ['src/http/environment.ts', `export const used = process.env['PORT'];`, ENVIRONMENT],
  ['src/compose/environment.ts', `export const used = { ...process.env };`, ENVIRONMENT],
  ['src/compose/deep/path.ts', `export { value } from '../../kernel/index.ts';`, IMPORTS],
  ['src/http/environment-import.ts', `import { env } from 'node:process';\nexport const used = env;`, IMPORTS],
  ['test/contract/environment.test.ts', `export const used = process.env['PORT'];`, ENVIRONMENT],
  ['src/config/environment.ts', `export const used = process.env['PORT'];`, undefined],
  ['test/support/environment.ts', `export const used = process.env['PORT'];`, undefined],
  ['bench/environment.ts', `export const used = process.env['PORT'];`, undefined],
  ['src/ledger/date.ts', `export const used = Date.now();`, CLOCK],
  ['src/http/monotonic.ts', `export const used = performance.now();`, CLOCK],
  ['src/routing/chance.ts', `export const used = Math.random();`, CLOCK],
  ['src/identity/bytes.ts', `import { randomBytes } from 'node:crypto';\nexport const used = randomBytes(32);`, IMPORTS],
  ['src/kernel/ports.ts', `export const used = Date.now();`, undefined],
  ['src/ledger/date.test.ts', `export const used = Date.now();`, undefined],
  // HTTP may name an operation and nothing else of #providers.
  [
    'src/http/operation.ts',
    `import { responses, type Operation } from '#providers';\nexport const used: Operation = responses;`,
    undefined,
  ],
  ['src/http/transport.ts', `import { createTransport } from '#providers';\nexport const used = createTransport;`, IMPORTS],
  // Packages with one home.
  ['src/identity/sql.ts', `export { Pool } from 'pg';`, IMPORTS],
  ['src/store/sql.ts', `export { Pool } from 'pg';`, undefined],
  // Promises and types.
  [
    'src/ledger/floating.ts',
    `async function write(): Promise<void> {}\nexport function run(): void {\n  write();\n}`,
    'typescript(no-floating-promises)',
  ],
  [
    'src/ledger/misused.ts',
    `export function run(list: number[]): void {\n  list.forEach(async (item) => Promise.resolve(item));\n}`,
    'typescript(no-misused-promises)',
  ],
  ['src/ledger/any.ts', `export const used: any = 1;`, 'typescript(no-explicit-any)'],
  ['src/ledger/unsafe.ts', `export const used: number = JSON.parse('1');`, 'typescript(no-unsafe-assignment)'],
  [
    'src/ledger/switch.ts',
    `export function run(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}`,
    'typescript(switch-exhaustiveness-check)',
  ],
  ['src/ledger/throw.ts', `export function run(): void {\n  throw 'text';\n}`, 'typescript(only-throw-error)'],
  ['src/ledger/comment.ts', `// ${IGNORE}\nexport const used: string = 1;`, 'typescript(ban-ts-comment)'],
  ['src/ledger/disable.ts', `// ${DISABLE} no-var\nexport var used = 1;`, 'eslint(no-var)'],
  // House style.
  ['src/ledger/console.ts', `console.log('text');\nexport {};`, CONSOLE],
  ['src/cli/console.ts', `console.log('text');\nexport const used = 1;`, undefined],
  ['src/ledger/exit.ts', `export function run(): void {\n  process.exit(1);\n}`, 'unicorn(no-process-exit)'],
  ['src/ledger/default.ts', `export default 1;`, 'import(no-default-export)'],
  ['src/ledger/unused.ts', `import { join } from 'node:path';\nexport const used = 1;`, 'eslint(no-unused-vars)'],
  ['src/ledger/cycle-a.ts', `export { b } from './cycle-b.ts';\nexport const a = 1;`, 'import(no-cycle)'],
  ['src/ledger/cycle-b.ts', `export { a } from './cycle-a.ts';\nexport const b = 1;`, 'import(no-cycle)'],
];

describe('the lint rules', () => {
  const tree = mkdtempSync(join(tmpdir(), 'sekisho-lint-'));
  let found = new Map<string, string[]>();

  before(() => {
    for (const name of ['.oxlintrc.json', 'package.json', 'tsconfig.json']) cpSync(join(ROOT, name), join(tree, name));
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    const value: Case = ['src/ledger/value.ts', 'export const value = 1;', undefined];
    for (const [file, text] of [...doorCases, ...cases, value]) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), `${text}\n`);
    }
    found = lint(tree);
  });
  after(() => {
    rmSync(tree, { recursive: true, force: true });
  });

  for (const [folder, open] of Object.entries(OPEN)) {
    test(`open these doors to ${folder}/ and no others: ${open.join(', ') || 'none'}`, () => {
      const tried = doorCases.filter(([file]) => file.startsWith(`${folder}/deep/`));
      const shut = tried.filter(([file]) => found.get(file)?.includes(IMPORTS));
      const expected = tried.filter(([, , rule]) => rule !== undefined);
      assert.deepEqual(
        shut.map(([, text]) => text),
        expected.map(([, text]) => text),
      );
    });
  }

  for (const [file, text, rule] of cases) {
    const named = JSON.stringify(text);
    if (rule === undefined) {
      test(`allow ${named} in ${file}`, () => {
        const complaints = (found.get(file) ?? []).filter((code) => [IMPORTS, PARENT, ENVIRONMENT, CLOCK, CONSOLE].includes(code));
        assert.deepEqual(complaints, []);
      });
    } else {
      test(`refuse ${named} in ${file}`, () => {
        assert.ok(found.get(file)?.includes(rule), `${rule} did not fire; found: ${(found.get(file) ?? []).join(', ') || 'nothing'}`);
      });
    }
  }
});

/** Runs oxlint in `tree`; the rules that fired, by file. */
function lint(tree: string): Map<string, string[]> {
  const run = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint'), '--format=json', 'src', 'simulator', 'test', 'bench'],
    {
      cwd: tree,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  assert.equal(run.status, 1, `oxlint was to find problems and exit with 1: ${run.stderr}${run.stdout.slice(0, 2000)}`);
  const report = JSON.parse(run.stdout) as { diagnostics: readonly { code: string; filename: string }[] };
  const byFile = Map.groupBy(report.diagnostics, (diagnostic) => diagnostic.filename);
  return new Map([...byFile].map(([file, diagnostics]) => [file, diagnostics.map((diagnostic) => diagnostic.code)]));
}
